//! The entries of every kind of event.

use jiff::civil::date;

use super::{Posting, of_invoice, of_ledger};
use crate::{
    Event,
    invoice::{InvoiceEvent, InvoiceLine, Issued, LineKind},
    ledger::{LedgerEvent, PaymentMethod, Standing},
    testing::fixtures::{
        TODAY, account_id, code, debt, id, invoiced, issued, paid, sealed, text, usd,
    },
};

/// Account and amount, in the order of the accounts.
type Entries = Vec<(String, i64)>;

fn entries(expected: &[(&str, i64)]) -> Entries {
    expected.iter().map(|(account, minor)| ((*account).to_owned(), *minor)).collect()
}

fn plain(postings: Vec<Posting>) -> Entries {
    assert_eq!(postings.iter().map(|posting| posting.minor).sum::<i64>(), 0, "they balance");
    postings.into_iter().map(|posting| (posting.account, posting.minor)).collect()
}

/// The entries of the last of some events.
fn booked(events: &[LedgerEvent]) -> Entries {
    let mut standing = Standing::default();
    let mut entries = Vec::new();
    for event in events {
        let before = standing.clone();
        standing.post(event);
        entries = of_ledger(&before, event, &standing);
    }
    plain(entries)
}

fn ledger(fact: crate::Fact) -> LedgerEvent {
    let Event::Ledger(event) = fact.event else { panic!("not about a ledger") };
    event
}

fn charge(minor: i64) -> LedgerEvent {
    ledger(debt(minor, date(2026, 3, 5)))
}

fn payment(minor: i64) -> LedgerEvent {
    ledger(paid("p-1", minor))
}

fn invoice(minor: i64) -> LedgerEvent {
    ledger(invoiced(minor, date(2026, 3, 5)))
}

fn adjusted(minor: i64) -> LedgerEvent {
    LedgerEvent::Adjusted {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        due_on: date(2026, 3, 20),
        approved_by: None,
    }
}

fn reversed(minor: i64) -> LedgerEvent {
    LedgerEvent::PaymentReversed {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(minor),
        method: PaymentMethod::Card,
        reason: code("NSF"),
        reversed_on: TODAY,
    }
}

fn refunded(minor: i64) -> LedgerEvent {
    LedgerEvent::Refunded {
        account_id: account_id(),
        refund_id: code("r-1"),
        amount: usd(minor),
        method: PaymentMethod::BankTransfer,
        refunded_on: TODAY,
        drawn: None,
    }
}

fn credited(minor: i64) -> LedgerEvent {
    LedgerEvent::InvoiceCredited {
        account_id: account_id(),
        invoice_id: id("invoice_I00000001"),
        credit_note: code("C00000001"),
        total: usd(minor),
        due_on: Some(TODAY),
    }
}

#[test]
fn a_charge_is_owed_and_earned() {
    let earned = entries(&[("assets:receivable", 100), ("revenue:other", -100)]);
    assert_eq!(booked(&[charge(100)]), earned);
    let credit = entries(&[("liabilities:unapplied", -100), ("revenue:other", 100)]);
    assert_eq!(booked(&[charge(-100)]), credit);
}

#[test]
fn a_payment_pays_what_is_owed_and_the_rest_waits() {
    let paid = [("assets:cash:card", 100), ("assets:receivable", -60)];
    let waits = [&paid[..], &[("liabilities:unapplied", -40)]].concat();
    assert_eq!(booked(&[charge(60), payment(100)]), entries(&waits));
}

#[test]
fn a_reversal_takes_all_of_it_back() {
    let owed = [("assets:cash:card", -100), ("assets:receivable", 60)];
    let back = [&owed[..], &[("liabilities:unapplied", 40)]].concat();
    assert_eq!(booked(&[charge(60), payment(100), reversed(100)]), entries(&back));
}

#[test]
fn a_refund_is_paid_out_of_what_waits() {
    let paid = entries(&[("assets:cash:bank-transfer", -40), ("liabilities:unapplied", 40)]);
    assert_eq!(booked(&[charge(60), payment(100), refunded(40)]), paid);
}

