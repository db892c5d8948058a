//! What a customer pays for, as it is shown.

use domain::{
    Fact,
    run::RunKind,
    subscription::{Price, SubscriptionEvent},
    testing::fixtures::{account, account_id, billed, code, promoted, subscribed, usd, wifi},
};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::{PARKED, TABLE};
use crate::{agenda, testing::story};

fn shown(facts: impl IntoIterator<Item = Fact>) -> Value {
    story().and(facts).row(TABLE, "account_7")
}

#[test]
fn who_pays_for_nothing_pays_nothing() {
    let row = shown(account());
    assert_eq!((&row["monthlyTotal"]["minor"], &row["items"]), (&json!(0), &json!({})));
}

#[test]
fn f69_an_item_costs_what_it_was_sold_for() {
    let row = shown(subscribed().into_iter().chain([wifi()]));
    assert_eq!(row["monthlyTotal"]["text"], "59.99 USD");
    assert_eq!(row["items"]["service_5"]["monthly"]["text"], "49.99 USD");
    assert_eq!(row["items"]["wifi"]["kind"], "extra");
}

#[test]
fn f69_a_campaign_shows_its_end_and_the_price_after_it() {
    let until = date(2026, 5, 16);
    let item = &shown(promoted(3_999, until))["items"]["service_5"];
    assert_eq!(item["monthly"]["minor"], 3_999);
    assert_eq!(item["campaign"]["until"], "2026-05-16");
    assert_eq!(item["campaign"]["monthlyAfter"]["minor"], 4_999);
    let expired = SubscriptionEvent::CampaignExpired {
        item_id: code("service_5"),
        campaign_code: code("LOYAL"),
        on: until,
        monthly: usd(4_999),
    };
    let facts = promoted(3_999, until).into_iter().chain([expired.on(&account_id())]);
    let item = &shown(facts)["items"]["service_5"];
    assert_eq!((&item["monthly"]["minor"], &item["campaign"]), (&json!(4_999), &Value::Null));
}

#[test]
fn a_price_moves_by_an_event_and_shows_what_it_was() {
    let price = Price { monthly: usd(5_499), version: Some(date(2027, 1, 1)) };
    let from = date(2027, 1, 1);
    let repriced = SubscriptionEvent::ItemRepriced { item_id: code("service_5"), price, from };
    let facts = subscribed().into_iter().chain([repriced.on(&account_id())]);
    let item = &shown(facts)["items"]["service_5"];
    assert_eq!(
        (&item["monthly"]["minor"], &item["version"]),
        (&json!(5_499), &json!("2027-01-01"))
    );
    assert_eq!(item["previousMonthly"]["minor"], 4_999);
}

#[test]
fn f49_what_has_ended_costs_nothing() {
    let ended = SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: date(2026, 3, 20) };
    let facts = subscribed().into_iter().chain([ended.on(&account_id())]);
    assert_eq!(shown(facts)["monthlyTotal"]["minor"], 0);
}

#[test]
fn a_bill_shows_how_far_is_billed() {
    let row = shown(subscribed().into_iter().chain([billed(date(2026, 4, 1))]));
    assert_eq!(
        (&row["billedThrough"], &row["lastInvoice"]),
        (&json!("2026-05-01"), &json!("I00000001"))
    );
}

fn parked(cycle: Date) -> Fact {
    let (code, reason) = (code("bill.too_large"), "end what is not sold".to_owned());
    SubscriptionEvent::Parked { cycle, code, reason }.on(&account_id())
}

fn planned(facts: impl IntoIterator<Item = Fact>, through: Date) -> Vec<(String, String)> {
    let story = story().and(facts);
    let due = agenda::due(story.rows(), RunKind::Bill, through, None, 9).unwrap();
    due.into_iter().map(|due| (due.cursor, due.about)).collect()
}

#[test]
fn whoever_is_parked_is_listed_and_tried_again_on_the_next_bill_day() {
    let (april, may) = (date(2026, 4, 1), date(2026, 5, 1));
    let due = |on: &str, cycle: &str| vec![(format!("{on} account_7"), cycle.to_owned())];
    assert_eq!(planned(subscribed(), may), due("2026-04-01", "2026-04-01"));
    let facts = || subscribed().into_iter().chain([parked(april)]);
    assert_eq!(planned(facts(), may), due("2026-05-01", "2026-04-01"));
    let listed: Value = story().and(facts()).row(PARKED, "account_7");
    assert_eq!(
        (&listed["cycle"], &listed["code"]),
        (&json!("2026-04-01"), &json!("bill.too_large"))
    );

    let facts = || facts().chain([billed(april)]);
    assert_eq!(planned(facts(), may), due("2026-05-01", "2026-05-01"));
    let story = story().and(facts());
    assert_eq!(story.rows().get::<Value>(PARKED, "account_7").unwrap(), None);
}

#[test]
fn what_ends_later_is_shown_and_paid_for_until_then() {
    let ended = |on| SubscriptionEvent::ItemEnded { item_id: code("wifi"), on }.on(&account_id());
    let costs = |on| {
        let row = shown(subscribed().into_iter().chain([wifi(), ended(on)]));
        (row["monthlyTotal"]["minor"].clone(), row["items"]["wifi"]["endsOn"].clone())
    };
    assert_eq!(costs(date(2026, 5, 1)), (json!(5_999), json!("2026-05-01")));
    assert_eq!(costs(date(2026, 4, 1)), (json!(4_999), json!("2026-04-01")));
}
