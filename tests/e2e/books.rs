//! The books as accountants see them: a program that knows nothing of Demarc adds them up.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context as _, ensure};
use e2e::{Desk, Home, Office, TODAY};
use serde_json::{Value, json};

/// How to get hledger.
const INSTALL: &str = "cargo xtask tools";

/// hledger is `$HLEDGER`, else the one in `.tools` of the workspace, else the one on the `PATH`.
/// Without any of them a test fails.
fn hledger(arguments: &[&str], journal: &Path) -> anyhow::Result<Output> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/hledger/usr/bin/hledger");
    let program = match std::env::var_os("HLEDGER") {
        Some(program) => PathBuf::from(program),
        None if tools.exists() => tools,
        None => PathBuf::from("hledger"),
    };
    let mut command = Command::new(&program);
    command.arg("--file").arg(journal).args(arguments).env("LANG", "C.UTF-8");
    command.output().with_context(|| format!("{} does not run: {INSTALL}", program.display()))
}

/// What hledger says about a journal that is as it should be.
fn adds_up(arguments: &[&str], journal: &Path) -> anyhow::Result<String> {
    let Output { status, stdout, stderr } = hledger(arguments, journal)?;
    let said = String::from_utf8_lossy(&stderr).into_owned();
    ensure!(status.success(), "hledger {arguments:?}: {said}\n{}", fs::read_to_string(journal)?);
    Ok(String::from_utf8(stdout)?)
}

/// Every account in which something stands, as hledger adds it up.
fn balances(journal: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let arguments = ["balance", "--flat", "--no-total", "--output-format=csv"];
    let lines = adds_up(&arguments, journal)?;
    let lines = lines.lines().skip(1);
    let account = |line: &str| {
        let (account, balance) = line.trim_matches('"').split_once("\",\"")?;
        Some((account.to_owned(), balance.to_owned()))
    };
    lines.map(|line| account(line).with_context(|| line.to_owned())).collect()
}

fn usd(minor: i64) -> Value {
    json!({ "currency": "USD", "minor": minor.to_string() })
}

/// Ada has Classic, and a month with everything that can happen to a ledger.
fn october() -> anyhow::Result<(Office, Desk)> {
    let office = Office::open()?;
    office.jane.installs(Home::cable(7))?;
    office.jane.sees("care/account/account_7")?;
    let bill = office.desk("bea; roles=billing")?;
    bill.sends("BillAccount", json!({ "accountId": "account_7" }))?;
    let line = json!({ "description": "A remote control", "amount": usd(2_500) });
    bill.sends(
        "RecordCharge",
        json!({"accountId": "account_7", "chargeId": "remote", "lines": [line],
            "dueOn": "2026-10-20"}),
    )?;
    for (payment, minor) in [("check-1", 40_000), ("check-2", 1_000)] {
        bill.sends(
            "RecordPayment",
            json!({"accountId": "account_7", "paymentId": payment, "amount": usd(minor),
                "method": "PAYMENT_METHOD_CHECK", "receivedOn": TODAY}),
        )?;
    }
    let adjust = |id: &str, minor| {
        json!({"accountId": "account_7", "adjustmentId": id, "amount": usd(minor),
            "reason": "OUTAGE", "note": "Ada Byron was two days without service."})
    };
    office.jane.sends("AdjustAccount", adjust("a-1", -1_500))?;
    office.jane.sends("AdjustAccount", adjust("a-2", -9_000))?;
    let approve = json!({ "accountId": "account_7", "adjustmentId": "a-2" });
    office.desk("sam; roles=manager")?.sends("ApproveAdjustment", approve)?;
    let reverse = json!({ "accountId": "account_7", "paymentId": "check-2", "reason": "BOUNCED" });
    bill.sends("ReversePayment", reverse)?;
    let refund = json!({"accountId": "account_7", "refundId": "r-1", "amount": usd(700),
        "method": "PAYMENT_METHOD_CHECK"});
    bill.sends("RefundAccount", refund)?;
    bill.sees("billing/balance/account_7")?;
    Ok((office, bill))
}

