//! Swap the package: service code and Package ID move together (F13 to F20), onto a device that can
//! carry it (F2, F6).

use super::{OrderEvent, OrderId, OrderKind, OrderRejection, Swap, SwapMethod, WorkOrder};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    biller::{Package, Unfit},
    device::Device,
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
        self.check_device(desk, device_id, (from, to))?;
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

    fn check_device(
        &self,
        desk: &Desk<'_>,
        device_id: &Id<Device>,
        (from, to): (&Package, &Package),
    ) -> Result<(), Rejection> {
        let downgrade = to.rank < from.rank;
        if downgrade && from.downgrade_keeps_device {
            return Ok(());
        }
        let package_id = self.to_package_id.clone();
        match to.unfit(desk.get(device_id).certified(desk)?) {
            None => Ok(()),
            Some(Unfit::TooSlow) => Err(OrderRejection::DeviceTooSlow { package_id }.into()),
            Some(Unfit::AnotherTechnology) => {
                Err(OrderRejection::DeviceSpeaksAnotherTechnology { package_id }.into())
            }
        }
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

/// A package that is sold, or at least still known.
pub(super) fn package<'a>(
    desk: &Desk<'a>,
    package_id: &Code,
) -> Result<&'a Package, OrderRejection> {
    let package = desk.biller.catalog.packages.get(package_id);
    package.ok_or_else(|| OrderRejection::PackageNotInCatalog { package_id: package_id.clone() })
}
