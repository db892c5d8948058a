//! Choose a device: another modem or ONT at the site is to deliver the service (F2, F68).

use super::{
    OrderEvent, OrderId, OrderKind, WorkOrder, progress::package, swap_package::check_device,
};
use crate::{
    Decide, Desk, Fact, Rejection,
    device::{Device, DeviceId, DeviceRejection},
    service::{Service, ServiceRejection},
};

/// Let another device deliver the service of an open order (F68).
#[derive(Clone, Debug)]
pub struct ChooseDevice {
    /// Which.
    pub order_id: OrderId,
    /// A device at the order's site.
    pub device_id: DeviceId,
}

impl Decide for ChooseDevice {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        order.demand_open_sale()?;
        if order.device(desk)? == &self.device_id {
            return Ok(vec![]);
        }
        self.check(desk, order)?;
        let device_id = self.device_id.clone();
        Ok(vec![OrderEvent::DeviceChosen { device_id }.on(&self.order_id)])
    }
}

impl ChooseDevice {
    fn check(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<(), Rejection> {
        match desk.get(&self.device_id) {
            Device::Unregistered => return Err(DeviceRejection::NotRegistered.into()),
            Device::Registered { site_id, .. } if *site_id != order.start.site_id => {
                return Err(ServiceRejection::DeviceAtAnotherSite.into());
            }
            Device::Registered { .. } => {}
        }
        let Some(package_id) = order.target() else { return Ok(()) };
        let before = match order.origin() {
            Some(origin) if order.start.job.kind() == OrderKind::ServiceChange => {
                Some(package(desk, origin)?)
            }
            Some(_) | None => None,
        };
        check_device(desk, &self.device_id, package_id, before)
    }
}

impl WorkOrder {
    /// The device that is to deliver the service when the order is done.
    pub(super) fn device<'a>(&'a self, desk: &Desk<'a>) -> Result<&'a DeviceId, ServiceRejection> {
        if let Some(chosen) = &self.device_id {
            return Ok(chosen);
        }
        match self.start.job.service_id().map(|id| desk.get(id)) {
            Some(Service::Added { device_id, .. }) => Ok(device_id),
            Some(Service::NotAdded) | None => Err(ServiceRejection::NotActive),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ChooseDevice;
    use crate::{
        Fact,
        device::{DeviceEvent, DeviceRejection},
        order::{OrderEvent, OrderRejection, SwapMethod, SwapPackage},
        service::ServiceRejection,
        testing::{
            Given,
            fixtures::{
                code, id, installation_in, order_id, service_code, service_in, site_id, started,
                swapped,
            },
            given,
        },
    };

    fn choose(device: &str) -> ChooseDevice {
        ChooseDevice { order_id: order_id(), device_id: id(device) }
    }

    fn chosen(device: &str) -> Fact {
        OrderEvent::DeviceChosen { device_id: id(device) }.on(&order_id())
    }

    /// A second device stands at a site.
    fn second(model: &str, site: &str) -> Fact {
        let (model, serial) = (code(model), code("S-2"));
        DeviceEvent::Registered { site_id: id(site), model, serial }.on(&id("device_4"))
    }

    fn slow_change() -> Given {
        given(service_in("phoenix", "SB6141", "basic")).and([started("basic")])
    }

    #[test]
    fn f2_f68_a_faster_device_is_chosen_for_a_faster_package() {
        let swap = SwapPackage {
            order_id: order_id(),
            method: SwapMethod::Swap,
            from_package_id: code("basic"),
            to_package_id: code("gigablast"),
            to_service_code: service_code("gigablast"),
            package_group: code("Data Packages"),
            serviceability_check: None,
        };
        let package_id = code("gigablast");
        let with_two = slow_change().and([second("SB8200", site_id().as_str())]);
        with_two
            .clone()
            .when(swap.clone())
            .then_rejected(OrderRejection::DeviceTooSlow { package_id });
        with_two.clone().when(choose("device_4")).then([chosen("device_4")]);
        with_two.after(choose("device_4")).when(swap).then([swapped("basic", "gigablast")]);
    }

    #[test]
    fn f2_a_device_that_cannot_carry_the_package_is_not_chosen() {
        let package_id = code("gigablast");
        given(installation_in("phoenix", "SB8200", "gigablast"))
            .and([second("SB6141", site_id().as_str())])
            .when(choose("device_4"))
            .then_rejected(OrderRejection::DeviceTooSlow { package_id });
    }

    #[test]
    fn f68_a_device_stands_at_the_orders_site() {
        slow_change().when(choose("device_4")).then_rejected(DeviceRejection::NotRegistered);
        slow_change()
            .and([second("SB8200", "site_89")])
            .when(choose("device_4"))
            .then_rejected(ServiceRejection::DeviceAtAnotherSite);
    }

    #[test]
    fn f68_the_device_that_is_there_needs_no_choice() {
        slow_change().when(choose("device_3")).then([]);
    }
}
