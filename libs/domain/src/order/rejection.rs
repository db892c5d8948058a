//! What prevents a wish about an order.

use jiff::civil::Date;

use crate::{Rejection, text::Code};

/// What prevents a wish about an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "a field is the code that its variant speaks of")]
pub enum OrderRejection {
    /// Nobody started it.
    #[error("the order is not started")]
    NotStarted,
    /// It is started, with other data.
    #[error("the order was started with other data")]
    StartedOtherwise,
    /// F12.
    #[error("sale type {sale_type} is not in the catalog")]
    SaleTypeNotInCatalog { sale_type: Code },
    /// F12.
    #[error("sale reason {sale_reason} is not in the catalog")]
    SaleReasonNotInCatalog { sale_reason: Code },
    /// F12.
    #[error("campaign {campaign_code} is not in the catalog")]
    CampaignNotInCatalog { campaign_code: Code },
    /// F9.
    #[error(
        "the account has flashes that were not acknowledged: read {} and name them in \
         acknowledgedFlashes", listed(.flash_ids)
    )]
    FlashesNotAcknowledged { flash_ids: Vec<Code> },
    /// F69.
    #[error("campaign {campaign_code} does not apply to package {package_id}: choose another one")]
    CampaignNotForPackage { campaign_code: Code, package_id: Code },
    /// F69.
    #[error("campaign {campaign_code} is not offered today: choose another one")]
    CampaignNotOffered { campaign_code: Code },
    /// It has no price.
    #[error("package {package_id} has no price on {on}")]
    PackageNotSoldOn { package_id: Code, on: Date },
    /// F38.
    #[error("problem {problem} is not in the catalog")]
    ProblemNotInCatalog { problem: Code },
    /// F38.
    #[error("request {request} is not in the catalog")]
    RequestNotInCatalog { request: Code },
    /// F67.
    #[error("disconnect reason {reason} is not in the catalog")]
    DisconnectReasonNotInCatalog { reason: Code },
    /// A trouble call, a special request and a disconnect have no package to choose.
    #[error("the order sells nothing: start a service change")]
    NothingIsSold,
    /// What the customer agreed to stays.
    #[error("the order is committed: check it in, or open it again with ChangeOrder")]
    Committed,
    /// It is done.
    #[error("the order is completed")]
    Completed,
    /// It was given up.
    #[error("the order is cancelled")]
    Cancelled,
    /// F17, F18.
    #[error("the service has package {current}: name it to confirm that it leaves")]
    FromPackageIsAnother { current: Code },
    /// Nothing would change.
    #[error("the service has package {package_id} already")]
    PackageIsTheSame { package_id: Code },
    /// The biller does not sell it.
    #[error("package {package_id} is not in the catalog")]
    PackageNotInCatalog { package_id: Code },
    /// F20.
    #[error("package {package_id} has service code {service_code}: both move together")]
    ServiceCodeDoesNotMatchPackage { package_id: Code, service_code: Code },
    /// F16, F19.
    #[error("package {package_id} is in the group {package_group}")]
    PackageGroupIsAnother { package_id: Code, package_group: Code },
    /// F14.
    #[error("no services available for swapping: remove the old package and add the new one")]
    NoServicesAvailableForSwapping,
    /// F2.
    #[error("the device is not certified for the speed of package {package_id}")]
    DeviceTooSlow { package_id: Code },
    /// F2.
    #[error("the device speaks a technology that does not deliver package {package_id}")]
    DeviceSpeaksAnotherTechnology { package_id: Code },
    /// F3.
    #[error("an upgrade to package {package_id} needs a passed serviceability check")]
    ServiceabilityCheckRequired { package_id: Code },
    /// F21.
    #[error("order type {order_type} is not in the catalog")]
    OrderTypeNotInCatalog { order_type: Code },
    /// A service change without a new package.
    #[error("the order changes nothing: swap the package first")]
    NothingToDo,
    /// F4, F5.
    #[error("package {package_id} needs a technician in market {market}: make an appointment")]
    ProfessionalInstallationRequired { package_id: Code, market: Code },
    /// Nobody can come.
    #[error("the appointment is before today, {today}")]
    AppointmentPassed { today: Date },
    /// The biller does not offer it.
    #[error("slot {slot} is not in the catalog")]
    SlotNotInCatalog { slot: Code },
    /// F24: there is nothing whole to review.
    #[error("the order is not scheduled")]
    NotScheduled,
    /// F24.
    #[error("the order changes no price: commit it")]
    NothingToReview,
    /// F24.
    #[error("the order as it is now was not reviewed with the customer")]
    NotReviewed,
    /// F25.
    #[error("the order is not committed")]
    NotCommitted,
    /// F68: there is no visit to move.
    #[error("the order is done from the office: open it again with ChangeOrder for a visit")]
    NoAppointment,
    /// F28.
    #[error("the check-in must be confirmed a second time")]
    CheckInNotConfirmed,
    /// F27.
    #[error("the start billing date must be today, {today}")]
    StartBillingDateMustBeToday { today: Date },
    /// The technician was not there yet.
    #[error("the appointment is on {date}")]
    AppointmentNotReached { date: Date },
    /// Another order was faster.
    #[error("the service no longer has the package that the order starts from")]
    ServiceChangedSince,
    /// It is done, with other data.
    #[error("the order was completed with other data")]
    CompletedOtherwise,
}

