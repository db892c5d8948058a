//! Orders between protobuf and the domain.

mod stored;

pub(crate) use stored::{decode, encode};

use domain::order::{
    Appointment, CancelOrder, CancelReason, ChangeOrder, ChangeReason, CheckInOrder, CheckInStatus,
    ChooseCampaign, ChooseDevice, CommitOrder, Confirmation, Order, RescheduleOrder, ReviewOrder,
    ScheduleOrder, StartDisconnect, StartServiceChange, StartSpecialRequest, StartTroubleCall,
    SwapMethod, SwapPackage, Visit,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, codes, date, id, optional, sealed},
    pb::order::v1::{self as pb, reschedule_order, schedule_order},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::StartServiceChange>(),
    CommandType::of::<pb::StartTroubleCall>(),
    CommandType::of::<pb::StartSpecialRequest>(),
    CommandType::of::<pb::StartDisconnect>(),
    CommandType::of::<pb::SwapPackage>(),
    CommandType::of::<pb::ChooseCampaign>(),
    CommandType::of::<pb::ChooseDevice>(),
    CommandType::of::<pb::ScheduleOrder>(),
    CommandType::of::<pb::ReviewOrder>(),
    CommandType::of::<pb::CommitOrder>(),
    CommandType::of::<pb::RescheduleOrder>(),
    CommandType::of::<pb::ChangeOrder>(),
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

impl CommandMessage for pb::StartTroubleCall {
    type Rule = StartTroubleCall;
}

impl TryFrom<pb::StartTroubleCall> for StartTroubleCall {
    type Error = Invalid;

    fn try_from(message: pb::StartTroubleCall) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            service_id: id("serviceId", &message.service_id)?,
            problem: code("problem", &message.problem)?,
            acknowledged_flashes: codes("acknowledgedFlashes", &message.acknowledged_flashes)?,
        })
    }
}

impl CommandMessage for pb::StartSpecialRequest {
    type Rule = StartSpecialRequest;
}

impl TryFrom<pb::StartSpecialRequest> for StartSpecialRequest {
    type Error = Invalid;

    fn try_from(message: pb::StartSpecialRequest) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            account_id: id("accountId", &message.account_id)?,
            site_id: id("siteId", &message.site_id)?,
            request: code("request", &message.request)?,
            acknowledged_flashes: codes("acknowledgedFlashes", &message.acknowledged_flashes)?,
        })
    }
}

impl CommandMessage for pb::StartDisconnect {
    type Rule = StartDisconnect;
}

impl TryFrom<pb::StartDisconnect> for StartDisconnect {
    type Error = Invalid;

    fn try_from(message: pb::StartDisconnect) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            service_id: id("serviceId", &message.service_id)?,
            reason: code("reason", &message.reason)?,
            acknowledged_flashes: codes("acknowledgedFlashes", &message.acknowledged_flashes)?,
        })
    }
}

impl CommandMessage for pb::ChooseCampaign {
    type Rule = ChooseCampaign;
}

impl TryFrom<pb::ChooseCampaign> for ChooseCampaign {
    type Error = Invalid;

    fn try_from(message: pb::ChooseCampaign) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            campaign_code: optional("campaignCode", &message.campaign_code, code)?,
        })
    }
}

impl CommandMessage for pb::ChooseDevice {
    type Rule = ChooseDevice;
}

impl TryFrom<pb::ChooseDevice> for ChooseDevice {
    type Error = Invalid;

    fn try_from(message: pb::ChooseDevice) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            device_id: id("deviceId", &message.device_id)?,
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
            Some(schedule_order::Visit::Appointment(visit)) => visit_on(&visit)?,
            Some(schedule_order::Visit::OfficeOnly(false)) | None => return Err(no_visit()),
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
        let visit = match message.visit {
            Some(reschedule_order::Visit::OfficeOnly(true)) => Visit::OfficeOnly,
            Some(reschedule_order::Visit::Appointment(visit)) => visit_on(&visit)?,
            Some(reschedule_order::Visit::OfficeOnly(false)) | None => return Err(no_visit()),
        };
        Ok(Self { order_id: id("orderId", &message.order_id)?, visit })
    }
}

impl CommandMessage for pb::ChangeOrder {
    type Rule = ChangeOrder;
}

impl TryFrom<pb::ChangeOrder> for ChangeOrder {
    type Error = Invalid;

    fn try_from(message: pb::ChangeOrder) -> Result<Self, Invalid> {
        Ok(Self {
            order_id: id("orderId", &message.order_id)?,
            reason: change_reason("reason", message.reason)?,
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

fn visit_on(message: &pb::Appointment) -> Result<Visit, Invalid> {
    appointment("appointment", message).map(Visit::Appointment)
}

fn no_visit() -> Invalid {
    Invalid::new("officeOnly", "must be true, or give an appointment")
}

fn appointment(field: &str, message: &pb::Appointment) -> Result<Appointment, Invalid> {
    let parsed = || {
        Ok(Appointment { date: date("date", &message.date)?, slot: code("slot", &message.slot)? })
    };
    parsed().map_err(|invalid: Invalid| invalid.within(field))
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

fn change_reason(field: &str, number: i32) -> Result<ChangeReason, Invalid> {
    match pb::ChangeReason::try_from(number) {
        Ok(pb::ChangeReason::CustomerRequest) => Ok(ChangeReason::CustomerRequest),
        Ok(pb::ChangeReason::NotServiceable) => Ok(ChangeReason::NotServiceable),
        Ok(pb::ChangeReason::EnteredInError) => Ok(ChangeReason::EnteredInError),
        Ok(pb::ChangeReason::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a ChangeReason"))
        }
    }
}

fn change_reason_number(reason: ChangeReason) -> i32 {
    i32::from(match reason {
        ChangeReason::CustomerRequest => pb::ChangeReason::CustomerRequest,
        ChangeReason::NotServiceable => pb::ChangeReason::NotServiceable,
        ChangeReason::EnteredInError => pb::ChangeReason::EnteredInError,
    })
}
