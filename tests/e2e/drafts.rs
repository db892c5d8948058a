//! The draft of a whole bill run is what the run then bills.

use std::fs;

use anyhow::{Context as _, ensure};
use e2e::{Api, Home, Office, Process, Wish, demarc, northeast};
use serde_json::{Value, json};

/// The day whose bills are drafted.
const DAY: &str = "2026-11-01";

/// What `demarc draft --all` says.
fn drafted(office: &Office, arguments: &[&str]) -> anyhow::Result<Value> {
    let arguments = [&["--json", "draft", "--all"], arguments].concat();
    Ok(serde_json::from_str(&office.world.client(&arguments)?.well()?.out)?)
}

fn minor(document: &Value, field: &str) -> anyhow::Result<i64> {
    document[field]["minor"].as_i64().with_context(|| format!("{field}: {document:#}"))
}

/// Three homes, of which one is where nobody said what is taxed, and one pays something once.
fn office() -> anyhow::Result<Office> {
    let office = Office::open()?;
    office.jane.installs(Home::cable(7))?;
    office.jane.installs(Home::fiber(8))?;
    office.jane.installs(Home { market: "guam", ..Home::cable(9) })?;
    let bill = office.desk("bea; roles=billing")?;
    bill.sends(
        "ChargeFee",
        json!({"accountId": "account_8", "chargeId": "f-1", "product": "ACTIVATION"}),
    )?;
    office.jane.sees("billing/recurring/account_9")?;
    Ok(office)
}

#[test]
fn f73_the_draft_of_a_run_is_what_it_then_bills() -> anyhow::Result<()> {
    let office = office()?;
    let draft = drafted(&office, &["--on", DAY])?;
    let counts = ["accounts", "bills", "firstBills", "withNothingOnThem", "parkedAccounts"];
    let counts = counts.map(|name| draft[name].as_u64().unwrap_or(u64::MAX));
    assert_eq!(counts, [3, 2, 2, 0, 1], "{draft:#}");
    assert_eq!(draft["parked"][0]["code"], "bill.market_without_taxes");
    assert_eq!(draft["parked"][0]["first"][0]["accountId"], "account_9");
    let before = office.jane.looks("status")?["head"].clone();
    assert_eq!(drafted(&office, &["--on", "2026-10-31"])?["accounts"], 0, "none is due before");
    assert_eq!(office.jane.looks("status")?["head"], before, "a draft is written nowhere");

    office.day(DAY)?;
    let run = office.jane.sees(&format!("billing/runs/run_bill-{DAY}"))?;
    assert_eq!((&run["done"], &run["parked"]), (&json!(2), &json!(1)), "{run:#}");
    assert_eq!(minor(&run, "total")?, minor(&draft, "total")?);
    let issued = office.world.api.events(Some("InvoiceIssued"))?;
    let (mut taxes, mut total) = (0, 0);
    for line in issued.iter().flat_map(|it| it["invoice"]["issued"]["lines"].as_array()).flatten() {
        let minor: i64 = line["amount"]["minor"].as_str().unwrap_or("0").parse()?;
        total += minor;
        if line["kind"].as_str().is_some_and(|kind| kind.ends_with("TAX")) {
            taxes += minor;
        }
    }
    assert_eq!((total, taxes), (minor(&draft, "total")?, minor(&draft, "taxes")?));
    let largest = draft["largest"].as_array().context("the largest")?;
    for bill in largest {
        let account = bill["accountId"].as_str().context("an account")?;
        let balance = office.jane.sees(&format!("billing/balance/{account}"))?;
        assert_eq!(balance["balance"]["minor"], bill["total"]["minor"], "{account}");
    }
    assert!(largest.is_sorted_by_key(|bill| -bill["total"]["minor"].as_i64().unwrap_or(0)));
    Ok(())
}

#[test]
fn f73_whoever_asks_for_the_bill_of_a_parked_account_is_told_why_there_is_none()
-> anyhow::Result<()> {
    let office = office()?;
    office.day(DAY)?;
    let parked = office.jane.sees("billing/parked/account_9")?;
    let bill = json!({"accountId": "account_9", "cycle": parked["cycle"]});
    let bea = office.desk("bea; roles=billing")?;
    let reason = bea.refused("bill.market_without_taxes", "BillAccount", bill)?;
    assert_eq!(json!(reason), parked["reason"]);
    assert!(reason.contains("guam"), "{reason}");
    Ok(())
}

