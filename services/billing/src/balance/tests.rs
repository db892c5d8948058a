//! What a balance shows of a story.

use domain::{
    Fact,
    ledger::{LedgerEvent, PaymentMethod},
    testing::fixtures::{account, account_id, code, day, debt, paid, usd},
};
use jiff::civil::date;
use serde_json::{Value, json};

use super::TABLE;
use crate::testing::story;

fn shown(then: impl IntoIterator<Item = Fact>) -> Value {
    story().and(account()).and(then).row(TABLE, "account_7")
}

fn amount(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "USD", "text": usd(minor).to_string() })
}

#[test]
fn a_new_account_owes_nothing() {
    let expected = json!({
        "accountId": "account_7",
        "balance": amount(0),
        "pastDue": amount(0),
        "openCharges": [],
        "credit": amount(0),
        "credits": [],
        "paid": [],
        "disputed": [],
        "lastPayment": null,
    });
    assert_eq!(shown([]), expected);
}

#[test]
fn f75_the_balance_shows_what_is_past_due_and_what_paid_what() {
    let (old, new) = (debt(6_999, date(2026, 3, 5)), debt(4_999, date(2026, 4, 5)));
    let expected = json!({
        "accountId": "account_7",
        "balance": amount(10_998),
        "pastDue": amount(5_999),
        "openCharges": [
            { "chargeId": "bill-2026-03-05", "dueOn": "2026-03-05", "remaining": amount(5_999) },
            { "chargeId": "bill-2026-04-05", "dueOn": "2026-04-05", "remaining": amount(4_999) },
        ],
        "credit": amount(0),
        "credits": [],
        "paid": [{
            "by": "p-1",
            "isPayment": true,
            "chargeId": "bill-2026-03-05",
            "dueOn": "2026-03-05",
            "amount": amount(1_000),
        }],
        "disputed": [],
        "lastPayment": {
            "paymentId": "p-1",
            "amount": amount(1_000),
            "method": "card",
            "receivedOn": "2026-03-16",
            "reversedOn": null,
        },
    });
    assert_eq!(shown([new, old, paid("p-1", 1_000)]), expected);
}

#[test]
fn a_payment_that_did_not_hold_is_not_shown_as_if_it_had() {
    let reversed = |payment_id: &str| {
        let event = LedgerEvent::PaymentReversed {
            account_id: account_id(),
            payment_id: code(payment_id),
            amount: usd(1_000),
            method: PaymentMethod::Card,
            reason: code("BOUNCED"),
            reversed_on: date(2026, 3, 18),
        };
        event.on(&account_id())
    };
    let paid_twice = || [paid("p-1", 1_000), paid("p-2", 1_000)];
    let last = |facts: Vec<Fact>| shown(facts)["lastPayment"].clone();
    let bounced = last(paid_twice().into_iter().chain([reversed("p-2")]).collect());
    assert_eq!(
        (&bounced["paymentId"], &bounced["reversedOn"]),
        (&json!("p-2"), &json!("2026-03-18"))
    );
    let earlier = last(paid_twice().into_iter().chain([reversed("p-1")]).collect());
    assert_eq!((&earlier["paymentId"], &earlier["reversedOn"]), (&json!("p-2"), &Value::Null));
}

#[test]
fn what_is_left_of_a_payment_is_an_amount_with_its_currency() {
    let row = shown([paid("p-1", 500)]);
    assert_eq!(row["credits"][0]["left"], amount(500));
}

#[test]
fn what_is_paid_too_much_is_credit_and_pays_the_next_charge() {
    let row = shown([paid("p-1", 500)]);
    assert_eq!((&row["balance"], &row["credit"]), (&amount(-500), &amount(500)));
    let row = shown([paid("p-1", 500), debt(600, date(2026, 4, 5))]);
    assert_eq!((&row["balance"], &row["credit"]), (&amount(100), &amount(0)));
}

#[test]
fn f75_a_charge_is_past_due_from_the_day_after_its_due_date() {
    let charged = debt(4_999, date(2026, 3, 18));
    let due = shown([charged.clone(), day(date(2026, 3, 18))]);
    assert_eq!(due["pastDue"], amount(0));
    let days = [charged, day(date(2026, 3, 18)), day(date(2026, 3, 19))];
    assert_eq!(shown(days)["pastDue"], amount(4_999));
}

#[test]
fn a_day_that_was_skipped_is_made_up_for() {
    let days = [debt(4_999, date(2026, 3, 17)), day(date(2026, 3, 30))];
    assert_eq!(shown(days)["pastDue"], amount(4_999));
}
