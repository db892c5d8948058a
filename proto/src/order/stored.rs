//! The facts of an order as they are stored.
//!
//! What must stay true: an order's kind says which of the fields of a start or a completion there
//! are; a field that its kind does not have is empty.

use domain::order::{
    Appointment, Completed, Completion, Job, OrderEvent, OrderKind, Prorated, Quote, Sold, Start,
    Work,
};

use super::{
    appointment, cancel_reason, cancel_reason_number, change_reason, change_reason_number, method,
    method_number,
};
use crate::{
    Invalid,
    invalid::{code, codes, date, id, listed, optional, or_empty, required, sealed, text},
    money::{self, money},
    pb::order::v1::{self as pb, order_event::Fact},
    service::{encode_promotion, promotion},
};

pub(crate) fn encode(event: &OrderEvent) -> pb::OrderEvent {
    let fact = match event {
        OrderEvent::Started(start) => Fact::Started(encode_start(start)),
        OrderEvent::PackageSwapped {
            method,
            from_package_id,
            from_service_code,
            to_package_id,
            to_service_code,
            serviceability_check,
        } => Fact::PackageSwapped(pb::OrderPackageSwapped {
            method: method_number(*method),
            from_package_id: from_package_id.to_string(),
            from_service_code: from_service_code.to_string(),
            to_package_id: to_package_id.to_string(),
            to_service_code: to_service_code.to_string(),
            serviceability_check: or_empty(serviceability_check.as_ref()),
        }),
        OrderEvent::CampaignChosen { campaign_code } => {
            let campaign_code = or_empty(campaign_code.as_ref());
            Fact::CampaignChosen(pb::OrderCampaignChosen { campaign_code })
        }
        OrderEvent::DeviceChosen { device_id } => {
            Fact::DeviceChosen(pb::OrderDeviceChosen { device_id: device_id.to_string() })
        }
        OrderEvent::Scheduled { order_type, appointment, comments } => {
            let appointment = appointment.as_ref().map(encode_appointment);
            let comments = or_empty(comments.as_ref());
            let order_type = order_type.to_string();
            Fact::Scheduled(pb::OrderScheduled { order_type, appointment, comments })
        }
        OrderEvent::Reviewed(quote) => Fact::Reviewed(encode_quote(quote)),
        OrderEvent::Committed => Fact::Committed(pb::OrderCommitted {}),
        OrderEvent::Completed(completed) => Fact::Completed(encode_completed(completed)),
        OrderEvent::Rescheduled { appointment } => Fact::Rescheduled(pb::OrderRescheduled {
            appointment: appointment.as_ref().map(encode_appointment),
        }),
        OrderEvent::Reopened { reason } => {
            Fact::Reopened(pb::OrderReopened { reason: change_reason_number(*reason) })
        }
        OrderEvent::Cancelled { reason } => {
            Fact::Cancelled(pb::OrderCancelled { reason: cancel_reason_number(*reason) })
        }
    };
    pb::OrderEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::OrderEvent) -> Result<OrderEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Started(fact) => OrderEvent::Started(start(&fact)?),
        Fact::PackageSwapped(fact) => OrderEvent::PackageSwapped {
            method: method("method", fact.method)?,
            from_package_id: code("fromPackageId", &fact.from_package_id)?,
            from_service_code: code("fromServiceCode", &fact.from_service_code)?,
            to_package_id: code("toPackageId", &fact.to_package_id)?,
            to_service_code: code("toServiceCode", &fact.to_service_code)?,
            serviceability_check: optional(
                "serviceabilityCheck",
                &fact.serviceability_check,
                code,
            )?,
        },
        Fact::CampaignChosen(fact) => OrderEvent::CampaignChosen {
            campaign_code: optional("campaignCode", &fact.campaign_code, code)?,
        },
        Fact::DeviceChosen(fact) => {
            OrderEvent::DeviceChosen { device_id: id("deviceId", &fact.device_id)? }
        }
        Fact::Scheduled(fact) => OrderEvent::Scheduled {
            order_type: code("orderType", &fact.order_type)?,
            appointment: visit(fact.appointment.as_ref())?,
            comments: optional("comments", &fact.comments, sealed)?,
        },
        Fact::Reviewed(fact) => OrderEvent::Reviewed(quote(fact)?),
        Fact::Committed(pb::OrderCommitted {}) => OrderEvent::Committed,
        Fact::Completed(fact) => OrderEvent::Completed(completed(fact)?),
        Fact::Rescheduled(fact) => {
            OrderEvent::Rescheduled { appointment: visit(fact.appointment.as_ref())? }
        }
        Fact::Reopened(fact) => {
            OrderEvent::Reopened { reason: change_reason("reason", fact.reason)? }
        }
        Fact::Cancelled(fact) => {
            OrderEvent::Cancelled { reason: cancel_reason("reason", fact.reason)? }
        }
    })
}