#[test]
fn f73_the_next_draft_says_what_changes_against_the_bills_before() -> anyhow::Result<()> {
    let office = office()?;
    office.day(DAY)?;
    office.jane.sees("billing/recurring/account_8")?;
    let draft = drafted(&office, &["--on", "2026-12-01"])?;
    assert_eq!((&draft["bills"], &draft["firstBills"]), (&json!(2), &json!(0)), "{draft:#}");
    let billed = office.jane.sees(&format!("billing/runs/run_bill-{DAY}"))?;
    assert_eq!(minor(&draft, "previousTotal")?, minor(&billed, "total")?);
    let changed = draft["changedMost"][0].clone();
    assert_eq!(changed["accountId"], "account_8", "it paid for its activation: {draft:#}");
    let change = minor(&changed, "total")? - minor(&changed, "previous")?;
    assert_eq!(minor(&changed, "change")?, change);
    let table = office.world.client(&["draft", "--all", "--on", "2026-12-01"])?.well()?.out;
    assert!(table.contains("bills of 2026-12-01") && table.contains("account_8"), "{table}");
    Ok(())
}

/// The bill that was made is the one that was drafted: when it is due, and what for.
fn came_true(api: &Api, draft: &Value) -> anyhow::Result<()> {
    let of = "billing/invoice/invoice_I00000001";
    api.until_row(of, "cycle", DAY)?;
    let invoice = api.get(of)?["value"].clone();
    assert_eq!((&draft["dueOn"], &draft["paysThrough"]), (&invoice["dueOn"], &json!("2026-11-30")));
    assert_eq!(invoice["dueOn"], "2026-11-07", "it is made on the 3rd: {invoice:#}");
    let days = |bill: &Value| -> Option<Vec<_>> {
        let lines = bill["lines"].as_array()?.iter();
        Some(lines.map(|line| (line["from"].clone(), line["to"].clone())).collect())
    };
    let billed = days(&invoice).context("an invoice has lines")?;
    assert_eq!(days(draft), Some(billed.clone()));
    assert!(billed.contains(&(json!("2026-11-01"), json!("2026-11-30"))), "{billed:?}");
    Ok(())
}

#[test]
fn f73_a_run_that_awaits_approval_is_drafted_without_a_day() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("northeast.toml");
    let text = fs::read_to_string(northeast())?;
    let text = text.replace("approve_bill_runs = false", "approve_bill_runs = true");
    fs::write(&file, text)?;
    let mut command = demarc();
    command.args(["serve", "--manual-calendar", "--trust-actor-header", "--http", "127.0.0.1:0"]);
    command.arg("--data").arg(dir.path().join("data")).arg("--biller-file").arg(&file);
    let mut process = Process::start(command, &dir.path().join("said"))?;
    let api = Api::at(&process.running()?)?;
    let send = |command, json: Value| {
        api.insist(&Wish { command, key: format!("{command} {json}"), json }).map(drop)
    };
    send("OpenDay", json!({ "date": "2026-10-08" }))?;
    send(
        "OpenAccount",
        json!({"accountId": "account_7", "holderName": "Ada", "email": "a@example.net"}),
    )?;
    let item = json!({"accountId": "account_7", "itemId": "wifi", "product": "WIFI",
        "market": "utah", "from": "2026-10-08"});
    send("StartItem", item)?;
    api.until_row("billing/recurring/account_7", "billDay", "1")?;
    send("OpenDay", json!({ "date": DAY }))?;
    let run = format!("billing/runs/run_bill-{DAY}");
    api.until_row(&run, "stage", "awaitsApproval")?;
    send("OpenDay", json!({ "date": "2026-11-03" }))?;
    let lines = reqwest::blocking::get(format!("{}/v1/northeast/drafts", api.url()))?.text()?;
    let lines: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(lines[0] == json!({ "looked": 1, "of": 1 }), "{lines:#?}");
    let draft = &lines.last().context("a draft")?["draft"];
    assert_eq!((&draft["on"], &draft["bills"]), (&json!(DAY), &json!(1)), "{draft:#}");
    let bill = api.get("drafts/account_7")?;
    send("ApproveRun", json!({ "kind": "RUN_KIND_BILL", "date": DAY }))?;
    api.until_row(&run, "stage", "closed")?;
    api.until_row(&run, "total.minor", &minor(draft, "total")?.to_string())?;
    came_true(&api, &bill)?;
    let unknown = api.get("drafts/account_9")?;
    assert_eq!(
        (&unknown["status"], &unknown["detail"]),
        (&json!(404), &json!("there is no account account_9"))
    );
    assert_eq!(api.get("drafts?at=2026-11-01")?["status"], 422);
    assert_eq!(api.get("drafts?on=soon")?["status"], 422);
    process.stop()
}
