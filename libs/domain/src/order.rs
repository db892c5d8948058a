//! A work order: a service is installed or changes its package, step by step, until it is checked
//! in (F8 to F28).
//!
//! What must stay true: nothing about the service or its price changes before the check-in.

mod cancel;
mod check_in;
mod commit;
mod evolve;
mod progress;
mod rejection;
mod reschedule;
mod review;
mod schedule;
mod start;
mod swap_package;

pub use cancel::CancelOrder;
pub use check_in::CheckInOrder;
pub use commit::CommitOrder;
pub use progress::{Completion, Order, Schedule, Stage, Start, Swap, WorkOrder};
pub use rejection::OrderRejection;
pub use reschedule::RescheduleOrder;
pub use review::ReviewOrder;
pub use schedule::ScheduleOrder;
pub use start::StartServiceChange;
pub use swap_package::SwapPackage;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{
    Event, Fact, Id,
    account::Account,
    money::Money,
    sealed::Sealed,
    service::Service,
    site::Site,
    text::{Code, Text},
};

/// Names an order.
pub type OrderId = Id<Order>;

/// Facts about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderEvent {
    /// There is something to do.
    Started {
        /// What.
        kind: OrderKind,
        /// Who pays.
        account_id: Id<Account>,
        /// Where.
        site_id: Id<Site>,
        /// At what.
        service_id: Id<Service>,
        /// The package the service has, or will have after an installation.
        package_id: Code,
        /// Of a service change (F12).
        sale_type: Option<Code>,
        /// Of a service change (F12).
        sale_reason: Option<Code>,
        /// Only where a campaign applies (F12).
        campaign_code: Option<Code>,
        /// The flashes of the account that were read before (F9).
        acknowledged_flashes: BTreeSet<Code>,
    },
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
    /// It is known how and when; takes a review back.
    Scheduled {
        /// One of the biller's (F21).
        order_type: Code,
        /// Absent for an office-only order (F22).
        appointment: Option<Appointment>,
        /// Work order comments (F23).
        comments: Option<Sealed>,
    },
    /// What the customer was told: the monthly price before and after (F24).
    Reviewed {
        /// What is paid now.
        monthly_before: Money,
        /// What will be paid.
        monthly_after: Money,
    },
    /// The customer agreed (F24).
    Committed,
    /// It is done (F25).
    Completed {
        /// What was done.
        kind: OrderKind,
        /// Who pays.
        account_id: Id<Account>,
        /// Where.
        site_id: Id<Site>,
        /// At what.
        service_id: Id<Service>,
        /// Absent for an installation.
        from_package_id: Option<Code>,
        /// What the service is now.
        to_package_id: Code,
        /// From when it is billed (F27).
        start_billing_date: Date,
        /// Who sold it (F26).
        sales_id: Option<Code>,
        /// When it was sold (F26).
        sales_date: Option<Date>,
        /// What the package that leaves costs a month by the catalog of that day; absent for an
        /// installation.
        from_monthly: Option<Money>,
        /// What the service costs a month now.
        to_monthly: Money,
        /// The package that leaves, as the customer reads it; absent for an installation.
        from_package_name: Option<Text>,
        /// The package that comes, as the customer reads it.
        to_package_name: Text,
    },
    /// Another appointment was agreed on; what the customer agreed to pay stays (F68).
    Rescheduled {
        /// The new one.
        appointment: Appointment,
    },
    /// It was given up.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
}

/// What an order does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// Brings a new service up.
    Installation,
    /// Replaces the package of a service.
    ServiceChange,
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
