//! What the view of an account's dunning shows of a story.

use domain::{
    Fact,
    dunning::{DunningEvent, Promise},
    testing::fixtures::{TODAY, account, account_id, code, debt, step_taken, usd},
};
use jiff::civil::date;
use serde_json::{Value, json};

use super::TABLE;
use crate::testing::story;

fn arranged(arrangement_id: &str, by_manager: bool) -> Fact {
    DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code(arrangement_id),
        covers_through: date(2026, 3, 5),
        total: usd(4_999),
        promises: vec![Promise { on: date(2026, 3, 20), amount: usd(4_999) }],
        by_manager,
        to_reinstate: None,
    }
    .on(&account_id())
}

fn shown(facts: impl IntoIterator<Item = Fact>) -> Value {
    let owing = [debt(4_999, date(2026, 3, 5)), step_taken(TODAY)];
    story().and(account()).and(owing).and(facts).row(TABLE, "account_7")
}

#[test]
fn f86_an_arrangement_says_whether_it_reinstates_anybody_and_what_it_takes_the_place_of() {
    let row = shown([arranged("arr-1", false), arranged("arr-2", true)]);
    let told = |nth: usize| row["history"][nth]["what"].clone();
    let promised = "for 49.99 USD: 49.99 USD by 2026-03-20";
    let no_manager = "no manager made it, so it reinstates nobody";
    assert_eq!(told(1), json!(format!("Arrangement arr-1 {promised}; {no_manager}")));
    assert_eq!(told(0), json!(format!("Arrangement arr-2 instead of arr-1 {promised}")));
    assert_eq!(row["arrangement"]["arrangementId"], "arr-2");
}

#[test]
fn f86_a_dispute_says_whether_the_suspension_stays() {
    let disputed = |while_suspended| {
        DunningEvent::ChargeDisputed {
            account_id: account_id(),
            charge_id: code("bill-2026-03-05"),
            reason: code("NOT-ORDERED"),
            while_suspended,
        }
        .on(&account_id())
    };
    let what = |row: &Value| row["history"][0]["what"].clone();
    let row = shown([disputed(true)]);
    assert_eq!(row["disputed"][0]["whileSuspended"], true);
    let told = "bill-2026-03-05 disputed: NOT-ORDERED; the suspension stays until it is decided";
    assert_eq!(what(&row), told);
    let row = shown([disputed(false)]);
    assert_eq!(row["disputed"][0]["whileSuspended"], false);
    assert_eq!(what(&row), "bill-2026-03-05 disputed: NOT-ORDERED");
}
