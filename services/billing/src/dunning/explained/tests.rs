//! What whoever asks about an account's dunning is told.

use domain::{
    Fact,
    biller::{self, DunningAction},
    dunning::{DunningEvent, LadderEnd, Promise, StepTaken},
    ledger::{LedgerEvent, PaymentMethod},
    run::{RunEvent, RunKind},
    service::ServiceEvent,
    site::{ReinstatementGrounds, SiteEvent, SuspensionReason},
    subscription::{PendingFee, SubscriptionEvent},
    testing::fixtures::{
        account, account_id, code, day, debt, id, other_site_stopped, paid, service, site_id,
        step_taken, subscribed, text, usd,
    },
};
use jiff::civil::{Date, date};
use read_side::testing::Story;
use serde_json::{Value, json};

use super::explained;
use crate::testing::story;

mod outside;

fn told(story: &Story) -> Value {
    let told = explained(&biller::testing(), "account_7", story.rows()).unwrap();
    let mut told = serde_json::to_value(told.expect("the account is known")).unwrap();
    contract::view::spell_out(&mut told);
    told
}

fn said(story: &Story) -> String {
    told(story)["stands"].as_str().unwrap().to_owned()
}

fn next_on(story: &Story) -> String {
    told(story)["next"]["on"].as_str().expect("something happens next").to_owned()
}

/// What led there, oldest first.
fn history(story: &Story) -> Vec<(String, String)> {
    let told = told(story);
    let entries = told["history"].as_array().unwrap().iter().rev();
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    entries.map(|entry| (text(entry, "kind"), text(entry, "what"))).collect()
}

fn of_site(event: SiteEvent) -> Fact {
    event.on(&site_id())
}

fn of_dunning(event: DunningEvent) -> Fact {
    event.on(&account_id())
}

fn fee(charge_id: &str, product: &str, description: &str, minor: i64) -> Fact {
    let fee = PendingFee {
        charge_id: code(charge_id),
        product: code(product),
        description: text(description),
        amount: usd(minor),
        tax_code: None,
        market: None,
        on: date(2026, 3, 16),
    };
    SubscriptionEvent::FeeCharged { fee }.on(&account_id())
}

fn suspension(taken_on: Date) -> Fact {
    of_dunning(DunningEvent::StepTaken(StepTaken {
        account_id: account_id(),
        ladder: 1,
        anchor: date(2026, 3, 5),
        step: 2,
        name: code("suspension"),
        actions: [DunningAction::Suspend].into(),
        past_due: usd(4_999),
        taken_on,
        ahead: Vec::new(),
        suspends_on: Some(taken_on),
        to_reinstate: Some(usd(4_999)),
    }))
}

fn subscription() -> Fact {
    SubscriptionEvent::Opened { account_id: account_id(), bill_day: 1 }.on(&account_id())
}

/// 49.99 was due on the 5th, and the site is suspended for it on the 18th.
fn suspended() -> Story {
    let reason = SuspensionReason::NonPayment;
    let steps = [
        step_taken(date(2026, 3, 16)),
        fee("notice-2026-03-05-LATE", "LATE", "Late fee", 500),
        fee("other", "WIFI-SETUP", "Set-up", 900),
        day(date(2026, 3, 18)),
        suspension(date(2026, 3, 18)),
    ];
    let site = [
        SiteEvent::SuspensionRequested { request: 1, reason },
        SiteEvent::NocRequestAcknowledged { request: 1 },
        SiteEvent::Suspended { request: 1, reason },
    ];
    story()
        .and(service("basic"))
        .and([subscription(), debt(4_999, date(2026, 3, 5))])
        .and(steps)
        .and(site.map(of_site))
}

