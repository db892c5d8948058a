//! Bills of what nobody corrects.

use jiff::civil::{Date, date};

use super::{Billing, alpha, beta, changed, ended, in_arrears, lines, started};
use crate::{
    service::Promotion,
    subscription::{Item, ItemKind, PendingFee, SubscriptionEvent},
    testing::fixtures::{code, item, text, usd},
};

fn fee(charge_id: &str, minor: i64) -> SubscriptionEvent {
    SubscriptionEvent::FeeCharged {
        fee: PendingFee {
            charge_id: code(charge_id),
            product: code("LATE"),
            description: text("Late fee"),
            amount: usd(minor),
            tax_code: None,
            market: None,
            on: date(2026, 3, 20),
        },
    }
}

#[test]
fn f73_the_first_bill_has_the_rest_of_the_month_and_the_next_one() {
    let cases = [
        // 31.00 a month is a dollar a day: from the 16th to the 31st of March are 16 days.
        (3_100, 16, ("Alpha, 16 of 31 days", 1_600), 3_100),
        // 49.99 * 16 / 31 = 25.8012...
        (4_999, 16, ("Alpha, 16 of 31 days", 2_580), 4_999),
        // The last day of the month.
        (3_100, 31, ("Alpha, 1 of 31 days", 100), 3_100),
        // A whole month, which says so.
        (3_100, 1, ("Alpha", 3_100), 3_100),
    ];
    for (monthly, day, rest, next) in cases {
        let mut billing = Billing::of(&[started(alpha(monthly), date(2026, 3, day))]);
        assert_eq!(billing.bill(date(2026, 4, 1)), lines(&[rest, ("Alpha", next)]));
        assert_eq!(billing.bill(date(2026, 5, 1)), lines(&[("Alpha", next)]));
    }
}

#[test]
fn f73_a_month_costs_the_same_and_a_day_of_it_its_share_in_every_year() {
    let cases = [
        // 29 days: 28.00 * 15 / 29 = 14.4827...
        (2028, "Alpha, 15 of 29 days", 1_448),
        // 28 days: 28.00 * 14 / 28.
        (2027, "Alpha, 14 of 28 days", 1_400),
    ];
    for (year, says, minor) in cases {
        let mut billing = Billing::of(&[started(alpha(2_800), date(year, 2, 15))]);
        assert_eq!(billing.bill(date(year, 3, 1)), lines(&[(says, minor), ("Alpha", 2_800)]));
    }
}

#[test]
fn f73_every_account_has_its_bill_day() {
    // From the 15th of March to the 15th of April are 31 days, of which one is over.
    let mut billing = Billing::on_day(15).and(&[started(alpha(3_100), date(2026, 3, 16))]);
    let first = billing.bill(date(2026, 4, 15));
    assert_eq!(first, lines(&[("Alpha, 30 of 31 days", 3_000), ("Alpha", 3_100)]));
    // From the 28th of February to the 28th of March are 28 days, of which 16 are over.
    let mut billing = Billing::on_day(28).and(&[started(alpha(2_800), date(2026, 3, 16))]);
    let first = billing.bill(date(2026, 3, 28));
    assert_eq!(first, lines(&[("Alpha, 12 of 28 days", 1_200), ("Alpha", 2_800)]));
}

fn bill_day(bill_day: i8, from: Date) -> SubscriptionEvent {
    SubscriptionEvent::BillDayChanged { bill_day, from }
}

#[test]
fn f73_the_period_before_another_bill_day_is_cut_short_and_costs_its_days() {
    let mut billing = Billing::of(&[started(alpha(3_100), date(2026, 3, 1))]);
    let _march_and_april = billing.bill(date(2026, 4, 1));
    let mut billing = billing.told(&bill_day(15, date(2026, 5, 15)));
    // From the 1st to the 15th of May: 31.00 * 14 / 31.
    assert_eq!(billing.bill(date(2026, 5, 1)), lines(&[("Alpha, 14 of 31 days", 1_400)]));
    assert_eq!(billing.bill(date(2026, 5, 15)), lines(&[("Alpha", 3_100)]));
    assert_eq!(billing.bill(date(2026, 6, 15)), lines(&[("Alpha", 3_100)]));
}

#[test]
fn f73_a_bill_day_that_never_came_into_force_leaves_no_trace() {
    let mut billing = Billing::of(&[started(alpha(3_100), date(2026, 3, 1))]);
    let _march_and_april = billing.bill(date(2026, 4, 1));
    let moved = [bill_day(15, date(2026, 5, 15)), bill_day(20, date(2026, 5, 20))];
    let mut billing = billing.and(&moved);
    let mut back = billing.clone().told(&bill_day(1, date(2026, 5, 1)));
    // From the 1st to the 20th of May: 31.00 * 19 / 31.
    assert_eq!(billing.bill(date(2026, 5, 1)), lines(&[("Alpha, 19 of 31 days", 1_900)]));
    assert_eq!(billing.bill(date(2026, 5, 20)), lines(&[("Alpha", 3_100)]));
    assert_eq!(back.bill(date(2026, 5, 1)), lines(&[("Alpha", 3_100)]));
    assert_eq!(back.bill(date(2026, 6, 1)), lines(&[("Alpha", 3_100)]));
}

