//! How far an order is.

use jiff::civil::Date;

use super::{Appointment, Job, OrderRejection, Start, SwapMethod};
use crate::{
    Desk, Id, Rejection,
    biller::Package,
    customer::Identity,
    device::Device,
    sealed::Sealed,
    service::{Service, ServiceStatus},
    text::Code,
};

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nobody started it.
    NotStarted,
    /// Under way, done or given up.
    Started(Box<WorkOrder>),
}

/// A started order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkOrder {
    /// What it was started with.
    pub start: Start,
    /// The package that was chosen since.
    pub swap: Option<Swap>,
    /// The campaign that is to apply (F12).
    pub campaign_code: Option<Code>,
    /// The device that was chosen since (F68).
    pub device_id: Option<Id<Device>>,
    /// How and when.
    pub schedule: Option<Schedule>,
    /// How far it is.
    pub stage: Stage,
}

/// The new package of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// How the old one makes room.
    pub method: SwapMethod,
    /// What leaves.
    pub from_package_id: Code,
    /// What comes.
    pub to_package_id: Code,
    /// Its service code (F20).
    pub to_service_code: Code,
    /// Reference of the passed serviceability check (F3).
    pub serviceability_check: Option<Code>,
}

/// How and when the work is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// One of the biller's (F21).
    pub order_type: Code,
    /// Absent for an office-only order (F22).
    pub appointment: Option<Appointment>,
    /// Work order comments (F23).
    pub comments: Option<Sealed>,
}

/// How far an order is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Being put together.
    Draft,
    /// The customer was told what is there now (F24).
    Reviewed,
    /// The customer agreed (F24).
    Committed,
    /// It is done (F25).
    Completed(Completion),
    /// It was given up.
    Cancelled,
}

/// How an order was completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// From when it is billed, or no longer billed (F27).
    pub start_billing_date: Date,
    /// Who sold it (F26).
    pub sales_id: Option<Code>,
    /// When it was sold (F26).
    pub sales_date: Option<Date>,
}

impl Order {
    pub(super) fn started(&self) -> Result<&WorkOrder, OrderRejection> {
        match self {
            Self::NotStarted => Err(OrderRejection::NotStarted),
            Self::Started(order) => Ok(order),
        }
    }
}

impl WorkOrder {
    /// The package that the service has while the order is under way; absent where the order
    /// leaves packages alone.
    pub(super) fn origin(&self) -> Option<&Code> {
        let swapped = self.swap.as_ref().map(|swap| &swap.from_package_id);
        swapped.or_else(|| self.start.job.package_id())
    }

    /// The package that the service will have; absent where it will have none, or the order leaves
    /// packages alone.
    pub(super) fn target(&self) -> Option<&Code> {
        if let Some(swap) = &self.swap {
            return Some(&swap.to_package_id);
        }
        match &self.start.job {
            Job::Installation { package_id, .. } | Job::ServiceChange { package_id, .. } => {
                Some(package_id)
            }
            Job::TroubleCall { .. } | Job::SpecialRequest { .. } | Job::Disconnect { .. } => None,
        }
    }

    /// The visit that was agreed on.
    pub(super) fn visit(&self) -> Option<&Appointment> {
        self.schedule.as_ref().and_then(|schedule| schedule.appointment.as_ref())
    }

    /// Whoever changes, ends or moves what the customer has, today, has authenticated them today,
    /// where the biller wants it and the order was begun so (F7).
    pub(super) fn demand_authenticated(&self, desk: &Desk<'_>) -> Result<(), Rejection> {
        match &self.start.job {
            Job::ServiceChange { .. } | Job::Disconnect { .. } => {
                Identity::demand_before_order(desk, &self.start.account_id)
            }
            Job::Installation { .. } | Job::TroubleCall { .. } | Job::SpecialRequest { .. } => {
                Ok(())
            }
        }
    }

    /// Nothing is changed in an order that the customer agreed to.
    pub(super) fn demand_not_committed(&self) -> Result<(), OrderRejection> {
        match self.stage {
            Stage::Draft | Stage::Reviewed => Ok(()),
            Stage::Committed => Err(OrderRejection::Committed),
            Stage::Completed(_) => Err(OrderRejection::Completed),
            Stage::Cancelled => Err(OrderRejection::Cancelled),
        }
    }

    /// Package, campaign and device are chosen in an open order that sells something.
    pub(super) fn demand_open_sale(&self) -> Result<(), OrderRejection> {
        self.demand_not_committed()?;
        if self.start.job.kind().sells() { Ok(()) } else { Err(OrderRejection::NothingIsSold) }
    }

    /// A service may have several open orders; one of them finds the package it starts from.
    pub(super) fn demand_service_unchanged(&self, desk: &Desk<'_>) -> Result<(), Rejection> {
        let (expected, service_id) = match &self.start.job {
            Job::Installation { service_id, .. } => (ServiceStatus::Pending, service_id),
            Job::ServiceChange { service_id, .. } | Job::Disconnect { service_id, .. } => {
                (ServiceStatus::Active, service_id)
            }
            Job::TroubleCall { .. } | Job::SpecialRequest { .. } => return Ok(()),
        };
        match desk.get(service_id) {
            Service::Added { package_id, status, .. }
                if Some(package_id) == self.origin() && *status == expected =>
            {
                Ok(())
            }
            Service::Added { .. } | Service::NotAdded => {
                Err(OrderRejection::ServiceChangedSince.into())
            }
        }
    }
}

/// A package that is sold, or at least still known.
pub(super) fn package<'a>(
    desk: &Desk<'a>,
    package_id: &Code,
) -> Result<&'a Package, OrderRejection> {
    let package = desk.biller.catalog.packages.get(package_id);
    package.ok_or_else(|| OrderRejection::PackageNotInCatalog { package_id: package_id.clone() })
}
