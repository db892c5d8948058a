//! Whether customers are told of dunning what stands, whatever happened to them before.

use domain::{
    Event, Fact,
    biller::DunningAction,
    dunning::{DunningEvent, Promise, StepTaken},
    ledger::LedgerEvent,
    service::ServiceEvent,
    site::{SiteEvent, SuspensionReason},
    subscription::{PendingFee, SubscriptionEvent},
    testing::fixtures::{
        TODAY, account_id, code, day, debt, id, paid, sealed, service, site_id, step_taken,
        subscribed, text, usd,
    },
};
use jiff::civil::{Date, date};
use read_side::testing::Story;

use super::{letter, told};
use crate::testing::{story, with_site};

/// A service is in use at 17 Elm St, and there is a subscription.
fn served() -> Story {
    let opened = SubscriptionEvent::Opened { account_id: account_id(), bill_day: 1 };
    story().and(service("basic")).then(opened.on(&account_id()))
}

fn arranged(by_manager: bool) -> DunningEvent {
    let promise = |on, minor| Promise { on, amount: usd(minor) };
    DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        covers_through: date(2026, 3, 5),
        total: usd(6_000),
        promises: vec![promise(date(2026, 3, 20), 2_500), promise(date(2026, 3, 27), 3_500)],
        by_manager,
        to_reinstate: Some(usd(4_999)),
    }
}

fn late_fee_charged(anchor: Date) -> Fact {
    let fee = PendingFee {
        charge_id: code(&format!("notice-{anchor}-LATE")),
        product: code("LATE"),
        description: text("Late fee"),
        amount: usd(500),
        tax_code: None,
        market: None,
        on: anchor,
    };
    SubscriptionEvent::FeeCharged { fee }.on(&account_id())
}

#[test]
fn f77_the_notice_says_what_is_past_due_and_when_service_is_suspended() {
    let story = served().then(step_taken(TODAY));
    let (subject, body) = letter(&story, "notification_dunning_7-1");
    assert_eq!(subject, "49.99 USD is past due");
    let expected = "Hello Jo Doe,\n\non 2026-03-16 your account is past due with 49.99 USD.\n\
                    If it is not paid in full by 2026-03-18, your service is suspended until \
                    it is.\nA late fee of 5.00 USD was charged on 2026-03-16. It is on your next \
                    bill.\nWhen suspended service comes back, a reconnect fee of 15.00 USD is \
                    charged on that day. It\nis on the bill after it.\nPlease pay it now, or \
                    call us to agree on a date.";
    assert_eq!(body, expected);
}

#[test]
fn f76_f89_whoever_has_no_subscription_hears_of_no_fee() {
    let story = || story().and(service("basic"));
    let (_, body) = letter(&story().then(step_taken(TODAY)), "notification_dunning_7-1");
    assert!(body.contains("your service is suspended until"), "{body}");
    assert!(!body.contains("fee"), "{body}");
    let (_, body) = letter(&cut_off(story()), "notification_site_88-2");
    assert!(body.contains("comes back") && !body.contains("fee"), "{body}");
    let made = arranged(true).on(&account_id());
    let (_, body) = letter(&cut_off(story()).then(made), "notification_dunning_7-1");
    assert!(body.contains("comes back now") && !body.contains("fee"), "{body}");
}

#[test]
fn f79_what_was_agreed_is_written_down_and_what_was_not_kept_is_said() {
    let made = arranged(false);
    let broken = DunningEvent::ArrangementBroken {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        promised_on: date(2026, 3, 20),
        missing: usd(2_500),
        to_reinstate: Some(usd(4_999)),
    };
    let story = served().and([made, broken].map(|event| event.on(&account_id())));
    let (_, body) = letter(&story, "notification_dunning_7-1");
    let expected = "Hello Jo Doe,\n\nwe agreed that you pay 60.00 USD:\n  25.00 USD by \
                    2026-03-20\n  35.00 USD by 2026-03-27\nUntil then we ask for nothing \
                    more.\n\nArrangement arr-1";
    assert_eq!(body, expected);
    let (subject, body) = letter(&story, "notification_dunning_7-2");
    assert_eq!(subject, "What we agreed on about your bill was not kept");
    assert!(body.contains("25.00 USD was to be paid by 2026-03-20 and was not."), "{body}");
    assert!(body.contains("is to be paid now.\nPlease pay it, or call us."), "{body}");
    assert!(!body.contains("suspended") && !body.contains("reconnect"), "{body}");
}