#[test]
fn f71_a_swap_in_the_month_is_credited_and_charged() {
    let mut billing = Billing::of(&[started(alpha(3_000), date(2026, 4, 1))]);
    let _april_and_may = billing.bill(date(2026, 5, 1));
    // May has 31 days, 16 of them from the 16th on: 30.00 * 16 / 31 = 15.4838..., 60.00 * 16 / 31
    // = 30.9677...
    let mut billing = billing.told(&changed(beta(6_000), date(2026, 5, 16)));
    assert_eq!(
        billing.bill(date(2026, 6, 1)),
        lines(&[
            ("Credit Alpha, 16 of 31 days", -1_548),
            ("Beta, 16 of 31 days", 3_097),
            ("Beta", 6_000),
        ]),
    );
}

#[test]
fn f49_a_disconnect_is_credited_with_the_last_bill() {
    let mut billing = Billing::of(&[started(alpha(3_000), date(2026, 4, 1))]);
    let _april_and_may = billing.bill(date(2026, 5, 1));
    let mut billing = billing.told(&ended(date(2026, 5, 16)));
    let credit = lines(&[("Credit Alpha, 16 of 31 days", -1_548)]);
    let mut at_once = billing.clone();
    assert_eq!(at_once.bill_on_demand(date(2026, 5, 20)), credit);
    assert_eq!(at_once.bill(date(2026, 6, 1)), []);
    assert_eq!(billing.bill(date(2026, 6, 1)), credit);
    assert_eq!(billing.bill(date(2026, 7, 1)), []);
    assert_eq!(billing.subscription.next_cycle(), None);
    // Something else is paid for: what is long over is let go of.
    let item_id = code("other");
    let other =
        SubscriptionEvent::ItemStarted { item_id, item: beta(100), from: date(2026, 7, 16) };
    let mut billing = billing.told(&other);
    for cycle in 8..=12 {
        assert_ne!(billing.bill(date(2026, cycle, 1)), [], "{cycle}");
    }
    assert_eq!(billing.subscription.items.len(), 1);
}

#[test]
fn f69_a_campaign_ends_in_the_month() {
    let promotion = Promotion {
        campaign_code: code("LOYAL"),
        monthly: usd(2_000),
        until: date(2026, 4, 16),
        monthly_after: usd(3_000),
    };
    let promoted = Item { promotion: Some(promotion), ..alpha(3_000) };
    let mut billing = Billing::of(&[started(promoted, date(2026, 3, 1))]);
    assert_eq!(
        billing.bill(date(2026, 4, 1)),
        // 20.00 * 15 / 30 and 30.00 * 15 / 30.
        lines(&[
            ("Alpha", 2_000),
            ("Alpha, 15 of 30 days", 1_000),
            ("Alpha, 15 of 30 days", 1_500),
        ]),
    );
    assert_eq!(billing.bill(date(2026, 5, 1)), lines(&[("Alpha", 3_000)]));
}

#[test]
fn what_is_paid_when_a_month_is_over_is_billed_until_the_bill_day() {
    let mut billing = Billing::of(&[started(in_arrears(alpha(3_100)), date(2026, 3, 16))]);
    assert_eq!(billing.bill(date(2026, 4, 1)), lines(&[("Alpha, 16 of 31 days", 1_600)]));
    assert_eq!(billing.bill(date(2026, 5, 1)), lines(&[("Alpha", 3_100)]));
    let mut billing = billing.told(&ended(date(2026, 5, 11)));
    assert_eq!(billing.bill(date(2026, 6, 1)), lines(&[("Alpha, 10 of 31 days", 1_000)]));
}

#[test]
fn what_was_billed_on_demand_is_not_taken_back_by_a_cycle_before_it() {
    let mut billing = Billing::of(&[started(in_arrears(alpha(3_000)), date(2026, 3, 1))]);
    let _march = billing.bill(date(2026, 4, 1));
    // The bill of the 1st of May is late. What is paid when a month is over is not billed further
    // than what is paid in advance.
    assert_eq!(billing.bill_on_demand(date(2026, 5, 20)), lines(&[("Alpha", 3_000)]));
    assert_eq!(billing.bill(date(2026, 5, 1)), []);
    // 30.00 * 19 / 31 = 18.3870..., and the rest.
    let demanded = billing.bill_on_demand(date(2026, 5, 20));
    assert_eq!(demanded, lines(&[("Alpha, 19 of 31 days", 1_839)]));
    assert_eq!(billing.bill(date(2026, 6, 1)), lines(&[("Alpha, 12 of 31 days", 1_161)]));
}