#[test]
fn f72_f79_f86_of_a_suspended_account_it_says_what_is_owed_what_led_there_and_the_way_back() {
    let story = suspended();
    let told = told(&story);
    assert_eq!(
        told["stands"],
        "site_88: suspended for non-payment. 49.99 USD is past due, the oldest of it since \
         2026-03-05. Ladder 1, about what was due on 2026-03-05, has taken 3 of 3 steps, the \
         last, suspension, on 2026-03-18. Service comes back when 49.99 USD is paid, or a manager \
         makes an arrangement. Then Reconnect fee of 15.00 USD is charged, with the next bill. \
         Nothing more happens on a day of its own."
    );
    assert_eq!(
        (&told["pastDue"]["text"], &told["toReinstate"]["minor"]),
        (&json!("49.99 USD"), &json!(4_999))
    );
    assert_eq!(
        (&told["on"], &told["pastDueSince"], &told["next"]),
        (&json!("2026-03-18"), &json!("2026-03-05"), &Value::Null)
    );
    assert_eq!(told["sites"], json!([{ "siteId": "site_88", "state": "suspended" }]));
    assert_eq!(told["fees"].as_array().unwrap().len(), 1, "one of dunning's");
    assert_eq!(told["fees"][0]["amount"]["text"], "5.00 USD");
    let kinds: Vec<_> = history(&story).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["ledger", "step", "fee", "step", "suspension", "suspension"]);
    assert!(history(&story)[2].1.contains("Late fee of 5.00 USD charged on 2026-03-16"));
    assert!(history(&story)[5].1.contains("site_88 suspended"));
}

#[test]
fn f86_f89_how_service_came_back_is_a_part_of_the_story() {
    let ended = DunningEvent::LadderEnded {
        account_id: account_id(),
        ladder: 1,
        because: LadderEnd::Settled,
    };
    let grounds = ReinstatementGrounds::PaidInFull;
    let asked = SiteEvent::ReinstatementRequested { request: 2, grounds };
    let story = suspended().and([paid("p-1", 4_999), of_dunning(ended)]).then(of_site(asked));
    assert!(said(&story).contains("site_88: reinstatement requested"), "{}", said(&story));
    assert!(said(&story).contains("What had to be paid is paid."), "{}", said(&story));
    let story = story.then(of_site(SiteEvent::Reinstated { request: 2, vlan: 552 })).then(fee(
        "reconnect-site_88-2",
        "RECONNECT",
        "Reconnect fee",
        1_500,
    ));
    assert!(said(&story).starts_with("Nothing is past due. Nothing else is owed."));
    let history = history(&story);
    let of = |kind: &str| history.iter().filter(|(it, _)| it == kind).count();
    assert_eq!((of("reinstatement"), of("fee"), of("end")), (2, 2, 1), "{history:?}");
    assert!(history.iter().any(|(_, what)| what.contains("paid in full")), "{history:?}");
}

#[test]
fn a_site_that_is_suspended_for_something_else_is_no_part_of_it() {
    let reason = SuspensionReason::Abuse;
    let story =
        story().and(service("basic")).then(of_site(SiteEvent::Suspended { request: 1, reason }));
    assert_eq!(history(&story), []);
    assert_eq!(told(&story)["sites"], json!([]));
}

#[test]
fn of_whoever_owes_nothing_it_says_so_and_when_the_next_bill_is() {
    let story = story().and(subscribed());
    let told = told(&story);
    assert_eq!(
        told["stands"],
        "Nothing is past due. Nothing else is owed. The next bill is made on 2026-04-01 and due \
         on 2026-04-05."
    );
    assert_eq!((&told["next"], &told["history"]), (&Value::Null, &json!([])));
    assert_eq!(told["pastDue"]["minor"], 0);
    let nobody = explained(&biller::testing(), "account_8", story.rows()).unwrap();
    assert!(nobody.is_none(), "nobody opened it");
}

#[test]
fn a_debt_that_is_not_past_due_says_when_it_falls_due_and_what_follows() {
    let owing = || story().and(account()).then(debt(4_999, date(2026, 4, 5)));
    let no_fee = told(&owing())["next"]["what"].as_str().unwrap().to_owned();
    assert!(no_fee.ends_with("an e-mail is sent"), "without a subscription: {no_fee}");
    let story = story().and(account()).and([subscription(), debt(4_999, date(2026, 4, 5))]);
    let told = told(&story);
    assert_eq!(told["stands"], "Nothing is past due. 49.99 USD falls due on 2026-04-05.");
    assert_eq!(told["fallsDue"]["on"], "2026-04-05");
    assert_eq!(told["next"]["on"], "2026-04-16");
    let what = told["next"]["what"].as_str().unwrap();
    assert_eq!(
        what,
        "step notice, for what was due on 2026-04-05: a ticket is written, an e-mail is sent, Late \
         fee of 5.00 USD is charged"
    );
    let ahead: Vec<_> = told["next"]["ahead"].as_array().unwrap().iter().collect();
    assert_eq!(ahead.len(), 3);
}

