//! A service: what a customer has at a site, its package and the device that delivers it.
//!
//! What must stay true: service code and Package ID move together (F20). The service does not know
//! its orders: one that no longer fits is refused when it is committed or checked in.

mod add;

pub use add::AddService;

use jiff::civil::Date;

use std::collections::BTreeSet;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection,
    account::Account,
    biller::ServiceType,
    device::Device,
    money::Money,
    order::{Job, Start},
    site::Site,
    text::Code,
};

/// Names a service.
pub type ServiceId = Id<Service>;

/// Facts about one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceEvent {
    /// It is ordered.
    Added {
        /// Who pays.
        account_id: Id<Account>,
        /// Where.
        site_id: Id<Site>,
        /// What delivers it.
        device_id: Id<Device>,
        /// What it is.
        package_id: Code,
        /// Moves together with the package (F20).
        service_code: Code,
        /// What kind it is (F65); absent in services of before it was noted.
        service_type: Option<ServiceType>,
    },
    /// It is in use, and billed.
    Activated {
        /// Start Billing Date.
        start_billing_date: Date,
        /// What makes it cheaper for a while (F69).
        promotion: Option<Promotion>,
    },
    /// It is another package now.
    PackageChanged {
        /// What it was.
        from_package_id: Code,
        /// What it is.
        to_package_id: Code,
        /// Moves together with the package (F20).
        service_code: Code,
        /// Start Billing Date.
        start_billing_date: Date,
        /// What kind it is now (F65); absent in changes of before it was noted.
        service_type: Option<ServiceType>,
        /// What makes it cheaper for a while (F69).
        promotion: Option<Promotion>,
    },
    /// Another device delivers it (F68).
    DeviceChanged {
        /// Which.
        device_id: Id<Device>,
    },
    /// It is no more (F49).
    Disconnected {
        /// One of the biller's.
        reason: Code,
        /// The first day on which it is not billed.
        end_billing_date: Date,
    },
}

/// What a customer pays under a campaign, for how long, and what then (F69).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// One of the biller's.
    pub campaign_code: Code,
    /// Per month, while it lasts.
    pub monthly: Money,
    /// The first day on which it no longer applies.
    pub until: Date,
    /// Per month from that day on, as it was told at the sale.
    pub monthly_after: Money,
}

/// Where a service stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// Nobody added it.
    NotAdded,
    /// It is ordered, or in use.
    Added {
        /// Who pays.
        account_id: Id<Account>,
        /// Where.
        site_id: Id<Site>,
        /// What delivers it.
        device_id: Id<Device>,
        /// What it is.
        package_id: Code,
        /// Moves together with the package (F20).
        service_code: Code,
        /// What kind it is (F65), where that is known.
        service_type: Option<ServiceType>,
        /// What makes it cheaper for a while (F69).
        promotion: Option<Promotion>,
        /// Whether it is in use.
        status: ServiceStatus,
    },
}

/// A service in use.
pub(crate) struct Active<'a> {
    pub(crate) account_id: &'a Id<Account>,
    pub(crate) site_id: &'a Id<Site>,
    pub(crate) package_id: &'a Code,
}

/// Whether a service is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceStatus {
    /// Its installation order is not completed.
    Pending,
    /// In use, and billed.
    Active,
    /// No more (F49).
    Disconnected,
}

/// What prevents a wish about a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceRejection {
    /// It was added, with other data.
    #[error("the service was added with other data")]
    AddedOtherwise,
    /// Its installation order is not completed, it is disconnected, or nobody added it.
    #[error("the service is not active")]
    NotActive,
    /// The site is somebody else's.
    #[error("the site belongs to another account")]
    SiteOfAnotherAccount,
    /// The device stands somewhere else.
    #[error("the device is registered at another site")]
    DeviceAtAnotherSite,
    /// The biller does not sell it.
    #[error("package {package_id} is not in the catalog")]
    PackageNotInCatalog {
        /// Which.
        package_id: Code,
    },
    /// F2.
    #[error("the device is not certified for the speed of the package")]
    DeviceTooSlow,
    /// F2.
    #[error("the device speaks a technology that does not deliver the package")]
    DeviceSpeaksAnotherTechnology,
}

impl ServiceRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AddedOtherwise => "service.added_otherwise",
            Self::NotActive => "service.not_active",
            Self::SiteOfAnotherAccount => "service.site_of_another_account",
            Self::DeviceAtAnotherSite => "service.device_at_another_site",
            Self::PackageNotInCatalog { .. } => "service.package_not_in_catalog",
            Self::DeviceTooSlow => "service.device_too_slow",
            Self::DeviceSpeaksAnotherTechnology => "service.device_speaks_another_technology",
        }
    }
}

impl From<ServiceRejection> for Rejection {
    fn from(rejection: ServiceRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl Service {
    /// A service that is in use.
    pub(crate) fn active(&self) -> Result<Active<'_>, ServiceRejection> {
        match self {
            Self::Added {
                account_id, site_id, package_id, status: ServiceStatus::Active, ..
            } => Ok(Active { account_id, site_id, package_id }),
            Self::Added { .. } | Self::NotAdded => Err(ServiceRejection::NotActive),
        }
    }
}

impl Active<'_> {
    /// The start of an order on it.
    pub(crate) fn start(&self, job: Job, acknowledged_flashes: BTreeSet<Code>) -> Start {
        let (account_id, site_id) = (self.account_id.clone(), self.site_id.clone());
        Start { account_id, site_id, job, acknowledged_flashes }
    }
}

impl ServiceEvent {
    /// This fact, about that service.
    #[must_use]
    pub fn on(self, service_id: &ServiceId) -> Fact {
        Fact::new(service_id, Event::Service(self))
    }
}

impl Aggregate for Service {
    const CATEGORY: &'static str = "service";
    const UNKNOWN: &'static Self = &Self::NotAdded;
    type Event = ServiceEvent;

    fn evolve(mut self, event: &ServiceEvent) -> Self {
        if let ServiceEvent::Added {
            account_id,
            site_id,
            device_id,
            package_id,
            service_code,
            service_type,
        } = event
        {
            return Self::Added {
                account_id: account_id.clone(),
                site_id: site_id.clone(),
                device_id: device_id.clone(),
                package_id: package_id.clone(),
                service_code: service_code.clone(),
                service_type: *service_type,
                promotion: None,
                status: ServiceStatus::Pending,
            };
        }
        let Self::Added {
            device_id,
            package_id,
            service_code,
            service_type,
            promotion,
            status,
            ..
        } = &mut self
        else {
            return self;
        };
        match event {
            ServiceEvent::Added { .. } => {}
            ServiceEvent::Activated { promotion: sold, .. } => {
                *status = ServiceStatus::Active;
                promotion.clone_from(sold);
            }
            ServiceEvent::PackageChanged {
                to_package_id,
                service_code: to_code,
                service_type: to_type,
                promotion: sold,
                ..
            } => {
                *package_id = to_package_id.clone();
                *service_code = to_code.clone();
                *service_type = to_type.or(*service_type);
                promotion.clone_from(sold);
            }
            ServiceEvent::DeviceChanged { device_id: other } => *device_id = other.clone(),
            ServiceEvent::Disconnected { .. } => *status = ServiceStatus::Disconnected,
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Service(service) = noun { Some(service) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Service(service) = noun { Some(service) } else { None }
    }
}
