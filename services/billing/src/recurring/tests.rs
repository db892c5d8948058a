//! What a customer pays for, as it is shown.

use domain::{
    Fact,
    run::RunKind,
    subscription::{ItemKind, Price, SubscriptionEvent},
    testing::fixtures::{account, account_id, billed, code, item, promoted, subscribed, usd, wifi},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
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
    let row = shown(facts);
    let item = &row["items"]["service_5"];
    assert_eq!(
        (&item["monthly"]["minor"], &item["version"], &item["since"]),
        (&json!(5_499), &json!("2027-01-01"), &json!("2027-01-01"))
    );
    assert_eq!(item["previousMonthly"]["minor"], 4_999);
    assert_eq!(row["monthlyTotal"]["minor"], 4_999, "the next bill is before that");
}

/// What a month costs from a bill on, after a price that is announced for later.
fn total_from(facts: Vec<Fact>, bill: Date) -> i64 {
    let row = shown(facts.into_iter().chain([billed(bill.saturating_sub(1.month()))]));
    assert_eq!(row["nextBill"], bill.to_string());
    row["monthlyTotal"]["minor"].as_i64().unwrap()
}

#[test]
fn f69_what_is_announced_is_paid_from_its_day_on_with_a_campaign_or_without() {
    let announced = |monthly, version| {
        let price = Price { monthly: usd(monthly), version: Some(version) };
        let item_id = code("service_5");
        SubscriptionEvent::ItemRepriced { item_id, price, from: version }.on(&account_id())
    };
    let (june, july) = (date(2026, 6, 1), date(2026, 7, 1));
    let twice = || {
        let prices = [announced(5_499, june), announced(5_999, july)];
        subscribed().into_iter().chain(prices).collect()
    };
    let months = [(5, 4_999), (6, 5_499), (7, 5_999)];
    for (month, minor) in months {
        assert_eq!(total_from(twice(), date(2026, month, 1)), minor, "{month}");
    }
    let until = date(2026, 5, 1);
    let campaign = || {
        let mut facts = promoted(3_999, until);
        facts.extend([announced(5_499, june)]);
        facts
    };
    let expired = SubscriptionEvent::CampaignExpired {
        item_id: code("service_5"),
        campaign_code: code("LOYAL"),
        on: until,
        monthly: usd(4_999),
    };
    let over = || campaign().into_iter().chain([expired.clone().on(&account_id())]).collect();
    for (month, minor) in [(4, 3_999), (5, 4_999), (6, 5_499)] {
        assert_eq!(total_from(campaign(), date(2026, month, 1)), minor, "{month}");
    }
    for (month, minor) in [(5, 4_999), (6, 5_499)] {
        assert_eq!(total_from(over(), date(2026, month, 1)), minor, "{month}");
    }
}

#[test]
fn what_is_announced_in_odd_order_or_for_later_than_the_end_contradicts_nothing() {
    let repriced = |monthly, from| {
        let price = Price { monthly: usd(monthly), version: Some(from) };
        let item_id = code("service_5");
        SubscriptionEvent::ItemRepriced { item_id, price, from }.on(&account_id())
    };
    let odd = [repriced(6_999, date(2026, 6, 1)), repriced(6_499, date(2026, 5, 1))];
    let facts: Vec<_> = subscribed().into_iter().chain(odd).collect();
    let item = &shown(facts.clone())["items"]["service_5"];
    assert_eq!(
        (&item["monthly"]["minor"], &item["previousMonthly"]["minor"], &item["since"]),
        (&json!(6_999), &json!(6_499), &json!("2026-06-01"))
    );
    let ended = SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: date(2026, 5, 20) };
    let item = &shown(facts.into_iter().chain([ended.on(&account_id())]))["items"]["service_5"];
    assert_eq!(
        (&item["monthly"]["minor"], &item["previousMonthly"]["minor"], &item["since"]),
        (&json!(6_499), &json!(4_999), &json!("2026-05-01"))
    );
    assert_eq!(item["prices"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_bill_day_in_force_holds_until_another_one_is() {
    let bill_day =
        |bill_day, from| SubscriptionEvent::BillDayChanged { bill_day, from }.on(&account_id());
    let through = |cycle, through| {
        SubscriptionEvent::Billed { invoice: None, cycle, through }.on(&account_id())
    };
    let facts = subscribed().into_iter().chain([
        bill_day(15, date(2026, 2, 15)),
        through(date(2026, 3, 15), date(2026, 4, 15)),
        SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: date(2026, 4, 1) }
            .on(&account_id()),
        through(date(2026, 4, 15), date(2026, 5, 15)),
        bill_day(20, date(2026, 5, 20)),
        paid_again(date(2026, 5, 10)),
    ]);
    let row = shown(facts);
    assert_eq!(row["nextBill"], "2026-05-15", "the 20th holds from the 20th of May on");
    assert_eq!(row["billDays"][0], json!({ "from": "2026-02-15", "billDay": 15 }));
}

/// Something is paid for again from a day on.
fn paid_again(from: Date) -> Fact {
    let item = item(ItemKind::Extra, "wifi", "Wi-Fi", 1_000);
    SubscriptionEvent::ItemStarted { item_id: code("wifi"), item, from }.on(&account_id())
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
