//! What an order is about: each kind with the data that it has and no other.

use std::collections::BTreeSet;

use crate::{
    Fact, Id,
    account::Account,
    order::{OrderEvent, OrderId},
    service::Service,
    site::Site,
    text::Code,
};

/// What an order is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Who pays.
    pub account_id: Id<Account>,
    /// Where.
    pub site_id: Id<Site>,
    /// What there is to do.
    pub job: Job,
    /// The flashes of the account that were read before (F9).
    pub acknowledged_flashes: BTreeSet<Code>,
}

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Bring a new service up.
    Installation {
        /// Which.
        service_id: Id<Service>,
        /// What it will be.
        package_id: Code,
        /// Only where a campaign applies (F12).
        campaign_code: Option<Code>,
    },
    /// Replace the package of a service.
    ServiceChange {
        /// Which.
        service_id: Id<Service>,
        /// What it is.
        package_id: Code,
        /// One of the biller's (F12).
        sale_type: Code,
        /// One of the biller's (F12).
        sale_reason: Code,
        /// Only where a campaign applies (F12).
        campaign_code: Option<Code>,
    },
    /// Find out what is wrong with a service, and repair it (F38).
    TroubleCall {
        /// Which.
        service_id: Id<Service>,
        /// One of the biller's.
        problem: Code,
    },
    /// Do something that changes no service (F38).
    SpecialRequest {
        /// One of the biller's.
        request: Code,
    },
    /// End a service (F67).
    Disconnect {
        /// Which.
        service_id: Id<Service>,
        /// What it is.
        package_id: Code,
        /// One of the biller's.
        reason: Code,
    },
}

/// What an order does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// Brings a new service up.
    Installation,
    /// Replaces the package of a service.
    ServiceChange,
    /// Repairs a service.
    TroubleCall,
    /// Does something that changes no service.
    SpecialRequest,
    /// Ends a service.
    Disconnect,
}

/// One task of a work order (F67).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Bring line and device to the customer.
    Installation,
    /// Make the service work.
    Activation,
    /// Give the service another package.
    ServiceChange,
    /// Take the service away.
    Disconnect,
    /// Find and mend what is wrong.
    Repair,
    /// Whatever was asked for.
    SpecialRequest,
}

impl Start {
    /// Whether both ask for the same, whichever flashes were read.
    pub(crate) fn asks_as(&self, other: &Self) -> bool {
        (&self.account_id, &self.site_id, &self.job)
            == (&other.account_id, &other.site_id, &other.job)
    }

    /// The fact that it is started.
    pub(crate) fn on(self, order_id: &OrderId) -> Fact {
        OrderEvent::Started(self).on(order_id)
    }
}

impl Job {
    /// What the order does.
    #[must_use]
    pub fn kind(&self) -> OrderKind {
        match self {
            Self::Installation { .. } => OrderKind::Installation,
            Self::ServiceChange { .. } => OrderKind::ServiceChange,
            Self::TroubleCall { .. } => OrderKind::TroubleCall,
            Self::SpecialRequest { .. } => OrderKind::SpecialRequest,
            Self::Disconnect { .. } => OrderKind::Disconnect,
        }
    }

    /// The service that it is about; a special request has none.
    #[must_use]
    pub fn service_id(&self) -> Option<&Id<Service>> {
        match self {
            Self::Installation { service_id, .. }
            | Self::ServiceChange { service_id, .. }
            | Self::TroubleCall { service_id, .. }
            | Self::Disconnect { service_id, .. } => Some(service_id),
            Self::SpecialRequest { .. } => None,
        }
    }

    /// The package that the service has, or will have after an installation; absent where the
    /// order leaves packages alone.
    #[must_use]
    pub fn package_id(&self) -> Option<&Code> {
        match self {
            Self::Installation { package_id, .. }
            | Self::ServiceChange { package_id, .. }
            | Self::Disconnect { package_id, .. } => Some(package_id),
            Self::TroubleCall { .. } | Self::SpecialRequest { .. } => None,
        }
    }

    /// The campaign that it was started with.
    #[must_use]
    pub fn campaign_code(&self) -> Option<&Code> {
        match self {
            Self::Installation { campaign_code, .. }
            | Self::ServiceChange { campaign_code, .. } => campaign_code.as_ref(),
            Self::TroubleCall { .. } | Self::SpecialRequest { .. } | Self::Disconnect { .. } => {
                None
            }
        }
    }
}

impl OrderKind {
    /// The tasks of its work order (F67).
    #[must_use]
    pub fn tasks(self) -> &'static [Task] {
        match self {
            Self::Installation => &[Task::Installation, Task::Activation],
            Self::ServiceChange => &[Task::ServiceChange],
            Self::TroubleCall => &[Task::Repair],
            Self::SpecialRequest => &[Task::SpecialRequest],
            Self::Disconnect => &[Task::Disconnect],
        }
    }

    /// Whether the customer pays something else afterwards, and so has to hear of it (F24).
    #[must_use]
    pub fn changes_price(self) -> bool {
        match self {
            Self::Installation | Self::ServiceChange | Self::Disconnect => true,
            Self::TroubleCall | Self::SpecialRequest => false,
        }
    }

    /// Whether a package is chosen in it, and with it a campaign and a device.
    #[must_use]
    pub fn sells(self) -> bool {
        match self {
            Self::Installation | Self::ServiceChange => true,
            Self::TroubleCall | Self::SpecialRequest | Self::Disconnect => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OrderKind, Task};

    #[test]
    fn f67_the_tasks_of_a_work_order_follow_from_its_kind() {
        let tasks = |kind: OrderKind| kind.tasks().to_vec();
        assert_eq!(tasks(OrderKind::Installation), [Task::Installation, Task::Activation]);
        assert_eq!(tasks(OrderKind::ServiceChange), [Task::ServiceChange]);
        assert_eq!(tasks(OrderKind::TroubleCall), [Task::Repair]);
        assert_eq!(tasks(OrderKind::SpecialRequest), [Task::SpecialRequest]);
        assert_eq!(tasks(OrderKind::Disconnect), [Task::Disconnect]);
    }
}
