//! A device: the modem or ONT that delivers service at a site (F2).

mod register;

pub use register::RegisterDevice;

use crate::{
    Aggregate, Desk, Event, Fact, Id, Noun, Rejection, biller::DeviceModel, site::Site, text::Code,
};

/// Names a device.
pub type DeviceId = Id<Device>;

/// Facts about one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceEvent {
    /// It stands somewhere.
    Registered {
        /// Where.
        site_id: Id<Site>,
        /// As in the biller's list of certified devices (F2).
        model: Code,
        /// What its label says.
        serial: Code,
    },
}

/// Where a device stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Device {
    /// Nobody registered it.
    Unregistered,
    /// It stands somewhere.
    Registered {
        /// Where.
        site_id: Id<Site>,
        /// As in the biller's list of certified devices (F2).
        model: Code,
        /// What its label says.
        serial: Code,
    },
}

/// What prevents a wish about a device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceRejection {
    /// Nobody registered it.
    #[error("the device is not registered")]
    NotRegistered,
    /// It is registered, with other data.
    #[error("the device is registered with other data")]
    RegisteredOtherwise,
    /// F2.
    #[error("model {model} is not in the list of certified devices")]
    ModelNotCertified {
        /// Which.
        model: Code,
    },
}

impl DeviceRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotRegistered => "device.not_registered",
            Self::RegisteredOtherwise => "device.registered_otherwise",
            Self::ModelNotCertified { .. } => "device.model_not_certified",
        }
    }
}

impl From<DeviceRejection> for Rejection {
    fn from(rejection: DeviceRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl Device {
    /// As in the biller's list of certified devices; `None`: nobody registered it.
    #[must_use]
    pub fn model(&self) -> Option<&Code> {
        match self {
            Self::Unregistered => None,
            Self::Registered { model, .. } => Some(model),
        }
    }
}

impl DeviceEvent {
    /// This fact, about that device.
    #[must_use]
    pub fn on(self, device_id: &DeviceId) -> Fact {
        Fact::new(device_id, Event::Device(self))
    }
}

impl Device {
    /// What the device is certified for.
    pub(crate) fn certified<'a>(
        &self,
        desk: &Desk<'a>,
    ) -> Result<&'a DeviceModel, DeviceRejection> {
        match self {
            Self::Unregistered => Err(DeviceRejection::NotRegistered),
            Self::Registered { model, .. } => certified_model(desk, model),
        }
    }
}

/// What a model is certified for (F2).
fn certified_model<'a>(desk: &Desk<'a>, model: &Code) -> Result<&'a DeviceModel, DeviceRejection> {
    let certified = desk.biller.catalog.devices.get(model);
    certified.ok_or_else(|| DeviceRejection::ModelNotCertified { model: model.clone() })
}

impl Aggregate for Device {
    const CATEGORY: &'static str = "device";
    const UNKNOWN: &'static Self = &Self::Unregistered;
    type Event = DeviceEvent;

    fn evolve(self, event: &DeviceEvent) -> Self {
        match event {
            DeviceEvent::Registered { site_id, model, serial } => Self::Registered {
                site_id: site_id.clone(),
                model: model.clone(),
                serial: serial.clone(),
            },
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Device(device) = noun { Some(device) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Device(device) = noun { Some(device) } else { None }
    }
}
