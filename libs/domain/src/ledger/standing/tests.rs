//! What pays what, whatever comes in which order.

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{
    collection::vec,
    prelude::{Strategy, any, proptest},
};

use super::Standing;
use crate::{
    Event,
    ledger::{LedgerEvent, PaymentMethod, books},
    testing::fixtures::{TODAY, account_id, code, debt, id, sealed, usd},
};

fn charged(minor: i64, day: i8) -> LedgerEvent {
    let Event::Ledger(charged) = debt(minor, date(2026, 3, day)).event else {
        unreachable!("a debt is a fact about a ledger")
    };
    charged
}

fn paid_as(payment_id: &str, minor: i64, invoice: Option<&str>) -> LedgerEvent {
    LedgerEvent::PaymentReceived {
        account_id: account_id(),
        payment_id: code(payment_id),
        amount: usd(minor),
        method: PaymentMethod::Cash,
        received_on: TODAY,
        invoice_id: invoice.map(id),
        reference: None,
    }
}

fn paid(minor: i64) -> LedgerEvent {
    paid_as("p", minor, None)
}

fn invoiced(number: &str, minor: i64, day: i8) -> LedgerEvent {
    LedgerEvent::Invoiced {
        account_id: account_id(),
        invoice_id: id(number),
        total: usd(minor),
        due_on: date(2026, 3, day),
    }
}

fn reversed(payment_id: &str, minor: i64) -> LedgerEvent {
    LedgerEvent::PaymentReversed {
        account_id: account_id(),
        payment_id: code(payment_id),
        amount: usd(minor),
        method: PaymentMethod::Cash,
        reason: code("NSF"),
        reversed_on: TODAY,
    }
}

fn credited(number: &str, minor: i64, day: i8) -> LedgerEvent {
    LedgerEvent::InvoiceCredited {
        account_id: account_id(),
        invoice_id: id(number),
        credit_note: code("C1"),
        total: usd(minor),
        due_on: Some(date(2026, 3, day)),
    }
}

fn refunded(minor: i64) -> LedgerEvent {
    LedgerEvent::Refunded {
        account_id: account_id(),
        refund_id: code("r"),
        amount: usd(minor),
        method: PaymentMethod::Check,
        refunded_on: TODAY,
        drawn: None,
    }
}

fn adjusted(name: &str, minor: i64, day: i8) -> LedgerEvent {
    LedgerEvent::Adjusted {
        account_id: account_id(),
        adjustment_id: code(name),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        due_on: date(2026, 3, day),
        approved_by: None,
    }
}

fn disputed(charge_id: &str) -> LedgerEvent {
    LedgerEvent::ChargeDisputed { account_id: account_id(), charge_id: code(charge_id) }
}

fn decided(charge_id: &str) -> LedgerEvent {
    LedgerEvent::DisputeClosed { account_id: account_id(), charge_id: code(charge_id) }
}

fn after(events: &[LedgerEvent]) -> Standing {
    let mut standing = Standing::default();
    events.iter().for_each(|event| standing.post(event));
    standing
}

/// Days of March on which something is due, and what is left of it.
fn open(standing: &Standing) -> Vec<(i8, i64)> {
    standing.open.iter().map(|charge| (charge.due_on.day(), charge.remaining)).collect()
}

#[test]
fn a_payment_pays_the_oldest_debt_first() {
    let standing = after(&[charged(300, 20), charged(100, 5), charged(200, 10), paid(150)]);
    assert_eq!(open(&standing), [(10, 150), (20, 300)]);
    assert_eq!(standing.past_due(date(2026, 3, 16)), 150);
}

#[test]
fn a_payment_pays_the_invoice_that_it_names_first() {
    let first = [invoiced("invoice_I1", 100, 5), invoiced("invoice_I2", 200, 10)];
    let named = paid_as("p", 250, Some("invoice_I2"));
    assert_eq!(open(&after(&[&first[..], &[named]].concat())), [(5, 50)]);
    let unknown = paid_as("p", 250, Some("invoice_I9"));
    assert_eq!(open(&after(&[&first[..], &[unknown]].concat())), [(10, 50)]);
}

