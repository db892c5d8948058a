//! How old debts are told to be.

use std::sync::Arc;

use domain::{
    Fact,
    account::AccountEvent,
    biller,
    ledger::{ChargeLine, LedgerEvent},
    testing::fixtures::{TODAY, account, code, day, debt, id, paid, sealed, text, usd},
};
use jiff::{ToSpan, civil::Date};
use proptest::{collection::vec, prelude::proptest};
use read_side::testing::Story;
use serde_json::Value;

use super::{Ages, BUCKETS};
use crate::testing::story;

/// Accounts and amounts of the buckets.
fn buckets(story: &Story, on: Option<Date>) -> Vec<(u64, i64)> {
    let mut ages = Ages::on(on, story.rows()).unwrap();
    while ages.read(story.rows()).unwrap() {}
    let shown = ages.shown(&Arc::new(biller::testing()));
    let buckets = shown["buckets"].as_array().unwrap().iter();
    let one =
        |it: &Value| (it["accounts"].as_u64().unwrap(), it["amount"]["minor"].as_i64().unwrap());
    let buckets: Vec<_> = buckets.map(one).collect();
    let total = buckets.iter().map(|(_, minor)| minor).sum::<i64>();
    assert_eq!(shown["total"]["minor"], total);
    buckets
}

fn due(days_ago: i32) -> Date {
    TODAY.saturating_sub(days_ago.days())
}

fn of_another(minor: i64, due_on: Date) -> Fact {
    let account_id = id("account_8");
    LedgerEvent::Charged {
        account_id: account_id.clone(),
        charge_id: code("other"),
        lines: vec![ChargeLine { description: text("Classic"), amount: usd(minor) }],
        due_on,
    }
    .on(&account_id)
}

fn two_accounts() -> Story {
    let (holder_name, email) = (sealed("Ana Lopez"), sealed("ana@example.com"));
    let other = AccountEvent::Opened { customer_id: None, holder_name, email };
    story().and(account()).then(other.on(&id("account_8")))
}

#[test]
fn f43_what_is_owed_stands_in_the_bucket_of_its_age() {
    let ages = [0, 1, 30, 31, 60, 61, 90, 91, 900];
    let story = ages.iter().fold(two_accounts(), |story, age| story.then(debt(100, due(*age))));
    let story = story.and([debt(100, due(-5)), of_another(50, due(30))]);
    let expected = [(1, 200), (2, 250), (1, 200), (1, 200), (1, 200)];
    assert_eq!(buckets(&story, None), expected);
    // Thirty days on, everything that is not paid is older.
    let later = buckets(&story, Some(due(-30)));
    assert_eq!(later, [(0, 0), (1, 200), (2, 250), (1, 200), (1, 400)]);
    assert_eq!(buckets(&story.then(day(due(-30))), None), later);
}

#[test]
fn f43_what_is_paid_is_in_no_bucket() {
    let story = two_accounts().and([debt(100, due(40)), debt(100, due(10)), paid("p-1", 150)]);
    assert_eq!(buckets(&story, None), [(0, 0), (1, 50), (0, 0), (0, 0), (0, 0)]);
}

proptest! {
    #[test]
    fn f43_all_buckets_together_are_what_is_owed(debts in vec((1_i64..500, -40..200_i32), 0..20)) {
        let charges = debts.iter().map(|(minor, age)| debt(*minor, due(*age)));
        let owed = debts.iter().map(|(minor, _)| minor).sum::<i64>();
        let found = buckets(&two_accounts().and(charges), None);
        assert_eq!(found.len(), BUCKETS.len());
        assert_eq!(found.iter().map(|(_, minor)| minor).sum::<i64>(), owed);
    }
}
