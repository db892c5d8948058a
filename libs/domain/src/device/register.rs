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

#[cfg(test)]
mod tests {
    use super::RegisterDevice;
    use crate::{
        device::{DeviceEvent, DeviceRejection},
        site::SiteRejection,
        testing::{
            fixtures::{code, device_id, device_in, site, site_id},
            given,
        },
    };

    fn register(model: &str) -> RegisterDevice {
        RegisterDevice {
            device_id: device_id(),
            site_id: site_id(),
            model: code(model),
            serial: code("S-1"),
        }
    }

    #[test]
    fn f2_a_certified_modem_is_registered_at_a_site() {
        let registered = DeviceEvent::Registered {
            site_id: site_id(),
            model: code("SB8200"),
            serial: code("S-1"),
        };
        given(site()).when(register("SB8200")).then([registered.on(&device_id())]);
    }

    #[test]
    fn f2_a_model_that_is_not_certified_is_refused() {
        let model = code("WRT54G");
        given(site())
            .when(register("WRT54G"))
            .then_rejected(DeviceRejection::ModelNotCertified { model });
    }

    #[test]
    fn a_device_stands_at_one_site() {
        given([]).when(register("SB8200")).then_rejected(SiteRejection::NotRegistered);
        given(device_in("phoenix", "SB6141"))
            .when(register("SB8200"))
            .then_rejected(DeviceRejection::RegisteredOtherwise);
    }
}
