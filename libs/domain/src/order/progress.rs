//! How far an order is.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Appointment, OrderEvent, OrderKind, OrderRejection, SwapMethod};
use crate::{
    Desk, Id, Rejection, account::Account, biller::Package, sealed::Sealed, service::Service,
    site::Site, text::Code,
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
    /// The new package of a service change.
    pub swap: Option<Swap>,
    /// How and when.
    pub schedule: Option<Schedule>,
    /// How far it is.
    pub stage: Stage,
}

/// What an order is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// What it does.
    pub kind: OrderKind,
    /// Who pays.
    pub account_id: Id<Account>,
    /// Where.
    pub site_id: Id<Site>,
    /// At what.
    pub service_id: Id<Service>,
    /// The package the service has, or will have after an installation.
    pub package_id: Code,
    /// Of a service change (F12).
    pub sale_type: Option<Code>,
    /// Of a service change (F12).
    pub sale_reason: Option<Code>,
    /// Only where a campaign applies (F12).
    pub campaign_code: Option<Code>,
}

/// The new package of a service change.
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
    /// From when it is billed (F27).
    pub start_billing_date: Date,
    /// Who sold it (F26).
    pub sales_id: Option<Code>,
    /// When it was sold (F26).
    pub sales_date: Option<Date>,
}

impl Start {
    pub(crate) fn event(self, acknowledged_flashes: BTreeSet<Code>) -> OrderEvent {
        OrderEvent::Started {
            kind: self.kind,
            account_id: self.account_id,
            site_id: self.site_id,
            service_id: self.service_id,
            package_id: self.package_id,
            sale_type: self.sale_type,
            sale_reason: self.sale_reason,
            campaign_code: self.campaign_code,
            acknowledged_flashes,
        }
    }
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
    /// The package that the service has while the order is under way.
    pub(super) fn origin(&self) -> &Code {
        self.swap.as_ref().map_or(&self.start.package_id, |swap| &swap.from_package_id)
    }

    /// The package that the service will have.
    pub(super) fn target(&self) -> &Code {
        self.swap.as_ref().map_or(&self.start.package_id, |swap| &swap.to_package_id)
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

    /// A service may have several open orders; one of them finds the package it starts from.
    pub(super) fn demand_service_unchanged(&self, desk: &Desk<'_>) -> Result<(), Rejection> {
        match desk.get(&self.start.service_id) {
            Service::Added { package_id, .. } if package_id == self.origin() => Ok(()),
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
