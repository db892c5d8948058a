//! Orders between protobuf and the domain.

use domain::order::{
    Appointment, CancelOrder, CancelReason, CheckInOrder, CheckInStatus, CommitOrder, Confirmation,
    Order, OrderEvent, OrderKind, RescheduleOrder, ReviewOrder, ScheduleOrder, StartServiceChange,
    SwapMethod, SwapPackage, Visit,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, codes, date, id, listed, optional, or_empty, required, sealed, text},
    money::{self, money},
    pb::order::v1::{self as pb, order_event::Fact, schedule_order},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::StartServiceChange>(),
    CommandType::of::<pb::SwapPackage>(),
    CommandType::of::<pb::ScheduleOrder>(),
    CommandType::of::<pb::ReviewOrder>(),
    CommandType::of::<pb::CommitOrder>(),
    CommandType::of::<pb::RescheduleOrder>(),
    CommandType::of::<pb::CheckInOrder>(),
    CommandType::of::<pb::CancelOrder>(),
];

impl CommandMessage for pb::StartServiceChange {
    type Rule = StartServiceChange;
}

impl TryFrom<pb::StartServiceChange> for StartServiceChange {
    type Error = Invalid;

    fn try_from(message: pb::StartServiceChange) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            service_id: id("serviceId", &message.service_id)?,
            sale_type: code("saleType", &message.sale_type)?,
            sale_reason: code("saleReason", &message.sale_reason)?,
            campaign_code: optional("campaignCode", &message.campaign_code, code)?,
            acknowledged_flashes: codes("acknowledgedFlashes", &message.acknowledged_flashes)?,
        })
    }
}

impl CommandMessage for pb::SwapPackage {
    type Rule = SwapPackage;
}

impl TryFrom<pb::SwapPackage> for SwapPackage {
    type Error = Invalid;

    fn try_from(message: pb::SwapPackage) -> Result<Self, Invalid> {
        let check = optional("serviceabilityCheck", &message.serviceability_check, code)?;
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            method: method("method", message.method)?,
            from_package_id: code("fromPackageId", &message.from_package_id)?,
            to_package_id: code("toPackageId", &message.to_package_id)?,
            to_service_code: code("toServiceCode", &message.to_service_code)?,
            package_group: code("packageGroup", &message.package_group)?,
            serviceability_check: check,
        })
    }
}

impl CommandMessage for pb::ScheduleOrder {
    type Rule = ScheduleOrder;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        if self.comments.is_empty() {
            return Ok(());
        }
        let keeper = Keeper::of::<Order>(door, "orderId", &self.order_id)?;
        keeper.seal_remark("comments", &mut self.comments)
    }
}

impl TryFrom<pb::ScheduleOrder> for ScheduleOrder {
    type Error = Invalid;

    fn try_from(message: pb::ScheduleOrder) -> Result<Self, Invalid> {
        let visit = match message.visit {
            Some(schedule_order::Visit::OfficeOnly(true)) => Visit::OfficeOnly,
            Some(schedule_order::Visit::Appointment(visit)) => {
                Visit::Appointment(appointment("appointment", &visit)?)
            }
            Some(schedule_order::Visit::OfficeOnly(false)) | None => {
                return Err(Invalid::new("officeOnly", "must be true, or give an appointment"));
            }
        };
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            order_type: code("orderType", &message.order_type)?,
            visit,
            comments: optional("comments", &message.comments, sealed)?,
        })
    }
}

impl CommandMessage for pb::ReviewOrder {
    type Rule = ReviewOrder;
}

impl TryFrom<pb::ReviewOrder> for ReviewOrder {
    type Error = Invalid;

    fn try_from(message: pb::ReviewOrder) -> Result<Self, Invalid> {
        Ok(Self { order_id: id("orderId", &message.order_id)? })
    }
}

impl CommandMessage for pb::CommitOrder {
    type Rule = CommitOrder;
}

impl TryFrom<pb::CommitOrder> for CommitOrder {
    type Error = Invalid;

    fn try_from(message: pb::CommitOrder) -> Result<Self, Invalid> {
        Ok(Self { order_id: id("orderId", &message.order_id)? })
    }
}

impl CommandMessage for pb::RescheduleOrder {
    type Rule = RescheduleOrder;
}

impl TryFrom<pb::RescheduleOrder> for RescheduleOrder {
    type Error = Invalid;

    fn try_from(message: pb::RescheduleOrder) -> Result<Self, Invalid> {
        let visit = required("appointment", message.appointment)?;
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            appointment: appointment("appointment", &visit)?,
        })
    }
}

impl CommandMessage for pb::CheckInOrder {
    type Rule = CheckInOrder;
}

impl TryFrom<pb::CheckInOrder> for CheckInOrder {
    type Error = Invalid;