fn encode_start(start: &Start) -> pb::OrderStarted {
    let job = &start.job;
    let common = pb::OrderStarted {
        kind: kind_number(job.kind()),
        account_id: start.account_id.to_string(),
        site_id: start.site_id.to_string(),
        service_id: or_empty(job.service_id()),
        package_id: or_empty(job.package_id()),
        campaign_code: or_empty(job.campaign_code()),
        acknowledged_flashes: listed(&start.acknowledged_flashes),
        ..pb::OrderStarted::default()
    };
    match job {
        Job::Installation { .. } => common,
        Job::ServiceChange { sale_type, sale_reason, .. } => pb::OrderStarted {
            sale_type: sale_type.to_string(),
            sale_reason: sale_reason.to_string(),
            ..common
        },
        Job::TroubleCall { problem, .. } => {
            pb::OrderStarted { problem: problem.to_string(), ..common }
        }
        Job::SpecialRequest { request } => {
            pb::OrderStarted { request: request.to_string(), ..common }
        }
        Job::Disconnect { reason, .. } => {
            pb::OrderStarted { disconnect_reason: reason.to_string(), ..common }
        }
    }
}

fn start(fact: &pb::OrderStarted) -> Result<Start, Invalid> {
    let service_id = || id("serviceId", &fact.service_id);
    let package_id = || code("packageId", &fact.package_id);
    let campaign_code = optional("campaignCode", &fact.campaign_code, code)?;
    let job = match kind("kind", fact.kind)? {
        OrderKind::Installation => Job::Installation {
            service_id: service_id()?,
            package_id: package_id()?,
            campaign_code,
        },
        OrderKind::ServiceChange => Job::ServiceChange {
            service_id: service_id()?,
            package_id: package_id()?,
            sale_type: code("saleType", &fact.sale_type)?,
            sale_reason: code("saleReason", &fact.sale_reason)?,
            campaign_code,
        },
        OrderKind::TroubleCall => {
            Job::TroubleCall { service_id: service_id()?, problem: code("problem", &fact.problem)? }
        }
        OrderKind::SpecialRequest => {
            Job::SpecialRequest { request: code("request", &fact.request)? }
        }
        OrderKind::Disconnect => Job::Disconnect {
            service_id: service_id()?,
            package_id: package_id()?,
            reason: code("disconnectReason", &fact.disconnect_reason)?,
        },
    };
    Ok(Start {
        account_id: id("accountId", &fact.account_id)?,
        site_id: id("siteId", &fact.site_id)?,
        job,
        acknowledged_flashes: codes("acknowledgedFlashes", &fact.acknowledged_flashes)?,
    })
}

fn encode_quote(quote: &Quote) -> pb::OrderReviewed {
    let prorated = quote.prorated.as_ref();
    pb::OrderReviewed {
        monthly_before: Some(money::encode(&quote.monthly_before)),
        monthly_after: Some(money::encode(&quote.monthly_after)),
        prorated: prorated.map(|prorated| money::encode(&prorated.amount)),
        prorated_from: or_empty(prorated.map(|prorated| &prorated.from)),
        promotion: quote.promotion.as_ref().map(encode_promotion),
    }
}

fn quote(fact: pb::OrderReviewed) -> Result<Quote, Invalid> {
    let prorated = match fact.prorated {
        None => None,
        Some(amount) => Some(Prorated {
            amount: money("prorated", Some(amount))?,
            from: date("proratedFrom", &fact.prorated_from)?,
        }),
    };
    Ok(Quote {
        monthly_before: money("monthlyBefore", fact.monthly_before)?,
        monthly_after: money("monthlyAfter", fact.monthly_after)?,
        prorated,
        promotion: promotion("promotion", fact.promotion)?,
    })
}

