//! `demarc catalog check`: what is wrong with billers' files, line by line as a compiler tells it,
//! and what is in those with which nothing is.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, ensure};
use clap::Args;
use contract::biller::{Doubt, doubts, shown};
use domain::biller::Biller;
use jiff::{ToSpan as _, civil::Date};
use serde_json::{Map, Value, json};

use super::in_words;
use crate::{
    billers,
    output::{BAD, Output, WARN, paint, table},
};

const EXAMPLES: &str = "\
Examples:
  demarc catalog check infra/billers/*.toml       what is wrong, and what is in them
  demarc catalog check northeast.toml --due 2026-05-05
                                                  when what is due then is asked for
  demarc catalog check northeast.toml --on 2027-01-01
                                                  what is odd about it on another day

Ends with 1 and names the file and the line when something is wrong. What is only odd, as a
campaign that is over, is a warning.";

/// Options of `demarc catalog check`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// Billers' files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A due date: the dates on which the steps of dunning follow it (default: the next bill's)
    #[arg(long, value_name = "DATE")]
    due: Option<Date>,
    /// The day on which it is checked (default: today where the biller is)
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
}

/// A file and what is to be said of it.
struct Checked {
    file: String,
    /// Lines, and what must be otherwise.
    errors: Vec<(usize, String)>,
    /// Lines, and what is only odd.
    warnings: Vec<(usize, String)>,
    /// What is in it, if nothing is wrong.
    holds: Option<(String, Value)>,
}

impl Check {
    pub(super) fn run(&self, output: Output) -> anyhow::Result<()> {
        let mut wrong = 0;
        for file in &self.files {
            let text = fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            let checked = self.checked(file, &text);
            wrong += usize::from(checked.holds.is_none());
            checked.tell(output)?;
        }
        ensure!(wrong == 0, "{wrong} of {} files cannot be served", self.files.len());
        Ok(())
    }

    fn checked(&self, file: &Path, text: &str) -> Checked {
        let file = file.display().to_string();
        let biller = match billers::check(text) {
            Ok(biller) => biller,
            Err(mistakes) => {
                let told = mistakes.iter().map(|mistake| (mistake.line(), mistake.told()));
                return Checked { file, errors: told.collect(), warnings: Vec::new(), holds: None };
            }
        };
        let today = self.on.unwrap_or_else(|| today(&biller));
        let told = |doubt: Doubt| (doubt.line, format!("{} {}", doubt.key, doubt.problem));
        let warnings = doubts(text, &biller, today).into_iter().map(told).collect();
        let due_on = self.due.unwrap_or_else(|| next_due(&biller, today));
        let holds = Some((biller.name.clone(), contents(&biller, due_on)));
        Checked { file, errors: Vec::new(), warnings, holds }
    }
}

impl Checked {
    /// What is wrong goes where a compiler's words go, what is in it to standard output.
    fn tell(&self, output: Output) -> anyhow::Result<()> {
        if output.is_json() {
            return Ok(output.document(&self.document())?);
        }
        self.lines().try_for_each(|line| writeln!(anstream::stderr().lock(), "{line}"))?;
        if let Some((name, holds)) = &self.holds {
            output.line(table::value(name, &in_words(holds.clone())))?;
        }
        Ok(())
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let errors = self.errors.iter().map(|it| (BAD, "error:", it));
        let warnings = self.warnings.iter().map(|it| (WARN, "warning:", it));
        errors.chain(warnings).map(|(style, word, (line, problem))| {
            format!("{}:{line}: {} {problem}", self.file, paint(style, word))
        })
    }

    fn document(&self) -> Value {
        let told = |(line, problem): &(usize, String)| json!({ "line": line, "problem": problem });
        let (name, holds) = self.holds.as_ref().map(|(name, holds)| (name, holds)).unzip();
        json!({
            "file": self.file,
            "biller": name,
            "errors": self.errors.iter().map(told).collect::<Vec<_>>(),
            "warnings": self.warnings.iter().map(told).collect::<Vec<_>>(),
            "holds": holds,
        })
    }
}

/// What a biller sells and asks for, and when it asks for what is due on a day.
fn contents(biller: &Arc<Biller>, due_on: Date) -> Value {
    let Biller { zone, currency, .. } = &**biller;
    let mut holds = Map::new();
    holds.insert("zone".to_owned(), json!(zone));
    holds.insert("currency".to_owned(), json!(currency.to_string()));
    let mut shown = shown(biller);
    for part in ["billing", "packages", "campaigns", "fees", "extras", "bundles", "taxes"] {
        holds.insert(part.to_owned(), shown[part].take());
    }
    let packages = holds.get_mut("packages").and_then(Value::as_array_mut).into_iter().flatten();
    for package in packages {
        *package = of_package(package);
    }
    let mut dunning = shown["dunning"].take();
    dunning["dueOn"] = json!(due_on.to_string());
    dunning["steps"] = ladder(biller, due_on);
    holds.insert("dunning".to_owned(), dunning);
    holds.into()
}

/// Of a package what has to do with money.
fn of_package(package: &Value) -> Value {
    let fields = ["packageId", "name", "prices", "taxCode", "activationFee", "extras"];
    fields.into_iter().map(|field| (field.to_owned(), package[field].clone())).collect()
}

/// The steps of dunning for what is due on a day, with the days of the week (F80).
fn ladder(biller: &Biller, due_on: Date) -> Value {
    let dates = biller.dunning_dates(due_on, 0, due_on);
    let steps = biller.dunning.steps.iter().zip(dates).map(|(step, on)| {
        let nominal = due_on.saturating_add(i32::from(step.after_due).days());
        let shift = nominal.until(on).map_or(0, |span| span.get_days());
        json!({
            "step": step.name.as_str(),
            "on": in_the_week(on),
            "nominal": in_the_week(nominal),
            "shiftedDays": shift,
            "lateFee": step.late_fee.as_ref().map(|fee| fee.as_str()),
        })
    });
    steps.collect()
}

fn in_the_week(date: Date) -> String {
    date.strftime("%a %Y-%m-%d").to_string()
}

/// Today, where the biller is.
fn today(biller: &Biller) -> Date {
    let now = jiff::Zoned::now();
    now.in_tz(&biller.zone).unwrap_or(now).date()
}

/// When the next bill is due (F74).
fn next_due(biller: &Biller, today: Date) -> Date {
    let day = biller.billing.bill_day;
    let this_month = today.with().day(day).build().unwrap_or(today);
    let cycle = if this_month < today { this_month.saturating_add(1.month()) } else { this_month };
    biller.billing.due_on(cycle, cycle)
}

#[cfg(test)]
mod tests {
    use contract::biller::{EVERY_SHIPPED, SHIPPED};
    use jiff::civil::{Date, date};
    use serde_json::{Value, json};

    use super::{Check, Checked};

    fn checked(text: &str, due: Option<Date>) -> Checked {
        let on = Some(date(2026, 4, 20));
        let check = Check { files: Vec::new(), due, on };
        check.checked("northeast.toml".as_ref(), text)
    }

    fn told(checked: &Checked) -> Vec<String> {
        checked.lines().map(|line| anstream::adapter::strip_str(&line).to_string()).collect()
    }

    #[test]
    fn mistakes_are_told_as_a_compiler_tells_them() {
        let text = SHIPPED.replacen("monthly = \"59.99\"", "monthly = \"59,99\"", 1).replacen(
            "zone = \"America/New_York\"",
            "zone = \"Mars\"",
            1,
        );
        let wrong = checked(&text, None);
        let line = 1 + text.lines().position(|line| line.contains("59,99")).unwrap();
        let amount = "packages.classic.monthly must be an amount as in \"59.99\"";
        let expected = [
            "northeast.toml:5: error: zone must be an IANA time zone".to_owned(),
            format!("northeast.toml:{line}: error: {amount}"),
        ];
        assert_eq!(told(&wrong), expected);
        let document = wrong.document();
        assert_eq!(document["biller"], Value::Null);
        assert_eq!(document["errors"][1], json!({ "line": line, "problem": amount }));
        assert_eq!(document["holds"], Value::Null);
    }

    #[test]
    fn what_is_only_odd_is_a_warning() {
        let text = SHIPPED.replacen("months = 12", "months = 12\nuntil = \"2026-04-20\"", 1);
        let odd = checked(&text, None);
        let told = told(&odd);
        let [warning] = &told[..] else { panic!("{told:?}") };
        assert!(warning.contains("warning: orders.campaigns.FALL26.until is over"), "{warning}");
        assert!(odd.holds.is_some() && odd.document()["biller"] == "northeast");
    }

    #[test]
    fn f74_f80_the_ladder_of_the_next_bill_shifts_over_the_weekend() {
        let steps = |due| {
            let (_, holds) = checked(SHIPPED, due).holds.unwrap();
            let steps = holds["dunning"]["steps"].as_array().unwrap().clone();
            let dates = steps.iter().map(|step| step["on"].as_str().unwrap().to_owned());
            (holds["dunning"]["dueOn"].clone(), dates.collect::<Vec<_>>(), steps)
        };
        let (due_on, dates, all) = steps(None);
        assert_eq!(due_on, "2026-05-05", "the bill of the 1st");
        assert_eq!(dates, ["Mon 2026-05-18", "Tue 2026-05-19", "Wed 2026-05-20"]);
        assert_eq!(
            (&all[0]["nominal"], &all[0]["shiftedDays"]),
            (&json!("Sat 2026-05-16"), &json!(2))
        );
        let (_, dates, _) = steps(Some(date(2026, 3, 5)));
        assert_eq!(dates, ["Mon 2026-03-16", "Tue 2026-03-17", "Wed 2026-03-18"]);
    }

    #[test]
    fn f39_f71_what_is_shipped_can_be_served_and_is_shown() {
        for text in EVERY_SHIPPED {
            let fine = checked(text, None);
            assert_eq!(told(&fine), Vec::<String>::new());
            let (name, holds) = fine.holds.unwrap();
            let parts = ["packages", "campaigns", "fees", "extras", "taxes"];
            let empty = |part: &&str| holds[*part].as_array().is_none_or(Vec::is_empty);
            assert_eq!(parts.iter().filter(|part| empty(part)).count(), 0, "{name}: {holds}");
        }
    }
}
