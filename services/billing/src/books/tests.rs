//! What goes into the books of each event.

use domain::{
    Fact,
    invoice::{InvoiceEvent, InvoiceLine, LineKind},
    ledger::{LedgerEvent, PaymentMethod},
    testing::fixtures::{
        TODAY, account, account_id, code, day, debt, id, invoiced, issued, paid, sealed, text, usd,
    },
};
use jiff::civil::date;
use projection::Keys;
use read_side::testing::Story;
use serde_json::{Value, json};

use super::{JOURNAL, PERIODS, TRIAL_BALANCE};
use crate::testing::story;

/// What each entry says, and its accounts and amounts.
fn entries(story: &Story) -> Vec<(String, Vec<(String, i64)>)> {
    let rows = story.rows().scan::<Value>(JOURNAL, Keys::all(), 100);
    let rows = rows.map(|row| row.unwrap().1);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.map(|row| {
        let postings = row["postings"].as_array().unwrap().iter();
        let one = |it: &Value| (text(&it["account"]), it["amount"]["minor"].as_i64().unwrap());
        (text(&row["what"]), postings.map(one).collect())
    })
    .collect()
}

/// The last entry of these facts about an account.
fn last(facts: impl IntoIterator<Item = Fact>) -> (String, Vec<(String, i64)>) {
    let entries = entries(&story().and(account()).and(facts));
    entries.into_iter().next_back().expect("there is an entry")
}

fn entry(what: &str, postings: &[(&str, i64)]) -> (String, Vec<(String, i64)>) {
    let postings = postings.iter().map(|(account, minor)| ((*account).to_owned(), *minor));
    (what.to_owned(), postings.collect())
}

fn ledger(event: LedgerEvent) -> Fact {
    event.on(&account_id())
}

fn refunded(minor: i64) -> Fact {
    ledger(LedgerEvent::Refunded {
        account_id: account_id(),
        refund_id: code("r-1"),
        amount: usd(minor),
        method: PaymentMethod::Check,
        refunded_on: TODAY,
        drawn: None,
    })
}

fn adjusted(minor: i64) -> Fact {
    ledger(LedgerEvent::Adjusted {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        due_on: TODAY,
        approved_by: None,
    })
}

#[test]
fn f71_an_invoice_is_owed_for_its_lines_and_its_taxes() {
    let line = |kind, item: &str, product: &str, minor| InvoiceLine {
        item_id: code(item),
        kind,
        product: code(product),
        description: text("A line"),
        span: None,
        amount: usd(minor),
    };
    let lines = vec![
        line(LineKind::Package, "service_5", "basic", 4_999),
        line(LineKind::Package, "service_5", "basic", -999),
        line(LineKind::Tax, "phoenix", "STATE", 560),
    ];
    let credited = InvoiceEvent::Credited {
        account_id: account_id(),
        credit_note: code("C00000001"),
        reason: code("BILLING_ERROR"),
        credited_on: TODAY,
        rebilled: false,
        lines,
    };
    let expected = [
        ("assets:receivable", -4_560),
        ("liabilities:tax:phoenix:state", 560),
        ("revenue:package:basic", 4_000),
    ];
    let invoice_id = id("invoice_I00000001");
    assert_eq!(last([credited.on(&invoice_id)]), entry("Credit note C00000001", &expected));
    let expected = [("assets:receivable", 4_999), ("revenue:package:basic", -4_999)];
    let story = story().and(account()).and([issued(4_999, TODAY), invoiced(4_999, TODAY)]);
    assert_eq!(entries(&story), [entry("Invoice I00000001", &expected)], "it is entered once");
}

#[test]
fn f71_credit_is_used_for_an_invoice() {
    let facts = [paid("p-1", 3_000), issued(4_999, TODAY), invoiced(4_999, TODAY)];
    let expected = [("assets:receivable", -3_000), ("liabilities:unapplied", 3_000)];
    assert_eq!(last(facts), entry("Credit used for invoice I00000001", &expected));
}

#[test]
fn f71_a_credit_note_for_what_was_paid_leaves_credit() {
    let credited = LedgerEvent::InvoiceCredited {
        account_id: account_id(),
        invoice_id: id("invoice_I00000001"),
        credit_note: code("C00000001"),
        total: usd(4_999),
        due_on: None,
    };
    let facts = [issued(4_999, TODAY), invoiced(4_999, TODAY), paid("p-1", 4_999)];
    let expected = [("assets:receivable", 4_999), ("liabilities:unapplied", -4_999)];
    let expected = entry("Credit left of credit note C00000001", &expected);
    assert_eq!(last(facts.into_iter().chain([ledger(credited)])), expected);
}

#[test]
fn f43_a_charge_and_a_payment_are_entered() {
    let charged =
        entry("Charge bill-2026-03-16", &[("assets:receivable", 6_999), ("revenue:other", -6_999)]);
    assert_eq!(last([debt(6_999, TODAY)]), charged);
    let received = [
        ("assets:cash:card", 8_000),
        ("assets:receivable", -6_999),
        ("liabilities:unapplied", -1_001),
    ];
    let facts = [debt(6_999, TODAY), paid("p-1", 8_000)];
    assert_eq!(last(facts), entry("Payment p-1, card", &received));
}