fn encode_completed(completed: &Completed) -> pb::OrderCompleted {
    let Completed { account_id, site_id, work, completion } = completed;
    let reason = match work {
        Work::Disconnected { reason, .. } => Some(reason),
        Work::Installed { .. }
        | Work::Changed { .. }
        | Work::Repaired { .. }
        | Work::RequestFulfilled => None,
    };
    let (from, to) = (work.from(), work.to());
    pb::OrderCompleted {
        kind: kind_number(kind_of(work)),
        account_id: account_id.to_string(),
        site_id: site_id.to_string(),
        service_id: or_empty(work.service_id()),
        from_package_id: or_empty(from.map(|sold| &sold.package_id)),
        to_package_id: or_empty(to.map(|sold| &sold.package_id)),
        start_billing_date: completion.start_billing_date.to_string(),
        sales_id: or_empty(completion.sales_id.as_ref()),
        sales_date: or_empty(completion.sales_date.as_ref()),
        from_monthly: from.map(|sold| money::encode(&sold.monthly)),
        to_monthly: to.map(|sold| money::encode(&sold.monthly)),
        from_package_name: or_empty(from.map(|sold| &sold.package_name)),
        to_package_name: or_empty(to.map(|sold| &sold.package_name)),
        promotion: work.promotion().map(encode_promotion),
        disconnect_reason: or_empty(reason),
    }
}

fn completed(fact: pb::OrderCompleted) -> Result<Completed, Invalid> {
    let service_id = || id("serviceId", &fact.service_id);
    let from = || {
        Ok::<_, Invalid>(Sold {
            package_id: code("fromPackageId", &fact.from_package_id)?,
            package_name: text("fromPackageName", &fact.from_package_name)?,
            monthly: money("fromMonthly", fact.from_monthly.clone())?,
        })
    };
    let to = || {
        Ok::<_, Invalid>(Sold {
            package_id: code("toPackageId", &fact.to_package_id)?,
            package_name: text("toPackageName", &fact.to_package_name)?,
            monthly: money("toMonthly", fact.to_monthly.clone())?,
        })
    };
    let promotion = promotion("promotion", fact.promotion.clone())?;
    let work = match kind("kind", fact.kind)? {
        OrderKind::Installation => {
            Work::Installed { service_id: service_id()?, to: to()?, promotion }
        }
        OrderKind::ServiceChange => {
            Work::Changed { service_id: service_id()?, from: from()?, to: to()?, promotion }
        }
        OrderKind::TroubleCall => Work::Repaired { service_id: service_id()? },
        OrderKind::SpecialRequest => Work::RequestFulfilled,
        OrderKind::Disconnect => Work::Disconnected {
            service_id: service_id()?,
            from: from()?,
            reason: code("disconnectReason", &fact.disconnect_reason)?,
        },
    };
    let completion = Completion {
        start_billing_date: date("startBillingDate", &fact.start_billing_date)?,
        sales_id: optional("salesId", &fact.sales_id, code)?,
        sales_date: optional("salesDate", &fact.sales_date, date)?,
    };
    Ok(Completed {
        account_id: id("accountId", &fact.account_id)?,
        site_id: id("siteId", &fact.site_id)?,
        work,
        completion,
    })
}

fn visit(message: Option<&pb::Appointment>) -> Result<Option<Appointment>, Invalid> {
    message.map(|visit| appointment("appointment", visit)).transpose()
}

fn encode_appointment(appointment: &Appointment) -> pb::Appointment {
    pb::Appointment { date: appointment.date.to_string(), slot: appointment.slot.to_string() }
}

fn kind(field: &str, number: i32) -> Result<OrderKind, Invalid> {
    match pb::OrderKind::try_from(number) {
        Ok(pb::OrderKind::Installation) => Ok(OrderKind::Installation),
        Ok(pb::OrderKind::ServiceChange) => Ok(OrderKind::ServiceChange),
        Ok(pb::OrderKind::TroubleCall) => Ok(OrderKind::TroubleCall),
        Ok(pb::OrderKind::SpecialRequest) => Ok(OrderKind::SpecialRequest),
        Ok(pb::OrderKind::Disconnect) => Ok(OrderKind::Disconnect),
        Ok(pb::OrderKind::Unspecified) | Err(_) => Err(Invalid::new(field, "must be an OrderKind")),
    }
}

fn kind_number(kind: OrderKind) -> i32 {
    i32::from(match kind {
        OrderKind::Installation => pb::OrderKind::Installation,
        OrderKind::ServiceChange => pb::OrderKind::ServiceChange,
        OrderKind::TroubleCall => pb::OrderKind::TroubleCall,
        OrderKind::SpecialRequest => pb::OrderKind::SpecialRequest,
        OrderKind::Disconnect => pb::OrderKind::Disconnect,
    })
}

fn kind_of(work: &Work) -> OrderKind {
    match work {
        Work::Installed { .. } => OrderKind::Installation,
        Work::Changed { .. } => OrderKind::ServiceChange,
        Work::Repaired { .. } => OrderKind::TroubleCall,
        Work::RequestFulfilled => OrderKind::SpecialRequest,
        Work::Disconnected { .. } => OrderKind::Disconnect,
    }
}