/// Exports into a file: what is in it.
fn export(office: &Office, file: &Path, options: &[&str]) -> anyhow::Result<String> {
    let path = file.to_string_lossy();
    let arguments = [&["books", "export", "--out", &path][..], options].concat();
    let said = office.world.client(&arguments)?.well()?.out;
    ensure!(said.contains("entries that balance"), "{said}");
    Ok(fs::read_to_string(file)?)
}

#[test]
fn f71_hledger_adds_up_what_is_exported_and_finds_our_trial_balance() -> anyhow::Result<()> {
    let (office, _) = october()?;
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("all.journal");
    let journal = export(&office, &file, &[])?;
    adds_up(&["check", "--strict"], &file)?;
    adds_up(&["check", "ordereddates"], &file)?;

    let shown: Value =
        serde_json::from_str(&office.world.client(&["books", "--json"])?.well()?.out)?;
    let accounts = shown["accounts"].as_array().context("there are accounts")?;
    let of_account = |it: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let stands = it["balance"]["minor"] != 0;
        stands.then(|| (text(&it["account"]), text(&it["balance"]["text"])))
    };
    let ours: BTreeMap<_, _> = accounts.iter().filter_map(of_account).collect();
    assert_eq!(balances(&file)?, ours);
    assert_eq!(ours["assets:cash:check"], "393.00 USD");
    assert_eq!(ours["revenue:adjustments:outage"], "105.00 USD");
    let table = office.world.client(&["books"])?.well()?.out;
    let total = table.lines().find(|line| line.trim_start().starts_with("total"));
    assert!(total.is_some_and(|line| line.trim_end().ends_with("$0.00")), "{table}");

    for name in ["Ada", "Byron", "Mill Lane", "without service"] {
        assert!(!journal.contains(name), "{name} is personal: {journal}");
    }
    // hledger looks at every amount: one that is changed is found.
    let changed = journal.replacen("393.00 USD", "394.00 USD", 1);
    assert_ne!(changed, journal);
    fs::write(&file, changed)?;
    assert!(!hledger(&["check", "--strict"], &file)?.status.success(), "a changed balance passed");
    Ok(())
}

#[test]
fn f71_a_closed_month_is_exported_the_same_every_time() -> anyhow::Result<()> {
    let (office, bill) = october()?;
    let dir = tempfile::tempdir()?;
    let [october, again, november] = ["october", "again", "november"]
        .map(|name| dir.path().join(name).with_extension("journal"));
    office.day("2026-11-02")?;
    let days = ["--from", "2026-10-01", "--to", "2026-10-31"];
    let first = export(&office, &october, &days)?;
    adds_up(&["check", "--strict"], &october)?;

    let paid = json!({"accountId": "account_7", "paymentId": "card-1", "amount": usd(1_234),
        "method": "PAYMENT_METHOD_CARD", "receivedOn": "2026-11-02"});
    bill.sends("RecordPayment", paid)?;
    let period = bill.sees("billing/periods/2026-10")?;
    assert_eq!(export(&office, &again, &days)?, first);
    let closed = period["accounts"].as_array().context("there are accounts")?;
    let closing = |it: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let stands = it["closing"]["minor"] != 0;
        stands.then(|| (text(&it["account"]), text(&it["closing"]["text"])))
    };
    let closing: BTreeMap<_, _> = closed.iter().filter_map(closing).collect();
    assert_eq!(balances(&october)?, closing);

    let journal = export(&office, &november, &["--from", "2026-11-01"])?;
    adds_up(&["check", "--strict"], &november)?;
    assert!(journal.contains("Opening balances") && !journal.contains("remote"), "{journal}");
    assert_eq!(balances(&november)?["assets:cash:card"], "12.34 USD");
    Ok(())
}

