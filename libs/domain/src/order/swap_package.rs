//! Swap the package: service code and Package ID move together (F13 to F20), onto a device that can
//! carry them (F2, F6).

mod device;

pub(super) use device::check as check_device;

use super::{
    OrderEvent, OrderId, OrderKind, OrderRejection, Swap, SwapMethod, WorkOrder,
    price::campaign_for, progress::package,
};
use crate::{
    Decide, Desk, Fact, Rejection,
    biller::Package,
    service::{Service, ServiceRejection},
    text::Code,
};

/// Replace the package of the order's service; of an installation, the package that was ordered
/// (F68).
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
        order.demand_open_sale()?;
        if order.swap.as_ref() == Some(&self.swap()) {
            return Ok(vec![]);
        }
        self.choose(desk, order)
    }
}

impl SwapPackage {
    fn choose(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<Vec<Fact>, Rejection> {
        let Some(Service::Added { package_id, service_code, .. }) =
            order.start.job.service_id().map(|id| desk.get(id))
        else {
            return Err(ServiceRejection::NotActive.into());
        };
        if *package_id != self.from_package_id {
            let current = package_id.clone();
            return Err(OrderRejection::FromPackageIsAnother { current }.into());
        }
        let (from, to) = (package(desk, package_id)?, package(desk, &self.to_package_id)?);
        self.check_codes(to)?;
        let installation = order.start.job.kind() == OrderKind::Installation;
        if !installation {
            self.check_change(from, to)?;
        }
        let before = Some(from).filter(|_| !installation);
        device::check(desk, order.device(desk)?, &self.to_package_id, before)?;
        if let Some(code) = &order.campaign_code {
            campaign_for(desk, code, &self.to_package_id)?;
        }
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

    /// Group and service code are those of the new package.
    fn check_codes(&self, to: &Package) -> Result<(), OrderRejection> {
        let package_id = self.to_package_id.clone();
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
        Ok(())
    }

    /// What holds for a service that the customer has.
    fn check_change(&self, from: &Package, to: &Package) -> Result<(), OrderRejection> {
        let package_id = self.to_package_id.clone();
        if self.from_package_id == self.to_package_id {
            return Err(OrderRejection::PackageIsTheSame { package_id });
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
mod tests;
