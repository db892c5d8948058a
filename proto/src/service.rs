//! Services between protobuf and the domain.

use domain::service::{AddService, ServiceEvent};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, codes, date, id, required},
    pb::service::v1::{self as pb, service_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[CommandType::of::<pb::AddService>()];

impl CommandMessage for pb::AddService {
    type Rule = AddService;
}

impl TryFrom<pb::AddService> for AddService {
    type Error = Invalid;

    fn try_from(message: pb::AddService) -> Result<Self, Invalid> {
        Ok(Self {
            service_id: id("serviceId", &message.service_id)?,
            account_id: id("accountId", &message.account_id)?,
            site_id: id("siteId", &message.site_id)?,
            device_id: id("deviceId", &message.device_id)?,
            package_id: code("packageId", &message.package_id)?,
            order_id: id("orderId", &message.order_id)?,
            acknowledged_flashes: codes("acknowledgedFlashes", &message.acknowledged_flashes)?,
        })
    }
}

pub(crate) fn encode(event: &ServiceEvent) -> pb::ServiceEvent {
    let fact = match event {
        ServiceEvent::Added { account_id, site_id, device_id, package_id, service_code } => {
            Fact::Added(pb::ServiceAdded {
                account_id: account_id.to_string(),
                site_id: site_id.to_string(),
                device_id: device_id.to_string(),
                package_id: package_id.to_string(),
                service_code: service_code.to_string(),
            })
        }
        ServiceEvent::Activated { start_billing_date } => Fact::Activated(pb::ServiceActivated {
            start_billing_date: start_billing_date.to_string(),
        }),
        ServiceEvent::PackageChanged {
            from_package_id,
            to_package_id,
            service_code,
            start_billing_date,
        } => Fact::PackageChanged(pb::ServicePackageChanged {
            from_package_id: from_package_id.to_string(),
            to_package_id: to_package_id.to_string(),
            service_code: service_code.to_string(),
            start_billing_date: start_billing_date.to_string(),
        }),
    };
    pb::ServiceEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::ServiceEvent) -> Result<ServiceEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Added(fact) => ServiceEvent::Added {
            account_id: id("accountId", &fact.account_id)?,
            site_id: id("siteId", &fact.site_id)?,
            device_id: id("deviceId", &fact.device_id)?,
            package_id: code("packageId", &fact.package_id)?,
            service_code: code("serviceCode", &fact.service_code)?,
        },
        Fact::Activated(fact) => ServiceEvent::Activated {
            start_billing_date: date("startBillingDate", &fact.start_billing_date)?,
        },
        Fact::PackageChanged(fact) => ServiceEvent::PackageChanged {
            from_package_id: code("fromPackageId", &fact.from_package_id)?,
            to_package_id: code("toPackageId", &fact.to_package_id)?,
            service_code: code("serviceCode", &fact.service_code)?,
            start_billing_date: date("startBillingDate", &fact.start_billing_date)?,
        },
    })
}
