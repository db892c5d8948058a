//! What customers are told of bills and money.

use domain::{
    Fact,
    autopay::AutopayEvent,
    customer::CustomerEvent,
    ledger::{LedgerEvent, PaymentMethod},
    subscription::{Price, SubscriptionEvent},
    testing::fixtures::{account_id, billed, code, id, issued, promoted, usd},
};
use jiff::civil::{Date, date};
use read_side::testing::Story;

use crate::{
    message::{MESSAGES, Message},
    testing::{story, with_site},
};

mod dunning;

fn told(story: &Story, id: &str) -> Option<Message> {
    story.rows().get(MESSAGES, id).unwrap()
}

fn letter(story: &Story, id: &str) -> (String, String) {
    let message = told(story, id).expect("the customer was told");
    (message.subject, message.body)
}

#[test]
fn f50_whoever_gets_no_paper_is_told_of_a_statement_and_nobody_else_is() {
    let statement = || issued(5_599, date(2026, 3, 5));
    let name = "notification_invoice_I00000001-1";
    assert_eq!(told(&with_site().then(statement()), name), None);
    let paperless =
        |paperless| CustomerEvent::PaperlessSet { paperless }.on(&id("customer_account_7"));
    let (subject, body) = letter(&with_site().then(paperless(true)).then(statement()), name);
    assert_eq!(subject, "Your statement I00000001 is ready");
    let expected = "Hello Jo Doe,\n\nyour statement I00000001 is ready.\n55.99 USD is due on \
                    2026-03-05.\nYou see it online, or call us and we read it to you.\n\n\
                    Statement I00000001";
    assert_eq!(body, expected);
    let credit = with_site().then(paperless(true)).then(issued(-100, date(2026, 3, 5)));
    assert!(letter(&credit, name).1.contains("There is nothing to pay."));
    let again = with_site().then(paperless(true)).then(paperless(false)).then(statement());
    assert_eq!(told(&again, name), None);
}

#[test]
fn f48_what_is_not_collected_is_told_with_what_to_do() {
    let failed = |may_retry| {
        let event = AutopayEvent::CollectionFailed {
            account_id: account_id(),
            collection_id: code("draw-1"),
            code: code("insufficient_funds"),
            may_retry,
        };
        letter(&with_site().then(event.on(&account_id())), "notification_autopay_7-1").1
    };
    assert!(failed(true).contains("on 2026-03-16 we could not collect"), "{}", failed(true));
    assert!(failed(true).contains("We try again another day."), "{}", failed(true));
    assert!(failed(false).contains("Please give us another one"), "{}", failed(false));
    assert!(!failed(false).contains("insufficient"), "the code says nothing to a customer");
}

/// Of a campaign that costs 29.99 until a day.
fn campaign_until(until: Date) -> Story {
    story().and(promoted(2_999, until))
}

fn expired(on: Date, minor: i64) -> Fact {
    let (item_id, campaign_code) = (code("service_5"), code("LOYAL"));
    let monthly = usd(minor);
    let over = SubscriptionEvent::CampaignExpired { item_id, campaign_code, on, monthly };
    over.on(&account_id())
}

#[test]
fn f69_a_campaign_that_ends_is_told_with_the_last_bill_two_weeks_before_and_once() {
    let until = date(2026, 5, 14);
    let id = |version: u32| format!("notification_subscription_7-{version}");
    let early = campaign_until(date(2026, 5, 15)).then(billed(date(2026, 4, 1)));
    assert_eq!(told(&early, &id(3)), None, "the next bill is early enough");
    assert!(told(&early.then(billed(date(2026, 5, 1))), &id(4)).is_some());
    let story = campaign_until(until).then(billed(date(2026, 4, 1)));
    let (subject, body) = letter(&story, &id(3));
    assert_eq!(subject, "Your price for Basic changes on 2026-05-14");
    let expected = "Hello Jo Doe,\n\nyour campaign for Basic ends. From 2026-05-14 on it costs \
                    49.99 USD a month.\nPlease call us if you want to know what else there is.";
    assert_eq!(body, expected);
    let story = story.then(billed(date(2026, 5, 1)));
    assert_eq!(told(&story, &id(4)), None, "they know");
    let over = story.then(expired(until, 4_999));
    assert_eq!(told(&over, &id(5)), None, "they know");
}

#[test]
fn f69_another_price_than_was_told_is_told_anew() {
    let repriced = SubscriptionEvent::ItemRepriced {
        item_id: code("service_5"),
        price: Price { monthly: usd(5_499), version: None },
        from: date(2026, 5, 1),
    };
    let story = campaign_until(date(2026, 5, 14))
        .then(billed(date(2026, 4, 1)))
        .then(repriced.on(&account_id()))
        .then(expired(date(2026, 5, 14), 5_499));
    let (_, body) = letter(&story, "notification_subscription_7-5");
    assert!(body.contains("costs 54.99 USD a month"), "{body}");
}

#[test]
fn f69_a_campaign_that_is_over_is_told_with_the_price_from_then_on() {
    let until = date(2026, 4, 1);
    let story = campaign_until(until).then(expired(until, 4_999));
    let (subject, body) = letter(&story, "notification_subscription_7-3");
    assert_eq!(subject, "Your price for Basic changes");
    assert!(body.contains("From 2026-04-01 on it costs 49.99 USD a month."), "{body}");
}

#[test]
fn a_payment_that_came_back_is_owed_again() {
    let reversed = LedgerEvent::PaymentReversed {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(6_999),
        method: PaymentMethod::Check,
        reason: code("NSF"),
        reversed_on: date(2026, 3, 18),
    };
    let story = with_site().then(reversed.on(&account_id()));
    let (subject, body) = letter(&story, "notification_ledger_7-1");
    assert_eq!(subject, "Your payment of 69.99 USD came back");
    assert!(body.contains("by check came back to us. Whatever it had paid is"), "{body}");
}