#[test]
fn f76_f77_the_notice_says_what_asking_costs_and_what_it_costs_to_have_service_back() {
    let billed = || served().and(subscribed());
    let notice =
        |story: &Story, version: u32| letter(story, &format!("notification_dunning_7-{version}")).1;
    let story = billed().then(step_taken(TODAY));
    let fee = "A late fee of 5.00 USD was charged on 2026-03-16. It is on your next bill.";
    assert!(notice(&story, 1).contains(fee), "{}", notice(&story, 1));
    let back = "a reconnect fee of 15.00 USD is charged on that day";
    assert!(notice(&story, 1).contains(back), "{}", notice(&story, 1));
    let charged = story.then(late_fee_charged(date(2026, 3, 5)));
    let again = charged.then(step_taken(date(2026, 3, 23)));
    assert!(!notice(&again, 2).contains("late fee"), "once for one debt: {}", notice(&again, 2));
    let other = StepTaken { anchor: date(2026, 4, 5), ..step(step_taken(date(2026, 4, 16))) };
    let between = again
        .then(DunningEvent::StepTaken(other).on(&account_id()))
        .then(late_fee_charged(date(2026, 4, 5)));
    assert!(notice(&between, 3).contains("A late fee of 5.00 USD was charged on 2026-04-16"));
    let back = between.then(step_taken(date(2026, 5, 18)));
    assert!(!notice(&back, 4).contains("late fee"), "after another debt: {}", notice(&back, 4));
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
    served().then(DunningEvent::StepTaken(step).on(&account_id())).then(requested.on(&site_id()))
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
                    the customer portal is\nclosed. Both come back when 49.99 USD \
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
    assert!(
        body.contains("A reconnect fee of 15.00 USD is charged on that day for this address."),
        "{body}"
    );
}

#[test]
fn f79_a_suspension_that_no_step_told_of_is_told_once_when_it_is_asked_for() {
    let story = suspended(&[DunningAction::Suspend]).then(effective());
    let (subject, _) = letter(&story, "notification_site_88-2");
    assert!(subject.contains("is about to be suspended"), "{subject}");
    assert_eq!(told(&story, "notification_site_88-3"), None);
}

/// A second site of the account's, with a service in use.
fn second_site() -> [Fact; 3] {
    let (site, service) = (id("site_89"), id("service_6"));
    let registered = SiteEvent::Registered {
        account_id: account_id(),
        address_id: code("A-18"),
        address: sealed("18 Elm St"),
        market: code("phoenix"),
    };
    let added = ServiceEvent::Added {
        account_id: account_id(),
        site_id: site.clone(),
        device_id: id("device_6"),
        package_id: code("basic"),
        service_code: code("INT100"),
        service_type: None,
    };
    let activated = ServiceEvent::Activated { start_billing_date: TODAY, promotion: None };
    [registered.on(&site), added.on(&service), activated.on(&service)]
}

/// 69.99 is past due, of which 49.99 has to be paid before service comes back.
fn warned(name: &str, actions: &[DunningAction]) -> Fact {
    let step = StepTaken {
        name: code(name),
        actions: actions.iter().copied().collect(),
        past_due: usd(6_999),
        ahead: Vec::new(),
        ..step(step_taken(TODAY))
    };
    DunningEvent::StepTaken(step).on(&account_id())
}

/// Cut off for non-payment, long ago.
fn cut_off(story: Story) -> Story {
    let reason = SuspensionReason::NonPayment;
    let requested = SiteEvent::SuspensionRequested { request: 1, reason };
    story.then(requested.on(&site_id())).then(effective())
}

#[test]
fn f77_f86_whoever_is_suspended_is_told_that_service_is_off_and_what_brings_it_back() {
    let email = [DunningAction::Email];
    for actions in [&email[..], &[DunningAction::Email, DunningAction::Suspend]] {
        let story = cut_off(served()).then(warned("later", actions));
        let (subject, body) = letter(&story, "notification_dunning_7-1");
        assert_eq!(subject, "Your service stays suspended: 69.99 USD is past due");
        let expected = "Hello Jo Doe,\n\non 2026-03-16 your account is past due with 69.99 \
                        USD.\nYour service at 17 Elm St is suspended already. It comes back \
                        when\n49.99 USD is paid in full.\nWhen suspended service comes back, a \
                        reconnect fee of 15.00 USD is charged on that day. It\nis on the bill \
                        after it.\nPlease pay it now, or call us: what a manager agrees to with \
                        you brings service back, too.";
        assert_eq!(body, expected);
    }
}

#[test]
fn f77_f86_of_two_sites_a_letter_says_which_is_off_and_which_will_be() {
    let off = || cut_off(served().and(second_site()));
    let (subject, body) =
        letter(&off().then(warned("later", &[DunningAction::Email])), "notification_dunning_7-1");
    assert_eq!(subject, "69.99 USD is past due");
    assert!(body.contains("at 17 Elm St is suspended already"), "{body}");
    assert!(body.contains("by 2026-03-18, your service at 18 Elm St is suspended"), "{body}");
    let both = "a reconnect fee of 15.00 USD is charged for each of your\n2 addresses, 30.00 USD \
                in all.";
    assert!(body.contains(both), "{body}");
    let suspends = [DunningAction::Email, DunningAction::Suspend];
    let (subject, body) =
        letter(&off().then(warned("suspension", &suspends)), "notification_dunning_7-1");
    assert_eq!(subject, "Your service is suspended today: 69.99 USD is past due");
    assert!(body.contains("Your service at 18 Elm St is suspended today"), "{body}");
}