fn run(event: RunEvent, on: Date) -> Fact {
    event.on(RunKind::Dunning, on)
}

fn opened(on: Date) -> Fact {
    run(RunEvent::Opened { kind: RunKind::Dunning, date: on, awaits_approval: false }, on)
}

fn closed(on: Date) -> Fact {
    run(RunEvent::Closed { kind: RunKind::Dunning, date: on }, on)
}

#[test]
fn f80_what_has_become_due_late_happens_on_a_day_that_is_to_come() {
    let thursday = date(2026, 3, 26);
    let disputed = || DunningEvent::ChargeDisputed {
        account_id: account_id(),
        charge_id: code("bill-2026-03-05"),
        reason: code("WRONG"),
        while_suspended: false,
    };
    let decided = || DunningEvent::DisputeClosed {
        account_id: account_id(),
        charge_id: code("bill-2026-03-05"),
    };
    let late = || {
        story().and(account()).and([
            debt(4_999, date(2026, 3, 5)),
            of_dunning(disputed()),
            day(thursday),
        ])
    };
    let story = late().then(of_dunning(decided()));
    assert_eq!(next_on(&story), "2026-03-27", "no run of today looks at it");
    let running = late().then(opened(thursday)).then(of_dunning(decided()));
    assert_eq!(next_on(&running), "2026-03-26", "today's run does");
    let story = late().and([opened(thursday), closed(thursday)]).then(of_dunning(decided()));
    assert_eq!(next_on(&story), "2026-03-27", "today's run is over");
    let row: Value = story.row(crate::dunning::TABLE, "account_7");
    assert_eq!(row["next"]["on"], "2026-03-27", "the list says the same");
    let friday = story.then(day(date(2026, 3, 28)));
    assert_eq!(next_on(&friday), "2026-03-30", "the 28th is a Saturday");
}

#[test]
fn f80_a_payment_that_came_back_late_asks_for_no_day_that_is_over() {
    let reversed = LedgerEvent::PaymentReversed {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(4_999),
        method: PaymentMethod::Card,
        reason: code("BOUNCED"),
        reversed_on: date(2026, 4, 22),
    };
    let story = story()
        .and(account())
        .and([debt(4_999, date(2026, 3, 5)), paid("p-1", 4_999), day(date(2026, 4, 22))])
        .then(reversed.on(&account_id()));
    let told = told(&story);
    assert_eq!(told["next"]["on"], "2026-04-23");
    let ahead: Vec<_> =
        told["next"]["ahead"].as_array().unwrap().iter().map(|it| it["on"].clone()).collect();
    assert_eq!(ahead, ["2026-04-23", "2026-04-24", "2026-04-27"]);
}

#[test]
fn f86_an_arrangement_and_a_dispute_say_what_holds_it_up_in_amounts() {
    let made = DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        covers_through: date(2026, 3, 5),
        total: usd(4_999),
        promises: vec![Promise { on: date(2026, 3, 20), amount: usd(4_999) }],
        by_manager: false,
        to_reinstate: Some(usd(4_999)),
    };
    let story = story().and(account()).and([
        debt(4_999, date(2026, 3, 5)),
        step_taken(date(2026, 3, 16)),
        of_dunning(made),
    ]);
    let told = told(&story);
    assert_eq!(told["arrangement"]["total"]["text"], "49.99 USD");
    let stands = told["stands"].as_str().unwrap();
    assert!(stands.contains("Arrangement arr-1 holds it up; 49.99 USD of it is not paid"));
    assert_eq!(told["next"]["on"], "2026-03-21");
    let excluded = DunningEvent::Excluded {
        account_id: account_id(),
        reason: code("HARDSHIP"),
        until: Some(date(2026, 5, 1)),
    };
    let story = story.then(of_dunning(excluded));
    assert!(said(&story).contains("excluded from dunning until 2026-05-01: HARDSHIP."));
}

