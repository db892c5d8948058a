//! The billers that are served: those of the files that were named, or those that are shipped.
//!
//! What must stay true: a task code that leads to a view that no service has is refused before
//! anything starts; the services alone know which views there are.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, anyhow, bail};
use contract::biller::{self, BillerError, EVERY_SHIPPED, SHIPPED};
use domain::{
    biller::{Biller, LeadsTo},
    text::Code,
};
use service::{View, Views as _};

/// The billers of these files.
pub(crate) fn of_files<P: AsRef<Path>>(files: &[P]) -> anyhow::Result<Vec<Arc<Biller>>> {
    let mut billers: Vec<Arc<Biller>> = Vec::new();
    for file in files {
        let file = file.as_ref();
        let biller = of_file(file)?;
        if billers.iter().any(|known| known.name == biller.name) {
            bail!("{}: there is a biller {:?} already", file.display(), biller.name);
        }
        billers.push(biller);
    }
    Ok(billers)
}

/// The biller of one file.
pub(crate) fn of_file(file: &Path) -> anyhow::Result<Arc<Biller>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    checked(&text).with_context(|| format!("{} is not a biller's file", file.display()))
}

/// Every biller that is shipped.
pub(crate) fn shipped() -> anyhow::Result<Vec<Arc<Biller>>> {
    EVERY_SHIPPED.iter().map(|text| checked(text)).collect()
}

/// The shipped biller of that name.
pub(crate) fn shipped_one(name: &str) -> anyhow::Result<Arc<Biller>> {
    let billers = shipped()?;
    let names: Vec<_> = billers.iter().map(|biller| biller.name.clone()).collect();
    let found = billers.into_iter().find(|biller| biller.name == name);
    found.with_context(|| {
        let names = names.join(", ");
        format!("no biller {name:?} is shipped: name its file with --biller-file ({names} are)")
    })
}

fn checked(text: &str) -> anyhow::Result<Arc<Biller>> {
    check(text).map_err(|mistakes| {
        let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        anyhow!(told.join("\n"))
    })
}

/// The biller of a file's text.
///
/// # Errors
/// Every mistake that can be found, in the order of the lines.
pub(crate) fn check(text: &str) -> Result<Arc<Biller>, Vec<BillerError>> {
    let read = biller::check(text).map(Arc::new);
    // Which views there are does not depend on what the biller is.
    let any = match &read {
        Ok(biller) => Arc::clone(biller),
        Err(_) => Arc::new(biller::parse(SHIPPED).map_err(|mistake| vec![mistake])?),
    };
    let misled = biller::task_views(text).into_iter().filter_map(|(key, leads_to)| {
        let LeadsTo::View { service, view } = leads_to else { return None };
        let problem = lost(&service, &view, &any)?;
        Some(BillerError::Value { line: biller::line_of(text, &key), key, problem })
    });
    let misled: Vec<_> = misled.collect();
    let mut mistakes = match read {
        Ok(biller) if misled.is_empty() => return Ok(biller),
        Ok(_) => misled,
        Err(mistakes) => mistakes.into_iter().chain(misled).collect(),
    };
    mistakes.sort_by_key(BillerError::line);
    Err(mistakes)
}

/// Why nothing leads to a view, if nothing does.
fn lost(service: &Code, view: &Code, biller: &Arc<Biller>) -> Option<String> {
    let Some(views) = views(service.as_str(), biller) else {
        return Some(format!("must be a view: there is no service {service}"));
    };
    let names: Vec<_> = views.iter().map(|view| view.name).collect();
    let is_known = names.contains(&view.as_str());
    (!is_known).then(|| {
        format!("must be a view: {service} has no view {view}; it has {}", names.join(", "))
    })
}

/// The views of a service, if there is one of that name.
fn views(service: &str, biller: &Arc<Biller>) -> Option<&'static [View]> {
    let biller = Arc::clone(biller);
    Some(match service {
        "care" => care::model().views(),
        "billing" => billing::model(biller).views(),
        "provisioning" => provisioning::model(biller).views(),
        "notifications" => notifications::model(biller).views(),
        "noc-bridge" => noc_bridge::model(biller).views(),
        "audit" => audit::model(&biller).views(),
        // It is asked for people, not for rows.
        "search" => &[],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use contract::biller::{BillerError, SHIPPED};

    use super::{check, checked, of_files, shipped, shipped_one, views};

    fn refused(view: &str) -> String {
        let task = format!("[tasks.XX]\ntitle = \"X\"\nabout = \"X.\"\nview = \"{view}\"\n");
        checked(&format!("{}\n{task}", SHIPPED)).unwrap_err().to_string()
    }

    #[test]
    fn every_service_that_runs_is_asked_for_its_views() {
        let biller = shipped_one("northeast").unwrap();
        let missing = core_service::SERVICES.map(|service| views(service, &biller).is_none());
        assert!(!missing.contains(&true), "{missing:?}");
        assert!(views("bakery", &biller).is_none());
    }

    #[test]
    fn f8_a_task_that_leads_to_no_view_is_refused_by_its_code() {
        let told = refused("care/bread");
        let (line, problem) = told.split_once(": ").unwrap();
        let expected = "tasks.XX.view must be a view: care has no view bread; it has customer";
        assert!(problem.starts_with(expected), "{told}");
        assert_eq!(line, format!("line {}", SHIPPED.lines().count() + 5));
        let told = refused("bakery/bread");
        assert!(told.ends_with("view must be a view: there is no service bakery"), "{told}");
    }

    #[test]
    fn a_task_that_leads_to_no_view_is_told_beside_whatever_else_is_wrong() {
        let text = SHIPPED
            .replacen("view = \"care/services\"", "view = \"care/bread\"", 1)
            .replacen("bill_day = 1", "bill_day = 0", 1)
            .replacen("due_days = 4", "due_days = \"four\"", 1);
        let told: Vec<_> = check(&text).unwrap_err().iter().map(BillerError::told).collect();
        let keys: Vec<_> = told.iter().map(|told| told.split([' ', ':']).next().unwrap()).collect();
        assert_eq!(keys, ["billing.bill_day", "billing.due_days", "tasks.04.view"], "{told:?}");
        assert!(told[2].contains("care has no view bread"), "{told:?}");
    }

    #[test]
    fn f39_four_billers_are_shipped_and_each_is_served_under_its_own_name() {
        let names: Vec<_> = shipped().unwrap().iter().map(|biller| biller.name.clone()).collect();
        assert_eq!(names, ["northeast", "midwest", "brighthouse", "national"]);
        assert_eq!(shipped_one("midwest").unwrap().zone, "America/Chicago");
        let told = shipped_one("south").unwrap_err().to_string();
        assert!(told.contains("--biller-file"), "{told}");
    }

    #[test]
    fn a_biller_is_served_once() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(SHIPPED.as_bytes()).unwrap();
        assert_eq!(of_files(&[file.path()]).unwrap().len(), 1);
        let told = of_files(&[file.path(), file.path()]).unwrap_err().to_string();
        assert!(told.contains("already"), "{told}");
    }
}
