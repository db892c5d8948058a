//! What is charged, under which ids, and when it is due.

use jiff::civil::date;

use super::{LINES_MAX, RecordCharge};
use crate::{
    account::AccountRejection,
    autopay::{AutopayEvent, Source},
    ledger::{
        AdjustAccount, ChargeLine, LedgerEvent, LedgerRejection, PaymentMethod, RecordPayment,
    },
    money::{Currency, MINOR_MAX, Money},
    testing::{
        fixtures::{TODAY, account, account_id, code, day, sealed, text, usd},
        given,
    },
};

fn line(amount: Money) -> ChargeLine {
    ChargeLine { description: text("Classic"), amount }
}

fn charge(lines: Vec<ChargeLine>) -> RecordCharge {
    let due_on = date(2026, 4, 5);
    RecordCharge { account_id: account_id(), charge_id: code("bill-1"), lines, due_on }
}

#[test]
fn f74_lines_are_charged_together_with_a_due_date() {
    let lines = vec![line(usd(6_999)), line(usd(-1_000))];
    let charged = LedgerEvent::Charged {
        account_id: account_id(),
        charge_id: code("bill-1"),
        lines: lines.clone(),
        due_on: date(2026, 4, 5),
    };
    given(account()).when(charge(lines)).then([charged.on(&account_id())]);
}

#[test]
fn a_charge_id_means_one_charge() {
    given(account())
        .after(charge(vec![line(usd(100)), line(usd(200))]))
        .when(charge(vec![line(usd(300))]))
        .then_rejected(LedgerRejection::ChargeIdUsed);
}

#[test]
fn what_is_owed_has_an_id_of_its_own() {
    let named = |charge_id: &str| RecordCharge {
        charge_id: code(charge_id),
        ..charge(vec![line(usd(100))])
    };
    let adjust = |adjustment_id: &str| AdjustAccount {
        account_id: account_id(),
        adjustment_id: code(adjustment_id),
        amount: usd(100),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
    };
    let other = LedgerRejection::IdOfAnother;
    given(account()).after(adjust("x")).when(named("x")).then_rejected(other);
    given(account()).after(named("x")).when(adjust("x")).then_rejected(other);
    for numbered in ["invoice_I00000001", "I00000001", "C00000001", "C100000000"] {
        given(account()).when(named(numbered)).then_rejected(other);
        given(account()).when(adjust(numbered)).then_rejected(other);
    }
    drop(given(account()).after(named("C0000001")).after(adjust("C0000001x")));
    let above = AdjustAccount { amount: usd(6_000), ..adjust("x") };
    given(account()).after(above).when(named("x")).then_rejected(other);
}

#[test]
fn f79_what_is_owed_and_what_was_paid_have_no_id_in_common() {
    // A payment that does not hold is owed again by its own name, and disputed by it.
    let named = |charge_id: &str| RecordCharge {
        charge_id: code(charge_id),
        ..charge(vec![line(usd(100))])
    };
    let pay = |payment_id: &str| RecordPayment {
        account_id: account_id(),
        payment_id: code(payment_id),
        amount: usd(100),
        method: PaymentMethod::Check,
        received_on: TODAY,
        invoice_id: None,
        reference: None,
    };
    let adjust = AdjustAccount {
        account_id: account_id(),
        adjustment_id: code("x"),
        amount: usd(6_000),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
    };
    let other = LedgerRejection::IdOfAnother;
    given(account()).after(pay("x")).when(named("x")).then_rejected(other);
    given(account()).after(pay("x")).when(adjust.clone()).then_rejected(other);
    given(account()).after(named("x")).when(pay("x")).then_rejected(other);
    given(account()).after(adjust).when(pay("x")).then_rejected(other);
    given(account()).when(pay("invoice_I00000001")).then_rejected(other);
    // What autopay draws is recorded, though something was charged by its id in former times.
    let drawn = "autopay-7-2026-04-05";
    given(account()).when(named(drawn)).then_rejected(other);
    let charged = LedgerEvent::Charged {
        account_id: account_id(),
        charge_id: code(drawn),
        lines: vec![line(usd(100))],
        due_on: TODAY,
    };
    let requested = AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: code(drawn),
        amount: usd(100),
        source: Source {
            method: PaymentMethod::Card,
            token: code("tok_1"),
            label: code("visa 4242"),
        },
        on: date(2026, 4, 5),
    };
    given(account())
        .and([charged.on(&account_id()), requested.on(&account_id())])
        .after(pay(drawn))
        .when(pay(drawn))
        .then([]);
    // A draw that is to come is no payment yet.
    given(account()).when(pay(drawn)).then_rejected(other);
    given(account()).when(pay("autopay-8-2026-03-05")).then_rejected(other);
    given(account()).after(named("x")).after(pay("y")).when(named("x")).then([]);
}

#[test]
fn what_is_charged_is_due_within_sight() {
    let due = |due_on| RecordCharge { due_on, ..charge(vec![line(usd(100))]) };
    let (since, until) = (date(2016, 3, 16), date(2027, 3, 16));
    let far = LedgerRejection::DueTooFar { since, until };
    let known = || given(account()).and([day(TODAY)]);
    for wrong in [date(206, 3, 16), date(2016, 3, 15), date(2027, 3, 17), date(2062, 3, 16)] {
        known().when(due(wrong)).then_rejected(far);
    }
    drop(known().after(due(since)));
    drop(known().after(due(until)));
}

#[test]
fn a_charge_has_at_least_one_line_and_at_most_a_hundred() {
    let refused = LedgerRejection::LinesOutOfRange { max: LINES_MAX };
    given(account()).when(charge(vec![])).then_rejected(refused);
    given(account()).when(charge(vec![line(usd(1)); 101])).then_rejected(refused);
    let hundred = charge(vec![line(usd(1)); 100]);
    given(account()).after(hundred.clone()).when(hundred).then([]);
}

#[test]
fn a_charge_is_in_the_billers_currency() {
    let euro = Money::new(Currency::parse("EUR").unwrap(), 1);
    let currency = usd(0).currency;
    given(account())
        .when(charge(vec![line(usd(1)), line(euro)]))
        .then_rejected(LedgerRejection::OtherCurrency { currency });
}

#[test]
fn an_absurd_amount_is_refused_by_line_and_in_total() {
    let too_large = LedgerRejection::AmountTooLarge;
    let most = || line(usd(MINOR_MAX));
    given(account()).when(charge(vec![line(usd(i64::MIN))])).then_rejected(too_large);
    given(account())
        .when(charge(vec![line(usd(MINOR_MAX + 1)), line(usd(-1))]))
        .then_rejected(too_large);
    given(account()).when(charge(vec![most(), most()])).then_rejected(too_large);
    given(account()).after(charge(vec![most()])).when(charge(vec![most()])).then([]);
}

#[test]
fn only_an_open_account_is_charged() {
    given([]).when(charge(vec![line(usd(1))])).then_rejected(AccountRejection::NotOpen);
}
