//! What a credit note takes back, and what is billed anew.

use jiff::civil::{Date, date};

use super::CreditInvoice;
use crate::{
    Event, Fact,
    dunning::{DunningEvent, LadderEnd},
    invoice::{Invoice, InvoiceEvent, InvoiceRejection},
    ledger::{BillAccount, Ledger, LedgerEvent, LedgerId, LedgerRejection},
    series::{SeriesEvent, SeriesId},
    subscription::{Price, SubscriptionEvent},
    testing::{
        Given,
        fixtures::{
            TODAY, account_id, billed, code, day, id, invoiced, issued, step_taken, subscribed, usd,
        },
        given,
    },
};

fn credit(number: &str, rebill: bool) -> CreditInvoice {
    let reason = code("BILLING-ERROR");
    CreditInvoice { invoice_id: id(&format!("invoice_{number}")), reason, rebill }
}

const DUE: Date = date(2026, 3, 5);

/// The first invoice, of 49.99, was due on the 5th of March.
fn billed_in_march() -> Given {
    given(subscribed()).and([issued(4_999, DUE), invoiced(4_999, DUE), billed(date(2026, 3, 1))])
}

/// What a credit note over 49.99 says.
fn credited(rebilled: bool) -> Vec<Fact> {
    let Event::Invoice(InvoiceEvent::Issued(issued)) = issued(4_999, DUE).event else {
        panic!("an invoice is issued")
    };
    let series: SeriesId = id("series_credit-note");
    let invoice_id = id("invoice_I00000001");
    let note = InvoiceEvent::Credited {
        account_id: account_id(),
        credit_note: code("C00000001"),
        reason: code("BILLING-ERROR"),
        credited_on: TODAY,
        rebilled,
        lines: issued.lines,
    };
    let entry = LedgerEvent::InvoiceCredited {
        account_id: account_id(),
        invoice_id: crate::Id::clone(&invoice_id),
        credit_note: code("C00000001"),
        total: usd(4_999),
        due_on: Some(date(2026, 3, 20)),
    };
    vec![
        Fact::new(&series, Event::Series(SeriesEvent::NumberTaken { number: 1 })),
        note.on(&invoice_id),
        entry.on(&account_id()),
    ]
}

fn balance(given: &Given) -> i64 {
    let ledger: &Ledger = given.state(&LedgerId::of(&account_id()));
    ledger.balance()
}

/// ... for good: what was billed of March is not credited again.
fn credited_for_good() -> Vec<Fact> {
    let waived = SubscriptionEvent::Waived { invoice: code("I00000001") };
    credited(false).into_iter().chain([waived.on(&account_id())]).collect()
}

#[test]
fn f44_a_credit_note_takes_an_invoice_back_whole() {
    billed_in_march().when(credit("I00000001", false)).then(credited_for_good());
    assert_eq!(balance(&billed_in_march().after(credit("I00000001", false))), 0);
}

#[test]
fn what_is_to_be_billed_anew_is_not_billed_any_more() {
    let unbilled = SubscriptionEvent::Unbilled { invoice: code("I00000001") };
    let facts = credited(true).into_iter().chain([unbilled.on(&account_id())]);
    billed_in_march().when(credit("I00000001", true)).then(facts);
}

#[test]
fn f86_a_debt_that_is_taken_back_ends_its_ladder() {
    let ended = DunningEvent::LadderEnded {
        account_id: account_id(),
        ladder: 1,
        because: LadderEnd::Settled,
    };
    billed_in_march().and([step_taken(TODAY)]).when(credit("I00000001", false)).then({
        let mut facts = credited_for_good();
        facts.insert(3, ended.on(&account_id()));
        facts
    });
}

#[test]
fn an_invoice_is_credited_once_for_a_reason_of_the_billers() {
    let credited = billed_in_march().after(credit("I00000001", false));
    credited.clone().when(credit("I00000001", false)).then([]);
    credited
        .clone()
        .when(credit("I00000001", true))
        .then_rejected(InvoiceRejection::CreditedOtherwise);
    credited
        .when(CreditInvoice { reason: code("OUTAGE"), ..credit("I00000001", false) })
        .then_rejected(InvoiceRejection::CreditedOtherwise);
    billed_in_march().when(credit("I00000002", false)).then_rejected(InvoiceRejection::NotIssued);
    billed_in_march()
        .when(CreditInvoice { reason: code("SYMPATHY"), ..credit("I00000001", false) })
        .then_rejected(InvoiceRejection::ReasonNotKnown);
}

const APRIL: Date = date(2026, 4, 1);
const MAY: Date = date(2026, 5, 1);

