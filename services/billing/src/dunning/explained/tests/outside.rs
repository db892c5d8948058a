//! What dunning leaves alone, and why: lines that are stopped for something else, fees that nobody
//! is charged, debts that an arrangement does not cover.

use domain::{
    dunning::{DunningEvent, Promise},
    site::{SiteEvent, SuspensionReason},
    testing::fixtures::{account, account_id, code, day, debt, paid, service, step_taken, usd},
};
use jiff::civil::date;
use read_side::testing::Story;

use super::{decided, dispute, history, of_dunning, of_site, said, suspension};
use crate::testing::story;

/// 49.99 is past due, and the only line is stopped for a reason.
fn stopped(reason: SuspensionReason) -> Story {
    let requested = SiteEvent::SuspensionRequested { request: 1, reason };
    story()
        .and(service("basic"))
        .and([debt(4_999, date(2026, 3, 5)), step_taken(date(2026, 3, 16))])
        .then(of_site(requested))
}

#[test]
fn f79_a_line_that_is_stopped_for_something_else_is_said_to_be_left_alone() {
    let left_alone = "so dunning does not suspend it, and no letter says that it will.";
    let asked = said(&stopped(SuspensionReason::CustomerRequest));
    let told = format!("site_88: stopped because of the customer's own request, {left_alone}");
    assert!(asked.starts_with(&told), "{asked}");
    assert!(!asked.contains("non-payment"), "{asked}");
    let abuse = said(&stopped(SuspensionReason::Abuse));
    assert!(abuse.contains(&format!("because of abuse, {left_alone}")), "{abuse}");
    let unpaid = said(&stopped(SuspensionReason::NonPayment));
    assert!(!unpaid.contains(left_alone), "{unpaid}");
    let back = SiteEvent::Reinstated { request: 2, vlan: 552 };
    let flows = said(&stopped(SuspensionReason::CustomerRequest).then(of_site(back)));
    assert!(!flows.contains(left_alone), "{flows}");
}

#[test]
fn f89_whoever_has_no_subscription_is_told_of_no_reconnect_fee() {
    let told = said(&stopped(SuspensionReason::NonPayment).then(suspension(date(2026, 3, 18))));
    let way = "Service comes back when 49.99 USD is paid, or a manager makes an arrangement.";
    assert!(told.contains(way) && !told.contains("fee"), "{told}");
}

#[test]
fn f79_f86_what_an_arrangement_left_out_since_it_was_disputed_is_said_to_be_owed_beside_it() {
    let made = DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        covers_through: date(2026, 3, 12),
        total: usd(2_000),
        promises: vec![Promise { on: date(2026, 3, 30), amount: usd(2_000) }],
        by_manager: false,
        to_reinstate: None,
    };
    let story = story().and(account()).and([
        debt(4_999, date(2026, 3, 5)),
        debt(2_000, date(2026, 3, 12)),
        step_taken(date(2026, 3, 16)),
        dispute("bill-2026-03-05", false),
        of_dunning(made),
    ]);
    let holds = "Arrangement arr-1 holds it up; 20.00 USD of it is not paid yet.";
    let disputed = said(&story);
    assert!(disputed.contains(holds) && !disputed.contains("no part of it"), "{disputed}");
    let story = story.then(decided("bill-2026-03-05"));
    let outside = "49.99 USD past due is no part of it (bill-2026-03-05 was disputed when it was \
                   made): dunning goes on about that once it is over.";
    assert!(said(&story).contains(&format!("{holds} {outside}")), "{}", said(&story));
    let (kind, what) = history(&story).pop().unwrap();
    let decided = "The dispute about bill-2026-03-05 is decided: 49.99 USD is owed, and no part of \
                   arr-1";
    assert_eq!((&*kind, &*what), ("dispute", decided));
    // What has become past due since is outside as well, and was never disputed.
    let later =
        story.and([debt(1_000, date(2026, 3, 20)), paid("p-1", 4_999), day(date(2026, 3, 21))]);
    let told = said(&later);
    assert!(told.contains("10.00 USD past due is no part of it: dunning goes on"), "{told}");
}

#[test]
fn a_dispute_that_leaves_something_owed_says_how_much_and_one_that_leaves_nothing_does_not() {
    let owing = || {
        let disputed = [debt(4_999, date(2026, 3, 5)), dispute("bill-2026-03-05", false)];
        story().and(account()).and(disputed)
    };
    let last = |story: &Story| history(story).pop().unwrap().1;
    let left = last(&owing().then(decided("bill-2026-03-05")));
    assert_eq!(left, "The dispute about bill-2026-03-05 is decided: 49.99 USD is owed");
    let none = owing().and([debt(-4_999, date(2026, 4, 5)), decided("bill-2026-03-05")]);
    assert_eq!(last(&none), "The dispute about bill-2026-03-05 is decided");
}