#[test]
fn f77_whoever_has_no_service_hears_of_no_suspension() {
    let story = with_site().then(warned("later", &[DunningAction::Email, DunningAction::Suspend]));
    let (subject, body) = letter(&story, "notification_dunning_7-1");
    assert_eq!(subject, "69.99 USD is past due");
    assert!(!body.contains("suspended") && !body.contains("reconnect"), "{body}");
}

#[test]
fn f86_a_letter_about_a_site_names_what_brings_it_back_as_long_as_that_is_so() {
    let suspends = [DunningAction::Suspend];
    let requested = |story: Story| {
        let story = cut_off(story.then(warned("suspension", &suspends)));
        letter(&story, "notification_site_88-2").1
    };
    let known = requested(served());
    assert!(known.contains("It comes back when 49.99 USD is paid in full."), "{known}");
    let by_hand = DunningEvent::PaymentDemanded {
        account_id: account_id(),
        through: date(2026, 3, 5),
        to_reinstate: Some(usd(1_234)),
    };
    let stopped = || cut_off(served().then(by_hand.clone().on(&account_id())));
    let (_, body) = letter(&stopped(), "notification_site_88-2");
    assert!(body.contains("It comes back when 12.34 USD is paid in full."), "{body}");
    let too = "a manager agrees to with you brings service back, too.";
    assert!(body.contains(too), "{body}");
    let reason = SuspensionReason::NonPayment;
    let requested = SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id());
    let later = served().then(by_hand.clone().on(&account_id())).then(requested);
    let later = later.then(day(date(2026, 3, 17))).then(effective());
    let (_, body) = letter(&later, "notification_site_88-3");
    assert!(body.contains("12.34 USD is paid in full.") && body.contains(too), "{body}");
    let later = served()
        .then(debt(4_999, date(2026, 3, 5)))
        .then(warned("suspension", &suspends))
        .then(paid("p-1", 1_000));
    let (_, body) = letter(&cut_off(later), "notification_site_88-2");
    assert!(body.contains("when the past-due amount is paid in full."), "another sum: {body}");
}

#[test]
fn f86_an_arrangement_says_whether_service_comes_back() {
    let made = |story: Story, by_manager| {
        let story = story.then(arranged(by_manager).on(&account_id()));
        letter(&story, "notification_dunning_7-1").1
    };
    let by_agent = made(cut_off(served()), false);
    let stays = "Your service at 17 Elm St stays suspended all the same. It comes back when\n49.99 \
                 USD is paid in full, or when a manager agrees to this.";
    assert!(by_agent.contains(stays), "{by_agent}");
    let by_manager = made(cut_off(served()), true);
    let back = "Your service at 17 Elm St comes back now, as soon as the network has done it.\n\
                When it comes back, a reconnect fee of 15.00 USD is charged on that day.";
    assert!(by_manager.contains(back), "{by_manager}");
    for by_manager in [false, true] {
        let body = made(served(), by_manager);
        assert!(!body.contains("service") && !body.contains("reconnect"), "{body}");
    }
}

#[test]
fn f86_whoever_is_suspended_and_breaks_an_arrangement_is_told_what_brings_service_back() {
    let broken = |to_reinstate: Option<i64>| {
        DunningEvent::ArrangementBroken {
            account_id: account_id(),
            arrangement_id: code("arr-1"),
            promised_on: date(2026, 3, 20),
            missing: usd(2_500),
            to_reinstate: to_reinstate.map(usd),
        }
        .on(&account_id())
    };
    let arranged = || cut_off(served()).then(arranged(false).on(&account_id()));
    let owing = arranged().then(debt(4_999, date(2026, 3, 5)));
    let in_part = owing.then(paid("p-1", 1_000)).then(broken(Some(3_999)));
    let (_, body) = letter(&in_part, "notification_dunning_7-2");
    let expected = "Hello Jo Doe,\n\n25.00 USD was to be paid by 2026-03-20 and was not. Our \
                    agreement is over, and the whole past-due\namount is to be paid now.\nYour \
                    service at 17 Elm St is suspended. It comes back when\n39.99 USD is paid in \
                    full.\nWhen it comes back, a reconnect fee of 15.00 USD is charged on that \
                    day. It is on the bill\nafter it.\nPlease pay it now, or call us: what a \
                    manager agrees to with you brings service back, too.\n\nArrangement arr-1";
    assert_eq!(body, expected);
    let (_, body) = letter(&arranged().then(broken(None)), "notification_dunning_7-2");
    assert!(body.contains("49.99 USD is paid in full."), "from before it was noted: {body}");
    let reversed = LedgerEvent::PaymentReversed {
        account_id: account_id(),
        payment_id: code("p-9"),
        amount: usd(1),
        method: domain::ledger::PaymentMethod::Card,
        reason: code("NSF"),
        reversed_on: TODAY,
    };
    let story = arranged().then(reversed.on(&account_id())).then(broken(None));
    let (_, body) = letter(&story, "notification_dunning_7-2");
    assert!(body.contains("when\nwhat it was suspended for is paid in full."), "{body}");
}
