//! Who rents a device that delivers several services.
//!
//! What must stay true: a device is rented once, however many services it delivers: by the first
//! of them, and when that ends or gets another device by the next one, at the same price.

use jiff::civil::Date;

use super::{
    Item, ItemKind, Subscription, SubscriptionEvent,
    derive::{Changes, beside_id},
};
use crate::{
    Desk,
    device::DeviceId,
    service::{Service, ServiceId},
};

impl Changes {
    /// Whether a device is rented by another service than that.
    pub(super) fn rents(
        &self,
        desk: &Desk<'_>,
        device_id: &DeviceId,
        but: &ServiceId,
        on: Date,
    ) -> bool {
        let rented = self.after.items_on(on).filter(|(_, item)| item.kind == ItemKind::Rental);
        let mut by = rented.filter_map(|(_, item)| item.service_id.as_ref());
        by.any(|service_id| service_id != but && device_of(desk, service_id) == Some(device_id))
    }

    /// Where a service no longer has the device that it rented, another one that has it still
    /// rents it from now on.
    pub(super) fn hand_rental_on(
        &mut self,
        desk: &Desk<'_>,
        before: &Subscription,
        (service_id, now_has): (&ServiceId, Option<&DeviceId>),
        on: Date,
    ) {
        let Some(device_id) = device_of(desk, service_id).filter(|had| now_has != Some(had)) else {
            return;
        };
        let is_its_rental = |item: &&Item| {
            item.kind == ItemKind::Rental && item.service_id.as_ref() == Some(service_id)
        };
        let mut had = before.items_on(on).map(|(_, item)| item);
        let Some(rental) = had.find(is_its_rental) else { return };
        if self.rents(desk, device_id, service_id, on) {
            return;
        }
        let Some(heir) = self.heir(desk, device_id, service_id, on) else { return };
        let item_id = beside_id(&heir, &rental.product);
        let item = Item { service_id: Some(heir), ..rental.clone() };
        self.tell(SubscriptionEvent::ItemStarted { item_id, item, from: on });
    }

    /// A service with a package that has the device, other than that one.
    fn heir(
        &self,
        desk: &Desk<'_>,
        device_id: &DeviceId,
        but: &ServiceId,
        on: Date,
    ) -> Option<ServiceId> {
        let packages = self.after.items_on(on).filter(|(_, item)| item.kind == ItemKind::Package);
        let mut services = packages.filter_map(|(_, item)| item.service_id.as_ref());
        let has_it = |service_id: &&ServiceId| {
            *service_id != but && device_of(desk, service_id) == Some(device_id)
        };
        services.find(has_it).cloned()
    }
}

/// The device of a service before the record that is decided.
fn device_of<'a>(desk: &Desk<'a>, service_id: &ServiceId) -> Option<&'a DeviceId> {
    match desk.get(service_id) {
        Service::NotAdded => None,
        Service::Added { device_id, .. } => Some(device_id),
    }
}