#[test]
fn what_is_disputed_is_paid_last_unless_a_payment_names_it() {
    let owing = [invoiced("invoice_I1", 100, 5), invoiced("invoice_I2", 200, 10)];
    let disputed = [&owing[..], &[disputed("invoice_I1")]].concat();
    let paying = |payment| open(&after(&[&disputed[..], &[payment]].concat()));
    assert_eq!(paying(paid(150)), [(5, 100), (10, 50)]);
    assert_eq!(paying(paid(250)), [(5, 50)], "nothing is credit while something is owed");
    assert_eq!(paying(paid_as("p", 150, Some("invoice_I1"))), [(10, 150)]);
    let decided = [&disputed[..], &[decided("invoice_I1"), paid(150)]].concat();
    assert_eq!(open(&after(&decided)), [(10, 150)]);
    // What did not hold reopens the dispute's debt, which is still disputed.
    let again = [paid_as("p-1", 300, None), reversed("p-1", 300), paid(150)];
    assert_eq!(open(&after(&[&disputed[..], &again].concat())), [(5, 100), (10, 50)]);
}

#[test]
fn a_credit_that_is_taken_back_is_owed_and_due() {
    let owed = [invoiced("invoice_I1", -30, 5), refunded(30), credited("invoice_I1", -30, 20)];
    assert_eq!(open(&after(&owed)), [(20, 30)]);
    assert_eq!(after(&owed).past_due(date(2026, 3, 21)), 30);
}

/// What is owed for which charge.
fn owed(standing: &Standing) -> Vec<(&str, i64)> {
    standing.open.iter().map(|charge| (charge.charge_id.as_str(), charge.remaining)).collect()
}

#[test]
fn a_reversal_is_owed_for_what_was_billed_instead_of_a_credited_invoice() {
    let billed = [invoiced("invoice_I1", 100, 5), paid_as("p-1", 100, None)];
    let anew = [credited("invoice_I1", 100, 20), invoiced("invoice_I2", 80, 10)];
    let standing = after(&[&billed[..], &anew, &[reversed("p-1", 100)]].concat());
    assert_eq!((owed(&standing), standing.credit()), (vec![("invoice_I2", 80)], 0));
    // What is left of the payment is credit meanwhile, and gone with it.
    let standing = after(&[&billed[..], &anew].concat());
    assert_eq!((owed(&standing), standing.credit()), (vec![], 20));
    // Nothing was billed instead: the payment had paid nothing in the end.
    let for_good = [&billed[..], &anew[..1], &[reversed("p-1", 100)]].concat();
    assert_eq!((owed(&after(&for_good)), after(&for_good).credit()), (vec![], 0));
}

#[test]
fn what_had_paid_a_credited_invoice_pays_the_oldest_debt() {
    let owing = [invoiced("invoice_I1", 100, 5), invoiced("invoice_I2", 100, 10)];
    let paid = [paid_as("p-1", 60, None), credited("invoice_I1", 100, 20)];
    let standing = after(&[&owing[..], &paid].concat());
    assert_eq!(owed(&standing), [("invoice_I2", 40)]);
    let by: Vec<_> = standing.applied.iter().map(|it| (it.source.as_str(), it.amount)).collect();
    assert_eq!(by, [("C1", 40), ("C1", 60), ("p-1", 60)]);
    let came_back = after(&[&owing[..], &paid, &[reversed("p-1", 60)]].concat());
    assert_eq!(owed(&came_back), [("invoice_I2", 40), ("invoice_I2", 60)]);
}

#[test]
fn of_charges_due_on_one_date_the_first_is_paid_first() {
    assert_eq!(open(&after(&[charged(100, 5), charged(300, 5), paid(150)])), [(5, 250)]);
}

#[test]
fn what_is_due_today_is_not_past_due() {
    let standing = after(&[charged(100, 16)]);
    assert_eq!(standing.past_due(date(2026, 3, 16)), 0);
    assert_eq!(standing.past_due(date(2026, 3, 17)), 100);
}

#[test]
fn what_is_paid_too_much_pays_later_charges() {
    assert_eq!(open(&after(&[paid(150), charged(100, 5), charged(100, 6)])), [(6, 50)]);
    assert_eq!(after(&[paid(150), charged(100, 5)]).credit(), 50);
}

#[test]
fn a_credit_pays_the_oldest_debt_first() {
    assert_eq!(open(&after(&[charged(100, 5), charged(100, 6), charged(-120, 31)])), [(6, 80)]);
}

#[test]
fn a_reversal_reopens_what_the_payment_paid_as_it_was_due() {
    let standing = after(&[
        charged(100, 5),
        charged(200, 10),
        paid_as("p-1", 150, None),
        paid_as("p-2", 150, None),
        reversed("p-1", 150),
    ]);
    assert_eq!(open(&standing), [(5, 100), (10, 50)]);
    assert_eq!(standing.balance(), 150);
}