fn dispute(charge_id: &str, while_suspended: bool) -> Fact {
    of_dunning(DunningEvent::ChargeDisputed {
        account_id: account_id(),
        charge_id: code(charge_id),
        reason: code("WRONG"),
        while_suspended,
    })
}

fn decided(charge_id: &str) -> Fact {
    let charge_id = code(charge_id);
    of_dunning(DunningEvent::DisputeClosed { account_id: account_id(), charge_id })
}

fn ended() -> Fact {
    let because = LadderEnd::Settled;
    of_dunning(DunningEvent::LadderEnded { account_id: account_id(), ladder: 1, because })
}

fn arranged(by_manager: bool) -> Fact {
    of_dunning(DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        covers_through: date(2026, 3, 5),
        total: usd(4_999),
        promises: vec![Promise { on: date(2026, 3, 20), amount: usd(4_999) }],
        by_manager,
        to_reinstate: Some(usd(4_999)),
    })
}

#[test]
fn f89_the_reconnect_fee_is_told_for_every_site_and_in_all() {
    let (other, reason) = (id("site_89"), SuspensionReason::NonPayment);
    let again = SiteEvent::SuspensionRequested { request: 3, reason };
    let back = SiteEvent::Reinstated { request: 2, vlan: 552 };
    let story = suspended().and(other_site_stopped());
    let story = story.and([back, again].map(|event| event.on(&other)));
    let of_one = "Then Reconnect fee of 15.00 USD is charged, with the next bill.";
    assert!(said(&story).contains(of_one), "nothing comes back to the other: {}", said(&story));
    let added = ServiceEvent::Added {
        account_id: account_id(),
        site_id: other,
        device_id: id("device_6"),
        package_id: code("basic"),
        service_code: code("8D"),
        service_type: None,
    };
    let active = ServiceEvent::Activated { start_billing_date: date(2026, 1, 1), promotion: None };
    let story = story.and([added, active].map(|event| event.on(&id("service_6"))));
    let fee = "Then Reconnect fee of 15.00 USD is charged for each of 2 sites, 30.00 USD in all, \
               with the next bill.";
    assert!(said(&story).contains(fee), "{}", said(&story));
}

#[test]
fn f86_where_all_is_disputed_nobody_is_sent_to_a_manager() {
    let story = suspended().and([dispute("bill-2026-03-05", true), ended()]);
    let way = "Service comes back when 49.99 USD is paid or credited. All of it is disputed, so \
               there is nothing to arrange: a manager can once the dispute is closed.";
    assert!(said(&story).contains(way), "{}", said(&story));
    let waits = "bill-2026-03-05 is disputed: WRONG. It was disputed after the suspension, so \
                 service waits for it all the same.";
    assert!(said(&story).contains(waits), "{}", said(&story));
    let story = story.then(decided("bill-2026-03-05"));
    assert!(said(&story).contains("49.99 USD is paid, or a manager makes an arrangement."));
}

#[test]
fn f86_whose_arrangement_stands_decides_whether_service_comes_back() {
    let by_agent = said(&suspended().then(arranged(false)));
    let way = "49.99 USD is paid, or a manager makes an arrangement instead of the agent's.";
    assert!(by_agent.contains(way), "{by_agent}");
    let by_manager = said(&suspended().then(arranged(true)));
    let way = "Service comes back, for a manager made the arrangement.";
    assert!(by_manager.contains(way), "{by_manager}");
}

#[test]
fn f75_a_second_ladder_about_the_same_debt_announces_no_second_late_fee() {
    let disputed = story().and(account()).and([
        debt(4_999, date(2026, 3, 5)),
        step_taken(date(2026, 3, 16)),
        fee("notice-2026-03-05-LATE", "LATE", "Late fee", 500),
        dispute("bill-2026-03-05", false),
        ended(),
        day(date(2026, 3, 20)),
    ]);
    let story = disputed.then(decided("bill-2026-03-05"));
    let what = told(&story)["next"]["what"].as_str().unwrap().to_owned();
    assert!(what.starts_with("step notice, for what was due on 2026-03-05"), "{what}");
    assert!(!what.contains("Late fee"), "{what}");
    let row: Value = story.row(crate::dunning::TABLE, "account_7");
    assert_eq!(row["next"]["what"], what.as_str(), "the list says the same");
}