#[test]
fn f71_a_payment_that_did_not_hold_is_owed_again() {
    let reversed = LedgerEvent::PaymentReversed {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(8_000),
        method: PaymentMethod::Card,
        reason: code("CHARGEBACK"),
        reversed_on: TODAY,
    };
    let facts = [debt(6_999, TODAY), paid("p-1", 8_000), ledger(reversed)];
    let expected = [
        ("assets:cash:card", -8_000),
        ("assets:receivable", 6_999),
        ("liabilities:unapplied", 1_001),
    ];
    assert_eq!(last(facts), entry("Payment p-1 reversed: CHARGEBACK", &expected));
}

#[test]
fn f71_a_refund_comes_out_of_credit() {
    let expected = [("assets:cash:check", -300), ("liabilities:unapplied", 300)];
    assert_eq!(last([paid("p-1", 1_000), refunded(300)]), entry("Refund r-1, check", &expected));
}

#[test]
fn f55_an_adjustment_has_an_account_for_its_reason() {
    let expected = [("assets:receivable", -500), ("revenue:adjustments:outage", 500)];
    let facts = [debt(6_999, TODAY), adjusted(-500)];
    assert_eq!(last(facts), entry("Adjustment a-1: OUTAGE", &expected));
    let expected = [("assets:receivable", 500), ("revenue:adjustments:outage", -500)];
    assert_eq!(last([adjusted(500)]), entry("Adjustment a-1: OUTAGE", &expected));
}

#[test]
fn f43_what_moves_nothing_has_no_entry() {
    let declined =
        LedgerEvent::AdjustmentDeclined { account_id: account_id(), adjustment_id: code("a-1") };
    let requested = LedgerEvent::AdjustmentRequested {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(-6_000),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        requested_by: code("jane"),
    };
    let story = story().and(account()).and([ledger(requested), ledger(declined), debt(0, TODAY)]);
    assert_eq!(entries(&story), []);
}

#[test]
fn f43_an_entry_says_when_whose_and_which_event_it_is_of() {
    let story = story().and(account()).and([debt(6_999, date(2026, 4, 5))]);
    let amount =
        |minor: i64, text: &str| json!({ "minor": minor, "currency": "USD", "text": text });
    let expected = json!({
        "date": "2026-03-16",
        "position": 3,
        "eventId": "ledger_7/1",
        "accountId": "account_7",
        "what": "Charge bill-2026-04-05",
        "postings": [
            { "account": "assets:receivable", "amount": amount(6_999, "69.99 USD") },
            { "account": "revenue:other", "amount": amount(-6_999, "-69.99 USD") },
        ],
    });
    assert_eq!(story.row::<Value>(JOURNAL, "2026-03-16/00000000000000000003"), expected);
}

#[test]
fn f71_a_month_is_closed_when_the_next_one_begins_and_never_changes() {
    let story = story().and(account()).and([debt(6_999, TODAY), paid("p-1", 2_000)]);
    let story = story.and([day(date(2026, 3, 31)), day(date(2026, 4, 1))]);
    let period: Value = story.row(PERIODS, "2026-03");
    assert_eq!((&period["position"], &period["total"]["minor"]), (&json!(5), &json!(0)));
    assert_eq!(period["debits"], period["credits"]);
    let receivable = |row: &Value, closing: &str| {
        let minor = |field: &str| row[field]["minor"].as_i64().unwrap();
        [minor("opening"), minor("debits"), minor("credits"), minor(closing)]
    };
    let closed = period["accounts"].as_array().unwrap();
    let closed = closed.iter().find(|row| row["account"] == "assets:receivable").unwrap();
    assert_eq!(receivable(closed, "closing"), [0, 6_999, 2_000, 4_999]);
    let now: Value = story.row(TRIAL_BALANCE, "assets:receivable");
    assert_eq!(
        (&now["month"], receivable(&now, "balance")),
        (&json!("2026-04"), [4_999, 0, 0, 4_999])
    );

    let story = story.and([paid("p-2", 1_000), day(date(2026, 6, 1))]);
    assert_eq!(story.row::<Value>(PERIODS, "2026-03"), period);
    let closed: Value = story.row(PERIODS, "2026-04");
    let closed = closed["accounts"].as_array().unwrap();
    let closed = closed.iter().find(|row| row["account"] == "assets:receivable").unwrap();
    assert_eq!(receivable(closed, "closing"), [4_999, 0, 1_000, 3_999]);
    assert_eq!(story.rows().get::<Value>(PERIODS, "2026-05").unwrap(), None);
}

#[test]
fn f71_what_is_recorded_before_the_first_day_is_a_period_of_its_own() {
    let facts = account().into_iter().skip(1).chain([debt(100, TODAY), day(TODAY)]);
    let story = story().and(facts);
    let period: Value = story.row(PERIODS, "0001-01");
    assert_eq!(period["accounts"].as_array().map(Vec::len), Some(2));
    assert_eq!(story.row::<Value>(JOURNAL, "0001-01-01/00000000000000000002")["position"], 2);
}
