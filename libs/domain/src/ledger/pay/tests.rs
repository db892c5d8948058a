//! Which payments are taken, once, and which are not.

use jiff::civil::date;

use super::RecordPayment;
use crate::{
    account::AccountRejection,
    autopay::{AutopayEvent, Source},
    invoice::CreditInvoice,
    ledger::{Ledger, LedgerEvent, LedgerId, LedgerRejection, PaymentMethod, ReversePayment},
    money::MINOR_MAX,
    testing::{
        fixtures::{
            TODAY, account, account_id, code, day, debt, id, invoiced, issued, other_account,
            processor_name, usd,
        },
        given,
    },
};

fn pay(minor: i64) -> RecordPayment {
    RecordPayment {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(minor),
        method: PaymentMethod::Card,
        received_on: TODAY,
        invoice_id: None,
        reference: None,
    }
}

#[test]
fn a_payment_is_received_once() {
    let received = LedgerEvent::PaymentReceived {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(6_999),
        method: PaymentMethod::Card,
        received_on: TODAY,
        invoice_id: None,
        reference: None,
    };
    given(account()).when(pay(6_999)).then([received.on(&account_id())]);
}

#[test]
fn a_processors_reference_is_of_one_payment() {
    let named = |payment_id: &str| RecordPayment {
        payment_id: code(payment_id),
        reference: Some(processor_name("ch_1")),
        ..pay(6_999)
    };
    let taken = given(account()).after(named("p-1"));
    taken.clone().when(named("p-1")).then([]);
    taken.when(named("p-2")).then_rejected(LedgerRejection::ReferenceUsed);
}

#[test]
fn a_payment_id_means_one_payment() {
    given(account())
        .after(pay(6_999))
        .when(pay(7_000))
        .then_rejected(LedgerRejection::PaymentIdUsed);
}

#[test]
fn a_payment_is_more_than_nothing_and_not_absurd() {
    given(account()).when(pay(0)).then_rejected(LedgerRejection::AmountNotPositive);
    given(account()).when(pay(-1)).then_rejected(LedgerRejection::AmountNotPositive);
    given(account()).when(pay(MINOR_MAX + 1)).then_rejected(LedgerRejection::AmountTooLarge);
}

#[test]
fn a_payment_is_not_received_tomorrow() {
    given(account())
        .when(RecordPayment { received_on: date(2026, 3, 17), ..pay(1) })
        .then_rejected(LedgerRejection::ReceivedAfterToday { today: TODAY });
}

#[test]
fn a_payment_is_not_received_before_anybody_kept_books() {
    let received = |received_on| RecordPayment { received_on, ..pay(1) };
    let since = date(2016, 3, 16);
    let _taken_over = given(account()).after(received(since));
    for received_on in [date(1000, 1, 1), date(2016, 3, 15)] {
        given(account())
            .when(received(received_on))
            .then_rejected(LedgerRejection::ReceivedTooLongAgo { since });
    }
}

#[test]
fn a_payment_names_an_invoice_of_its_own_account() {
    let naming = |invoice: &str| RecordPayment { invoice_id: Some(id(invoice)), ..pay(1) };
    let issued = || given(account()).and([issued(4_999, TODAY), invoiced(4_999, TODAY)]);
    let _paid = issued().after(naming("invoice_I00000001"));
    issued().when(naming("invoice_I00000002")).then_rejected(LedgerRejection::NoSuchInvoice);
    issued()
        .and(other_account())
        .when(RecordPayment { account_id: id("account_8"), ..naming("invoice_I00000001") })
        .then_rejected(LedgerRejection::NoSuchInvoice);
}

#[test]
fn f71_a_payment_of_an_invoice_on_which_nothing_is_owed_pays_the_oldest_debt() {
    let naming = |payment_id: &str, minor: i64| RecordPayment {
        payment_id: code(payment_id),
        invoice_id: Some(id("invoice_I00000001")),
        ..pay(minor)
    };
    let credit = CreditInvoice {
        invoice_id: id("invoice_I00000001"),
        reason: code("BILLING-ERROR"),
        rebill: false,
    };
    let due = [date(2026, 2, 5), date(2026, 3, 5)];
    let owing = || {
        let owed = [issued(4_999, TODAY), invoiced(4_999, TODAY)];
        given(account()).and(owed).and(due.map(|due_on| debt(1_000, due_on)))
    };
    // It is paid already, or was taken back.
    for nothing_owed in [owing().after(naming("p-0", 4_999)), owing().after(credit)] {
        let after = nothing_owed.after(naming("p-1", 1_500));
        let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
        let open = ledger.open_charges().iter();
        let open: Vec<_> = open.map(|charge| (charge.due_on, charge.remaining)).collect();
        assert_eq!(open, [(due[1], 500)]);
    }
}

#[test]
fn a_payment_that_was_reversed_is_not_recorded_under_its_id_again() {
    let reverse = || ReversePayment {
        account_id: account_id(),
        payment_id: code("p-1"),
        reason: code("NSF"),
    };
    given(account())
        .after(pay(6_999))
        .after(reverse())
        .when(pay(6_999))
        .then_rejected(LedgerRejection::PaymentIdReversed);
    // What the processor says late of the same payment is nothing new.
    let named = |name| RecordPayment { reference: Some(processor_name(name)), ..pay(6_999) };
    let reversed = || given(account()).after(named("ch_1")).after(reverse());
    reversed().when(named("ch_1")).then([]);
    reversed().when(named("ch_2")).then_rejected(LedgerRejection::PaymentIdReversed);
}

#[test]
fn f48_under_the_id_of_a_draw_what_is_drawn_is_recorded_and_nothing_else() {
    let draw = "autopay-7-2026-03-16";
    let source =
        Source { method: PaymentMethod::Card, token: code("tok_1"), label: code("visa 4242") };
    let requested = AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: code(draw),
        amount: usd(4_999),
        source,
        on: TODAY,
    };
    let drawn = || given(account()).and([day(TODAY), requested.clone().on(&account_id())]);
    let under = |minor| RecordPayment { payment_id: code(draw), ..pay(minor) };
    let refused = LedgerRejection::NotAsDrawn { amount: usd(4_999) };
    drawn().when(under(100)).then_rejected(refused);
    drawn().when(under(5_000)).then_rejected(refused);
    drop(drawn().after(pay(100)).after(under(4_999)));
}

#[test]
fn only_an_open_account_pays() {
    given([]).when(pay(1)).then_rejected(AccountRejection::NotOpen);
}
