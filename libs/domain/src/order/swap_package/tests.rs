//! What may be swapped for what, and what prevents it.

use super::SwapPackage;
use crate::{
    order::{OrderEvent, OrderRejection, SwapMethod},
    testing::{
        Given,
        fixtures::{
            code, committed_change, installation_in, order_id, reviewed, scheduled, service,
            service_code, service_in, started, started_in, swapped,
        },
        given,
    },
};

fn swap(from: &str, to: &str) -> SwapPackage {
    SwapPackage {
        order_id: order_id(),
        method: SwapMethod::Swap,
        from_package_id: code(from),
        to_package_id: code(to),
        to_service_code: service_code(to),
        package_group: code("Data Packages"),
        serviceability_check: None,
    }
}

fn change(package_id: &str) -> Given {
    given(service(package_id)).and([started(package_id)])
}

#[test]
fn f13_f17_f20_package_and_service_code_are_swapped_together() {
    change("basic").when(swap("basic", "classic")).then([swapped("basic", "classic")]);
}

#[test]
fn f17_f18_the_package_that_leaves_is_named() {
    let current = code("basic");
    change("basic")
        .when(swap("classic", "gigablast"))
        .then_rejected(OrderRejection::FromPackageIsAnother { current });
}

#[test]
fn f16_f19_the_new_package_is_chosen_from_its_group() {
    let (package_id, package_group) = (code("classic"), code("Data Packages"));
    change("basic")
        .when(SwapPackage { package_group: code("Video"), ..swap("basic", "classic") })
        .then_rejected(OrderRejection::PackageGroupIsAnother { package_id, package_group });
}

#[test]
fn f20_a_service_code_of_another_package_is_refused() {
    let (package_id, service_code) = (code("classic"), code("HSD300"));
    let wish = SwapPackage { to_service_code: code("HSD100"), ..swap("basic", "classic") };
    change("basic")
        .when(wish)
        .then_rejected(OrderRejection::ServiceCodeDoesNotMatchPackage { package_id, service_code });
}

#[test]
fn f14_f15_what_cannot_be_swapped_is_removed_and_added() {
    let fiber = given(service_in("phoenix", "ONT-G", "super-fast-1g-pon"))
        .and([started("super-fast-1g-pon")]);
    let wish = swap("super-fast-1g-pon", "classic");
    fiber.clone().when(wish.clone()).then_rejected(OrderRejection::NoServicesAvailableForSwapping);
    let method = SwapMethod::RemoveAndAdd;
    fiber.when(SwapPackage { method, ..wish }).then([OrderEvent::PackageSwapped {
        method,
        from_package_id: code("super-fast-1g-pon"),
        from_service_code: code("PON1G"),
        to_package_id: code("classic"),
        to_service_code: code("HSD300"),
        serviceability_check: None,
    }
    .on(&order_id())]);
}

#[test]
fn f3_an_upgrade_to_super_fast_needs_a_serviceability_check() {
    let wish = swap("basic", "super-fast-1g");
    change("basic").when(wish.clone()).then_rejected(OrderRejection::ServiceabilityCheckRequired {
        package_id: code("super-fast-1g"),
    });
    let checked = SwapPackage { serviceability_check: Some(code("SC-9")), ..wish };
    change("basic").after(checked.clone()).when(checked).then([]);
    // A downgrade to it needs none.
    change("gigablast")
        .when(swap("gigablast", "super-fast-1g"))
        .then([swapped("gigablast", "super-fast-1g")]);
}

#[test]
fn a_package_is_not_swapped_for_itself() {
    let package_id = code("basic");
    change("basic")
        .when(swap("basic", "basic"))
        .then_rejected(OrderRejection::PackageIsTheSame { package_id });
}

#[test]
fn f24_a_new_swap_takes_the_review_back() {
    change("basic")
        .and([swapped("basic", "classic"), scheduled(None), reviewed()])
        .after(swap("basic", "gigablast"))
        .when(crate::order::CommitOrder { order_id: order_id() })
        .then_rejected(OrderRejection::NotReviewed);
}

#[test]
fn f24_nothing_is_swapped_after_the_commit() {
    given(committed_change())
        .when(swap("basic", "gigablast"))
        .then_rejected(OrderRejection::Committed);
}

#[test]
fn f3_a_change_within_a_tier_is_no_upgrade() {
    let wish = swap("super-fast-1g-pon", "super-fast-1g");
    let method = SwapMethod::RemoveAndAdd;
    let wish = SwapPackage { method, ..wish };
    change("super-fast-1g-pon").after(wish.clone()).when(wish).then([]);
}

#[test]
fn f68_an_installation_gets_another_package_and_the_first_one_back() {
    let ordered = given(installation_in("phoenix", "SB8200", "basic"));
    let fact = swapped("basic", "super-fast-1g");
    ordered.clone().when(swap("basic", "super-fast-1g")).then([fact.clone()]);
    ordered.and([fact]).when(swap("basic", "basic")).then([swapped("basic", "basic")]);
    let package_id = code("gigablast");
    given(installation_in("phoenix", "SB6141", "basic"))
        .when(swap("basic", "gigablast"))
        .then_rejected(OrderRejection::DeviceTooSlow { package_id });
}

#[test]
fn f69_a_campaign_that_does_not_apply_to_the_package_is_refused() {
    let (campaign_code, package_id) = (code("LOYAL"), code("gigablast"));
    let change = given(service("basic")).and([started_in("basic", "LOYAL")]);
    change
        .clone()
        .when(swap("basic", "gigablast"))
        .then_rejected(OrderRejection::CampaignNotForPackage { campaign_code, package_id });
    change.when(swap("basic", "classic")).then([swapped("basic", "classic")]);
}