    fn try_from(message: pb::CheckInOrder) -> Result<Self, Invalid> {
        let status = match pb::CheckInStatus::try_from(message.status) {
            Ok(pb::CheckInStatus::Completed) => CheckInStatus::Completed,
            Ok(pb::CheckInStatus::Unspecified) | Err(_) => {
                return Err(Invalid::new("status", "must be a CheckInStatus"));
            }
        };
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            status,
            sales_id: optional("salesId", &message.sales_id, code)?,
            sales_date: optional("salesDate", &message.sales_date, date)?,
            start_billing_date: date("startBillingDate", &message.start_billing_date)?,
            confirmed: if message.confirmed { Confirmation::Twice } else { Confirmation::Once },
        })
    }
}

impl CommandMessage for pb::CancelOrder {
    type Rule = CancelOrder;
}

impl TryFrom<pb::CancelOrder> for CancelOrder {
    type Error = Invalid;

    fn try_from(message: pb::CancelOrder) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            reason: cancel_reason("reason", message.reason)?,
        })
    }
}

#[expect(clippy::too_many_lines, reason = "one arm per fact, none of which decides anything")]
pub(crate) fn encode(event: &OrderEvent) -> pb::OrderEvent {
    let fact = match event {
        OrderEvent::Started {
            kind,
            account_id,
            site_id,
            service_id,
            package_id,
            sale_type,
            sale_reason,
            campaign_code,
            acknowledged_flashes,
        } => Fact::Started(pb::OrderStarted {
            kind: kind_number(*kind),
            account_id: account_id.to_string(),
            site_id: site_id.to_string(),
            service_id: service_id.to_string(),
            package_id: package_id.to_string(),
            sale_type: or_empty(sale_type.as_ref()),
            sale_reason: or_empty(sale_reason.as_ref()),
            campaign_code: or_empty(campaign_code.as_ref()),
            acknowledged_flashes: listed(acknowledged_flashes),
        }),
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
        OrderEvent::Scheduled { order_type, appointment, comments } => {
            let appointment = appointment.as_ref().map(encode_appointment);
            let comments = or_empty(comments.as_ref());
            let order_type = order_type.to_string();
            Fact::Scheduled(pb::OrderScheduled { order_type, appointment, comments })
        }
        OrderEvent::Reviewed { monthly_before, monthly_after } => {
            let monthly_before = Some(money::encode(monthly_before));
            let monthly_after = Some(money::encode(monthly_after));
            Fact::Reviewed(pb::OrderReviewed { monthly_before, monthly_after })
        }
        OrderEvent::Committed => Fact::Committed(pb::OrderCommitted {}),
        OrderEvent::Completed {
            kind,
            account_id,
            site_id,
            service_id,
            from_package_id,
            to_package_id,
            start_billing_date,
            sales_id,
            sales_date,
            from_monthly,
            to_monthly,
            from_package_name,
            to_package_name,
        } => Fact::Completed(pb::OrderCompleted {
            kind: kind_number(*kind),
            account_id: account_id.to_string(),
            site_id: site_id.to_string(),
            service_id: service_id.to_string(),
            from_package_id: or_empty(from_package_id.as_ref()),
            to_package_id: to_package_id.to_string(),
            start_billing_date: start_billing_date.to_string(),
            sales_id: or_empty(sales_id.as_ref()),
            sales_date: or_empty(sales_date.as_ref()),
            from_monthly: from_monthly.as_ref().map(money::encode),
            to_monthly: Some(money::encode(to_monthly)),
            from_package_name: or_empty(from_package_name.as_ref()),
            to_package_name: to_package_name.to_string(),
        }),
        OrderEvent::Rescheduled { appointment } => Fact::Rescheduled(pb::OrderRescheduled {
            appointment: Some(encode_appointment(appointment)),
        }),
        OrderEvent::Cancelled { reason } => {
            Fact::Cancelled(pb::OrderCancelled { reason: cancel_reason_number(*reason) })
        }
    };
    pb::OrderEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::OrderEvent) -> Result<OrderEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Started(fact) => OrderEvent::Started {
            kind: kind("kind", fact.kind)?,
            account_id: id("accountId", &fact.account_id)?,
            site_id: id("siteId", &fact.site_id)?,
            service_id: id("serviceId", &fact.service_id)?,
            package_id: code("packageId", &fact.package_id)?,
            sale_type: optional("saleType", &fact.sale_type, code)?,
            sale_reason: optional("saleReason", &fact.sale_reason, code)?,
            campaign_code: optional("campaignCode", &fact.campaign_code, code)?,
            acknowledged_flashes: codes("acknowledgedFlashes", &fact.acknowledged_flashes)?,
        },
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
        Fact::Scheduled(fact) => OrderEvent::Scheduled {
            order_type: code("orderType", &fact.order_type)?,
            appointment: fact
                .appointment
                .map(|visit| appointment("appointment", &visit))
                .transpose()?,
            comments: optional("comments", &fact.comments, sealed)?,
        },
        Fact::Reviewed(fact) => OrderEvent::Reviewed {
            monthly_before: money("monthlyBefore", fact.monthly_before)?,
            monthly_after: money("monthlyAfter", fact.monthly_after)?,
        },
        Fact::Committed(pb::OrderCommitted {}) => OrderEvent::Committed,
        Fact::Completed(fact) => completed(fact)?,
        Fact::Rescheduled(fact) => {
            let visit = required("appointment", fact.appointment)?;
            OrderEvent::Rescheduled { appointment: appointment("appointment", &visit)? }
        }
        Fact::Cancelled(fact) => {
            OrderEvent::Cancelled { reason: cancel_reason("reason", fact.reason)? }
        }
    })
}

