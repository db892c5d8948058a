//! What the view of adjustments shows of a story.

use domain::{
    Fact,
    ledger::LedgerEvent,
    testing::fixtures::{TODAY, account, account_id, code, day, sealed, usd},
};
use jiff::civil::date;
use projection::Keys;
use read_side::testing::Story;
use serde_json::{Value, json};

use super::{TABLE, WAITING};
use crate::testing::story;

fn requested(adjustment_id: &str) -> Fact {
    LedgerEvent::AdjustmentRequested {
        account_id: account_id(),
        adjustment_id: code(adjustment_id),
        amount: usd(-6_000),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        requested_by: code("jane"),
    }
    .on(&account_id())
}

fn adjusted(adjustment_id: &str, minor: i64, approved_by: Option<&str>) -> Fact {
    LedgerEvent::Adjusted {
        account_id: account_id(),
        adjustment_id: code(adjustment_id),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        due_on: date(2026, 3, 20),
        approved_by: approved_by.map(code),
    }
    .on(&account_id())
}

fn declined(adjustment_id: &str) -> Fact {
    let adjustment_id = code(adjustment_id);
    LedgerEvent::AdjustmentDeclined { account_id: account_id(), adjustment_id }.on(&account_id())
}

fn listed(story: &Story) -> Vec<Value> {
    let rows = story.rows().scan::<Value>(TABLE, Keys::prefix("account_7/"), 10);
    rows.map(|row| row.unwrap().1).collect()
}

#[test]
fn f59_an_adjustment_says_what_for_why_and_who_made_it() {
    let story = story().and(account()).then(adjusted("a-1", -5_000, None));
    let expected = json!({
        "adjustmentId": "a-1",
        "accountId": "account_7",
        "amount": { "minor": -5000, "currency": "USD" },
        "reason": "OUTAGE",
        "note": "Two days without service",
        "status": "made",
        "actor": "jane; roles=agent",
        "on": "2026-03-16",
        "at": "2026-03-16T12:00:03Z",
        "position": 3,
        "decidedBy": null,
        "decidedOn": null,
        "dueOn": "2026-03-20",
    });
    assert_eq!(listed(&story), [expected]);
}

#[test]
fn f59_adjustments_are_listed_newest_first_with_what_was_decided() {
    let story = story().and(account()).and([requested("a-1"), requested("a-2"), requested("a-3")]);
    let story = story.then(day(TODAY.tomorrow().unwrap())).by("sam; roles=manager");
    let story = story.and([adjusted("a-1", -6_000, Some("sam")), declined("a-2")]);
    let said = |row: &Value| {
        let text = |field: &str| row[field].as_str().unwrap_or("nobody").to_owned();
        ["adjustmentId", "status", "actor", "decidedBy", "decidedOn"].map(text)
    };
    let found: Vec<_> = listed(&story).iter().map(said).collect();
    let (jane, sam) = ("jane; roles=agent", "sam; roles=manager");
    let expected = [
        ["a-3", "requested", jane, "nobody", "nobody"],
        ["a-2", "declined", jane, sam, "2026-03-17"],
        ["a-1", "approved", jane, sam, "2026-03-17"],
    ];
    assert_eq!(found, expected);
    let waiting = story.rows().scan::<String>(WAITING, Keys::all(), 10);
    assert_eq!(waiting.count(), 1, "only what waits is looked for by its id");
}