impl OrderRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotStarted => "order.not_started",
            Self::StartedOtherwise => "order.started_otherwise",
            Self::SaleTypeNotInCatalog { .. } => "order.sale_type_not_in_catalog",
            Self::SaleReasonNotInCatalog { .. } => "order.sale_reason_not_in_catalog",
            Self::CampaignNotInCatalog { .. } => "order.campaign_not_in_catalog",
            Self::FlashesNotAcknowledged { .. } => "order.flashes_not_acknowledged",
            Self::CampaignNotForPackage { .. } => "order.campaign_not_for_package",
            Self::CampaignNotOffered { .. } => "order.campaign_not_offered",
            Self::PackageNotSoldOn { .. } => "order.package_not_sold_on",
            Self::ProblemNotInCatalog { .. } => "order.problem_not_in_catalog",
            Self::RequestNotInCatalog { .. } => "order.request_not_in_catalog",
            Self::DisconnectReasonNotInCatalog { .. } => "order.disconnect_reason_not_in_catalog",
            Self::NothingIsSold => "order.nothing_is_sold",
            Self::Committed => "order.committed",
            Self::Completed => "order.completed",
            Self::Cancelled => "order.cancelled",
            Self::FromPackageIsAnother { .. } => "order.from_package_is_another",
            Self::PackageIsTheSame { .. } => "order.package_is_the_same",
            Self::PackageNotInCatalog { .. } => "order.package_not_in_catalog",
            Self::ServiceCodeDoesNotMatchPackage { .. } => {
                "order.service_code_does_not_match_package"
            }
            Self::PackageGroupIsAnother { .. } => "order.package_group_is_another",
            Self::NoServicesAvailableForSwapping => "order.no_services_available_for_swapping",
            Self::DeviceTooSlow { .. } => "order.device_too_slow",
            Self::DeviceSpeaksAnotherTechnology { .. } => "order.device_speaks_another_technology",
            Self::ServiceabilityCheckRequired { .. } => "order.serviceability_check_required",
            Self::OrderTypeNotInCatalog { .. } => "order.order_type_not_in_catalog",
            Self::NothingToDo => "order.nothing_to_do",
            Self::ProfessionalInstallationRequired { .. } => {
                "order.professional_installation_required"
            }
            Self::AppointmentPassed { .. } => "order.appointment_passed",
            Self::SlotNotInCatalog { .. } => "order.slot_not_in_catalog",
            Self::NotScheduled => "order.not_scheduled",
            Self::NothingToReview => "order.nothing_to_review",
            Self::NotReviewed => "order.not_reviewed",
            Self::NotCommitted => "order.not_committed",
            Self::NoAppointment => "order.no_appointment",
            Self::CheckInNotConfirmed => "order.check_in_not_confirmed",
            Self::StartBillingDateMustBeToday { .. } => "order.start_billing_date_must_be_today",
            Self::AppointmentNotReached { .. } => "order.appointment_not_reached",
            Self::ServiceChangedSince => "order.service_changed_since",
            Self::CompletedOtherwise => "order.completed_otherwise",
        }
    }
}

impl From<OrderRejection> for Rejection {
    fn from(rejection: OrderRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

fn listed(ids: &[Code]) -> String {
    ids.iter().map(Code::as_str).collect::<Vec<_>>().join(", ")
}