#[test]
fn f80_what_has_become_due_on_a_day_without_a_run_happens_on_the_next_one() {
    let tuesday = date(2026, 3, 17);
    let story = story()
        .and(account())
        .and([debt(4_999, date(2026, 3, 5)), step_taken(date(2026, 3, 16))])
        .and([dispute("bill-2026-03-05", false), ended(), day(tuesday)])
        .then(decided("bill-2026-03-05"));
    let next = told(&story)["next"].clone();
    let ahead: Vec<_> =
        next["ahead"].as_array().unwrap().iter().map(|it| it["on"].clone()).collect();
    assert_eq!(ahead, ["2026-03-18", "2026-03-19", "2026-03-20"], "{next}");
    let row: Value = story.row(crate::dunning::TABLE, "account_7");
    assert_eq!(row["next"]["on"], "2026-03-18", "the list says the same");
    let story = story.then(day(date(2026, 3, 18)));
    assert_eq!(next_on(&story), "2026-03-18", "today's run is to come");
}

#[test]
fn of_a_parked_account_it_says_why_and_what_to_do() {
    let parked = SubscriptionEvent::Parked {
        cycle: date(2026, 4, 1),
        code: code("subscription.no_price"),
        reason: "WIFI has no price on 2026-04-01".to_owned(),
    };
    let parked = [day(date(2026, 4, 10)), parked.on(&account_id())];
    let told = told(&story().and(subscribed()).and(parked));
    assert_eq!(
        told["stands"],
        "Nothing is past due. Nothing else is owed. The bill of 2026-04-01 could not be made: WIFI \
         has no price on 2026-04-01 (subscription.no_price). Once that is put right, BillAccount \
         makes it; otherwise every bill run from the next bill day on tries it again."
    );
    assert_eq!(told["nextBill"], Value::Null, "that day is over");
    assert_eq!(told["parked"]["cycle"], "2026-04-01");
}

#[test]
fn of_a_dispute_about_what_is_credited_it_says_that_it_can_be_closed() {
    let story = story().and(account()).and([
        debt(4_999, date(2026, 3, 5)),
        dispute("bill-2026-03-05", false),
        debt(-4_999, date(2026, 4, 5)),
    ]);
    let told = told(&story);
    let over = "bill-2026-03-05 was disputed (WRONG), and nothing of it is owed any more: the \
                dispute can be closed.";
    assert!(told["stands"].as_str().unwrap().contains(over), "{told}");
    assert_eq!(told["disputed"][0]["open"]["minor"], 0);
    assert_eq!(told["disputed"][0]["chargeId"], "bill-2026-03-05");
}

#[test]
fn f79_an_arrangement_of_which_something_is_disputed_is_over_and_not_kept() {
    let kept = || {
        let (account_id, arrangement_id) = (account_id(), code("arr-1"));
        of_dunning(DunningEvent::ArrangementKept { account_id, arrangement_id })
    };
    let arranged = || story().and(account()).and([debt(4_999, date(2026, 3, 5)), arranged(false)]);
    let disputed = arranged().and([dispute("bill-2026-03-05", false), kept()]);
    let last = |story: &Story| history(story).last().unwrap().1.clone();
    assert_eq!(
        last(&disputed),
        "Arrangement arr-1 is over: 49.99 USD of what it covers is disputed, the rest is paid"
    );
    assert_eq!(last(&arranged().and([paid("p-1", 4_999), kept()])), "Arrangement arr-1 kept");
}

#[test]
fn f86_a_managers_arrangement_ends_what_a_suspension_was_to_a_dispute() {
    let story = suspended().and([dispute("bill-2026-03-05", true), ended(), arranged(true)]);
    let story = story.then(dispute("bill-2026-03-05", false));
    let told = told(&story);
    assert_eq!(told["disputed"][0]["whileSuspended"], false);
    let what = history(&story).last().unwrap().1.clone();
    assert_eq!(
        what,
        "bill-2026-03-05 disputed: WRONG; since a manager arranged, no suspension waits for it"
    );
}