#[test]
fn f55_an_adjustment_is_booked_under_its_reason() {
    let credit = entries(&[("assets:receivable", -50), ("revenue:adjustments:outage", 50)]);
    assert_eq!(booked(&[charge(60), adjusted(-50)]), credit);
    let charge = entries(&[("assets:receivable", 50), ("revenue:adjustments:outage", -50)]);
    assert_eq!(booked(&[adjusted(50)]), charge);
}

#[test]
fn f55_what_waits_or_is_declined_is_not_booked() {
    let requested = LedgerEvent::AdjustmentRequested {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(-50),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        requested_by: code("jane"),
    };
    let declined =
        LedgerEvent::AdjustmentDeclined { account_id: account_id(), adjustment_id: code("a-1") };
    assert_eq!(booked(std::slice::from_ref(&requested)), []);
    assert_eq!(booked(&[requested, declined]), []);
}

#[test]
fn an_invoice_is_booked_by_its_own_fact_and_uses_up_what_waits() {
    assert_eq!(booked(&[invoice(100)]), []);
    let used = entries(&[("assets:receivable", -30), ("liabilities:unapplied", 30)]);
    assert_eq!(booked(&[payment(30), invoice(100)]), used);
    let Event::Invoice(first) = issued(100, date(2026, 3, 5)).event else {
        panic!("not about an invoice")
    };
    let earned = entries(&[("assets:receivable", 100), ("revenue:package:basic", -100)]);
    assert_eq!(plain(of_invoice(&first)), earned);
}

#[test]
fn a_credit_note_books_the_other_way_round() {
    assert_eq!(booked(&[invoice(100), credited(100)]), []);
    let waits = entries(&[("assets:receivable", 100), ("liabilities:unapplied", -100)]);
    assert_eq!(booked(&[invoice(100), payment(100), credited(100)]), waits);
    let lines = lines();
    let credited = InvoiceEvent::Credited {
        account_id: account_id(),
        credit_note: code("C00000001"),
        reason: code("BILLING-ERROR"),
        credited_on: TODAY,
        rebilled: false,
        lines,
    };
    let mut back = of_every_kind();
    back.iter_mut().for_each(|(_, minor)| *minor = -*minor);
    assert_eq!(plain(of_invoice(&credited)), back);
}

/// One line of every kind, two of one product.
fn lines() -> Vec<InvoiceLine> {
    let line = |item_id: &str, kind, product: &str, minor| InvoiceLine {
        item_id: code(item_id),
        kind,
        product: code(product),
        description: text("Line"),
        span: None,
        amount: usd(minor),
    };
    vec![
        line("service_5", LineKind::Package, "classic", 3_500),
        line("service_5", LineKind::Package, "classic", 6_999),
        line("service_5-ONT-RENT", LineKind::Rental, "ONT-RENT", 700),
        line("wifi", LineKind::Extra, "WIFI", 1_000),
        line("bundle-DOUBLE", LineKind::Bundle, "DOUBLE", -1_000),
        line("late-1", LineKind::Fee, "LATE", 500),
        line("northern_virginia", LineKind::Tax, "STATE", 525),
    ]
}

fn of_every_kind() -> Entries {
    entries(&[
        ("assets:receivable", 12_224),
        ("liabilities:tax:northern_virginia:state", -525),
        ("revenue:bundle:double", 1_000),
        ("revenue:extra:wifi", -1_000),
        ("revenue:fee:late", -500),
        ("revenue:package:classic", -10_499),
        ("revenue:rental:ont-rent", -700),
    ])
}

#[test]
fn every_line_of_an_invoice_is_booked_under_its_product() {
    let issued = InvoiceEvent::Issued(Issued {
        account_id: account_id(),
        number: code("I00000001"),
        cycle: TODAY,
        issued_on: TODAY,
        due_on: TODAY,
        previous_balance: usd(0),
        lines: lines(),
    });
    assert_eq!(plain(of_invoice(&issued)), of_every_kind());
}
