//! Register a device: a certified modem or ONT stands at a site (F2).

use super::{Device, DeviceEvent, DeviceId, DeviceRejection, certified_model};
use crate::{
    Decide, Desk, Fact, Rejection,
    site::{Site, SiteId, SiteRejection},
    text::Code,
};

/// Register a modem or ONT at a site.
#[derive(Clone, Debug)]
pub struct RegisterDevice {
    /// Which.
    pub device_id: DeviceId,
    /// Where.
    pub site_id: SiteId,
    /// As in the biller's list of certified devices (F2).
    pub model: Code,
    /// What its label says.
    pub serial: Code,
}

impl Decide for RegisterDevice {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.device_id) {
            Device::Registered { site_id, model, serial }
                if *site_id == self.site_id && *model == self.model && *serial == self.serial =>
            {
                Ok(vec![])
            }
            Device::Registered { .. } => Err(DeviceRejection::RegisteredOtherwise.into()),
            Device::Unregistered => self.register(desk),
        }
    }
}

impl RegisterDevice {
    fn register(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let Site::Registered { .. } = desk.get(&self.site_id) else {
            return Err(SiteRejection::NotRegistered.into());
        };
        certified_model(desk, &self.model)?;
        let registered = DeviceEvent::Registered {
            site_id: self.site_id.clone(),
            model: self.model.clone(),
            serial: self.serial.clone(),
        };
        Ok(vec![registered.on(&self.device_id)])
    }
}