#[test]
fn on_demand_the_rest_of_the_first_period_is_paid_in_advance() {
    let mut billing = Billing::of(&[started(alpha(3_100), date(2026, 3, 16))]);
    let first = billing.bill_on_demand(date(2026, 3, 18));
    assert_eq!(first, lines(&[("Alpha, 16 of 31 days", 1_600)]));
    assert_eq!(billing.bill_on_demand(date(2026, 3, 18)), []);
    assert_eq!(billing.bill(date(2026, 4, 1)), lines(&[("Alpha", 3_100)]));
}

#[test]
fn fees_follow_what_is_paid_every_month_and_are_billed_once() {
    let rental = item(ItemKind::Rental, "ONT-RENT", "ONT rental", 700);
    let rented = SubscriptionEvent::ItemStarted {
        item_id: code("rental"),
        item: rental,
        from: date(2026, 3, 1),
    };
    let told = [fee("late-1", 500), rented, started(alpha(3_100), date(2026, 3, 1))];
    let mut billing = Billing::of(&told);
    let months = [("Alpha", 3_100), ("Alpha", 3_100), ("ONT rental", 700), ("ONT rental", 700)];
    let first = [&months[..], &[("Late fee", 500)]].concat();
    assert_eq!(billing.bill(date(2026, 4, 1)), lines(&first));
    let next = lines(&[("Alpha", 3_100), ("ONT rental", 700)]);
    assert_eq!(billing.bill(date(2026, 5, 1)), next);
}

#[test]
fn missed_cycles_are_billed_in_their_order() {
    let mut billing = Billing::of(&[started(alpha(3_100), date(2026, 3, 16))]);
    // Nobody billed before July.
    let rest = ("Alpha, 16 of 31 days", 1_600);
    assert_eq!(billing.bill(date(2026, 4, 1)), lines(&[rest, ("Alpha", 3_100)]));
    assert_eq!(billing.bill(date(2026, 5, 1)), lines(&[("Alpha", 3_100)]));
    assert_eq!(billing.bill(date(2026, 6, 1)), lines(&[("Alpha", 3_100)]));
    assert_eq!(billing.bill(date(2026, 7, 1)), lines(&[("Alpha", 3_100)]));
}

/// Alpha was paid for in March 2026, and nothing since.
fn left_in_march() -> Billing {
    let mut billing =
        Billing::of(&[started(alpha(3_100), date(2026, 3, 1)), ended(date(2026, 4, 1))]);
    assert_eq!(billing.bill(date(2026, 4, 1)), lines(&[("Alpha", 3_100)]));
    assert_eq!(billing.bill(date(2026, 5, 1)), []);
    billing
}

#[test]
fn who_pays_for_nothing_any_more_is_due_on_no_day() {
    assert_eq!(left_in_march().subscription.next_cycle(), None);
    // It is known late that it ended earlier: that is a cycle, and then there is none again.
    let mut late = left_in_march().told(&ended(date(2026, 3, 16)));
    let credit = lines(&[("Credit Alpha, 16 of 31 days", -1_600)]);
    assert_eq!(late.bill(date(2026, 6, 1)), credit);
    assert_eq!(late.bill(date(2026, 7, 1)), []);
    assert_eq!(late.subscription.next_cycle(), None);
}

#[test]
fn what_is_paid_for_later_keeps_cycles_going() {
    // It is paid when a month is over, so there is nothing on the first bill of its own.
    let later = in_arrears(alpha(3_000));
    let mut billing = left_in_march().told(&started(later, date(2026, 6, 1)));
    assert_eq!(billing.bill(date(2026, 7, 1)), lines(&[("Alpha", 3_000)]));
    let ends = [ended(date(2026, 8, 16))];
    let mut billing = billing.and(&ends);
    assert_eq!(billing.bill(date(2026, 8, 1)), lines(&[("Alpha", 3_000)]));
    assert_eq!(billing.bill(date(2026, 9, 1)), lines(&[("Alpha, 15 of 31 days", 1_452)]));
    assert_eq!(billing.bill(date(2026, 10, 1)), []);
    assert_eq!(billing.subscription.next_cycle(), None);
}

#[test]
fn who_comes_back_after_years_is_billed_from_then_on() {
    let back = || left_in_march().told(&started(alpha(3_100), date(2028, 3, 16)));
    let rest = ("Alpha, 16 of 31 days", 1_600);
    assert_eq!(back().bill(date(2028, 4, 1)), lines(&[rest, ("Alpha", 3_100)]));
    let mut now = back();
    assert_eq!(now.bill_on_demand(date(2028, 3, 16)), lines(&[rest]));
    assert_eq!(now.bill(date(2028, 4, 1)), lines(&[("Alpha", 3_100)]));
}