fn completed(fact: pb::OrderCompleted) -> Result<OrderEvent, Invalid> {
    let from_monthly = fact.from_monthly.map(|price| money("fromMonthly", Some(price)));
    Ok(OrderEvent::Completed {
        kind: kind("kind", fact.kind)?,
        account_id: id("accountId", &fact.account_id)?,
        site_id: id("siteId", &fact.site_id)?,
        service_id: id("serviceId", &fact.service_id)?,
        from_package_id: optional("fromPackageId", &fact.from_package_id, code)?,
        to_package_id: code("toPackageId", &fact.to_package_id)?,
        start_billing_date: date("startBillingDate", &fact.start_billing_date)?,
        sales_id: optional("salesId", &fact.sales_id, code)?,
        sales_date: optional("salesDate", &fact.sales_date, date)?,
        from_monthly: from_monthly.transpose()?,
        to_monthly: money("toMonthly", fact.to_monthly)?,
        from_package_name: optional("fromPackageName", &fact.from_package_name, text)?,
        to_package_name: text("toPackageName", &fact.to_package_name)?,
    })
}

fn appointment(field: &str, message: &pb::Appointment) -> Result<Appointment, Invalid> {
    let parsed = || {
        Ok(Appointment { date: date("date", &message.date)?, slot: code("slot", &message.slot)? })
    };
    parsed().map_err(|invalid: Invalid| invalid.within(field))
}

fn encode_appointment(appointment: &Appointment) -> pb::Appointment {
    pb::Appointment { date: appointment.date.to_string(), slot: appointment.slot.to_string() }
}

fn kind(field: &str, number: i32) -> Result<OrderKind, Invalid> {
    match pb::OrderKind::try_from(number) {
        Ok(pb::OrderKind::Installation) => Ok(OrderKind::Installation),
        Ok(pb::OrderKind::ServiceChange) => Ok(OrderKind::ServiceChange),
        Ok(pb::OrderKind::Unspecified) | Err(_) => Err(Invalid::new(field, "must be an OrderKind")),
    }
}

fn kind_number(kind: OrderKind) -> i32 {
    i32::from(match kind {
        OrderKind::Installation => pb::OrderKind::Installation,
        OrderKind::ServiceChange => pb::OrderKind::ServiceChange,
    })
}

fn method(field: &str, number: i32) -> Result<SwapMethod, Invalid> {
    match pb::SwapMethod::try_from(number) {
        Ok(pb::SwapMethod::Swap) => Ok(SwapMethod::Swap),
        Ok(pb::SwapMethod::RemoveAndAdd) => Ok(SwapMethod::RemoveAndAdd),
        Ok(pb::SwapMethod::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a SwapMethod"))
        }
    }
}

fn method_number(method: SwapMethod) -> i32 {
    i32::from(match method {
        SwapMethod::Swap => pb::SwapMethod::Swap,
        SwapMethod::RemoveAndAdd => pb::SwapMethod::RemoveAndAdd,
    })
}

fn cancel_reason(field: &str, number: i32) -> Result<CancelReason, Invalid> {
    match pb::CancelReason::try_from(number) {
        Ok(pb::CancelReason::CustomerRequest) => Ok(CancelReason::CustomerRequest),
        Ok(pb::CancelReason::NotServiceable) => Ok(CancelReason::NotServiceable),
        Ok(pb::CancelReason::EnteredInError) => Ok(CancelReason::EnteredInError),
        Ok(pb::CancelReason::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a CancelReason"))
        }
    }
}

fn cancel_reason_number(reason: CancelReason) -> i32 {
    i32::from(match reason {
        CancelReason::CustomerRequest => pb::CancelReason::CustomerRequest,
        CancelReason::NotServiceable => pb::CancelReason::NotServiceable,
        CancelReason::EnteredInError => pb::CancelReason::EnteredInError,
    })
}
