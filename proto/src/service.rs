//! Services between protobuf and the domain.

use domain::{
    biller::ServiceType,
    service::{AddService, Promotion, ServiceEvent},
};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, codes, date, id, optional, required},
    money::{self, money},
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
            campaign_code: optional("campaignCode", &message.campaign_code, code)?,
        })
    }
}

pub(crate) fn encode(event: &ServiceEvent) -> pb::ServiceEvent {
    let fact = match event {
        ServiceEvent::Added {
            account_id,
            site_id,
            device_id,
            package_id,
            service_code,
            service_type,
        } => Fact::Added(pb::ServiceAdded {
            account_id: account_id.to_string(),
            site_id: site_id.to_string(),
            device_id: device_id.to_string(),
            package_id: package_id.to_string(),
            service_code: service_code.to_string(),
            service_type: type_number(*service_type),
        }),
        ServiceEvent::Activated { start_billing_date, promotion } => {
            Fact::Activated(pb::ServiceActivated {
                start_billing_date: start_billing_date.to_string(),
                promotion: promotion.as_ref().map(encode_promotion),
            })
        }
        ServiceEvent::PackageChanged {
            from_package_id,
            to_package_id,
            service_code,
            start_billing_date,
            service_type,
            promotion,
        } => Fact::PackageChanged(pb::ServicePackageChanged {
            from_package_id: from_package_id.to_string(),
            to_package_id: to_package_id.to_string(),
            service_code: service_code.to_string(),
            start_billing_date: start_billing_date.to_string(),
            service_type: type_number(*service_type),
            promotion: promotion.as_ref().map(encode_promotion),
        }),
        ServiceEvent::DeviceChanged { device_id } => {
            Fact::DeviceChanged(pb::ServiceDeviceChanged { device_id: device_id.to_string() })
        }
        ServiceEvent::Disconnected { reason, end_billing_date } => {
            Fact::Disconnected(pb::ServiceDisconnected {
                reason: reason.to_string(),
                end_billing_date: end_billing_date.to_string(),
            })
        }
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
            service_type: service_type("serviceType", fact.service_type)?,
        },
        Fact::Activated(fact) => ServiceEvent::Activated {
            start_billing_date: date("startBillingDate", &fact.start_billing_date)?,
            promotion: promotion("promotion", fact.promotion)?,
        },
        Fact::PackageChanged(fact) => ServiceEvent::PackageChanged {
            from_package_id: code("fromPackageId", &fact.from_package_id)?,
            to_package_id: code("toPackageId", &fact.to_package_id)?,
            service_code: code("serviceCode", &fact.service_code)?,
            start_billing_date: date("startBillingDate", &fact.start_billing_date)?,
            service_type: service_type("serviceType", fact.service_type)?,
            promotion: promotion("promotion", fact.promotion)?,
        },
        Fact::DeviceChanged(fact) => {
            ServiceEvent::DeviceChanged { device_id: id("deviceId", &fact.device_id)? }
        }
        Fact::Disconnected(fact) => ServiceEvent::Disconnected {
            reason: code("reason", &fact.reason)?,
            end_billing_date: date("endBillingDate", &fact.end_billing_date)?,
        },
    })
}

pub(crate) fn encode_promotion(promotion: &Promotion) -> pb::Promotion {
    pb::Promotion {
        campaign_code: promotion.campaign_code.to_string(),
        monthly: Some(money::encode(&promotion.monthly)),
        until: promotion.until.to_string(),
        monthly_after: Some(money::encode(&promotion.monthly_after)),
    }
}

/// What a campaign offers; absent where none applies.
pub(crate) fn promotion(
    field: &str,
    message: Option<pb::Promotion>,
) -> Result<Option<Promotion>, Invalid> {
    let read = |message: pb::Promotion| {
        Ok(Promotion {
            campaign_code: code("campaignCode", &message.campaign_code)?,
            monthly: money("monthly", message.monthly)?,
            until: date("until", &message.until)?,
            monthly_after: money("monthlyAfter", message.monthly_after)?,
        })
    };
    message.map(read).transpose().map_err(|invalid: Invalid| invalid.within(field))
}

/// Absent in facts of before it was noted.
fn service_type(field: &str, number: i32) -> Result<Option<ServiceType>, Invalid> {
    match pb::ServiceType::try_from(number) {
        Ok(pb::ServiceType::Unspecified) => Ok(None),
        Ok(pb::ServiceType::Internet) => Ok(Some(ServiceType::Internet)),
        Ok(pb::ServiceType::Voice) => Ok(Some(ServiceType::Voice)),
        Ok(pb::ServiceType::Video) => Ok(Some(ServiceType::Video)),
        Ok(pb::ServiceType::Digital) => Ok(Some(ServiceType::Digital)),
        Err(_) => Err(Invalid::new(field, "must be a ServiceType")),
    }
}

fn type_number(service_type: Option<ServiceType>) -> i32 {
    i32::from(match service_type {
        None => pb::ServiceType::Unspecified,
        Some(ServiceType::Internet) => pb::ServiceType::Internet,
        Some(ServiceType::Voice) => pb::ServiceType::Voice,
        Some(ServiceType::Video) => pb::ServiceType::Video,
        Some(ServiceType::Digital) => pb::ServiceType::Digital,
    })
}
