//! Accounts that were parked for months: the run that can bill them at last makes every bill that
//! they missed, also where everything is killed in between.

use std::{collections::BTreeMap, fs, thread, time::Instant};

use anyhow::{Context as _, ensure};
use e2e::{Api, Process, Wish, demarc, northeast};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{LOOK_EVERY, WAIT_MAX, facts, journal::Journal, text};

/// So many live where nobody knows the taxes for a while.
const HOMES: usize = 40;
/// The bill days that they miss.
const MISSED: [&str; 3] = ["2026-11-01", "2026-12-01", "2027-01-01"];
/// The day on which somebody has said what is taxed there.
const AT_LAST: &str = "2027-01-11";
const TAXES: &str = "
[taxes.guam.SALES]
name = \"Sales tax\"
on = [\"equipment\"]
rate = \"4\"
";

/// An operator whose file of rules is changed.
struct Operator {
    dir: TempDir,
    process: Process,
    api: Api,
}

impl Operator {
    fn open() -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        rules(&dir, TAXES)?;
        let (process, api) = serve(&dir)?;
        Ok(Self { dir, process, api })
    }

    /// Everything is killed, and begins again under the biller's rules and these.
    fn begins_again(&mut self, more: &str) -> anyhow::Result<()> {
        self.process.kill();
        rules(&self.dir, more)?;
        (self.process, self.api) = serve(&self.dir)?;
        Ok(())
    }

    fn sends(&self, command: &'static str, json: Value) -> anyhow::Result<()> {
        self.api.insist(&Wish { command, key: format!("{command} {json}"), json }).map(drop)
    }

    fn day(&self, date: &str) -> anyhow::Result<()> {
        self.sends("OpenDay", json!({ "date": date }))
    }

    /// What the bill run of a day would come to.
    fn drafted(&self, date: &str) -> anyhow::Result<Value> {
        let url = format!("{}/v1/northeast/drafts?on={date}", self.api.url());
        let lines = reqwest::blocking::get(url)?.text()?;
        let last: Value = serde_json::from_str(lines.lines().last().context("a line")?)?;
        Ok(last["draft"].clone())
    }

    /// Due, done and parked, once that is so of the bill run of a day.
    fn counted(&self, date: &str, counts: [usize; 3]) -> anyhow::Result<()> {
        let path = format!("billing/runs/run_bill-{date}");
        let wanted = counts.map(|count| json!(count));
        let counted = |run: &Value| {
            let run = &run["value"];
            run["stage"] == "closed"
                && ["due", "done", "parked"].map(|it| run[it].clone()) == wanted
        };
        self.api.until(&path, counted).map(drop)
    }
}

/// Writes the biller's rules, and these.
fn rules(dir: &TempDir, more: &str) -> anyhow::Result<()> {
    let rules = fs::read_to_string(northeast())? + more;
    Ok(fs::write(dir.path().join("northeast.toml"), rules)?)
}

fn serve(dir: &TempDir) -> anyhow::Result<(Process, Api)> {
    let mut command = demarc();
    command.args(["serve", "--manual-calendar", "--trust-actor-header", "--http", "127.0.0.1:0"]);
    command.arg("--data").arg(dir.path().join("data"));
    command.arg("--biller-file").arg(dir.path().join("northeast.toml"));
    let mut process = Process::start(command, &dir.path().join("said"))?;
    let api = Api::at(&process.running()?)?;
    Ok((process, api))
}

/// Everybody is parked for the first bill day, and stays so.
fn parked() -> anyhow::Result<Operator> {
    let mut operator = Operator::open()?;
    operator.day("2026-10-08")?;
    for home in 0..HOMES {
        let account_id = format!("account_{home}");
        let holder = json!({"accountId": account_id, "holderName": "Ada", "email": "a@b.example"});
        operator.sends("OpenAccount", holder)?;
        let item = json!({"accountId": account_id, "itemId": "modem", "product": "MODEM-RENT",
            "market": "guam", "from": "2026-10-08"});
        operator.sends("StartItem", item)?;
    }
    let last = format!("billing/recurring/account_{}", HOMES - 1);
    operator.api.until_row(&last, "billDay", "1")?;
    operator.begins_again("")?;
    for date in MISSED {
        operator.day(date)?;
        operator.counted(date, [HOMES, 0, HOMES])?;
    }
    Ok(operator)
}

#[test]
fn f73_a_run_that_is_killed_makes_every_bill_that_was_missed_once() -> anyhow::Result<()> {
    let mut operator = parked()?;
    operator.begins_again(TAXES)?;
    let draft = operator.drafted(AT_LAST)?;

    let mut journal = Journal::of(&operator.dir.path().join("data/core/northeast"));
    let all = HOMES * MISSED.len();
    ensure!((&draft["accounts"], &draft["bills"]) == (&json!(HOMES), &json!(all)), "{draft:#}");
    operator.day(AT_LAST)?;
    let start = Instant::now();
    while journal.count("InvoiceIssued")? == 0 {
        ensure!(start.elapsed() < WAIT_MAX, "nobody is billed");
        thread::sleep(LOOK_EVERY);
    }
    operator.process.kill();
    let done = journal.count("InvoiceIssued")?;
    ensure!(done < all, "the run was over before it was killed");
    operator.begins_again(TAXES)?;
    operator.counted(AT_LAST, [all, all, 0])?;
    let run = operator.api.get(&format!("billing/runs/run_bill-{AT_LAST}"))?;
    ensure!(run["value"]["total"] == draft["total"], "{run:#} is not what was drafted: {draft:#}");

    let issued = operator.api.events(Some("InvoiceIssued"))?;
    let mut cycles = BTreeMap::<String, Vec<String>>::new();
    for bill in facts(&issued, "InvoiceIssued").map(|fact| &fact["invoice"]["issued"]) {
        let due = (&bill["issuedOn"], &bill["dueOn"]);
        ensure!(due == (&json!(AT_LAST), &json!("2027-01-15")), "four days to pay: {bill:#}");
        cycles.entry(text(bill, "accountId")).or_default().push(text(bill, "cycle"));
    }
    ensure!(cycles.len() == HOMES, "{cycles:?}");
    ensure!(cycles.values().all(|cycles| *cycles == MISSED), "{cycles:?}");

    operator.day("2027-01-12")?;
    operator.day("2027-02-01")?;
    operator.counted("2027-02-01", [HOMES, HOMES, 0])?;
    let none = operator.api.get("billing/runs/run_bill-2027-01-12")?;
    ensure!(none["status"] == 404, "nothing was left for the day after: {none:#}");
    operator.process.stop()
}
