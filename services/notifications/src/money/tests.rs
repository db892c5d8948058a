//! What customers are told of bills and money.

use domain::{
    Event, Fact,
    autopay::AutopayEvent,
    biller::DunningAction,
    customer::CustomerEvent,
    dunning::{DunningEvent, Promise, StepTaken},
    ledger::{LedgerEvent, PaymentMethod},
    site::{SiteEvent, SuspensionReason},
    subscription::{Price, SubscriptionEvent},
    testing::fixtures::{
        TODAY, account_id, billed, code, day, id, issued, promoted, site, site_id, step_taken,
        subscribed, usd,
    },
};
use jiff::civil::{Date, date};
use read_side::testing::Story;

use crate::{
    message::{MESSAGES, Message},
    testing::{story, with_site},
};

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
fn f77_the_notice_says_what_is_past_due_and_when_service_is_suspended() {
    let story = with_site().then(step_taken(TODAY));
    let (subject, body) = letter(&story, "notification_dunning_7-1");
    assert_eq!(subject, "49.99 USD is past due");
    let expected = "Hello Jo Doe,\n\non 2026-03-16 your account is past due with 49.99 USD.\n\
                    If it is not paid in full by 2026-03-18, your service is suspended until \
                    it is.\nWhen suspended service comes back, a reconnect fee of 15.00 USD \
                    is charged on that day. It\nis on the bill after it.\nPlease pay it now, \
                    or call us to agree on a date.";
    assert_eq!(body, expected);
}

#[test]
fn f79_what_was_agreed_is_written_down_and_what_was_not_kept_is_said() {
    let promise = |on, minor| Promise { on, amount: usd(minor) };
    let made = DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        covers_through: date(2026, 3, 5),
        total: usd(6_000),
        promises: vec![promise(date(2026, 3, 20), 2_500), promise(date(2026, 3, 27), 3_500)],
        by_manager: false,
    };
    let broken = DunningEvent::ArrangementBroken {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        promised_on: date(2026, 3, 20),
        missing: usd(2_500),
    };
    let story = with_site().and([made, broken].map(|event| event.on(&account_id())));
    let (_, body) = letter(&story, "notification_dunning_7-1");
    let expected = "Hello Jo Doe,\n\nwe agreed that you pay 60.00 USD:\n  25.00 USD by \
                    2026-03-20\n  35.00 USD by 2026-03-27\nUntil then we ask for nothing \
                    more.\n\nArrangement arr-1";
    assert_eq!(body, expected);
    let (subject, body) = letter(&story, "notification_dunning_7-2");
    assert_eq!(subject, "What we agreed on about your bill was not kept");
    assert!(body.contains("25.00 USD was to be paid by 2026-03-20 and was not."), "{body}");
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

#[test]
fn f76_f77_the_notice_says_what_asking_costs_and_what_it_costs_to_have_service_back() {
    let billed = || story().and(site()).and(subscribed());
    let notice =
        |story: &Story, version: u32| letter(story, &format!("notification_dunning_7-{version}")).1;
    let story = billed().then(step_taken(TODAY));
    let fee = "A late fee of 5.00 USD was charged on 2026-03-16. It is on your next bill.";
    assert!(notice(&story, 1).contains(fee), "{}", notice(&story, 1));
    let back = "a reconnect fee of 15.00 USD is charged on that day";
    assert!(notice(&story, 1).contains(back), "{}", notice(&story, 1));
    let again = story.then(step_taken(date(2026, 3, 23)));
    assert!(!notice(&again, 2).contains("late fee"), "once for one debt: {}", notice(&again, 2));
    let warned = StepTaken { name: code("call"), ..step(step_taken(TODAY)) };
    let warned = StepTaken { ahead: vec![(code("notice"), date(2026, 3, 18))], ..warned };
    let warned = billed().then(DunningEvent::StepTaken(warned).on(&account_id()));
    let ahead = "If it is not paid before 2026-03-18, a late fee of 5.00 USD is charged";
    assert!(notice(&warned, 1).contains(ahead), "{}", notice(&warned, 1));
}

fn step(fact: Fact) -> StepTaken {
    let Event::Dunning(DunningEvent::StepTaken(step)) = fact.event else {
        unreachable!("it is a step")
    };
    step
}

/// The step that suspends, on the day that is open, and what comes of it.
fn suspended(actions: &[DunningAction]) -> Story {
    let step = StepTaken {
        name: code("suspension"),
        actions: actions.iter().copied().collect(),
        suspends_on: Some(TODAY),
        ahead: Vec::new(),
        ..step(step_taken(TODAY))
    };
    let reason = SuspensionReason::NonPayment;
    let requested = SiteEvent::SuspensionRequested { request: 1, reason };
    with_site().then(DunningEvent::StepTaken(step).on(&account_id())).then(requested.on(&site_id()))
}

fn effective() -> Fact {
    let reason = SuspensionReason::NonPayment;
    SiteEvent::Suspended { request: 1, reason }.on(&site_id())
}

#[test]
fn f77_f79_a_suspension_is_told_once_and_then_all_of_it() {
    let story = suspended(&[DunningAction::Email, DunningAction::Suspend]).then(effective());
    let (subject, body) = letter(&story, "notification_dunning_7-1");
    assert_eq!(subject, "Your service is suspended today: 49.99 USD is past due");
    let expected = "Hello Jo Doe,\n\non 2026-03-16 your account is past due with 49.99 USD.\n\
                    Your service is suspended today, as soon as the network has done it, and \
                    the customer portal is\nclosed. Both come back when the past-due amount \
                    is paid in full.\nWhen suspended service comes back, a reconnect fee of \
                    15.00 USD is charged on that day. It\nis on the bill after it.\nPlease \
                    pay it now, or call us to agree on a date.";
    assert_eq!(body, expected);
    for version in [2, 3] {
        let id = format!("notification_site_88-{version}");
        assert_eq!(told(&story, &id), None, "the same occasion");
    }
}

#[test]
fn f84_a_suspension_that_takes_effect_on_another_day_is_told_then() {
    let story = suspended(&[DunningAction::Email, DunningAction::Suspend])
        .then(day(date(2026, 3, 17)))
        .then(effective());
    let (subject, body) = letter(&story, "notification_site_88-3");
    assert_eq!(subject, "Your service at 17 Elm St is suspended");
    assert!(body.contains("A reconnect fee of 15.00 USD is charged on that day"), "{body}");
}

#[test]
fn f79_a_suspension_that_no_step_told_of_is_told_once_when_it_is_asked_for() {
    let story = suspended(&[DunningAction::Suspend]).then(effective());
    let (subject, _) = letter(&story, "notification_site_88-2");
    assert!(subject.contains("is about to be suspended"), "{subject}");
    assert_eq!(told(&story, "notification_site_88-3"), None);
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
    assert!(body.contains("by check came back to us. You owe it again."), "{body}");
}
