//! A work order: a service is installed, changes its package, is repaired or disconnected, or
//! something else is asked for, step by step, until it is checked in (F8 to F28, F38).
//!
//! What must stay true: nothing about the service or its price changes before the check-in. What
//! the customer agreed to stays until they agree to something else.

mod cancel;
mod change;
mod check_in;
mod choose_campaign;
mod choose_device;
mod commit;
mod evolve;
mod job;
mod price;
mod progress;
mod rejection;
mod reschedule;
mod review;
mod schedule;
mod start;
mod start_disconnect;
mod start_special_request;
mod start_trouble_call;
mod swap_package;

pub use cancel::CancelOrder;
pub use change::ChangeOrder;
pub use check_in::CheckInOrder;
pub use choose_campaign::ChooseCampaign;
pub use choose_device::ChooseDevice;
pub use commit::CommitOrder;
pub use job::{Job, OrderKind, Start, Task};
pub use price::{Prorated, Quote, Sold};
pub use progress::{Completion, Order, Schedule, Stage, Swap, WorkOrder};
pub use rejection::OrderRejection;
pub use reschedule::RescheduleOrder;
pub use review::ReviewOrder;
pub use schedule::ScheduleOrder;
pub use start::StartServiceChange;
pub use start_disconnect::StartDisconnect;
pub use start_special_request::StartSpecialRequest;
pub use start_trouble_call::StartTroubleCall;
pub use swap_package::SwapPackage;

pub(crate) use price::campaign_on_offer;

use jiff::civil::Date;

use crate::{
    Event, Fact, Id,
    account::Account,
    device::Device,
    sealed::Sealed,
    service::{Promotion, Service},
    site::Site,
    text::Code,
};

/// Names an order. It is also the number of its work order (F67).
pub type OrderId = Id<Order>;

/// Facts about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderEvent {
    /// There is something to do.
    Started(Start),
    /// Another package was chosen; replaces an earlier choice and takes a review back.
    PackageSwapped {
        /// How the old one makes room.
        method: SwapMethod,
        /// What leaves.
        from_package_id: Code,
        /// Its service code (F20).
        from_service_code: Code,
        /// What comes.
        to_package_id: Code,
        /// Its service code (F20).
        to_service_code: Code,
        /// Reference of the passed serviceability check (F3).
        serviceability_check: Option<Code>,
    },
    /// Another campaign was chosen, or none (F12); takes a review back.
    CampaignChosen {
        /// Absent where none is to apply any more.
        campaign_code: Option<Code>,
    },
    /// Another device is to deliver the service (F68); takes a review back.
    DeviceChosen {
        /// Which.
        device_id: Id<Device>,
    },
    /// It is known how and when; takes a review back.
    Scheduled {
        /// One of the biller's (F21).
        order_type: Code,
        /// Absent for an office-only order (F22).
        appointment: Option<Appointment>,
        /// Work order comments (F23).
        comments: Option<Sealed>,
    },
    /// What the customer was told it costs (F24).
    Reviewed(Quote),
    /// The customer agreed (F24).
    Committed,
    /// It is done (F25).
    Completed(Completed),
    /// Another appointment was agreed on; what the customer agreed to pay stays (F68).
    Rescheduled {
        /// The new one; absent where it is done from the office after all.
        appointment: Option<Appointment>,
    },
    /// What was agreed is open again: everything can be chosen anew (F68).
    Reopened {
        /// Why.
        reason: ChangeReason,
    },
    /// It was given up.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
}

/// What was done, for whom and from when it is billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// Who pays.
    pub account_id: Id<Account>,
    /// Where.
    pub site_id: Id<Site>,
    /// What was done.
    pub work: Work,
    /// When it was, and who sold it.
    pub completion: Completion,
}

/// What was done, and what it costs from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// A service came up.
    Installed {
        /// Which.
        service_id: Id<Service>,
        /// What it is.
        to: Sold,
        /// What makes it cheaper for a while (F69).
        promotion: Option<Promotion>,
    },
    /// A service got another package.
    Changed {
        /// Which.
        service_id: Id<Service>,
        /// What it was.
        from: Sold,
        /// What it is.
        to: Sold,
        /// What makes it cheaper for a while (F69).
        promotion: Option<Promotion>,
    },
    /// A trouble call ended (F38).
    Repaired {
        /// At what.
        service_id: Id<Service>,
    },
    /// A special request was fulfilled (F38).
    RequestFulfilled,
    /// A service is no more (F49).
    Disconnected {
        /// Which.
        service_id: Id<Service>,
        /// What it was.
        from: Sold,
        /// One of the biller's.
        reason: Code,
    },
}

/// How the old package makes room for the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwapMethod {
    /// The swap window offers the new service (F17 to F19).
    Swap,
    /// The old codes are removed, the new ones added (F14 to F16).
    RemoveAndAdd,
}

/// A visit by a technician.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// On which day.
    pub date: Date,
    /// One of the biller's slots, for example `08-10`.
    pub slot: Code,
}

/// Who does the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visit {
    /// No technician: done from the office (F22).
    OfficeOnly,
    /// A technician.
    Appointment(Appointment),
}

/// What became of a committed order (F25).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckInStatus {
    /// It is done.
    Completed,
}

/// How often Enter was pressed (F28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Not yet final.
    Once,
    /// Final.
    Twice,
}

/// Why what was agreed is open again (F68).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeReason {
    /// The customer wants something else.
    CustomerRequest,
    /// It cannot be done as it was agreed.
    NotServiceable,
    /// It was not what the customer had said.
    EnteredInError,
}

/// Why an order was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// The customer changed their mind.
    CustomerRequest,
    /// The line cannot carry it.
    NotServiceable,
    /// It should not exist.
    EnteredInError,
}

impl OrderEvent {
    /// This fact, about that order.
    #[must_use]
    pub fn on(self, order_id: &OrderId) -> Fact {
        Fact::new(order_id, Event::Order(self))
    }
}

impl Work {
    /// The service that it was done at; a special request has none.
    #[must_use]
    pub fn service_id(&self) -> Option<&Id<Service>> {
        match self {
            Self::Installed { service_id, .. }
            | Self::Changed { service_id, .. }
            | Self::Repaired { service_id }
            | Self::Disconnected { service_id, .. } => Some(service_id),
            Self::RequestFulfilled => None,
        }
    }
}
