//! Where does a line end, what stands there, and does traffic flow?

mod traffic;

use domain::{Event, device::DeviceEvent, site::SiteEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{
    model::{change, put},
    service::{self, ServiceRow, ServiceSummary},
};
use traffic::Traffic;

/// By site id.
pub(crate) const TABLE: Table = Table::new(b's');

/// One site.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteRow {
    site_id: String,
    pub(crate) account_id: String,
    /// Compared before anything is suspended (F82).
    address_id: String,
    address: String,
    market: String,
    traffic: Traffic,
    devices: Vec<Device>,
    services: Vec<ServiceSummary>,
}

/// A modem or ONT.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    device_id: String,
    model: String,
    serial: String,
}

/// A site in a list of sites.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteSummary {
    pub(crate) site_id: String,
    address_id: String,
    address: String,
    traffic: String,
}

impl SiteRow {
    /// The model of a device that stands here.
    pub(crate) fn model_of(&self, device_id: &str) -> Option<String> {
        let mut devices = self.devices.iter();
        devices.find(|device| device.device_id == device_id).map(|device| device.model.clone())
    }

    pub(crate) fn summary(&self) -> SiteSummary {
        SiteSummary {
            site_id: self.site_id.clone(),
            address_id: self.address_id.clone(),
            address: self.address.clone(),
            traffic: self.traffic.words.clone(),
        }
    }
}

/// Changes the row of the site at which the event happened.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Site(event) => apply_site(event, stream, rows),
        Event::Device(DeviceEvent::Registered { site_id, model, serial }) => {
            let device = Device {
                device_id: stream.to_owned(),
                model: model.to_string(),
                serial: serial.to_string(),
            };
            change(rows, TABLE, site_id.as_str(), |row: &mut SiteRow| {
                put(&mut row.devices, device, |other| other.device_id == stream);
            })
        }
        Event::Service(_) => {
            let service: ServiceRow = existing(rows, service::TABLE, stream)?;
            change(rows, TABLE, &service.site_id, |row: &mut SiteRow| {
                put(&mut row.services, service.summary(), |other| other.service_id == stream);
            })
        }
        Event::Customer(_)
        | Event::Account(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn apply_site(event: &SiteEvent, site_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    if let SiteEvent::Registered { account_id, address_id, address, market } = event {
        let row = SiteRow {
            site_id: site_id.to_owned(),
            account_id: account_id.to_string(),
            address_id: address_id.to_string(),
            address: address.to_string(),
            market: market.to_string(),
            traffic: Traffic::flowing(),
            devices: Vec::new(),
            services: Vec::new(),
        };
        return rows.put(TABLE, site_id, &row);
    }
    change(rows, TABLE, site_id, |row: &mut SiteRow| row.traffic.advance(event))
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::service;
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    #[test]
    fn a_site_shows_its_devices_and_services() {
        let expected = json!({
            "siteId": "site_88",
            "accountId": "account_7",
            "addressId": "A-17",
            "address": "17 Elm St",
            "market": "phoenix",
            "traffic": {
                "state": "flowing",
                "words": "flowing",
                "request": null,
                "acknowledged": null,
                "reason": null,
                "grounds": null,
                "vlan": null,
                "failure": null,
            },
            "devices": [{ "deviceId": "device_3", "model": "SB8200", "serial": "S-1" }],
            "services": [{ "serviceId": "service_5", "packageId": "basic", "status": "active" }],
        });
        assert_eq!(Story::of(Care).and(service("basic")).row::<Value>(TABLE, "site_88"), expected);
    }
}
