//! What a balance shows of a story.

use domain::{
    Fact,
    testing::fixtures::{account, day, debt, paid, usd},
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
            "amount": 1_000,
        }],
        "disputed": [],
        "lastPayment": {
            "paymentId": "p-1",
            "amount": amount(1_000),
            "method": "card",
            "receivedOn": "2026-03-16",
        },
    });
    assert_eq!(shown([new, old, paid("p-1", 1_000)]), expected);
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