fn bill(cycle: Option<Date>) -> BillAccount {
    BillAccount { account_id: account_id(), cycle }
}

/// Basic is billed from the 16th of March until the end of May.
fn billed_in_april_and_may() -> Given {
    given(subscribed())
        .and([day(APRIL)])
        .after(bill(Some(APRIL)))
        .and([day(MAY)])
        .after(bill(Some(MAY)))
}

#[test]
fn only_the_last_invoice_is_billed_anew() {
    let both = billed_in_april_and_may;
    both().when(credit("I00000001", true)).then_rejected(InvoiceRejection::NotTheLast);
    let older = both().after(credit("I00000001", false));
    assert_eq!(balance(&older), 4_999);
    let unbilled = older.after(credit("I00000002", true));
    assert_eq!(balance(&unbilled), 0);
}

#[test]
fn what_is_billed_anew_is_what_it_should_have_been() {
    let owed = 2_580 + 4_999 + 4_999;
    assert_eq!(balance(&billed_in_april_and_may()), owed);
    let again = billed_in_april_and_may().after(credit("I00000002", true)).after(bill(None));
    assert_eq!(balance(&again), owed);
    let Invoice::Issued(issued) = again.state(&id::<Invoice>("invoice_I00000003")) else {
        panic!("it was issued")
    };
    assert_eq!(issued.total(), usd(4_999));
    // Until then nobody is told that its cycle is billed.
    let (cycle, due) = (MAY, date(2026, 6, 1));
    billed_in_april_and_may()
        .after(credit("I00000002", true))
        .when(bill(Some(MAY)))
        .then_rejected(LedgerRejection::CycleOver { cycle, due });
    billed_in_april_and_may().when(bill(Some(MAY))).then([]);
    // It should have cost 39.99 from May on.
    let price = Price { monthly: usd(3_999), version: None };
    let item_id = code("service_5");
    let repriced = SubscriptionEvent::ItemRepriced { item_id, price, from: MAY };
    let corrected = billed_in_april_and_may()
        .and([repriced.on(&account_id())])
        .after(credit("I00000002", true))
        .after(bill(None));
    assert_eq!(balance(&corrected), owed - 1_000);
    corrected.when(bill(None)).then([]);
}

/// It was Classic, and another price, from a day on.
fn changed(monthly: i64, from: Date) -> Fact {
    let price = Price { monthly: usd(monthly), version: None };
    SubscriptionEvent::ItemRepriced { item_id: code("service_5"), price, from }.on(&account_id())
}

fn ended(on: Date) -> Fact {
    SubscriptionEvent::ItemEnded { item_id: code("service_5"), on }.on(&account_id())
}

#[test]
fn what_was_credited_for_good_is_not_credited_again_when_it_ends() {
    let both = billed_in_april_and_may().after(credit("I00000002", false));
    assert_eq!(balance(&both), 2_580 + 4_999);
    both.clone().and([ended(date(2026, 5, 16))]).when(bill(None)).then([]);
    // April was paid for, and half of it is credited: 49.99 * 15 / 30.
    let april = both.clone().and([ended(date(2026, 4, 16))]).after(bill(None));
    assert_eq!(balance(&april), 2_580 + 4_999 - 2_500);
    // It costs more from the 16th of May on: that is charged, and nothing is credited.
    let more = both.and([changed(6_200, date(2026, 5, 16))]).after(bill(None));
    assert_eq!(balance(&more), 2_580 + 4_999 + 3_200);
}

#[test]
fn an_older_invoice_that_was_credited_stays_credited_when_the_last_one_is_billed_anew() {
    let again = billed_in_april_and_may()
        .after(credit("I00000001", false))
        .after(credit("I00000002", true))
        .after(bill(None));
    assert_eq!(balance(&again), 4_999);
    // Of April nothing is credited again; May was paid in advance.
    let ended = again.and([ended(date(2026, 4, 16))]).after(bill(None));
    assert_eq!(balance(&ended), 0);
}

#[test]
fn of_invoices_that_correct_each_other_none_is_credited_for_good_alone() {
    let corrected = || {
        let cheaper = changed(3_999, date(2026, 5, 16));
        billed_in_april_and_may().and([cheaper]).after(bill(None))
    };
    for number in ["I00000002", "I00000003"] {
        corrected().when(credit(number, false)).then_rejected(InvoiceRejection::Corrected);
    }
    assert_eq!(balance(&corrected().after(credit("I00000001", false))), 4_999 - 516);
    let undone = corrected().after(credit("I00000003", true)).after(credit("I00000002", false));
    assert_eq!(balance(&undone), 2_580 + 4_999);
}
