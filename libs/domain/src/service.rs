//! A service: what a customer has at a site, its package and the device that delivers it.
//!
//! What must stay true: service code and Package ID move together (F20). The service does not know
//! its orders: one that no longer fits is refused when it is committed or checked in.

mod add;

pub use add::AddService;

use jiff::civil::Date;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection, account::Account, device::Device, site::Site,
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
    },
    /// It is in use, and billed.
    Activated {
        /// Start Billing Date.
        start_billing_date: Date,
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
    },
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
        /// Whether it is in use.
        status: ServiceStatus,
    },
}

/// Whether a service is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceStatus {
    /// Its installation order is not completed.
    Pending,
    /// In use, and billed.
    Active,
}

/// What prevents a wish about a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceRejection {
    /// It was added, with other data.
    #[error("the service was added with other data")]
    AddedOtherwise,
    /// Its installation order is not completed, or nobody added it.
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
        match (&mut self, event) {
            (
                _,
                ServiceEvent::Added { account_id, site_id, device_id, package_id, service_code },
            ) => {
                return Self::Added {
                    account_id: account_id.clone(),
                    site_id: site_id.clone(),
                    device_id: device_id.clone(),
                    package_id: package_id.clone(),
                    service_code: service_code.clone(),
                    status: ServiceStatus::Pending,
                };
            }
            (Self::Added { status, .. }, ServiceEvent::Activated { .. }) => {
                *status = ServiceStatus::Active;
            }
            (
                Self::Added { package_id, service_code, .. },
                ServiceEvent::PackageChanged { to_package_id, service_code: to_code, .. },
            ) => {
                *package_id = to_package_id.clone();
                *service_code = to_code.clone();
            }
            (
                Self::NotAdded,
                ServiceEvent::Activated { .. } | ServiceEvent::PackageChanged { .. },
            ) => {}
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