#[test]
fn f43_f44_f55_the_journal_lists_a_day_and_is_exported_as_a_table() -> anyhow::Result<()> {
    let (office, bill) = october()?;
    let entries = bill.lists("billing/journal", TODAY)?;
    let said = |what: &str| entries.iter().any(|it| it["what"] == what);
    for what in [
        "Charge remote",
        "Payment check-1, check",
        "Adjustment a-1: OUTAGE",
        "Payment check-2 reversed: BOUNCED",
        "Refund r-1, check",
    ] {
        assert!(said(what), "{what} is not entered: {entries:#?}");
    }
    assert!(entries.iter().any(|it| it["what"].to_string().contains("Invoice")), "{entries:#?}");
    let typed = office.world.client(&["books", "export", "--format", "csv"])?.well()?.out;
    let lines: Vec<_> = typed.lines().collect();
    assert_eq!(lines[0], "date,position,event,customer,what,account,amount,currency");
    let postings = entries.iter().map(|it| it["postings"].as_array().map_or(0, Vec::len));
    assert_eq!(lines.len() - 1, postings.sum::<usize>(), "{typed}");
    let refund = ",account_7,\"Refund r-1, check\",assets:cash:check,-7.00,USD";
    assert!(lines.iter().any(|line| line.ends_with(refund)), "{typed}");
    Ok(())
}

#[test]
fn f59_adjustments_are_listed_with_their_notes_and_who_approved_them() -> anyhow::Result<()> {
    let (office, bill) = october()?;
    let listed = bill.lists("billing/adjustments", "account_7")?;
    let said: Vec<_> = listed
        .iter()
        .map(|it| [&it["adjustmentId"], &it["status"], &it["actor"], &it["decidedBy"]])
        .collect();
    let (jane, sam) = (json!("jane; roles=agent"), json!("sam; roles=manager"));
    let expected = [
        [&json!("a-2"), &json!("approved"), &jane, &sam],
        [&json!("a-1"), &json!("made"), &jane, &Value::Null],
    ];
    assert_eq!(said, expected);
    assert_eq!(listed[0]["note"], "Ada Byron was two days without service.");
    let typed = ["show", "billing", "adjustments", "--of", "account_7"];
    assert!(office.world.client(&typed)?.well()?.out.contains("OUTAGE"));
    Ok(())
}

#[test]
fn f43_the_aging_counts_accounts_and_amounts_by_how_long_they_are_past_due() -> anyhow::Result<()> {
    let (office, bill) = october()?;
    let line = json!({ "description": "A modem", "amount": usd(90_000) });
    let charge = json!({"accountId": "account_7", "chargeId": "modem", "lines": [line],
        "dueOn": "2026-10-20"});
    bill.sends("RecordCharge", charge)?;
    let owed = bill.sees("billing/balance/account_7")?["balance"]["minor"].clone();
    let aged = |on: &[&str]| -> anyhow::Result<Vec<(Value, Value)>> {
        let arguments = [&["--json", "books", "aging"][..], on].concat();
        let ages: Value = serde_json::from_str(&office.world.client(&arguments)?.well()?.out)?;
        let buckets = ages["buckets"].as_array().context("there are buckets")?.iter();
        Ok(buckets.map(|it| (it["accounts"].clone(), it["amount"]["minor"].clone())).collect())
    };
    let one_in = |at: usize| -> Vec<(Value, Value)> {
        let bucket = |it| if it == at { (json!(1), owed.clone()) } else { (json!(0), json!(0)) };
        (0..5).map(bucket).collect()
    };
    assert_eq!(aged(&[])?, one_in(0));
    assert_eq!(aged(&["--on", "2026-10-20"])?, one_in(0));
    assert_eq!(aged(&["--on", "2026-11-19"])?, one_in(1));
    assert_eq!(aged(&["--on", "2026-11-20"])?, one_in(2));
    assert_eq!(aged(&["--on", "2027-10-01"])?, one_in(4));
    let table = office.world.client(&["books", "aging"])?.well()?.out;
    assert!(table.contains("1 to 30 days past due"), "{table}");
    Ok(())
}
