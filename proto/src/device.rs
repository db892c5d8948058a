//! Devices between protobuf and the domain.

use domain::device::{DeviceEvent, RegisterDevice};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, id, required},
    pb::device::v1::{self as pb, device_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[CommandType::of::<pb::RegisterDevice>()];

impl CommandMessage for pb::RegisterDevice {
    type Rule = RegisterDevice;
}

impl TryFrom<pb::RegisterDevice> for RegisterDevice {
    type Error = Invalid;

    fn try_from(message: pb::RegisterDevice) -> Result<Self, Invalid> {
        Ok(Self {
            device_id: id("deviceId", &message.device_id)?,
            site_id: id("siteId", &message.site_id)?,
            model: code("model", &message.model)?,
            serial: code("serial", &message.serial)?,
        })
    }
}

pub(crate) fn encode(event: &DeviceEvent) -> pb::DeviceEvent {
    let fact = match event {
        DeviceEvent::Registered { site_id, model, serial } => {
            Fact::Registered(pb::DeviceRegistered {
                site_id: site_id.to_string(),
                model: model.to_string(),
                serial: serial.to_string(),
            })
        }
    };
    pb::DeviceEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::DeviceEvent) -> Result<DeviceEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Registered(fact) => DeviceEvent::Registered {
            site_id: id("siteId", &fact.site_id)?,
            model: code("model", &fact.model)?,
            serial: code("serial", &fact.serial)?,
        },
    })
}