#[test]
fn a_reversal_takes_back_credit_before_it_makes_debt() {
    let before = [charged(100, 5), paid_as("p-1", 150, None)];
    let standing = after(&[&before[..], &[reversed("p-1", 150)]].concat());
    assert_eq!((open(&standing), standing.credit()), (vec![(5, 100)], 0));
    // The credit was used meanwhile: that debt is owed again, too.
    let used = [&before[..], &[charged(30, 20), reversed("p-1", 150)]].concat();
    assert_eq!((open(&after(&used)), after(&used).credit()), (vec![(5, 100), (20, 30)], 0));
}

#[test]
fn a_reversal_reopens_nothing_that_a_credit_of_the_same_name_paid() {
    let standing = after(&[
        charged(20, 5),
        charged(50, 10),
        adjusted("2026-04", -20, 31),
        paid_as("2026-04", 50, None),
        reversed("2026-04", 50),
    ]);
    assert_eq!(open(&standing), [(10, 50)]);
    let credit = after(&[
        adjusted("2026-04", -20, 31),
        paid_as("2026-04", 50, None),
        reversed("2026-04", 50),
    ]);
    assert_eq!((open(&credit), credit.credit()), (vec![], 20));
}

#[test]
fn a_reversal_eats_other_credit() {
    let standing = after(&[
        charged(100, 5),
        paid_as("p-1", 100, None),
        paid_as("p-2", 60, None),
        reversed("p-1", 100),
    ]);
    assert_eq!((open(&standing), standing.credit()), (vec![(5, 40)], 0));
}

fn entries() -> impl Strategy<Value = Vec<LedgerEvent>> {
    let entry = (0_u8..11, -1_000_i64..1_000, 1_i8..=31, any::<u8>());
    let entry = entry.prop_map(|(kind, minor, day, name)| {
        let payment = format!("p-{}", name % 6);
        match kind {
            0 | 1 => charged(minor, day),
            2 => paid_as(&payment, minor.abs() + 1, None),
            3 => paid_as(&payment, minor.abs() + 1, Some(&format!("invoice_I{}", name % 6))),
            4 => reversed(&payment, minor.abs() + 1),
            5 => disputed(&format!("invoice_I{}", name % 6)),
            6 => decided(&format!("invoice_I{}", name % 6)),
            7 => credited(&format!("invoice_I{}", name % 6), minor, day),
            // An adjustment may have the name of a payment.
            8 | 9 => adjusted(&payment, minor, day),
            _ => invoiced(&format!("invoice_I{}", name % 6), minor, day),
        }
    });
    vec(entry, 0..60)
}

proptest! {
    #[test]
    fn the_balance_is_the_sum_of_the_entries(events in entries()) {
        let standing = after(&events);
        assert_eq!(standing.balance(), events.iter().map(LedgerEvent::effect).sum::<i64>());
        assert!(standing.open.iter().all(|charge| charge.remaining > 0));
        assert!(standing.credits.iter().all(|credit| credit.left > 0));
        assert!(standing.credit() == 0 || standing.open.is_empty());
        assert!(standing.open.is_sorted_by_key(|charge| charge.due_on));
    }

    #[test]
    fn the_books_balance_and_agree_with_the_ledger(events in entries()) {
        let mut standing = Standing::default();
        let (mut receivable, mut unapplied, mut invoiced) = (0, 0, 0);
        for event in &events {
            let before = standing.clone();
            standing.post(event);
            let entries = books::of_ledger(&before, event, &standing);
            assert_eq!(entries.iter().map(|entry| entry.minor).sum::<i64>(), 0);
            let of = |account| {
                let of = entries.iter().filter(|entry| entry.account == account);
                of.map(|entry| entry.minor).sum::<i64>()
            };
            receivable += of(books::RECEIVABLE);
            unapplied += of(books::UNAPPLIED);
            // The invoice's own fact posts the other side.
            if let LedgerEvent::Invoiced { total, .. } = event {
                invoiced += total.minor;
            }
            if let LedgerEvent::InvoiceCredited { total, .. } = event {
                invoiced -= total.minor;
            }
        }
        assert_eq!(receivable + invoiced, standing.owed());
        assert_eq!(unapplied, -standing.credit());
    }

    #[test]
    fn all_that_is_owed_is_past_due_after_the_last_due_date(events in entries()) {
        let standing = after(&events);
        let later: Date = date(2026, 3, 31).saturating_add(1.day());
        assert_eq!(standing.past_due(later), standing.balance().max(0));
    }
}
