//! The billers that are served: those of the files that were named, or those that are shipped.
//!
//! What must stay true: a task code that leads to a view that no service has is refused before
//! anything starts; the services alone know which views there are.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail, ensure};
use contract::biller::EVERY_SHIPPED;
use domain::biller::{Biller, LeadsTo};
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
    let biller = Arc::new(contract::biller::parse(text)?);
    for (code, task) in &biller.tasks {
        let LeadsTo::View { service, view } = &task.leads_to else { continue };
        let views = views(service.as_str(), &biller)
            .with_context(|| format!("tasks.{code}.view: there is no service {service}"))?;
        let names: Vec<_> = views.iter().map(|view| view.name).collect();
        ensure!(
            names.contains(&view.as_str()),
            "tasks.{code}.view: {service} has no view {view}; it has {}",
            names.join(", ")
        );
    }
    Ok(biller)
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

    use contract::biller::SHIPPED;

    use super::{checked, of_files, shipped, shipped_one, views};

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
        assert!(
            told.starts_with("tasks.XX.view: care has no view bread; it has customer"),
            "{told}"
        );
        assert_eq!(refused("bakery/bread"), "tasks.XX.view: there is no service bakery");
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
