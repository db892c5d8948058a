//! Bills that correct what earlier ones said.

use jiff::civil::{Date, date};

use super::{Billing, Line, alpha, beta, changed, ended, lines, repriced, started};
use crate::{
    service::Promotion,
    subscription::{Item, SubscriptionEvent},
    testing::fixtures::{code, usd},
};

/// `Alpha` is paid for since the 1st of March 2026, at a dollar a day of a month of 30 days, and is
/// billed until the end of April.
fn billed_for_april() -> Billing {
    let mut billing = Billing::of(&[started(alpha(3_000), date(2026, 3, 1))]);
    let first = billing.bill(date(2026, 4, 1));
    assert_eq!(first, lines(&[("Alpha", 3_000), ("Alpha", 3_000)]));
    billing
}

/// What the bill of the 1st of May says of April and before.
#[track_caller]
fn corrected(told: &[SubscriptionEvent]) -> Vec<Line> {
    let lines = billed_for_april().and(told).bill(date(2026, 5, 1));
    lines.into_iter().filter(|(says, _)| says.contains(" of ") || says.contains("Cred")).collect()
}

fn april(day: i8) -> Date {
    date(2026, 4, day)
}

/// Why, what is told, and what is corrected.
type Case = (&'static str, Vec<SubscriptionEvent>, &'static [(&'static str, i64)]);

fn to_beta(day: i8) -> SubscriptionEvent {
    changed(beta(6_000), april(day))
}

fn to_alpha(day: i8) -> SubscriptionEvent {
    changed(alpha(3_000), april(day))
}

fn swaps() -> Vec<Case> {
    vec![
        (
            "from the 16th on: 15 of 30 days of 30.00, of 60.00",
            vec![to_beta(16)],
            &[("Credit Alpha, 15 of 30 days", -1_500), ("Beta, 15 of 30 days", 3_000)],
        ),
        (
            "and back on the 21st: 10 days from the 11th on",
            vec![to_beta(11), to_alpha(21)],
            &[("Credit Alpha, 10 of 30 days", -1_000), ("Beta, 10 of 30 days", 2_000)],
        ),
        ("and back on the same day", vec![to_beta(16), to_alpha(16)], &[]),
        (
            "many changes in one day: the last one holds",
            vec![to_beta(16), changed(alpha(4_000), april(16)), changed(beta(9_000), april(16))],
            &[("Credit Alpha, 15 of 30 days", -1_500), ("Beta, 15 of 30 days", 4_500)],
        ),
        (
            "a swap that is undone from its day on",
            vec![to_beta(11), to_alpha(11), to_beta(21)],
            &[("Credit Alpha, 10 of 30 days", -1_000), ("Beta, 10 of 30 days", 2_000)],
        ),
        (
            "the last day: 1 of 30 days",
            vec![to_beta(30)],
            &[("Credit Alpha, 1 of 30 days", -100), ("Beta, 1 of 30 days", 200)],
        ),
    ]
}

fn prices_and_ends() -> Vec<Case> {
    vec![
        (
            "a price from the 11th on: 20 of 30 days of 30.00, of 33.00",
            vec![repriced(3_300, april(11))],
            &[("Credit Alpha, 20 of 30 days", -2_000), ("Alpha, 20 of 30 days", 2_200)],
        ),
        (
            "a price of before a swap: it is paid from the 11th to the 21st",
            vec![to_beta(21), repriced(3_300, april(11))],
            &[
                ("Credit Alpha, 20 of 30 days", -2_000),
                ("Alpha, 10 of 30 days", 1_100),
                ("Beta, 10 of 30 days", 2_000),
            ],
        ),
        (
            "a price of before the end: nothing is paid for after it",
            vec![ended(april(21)), repriced(3_300, april(11))],
            &[("Credit Alpha, 20 of 30 days", -2_000), ("Alpha, 10 of 30 days", 1_100)],
        ),
        ("the same price under another version", vec![repriced(3_000, april(11))], &[]),
        (
            "an end, and another beginning: nothing is paid from the 11th to the 21st",
            vec![ended(april(11)), started(alpha(3_000), april(21))],
            &[("Credit Alpha, 10 of 30 days", -1_000)],
        ),
    ]
}

#[test]
fn f71_what_changes_in_april_is_corrected_in_may() {
    for (why, told, expected) in swaps().into_iter().chain(prices_and_ends()) {
        assert_eq!(corrected(&told), lines(expected), "{why}");
    }
}

#[test]
fn f49_an_end_of_long_ago_is_credited_month_by_month() {
    let mut billing = billed_for_april();
    let _may = billing.bill(date(2026, 5, 1));
    let mut billing = billing.told(&ended(april(16)));
    assert_eq!(
        billing.bill(date(2026, 6, 1)),
        // April: 30.00 * 15 / 30. May was paid in advance.
        lines(&[("Credit Alpha, 15 of 30 days", -1_500), ("Credit Alpha", -3_000)]),
    );
}

#[test]
fn f69_a_price_under_a_campaign_is_paid_when_the_campaign_is_over() {
    let promotion = Promotion {
        campaign_code: code("LOYAL"),
        monthly: usd(2_000),
        until: april(16),
        monthly_after: usd(3_000),
    };
    let promoted = Item { promotion: Some(promotion), ..alpha(3_000) };
    let mut billing = Billing::of(&[started(promoted, date(2026, 3, 1))]);
    let _april = billing.bill(date(2026, 4, 1));
    // 20.00 until the 16th as was told; 36.00 instead of 30.00 from then on.
    let mut billing = billing.told(&repriced(3_600, april(11)));
    assert_eq!(
        billing.bill(date(2026, 5, 1)),
        lines(&[
            ("Credit Alpha, 15 of 30 days", -1_500),
            ("Alpha, 15 of 30 days", 1_800),
            ("Alpha", 3_600),
        ]),
    );
}

#[test]
fn what_is_known_late_is_charged_as_far_back_as_is_corrected_and_no_further() {
    let mut billing = Billing::of(&[started(alpha(3_000), date(2025, 3, 1))]);
    while billing.subscription.through() < Some(date(2026, 5, 1)) {
        let cycle = billing.subscription.next_cycle().expect("it is paid for");
        let _earlier = billing.bill(cycle);
    }
    // Billed through April, and through March before that: December is the fourth month back.
    assert_eq!(billing.subscription.since(), date(2025, 12, 1));
    let mut billing = billing.told(&repriced(3_100, date(2026, 1, 1)));
    let credit = ("Credit Alpha", -3_000);
    let months: Vec<_> = [credit; 4].into_iter().chain([("Alpha", 3_100); 5]).collect();
    assert_eq!(billing.bill(date(2026, 5, 1)), lines(&months), "January to April, and May");
}

fn unbilled() -> SubscriptionEvent {
    SubscriptionEvent::Unbilled { invoice: code("I1") }
}

#[test]
fn a_bill_that_is_taken_back_is_made_again_as_it_should_have_been() {
    let mut billing = billed_for_april();
    let may = billing.bill(date(2026, 5, 1));
    let mut same = billing.clone().told(&unbilled());
    assert_eq!(same.bill_on_demand(date(2026, 5, 3)), may);
    assert_eq!(same.bill_on_demand(date(2026, 5, 3)), []);
    assert_eq!(same.bill(date(2026, 6, 1)), lines(&[("Alpha", 3_000)]));
    // It was another package all May long.
    let mut other = billing.and(&[unbilled(), changed(beta(6_000), date(2026, 5, 1))]);
    assert_eq!(other.bill_on_demand(date(2026, 5, 3)), lines(&[("Beta", 6_000)]));
    assert_eq!(other.bill(date(2026, 6, 1)), lines(&[("Beta", 6_000)]));
}

#[test]
fn a_bill_that_reached_far_back_is_made_again_whole() {
    let mut billing = billed_for_april();
    for cycle in 5..=7 {
        let _month = billing.bill(date(2026, cycle, 1));
    }
    // Billed through July: what began on the 1st of March is the oldest that may be known so late.
    let extra = SubscriptionEvent::ItemStarted {
        item_id: code("extra"),
        item: beta(600),
        from: date(2026, 4, 1),
    };
    let mut billing = billing.told(&extra);
    let august = billing.bill(date(2026, 8, 1));
    let months: Vec<_> = [("Beta", 600); 5].into_iter().chain([("Alpha", 3_000)]).collect();
    assert_eq!(august, lines(&months));
    let mut again = billing.told(&unbilled());
    assert_eq!(again.bill_on_demand(date(2026, 8, 2)), august);
    // The bill that was made instead is taken back, too.
    let mut thrice = again.told(&unbilled());
    assert_eq!(thrice.bill_on_demand(date(2026, 8, 3)), august);
}
