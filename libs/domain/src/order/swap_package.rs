//! Swap the package: service code and Package ID move together (F13 to F20), onto a device that can
//! carry them (F2, F6).

mod device;

use super::{
    OrderEvent, OrderId, OrderKind, OrderRejection, Swap, SwapMethod, WorkOrder, progress::package,
};
use crate::{
    Decide, Desk, Fact, Rejection,
    biller::Package,
    service::{Service, ServiceRejection},
    text::Code,
};

/// Replace the package of the order's service.
#[derive(Clone, Debug)]
pub struct SwapPackage {
    /// Which order.
    pub order_id: OrderId,
    /// How the old package makes room.
    pub method: SwapMethod,
    /// The Package ID that leaves, named to confirm the change (F17, F18).
    pub from_package_id: Code,
    /// The Package ID that comes.
    pub to_package_id: Code,
    /// Service code of the new package (F15, F17).
    pub to_service_code: Code,
    /// The group that the new package was chosen from (F16, F19).
    pub package_group: Code,
    /// Reference of the passed serviceability check, where the upgrade needs one (F3).
    pub serviceability_check: Option<Code>,
}

impl Decide for SwapPackage {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        order.demand_not_committed()?;
        if order.start.kind != OrderKind::ServiceChange {
            return Err(OrderRejection::NotAServiceChange.into());
        }
        if order.swap.as_ref() == Some(&self.swap()) {
            return Ok(vec![]);
        }
        self.choose(desk, order)
    }
}

impl SwapPackage {
    fn choose(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<Vec<Fact>, Rejection> {
        let Service::Added { package_id, service_code, device_id, .. } =
            desk.get(&order.start.service_id)
        else {
            return Err(ServiceRejection::NotActive.into());
        };
        if *package_id != self.from_package_id {
            let current = package_id.clone();
            return Err(OrderRejection::FromPackageIsAnother { current }.into());
        }
        let (from, to) = (package(desk, package_id)?, package(desk, &self.to_package_id)?);
        self.check_choice(from, to)?;
        device::check(desk, device_id, &self.to_package_id, from, to)?;
        let swapped = OrderEvent::PackageSwapped {
            method: self.method,
            from_package_id: self.from_package_id.clone(),
            from_service_code: service_code.clone(),
            to_package_id: self.to_package_id.clone(),
            to_service_code: self.to_service_code.clone(),
            serviceability_check: self.serviceability_check.clone(),
        };
        Ok(vec![swapped.on(&self.order_id)])
    }

    fn check_choice(&self, from: &Package, to: &Package) -> Result<(), OrderRejection> {
        let package_id = self.to_package_id.clone();
        if self.from_package_id == self.to_package_id {
            return Err(OrderRejection::PackageIsTheSame { package_id });
        }
        if to.group != self.package_group {
            let package_group = to.group.clone();
            return Err(OrderRejection::PackageGroupIsAnother { package_id, package_group });
        }
        if to.service_code != self.to_service_code {
            let service_code = to.service_code.clone();
            return Err(OrderRejection::ServiceCodeDoesNotMatchPackage {
                package_id,
                service_code,
            });
        }
        if self.method == SwapMethod::Swap && !from.swaps_with(to) {
            return Err(OrderRejection::NoServicesAvailableForSwapping);
        }
        let upgrade = to.rank > from.rank;
        if upgrade && to.serviceability_check && self.serviceability_check.is_none() {
            return Err(OrderRejection::ServiceabilityCheckRequired { package_id });
        }
        Ok(())
    }

    fn swap(&self) -> Swap {
        Swap {
            method: self.method,
            from_package_id: self.from_package_id.clone(),
            to_package_id: self.to_package_id.clone(),
            to_service_code: self.to_service_code.clone(),
            serviceability_check: self.serviceability_check.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SwapPackage;
    use crate::{
        order::{OrderEvent, OrderRejection, SwapMethod},
        testing::{
            Given,
            fixtures::{
                code, committed_change, installation_in, order_id, reviewed, scheduled, service,
                service_code, service_in, started, swapped,
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
        change("basic").when(wish).then_rejected(OrderRejection::ServiceCodeDoesNotMatchPackage {
            package_id,
            service_code,
        });
    }

    #[test]
    fn f14_f15_what_cannot_be_swapped_is_removed_and_added() {
        let fiber = given(service_in("phoenix", "ONT-G", "super-fast-1g-pon"))
            .and([started("super-fast-1g-pon")]);
        let wish = swap("super-fast-1g-pon", "classic");
        fiber
            .clone()
            .when(wish.clone())
            .then_rejected(OrderRejection::NoServicesAvailableForSwapping);
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
        change("basic").when(wish.clone()).then_rejected(
            OrderRejection::ServiceabilityCheckRequired { package_id: code("super-fast-1g") },
        );
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
    fn an_installation_has_its_package_from_the_start() {
        given(installation_in("phoenix", "SB8200", "basic"))
            .when(swap("basic", "classic"))
            .then_rejected(OrderRejection::NotAServiceChange);
    }
}
