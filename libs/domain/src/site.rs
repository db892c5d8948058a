//! A site: the place where a line is delivered, suspended and reinstated (F81 to F90).

mod acknowledge;
mod confirm_reinstatement;
mod confirm_suspension;
mod fail_request;
mod follow_up;
mod register;
mod suspend;
mod traffic;
mod unsuspend;

pub use acknowledge::AcknowledgeNocRequest;
pub use confirm_reinstatement::ConfirmReinstatement;
pub use confirm_suspension::ConfirmSuspension;
pub use fail_request::FailNocRequest;
pub use register::RegisterSite;
pub use suspend::SuspendSite;
pub use traffic::Traffic;
pub use unsuspend::UnsuspendSite;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection, account::Account, sealed::Sealed, text::Code,
};

/// Names a site.
pub type SiteId = Id<Site>;

/// Facts about one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteEvent {
    /// The place is known.
    Registered {
        /// Whose line it is.
        account_id: Id<Account>,
        /// The network owner's key of the address (F82).
        address_id: Code,
        /// Service address in one line. Personal data.
        address: Sealed,
        /// The biller's market.
        market: Code,
    },
    /// The NOC was asked to stop traffic (F83).
    SuspensionRequested {
        /// 1, 2, 3, ... at this site.
        request: u32,
        /// Why.
        reason: SuspensionReason,
    },
    /// The NOC works on the request.
    NocRequestAcknowledged {
        /// Which.
        request: u32,
    },
    /// No traffic flows (F84).
    Suspended {
        /// The request that led here.
        request: u32,
        /// Why.
        reason: SuspensionReason,
    },
    /// The NOC was asked to let traffic flow (F87).
    ReinstatementRequested {
        /// 1, 2, 3, ... at this site.
        request: u32,
        /// Why the suspension may end.
        grounds: ReinstatementGrounds,
    },
    /// Traffic flows, read back from the ONT (F89).
    Reinstated {
        /// The request that led here.
        request: u32,
        /// What the ONT shows.
        vlan: u32,
    },
    /// The request did not become effective; the site is as it was before it.
    NocRequestFailed {
        /// Which.
        request: u32,
        /// What went wrong.
        failure: NocFailure,
    },
}

/// Why traffic stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuspensionReason {
    /// Past due (F79).
    NonPayment,
    /// The customer's own wish.
    CustomerRequest,
    /// Use against the terms of service.
    Abuse,
}

/// Why a suspension may end (F86).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReinstatementGrounds {
    /// Nothing is past due any more.
    PaidInFull,
    /// A manager made an arrangement.
    PaymentArrangement,
    /// The reason was not money and no longer holds.
    ReasonEnded,
}

/// Why a request to the NOC did not become effective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NocFailure {
    /// Not within the biller's limit.
    TimedOut,
    /// The network refused it.
    NetworkRefused,
    /// The ONT shows the wrong VLAN (F89).
    VlanNotRestored,
}

/// Where a site stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// Nobody registered it.
    Unregistered,
    /// Known, with traffic or without.
    Registered {
        /// Whose line it is.
        account_id: Id<Account>,
        /// Compared before anything is suspended (F82).
        address_id: Code,
        /// Service address in one line. Personal data.
        address: Sealed,
        /// Decides install rules (F5).
        market: Code,
        /// Whether traffic flows.
        traffic: Traffic,
        /// How many requests the NOC has had for this site.
        requests: u32,
    },
}

/// What prevents a wish about a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteRejection {
    /// Nobody registered it.
    #[error("the site is not registered")]
    NotRegistered,
    /// It is registered, with other data.
    #[error("the site is registered with other data")]
    RegisteredOtherwise,
    /// F82.
    #[error("the verified address id is not the site's: look the address up again, not the name")]
    AddressNotVerified,
    /// F79: nobody is suspended who paid.
    #[error("nothing is past due on the account")]
    NothingPastDue,
    /// Two reasons at a time.
    #[error("the site is suspended, or about to be, for another reason")]
    SuspendedForOtherReason,
    /// A request is under way that must end first.
    #[error("a request to the NOC is under way: wait until it is effective or failed")]
    RequestUnderWay,
    /// There is nothing to undo.
    #[error("the site is not suspended")]
    NotSuspended,
    /// F86.
    #[error(
        "the past-due amount is not paid in full; what was disputed after the suspension is part \
         of it until the dispute is decided"
    )]
    NotPaidInFull,
    /// F86.
    #[error("a suspended site is reinstated by an arrangement that a manager made: ask a manager")]
    ArrangementNeedsManager,
    /// F86.
    #[error("there is no payment arrangement: make it first")]
    NotArranged,
    /// Nobody asks the account to pay.
    #[error("the account is excluded from dunning: include it first")]
    Excluded,
    /// What a service asks for, a ladder asks for.
    #[error("no ladder of dunning stands that has come to the suspension")]
    LadderOver,
    /// F79.
    #[error("a payment arrangement holds: nobody is suspended who keeps one")]
    Arranged,
    /// Grounds and reason do not belong together.
    #[error("these grounds do not end a suspension for that reason")]
    GroundsDoNotFit,
    /// Only those who work on the network, and the services, can say what it does.
    #[error("only the NOC or a service can say what became of a request")]
    NotTheNoc,
    /// Another request, or none.
    #[error("no such request to the NOC is under way at this site")]
    NoSuchRequest,
    /// F89.
    #[error("the ONT does not show the service VLAN: the reinstatement is not complete")]
    VlanNotRestored,
}

impl SiteRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotRegistered => "site.not_registered",
            Self::RegisteredOtherwise => "site.registered_otherwise",
            Self::AddressNotVerified => "site.address_not_verified",
            Self::NothingPastDue => "site.nothing_past_due",
            Self::SuspendedForOtherReason => "site.suspended_for_other_reason",
            Self::RequestUnderWay => "site.request_under_way",
            Self::NotSuspended => "site.not_suspended",
            Self::NotPaidInFull => "site.not_paid_in_full",
            Self::ArrangementNeedsManager => "site.arrangement_needs_manager",
            Self::NotArranged => "site.not_arranged",
            Self::Excluded => "site.excluded",
            Self::LadderOver => "site.ladder_over",
            Self::Arranged => "site.arranged",
            Self::GroundsDoNotFit => "site.grounds_do_not_fit",
            Self::NotTheNoc => "site.not_the_noc",
            Self::NoSuchRequest => "site.no_such_request",
            Self::VlanNotRestored => "site.vlan_not_restored",
        }
    }
}

impl From<SiteRejection> for Rejection {
    fn from(rejection: SiteRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl Site {
    /// Whether traffic is stopped, or about to be, for that reason.
    pub(crate) fn is_suspended_for(&self, why: SuspensionReason) -> bool {
        let Self::Registered { traffic, .. } = self else { return false };
        match traffic {
            Traffic::Flowing { .. } => false,
            Traffic::Stopping { reason, .. }
            | Traffic::Stopped { reason, .. }
            | Traffic::Resuming { reason, .. } => *reason == why,
        }
    }

    /// Whose line it is, its traffic and its number of requests, for a sender who looked at the
    /// same address id (F82).
    fn verified(&self, looked_at: &Code) -> Result<(&Id<Account>, Traffic, u32), SiteRejection> {
        match self {
            Self::Unregistered => Err(SiteRejection::NotRegistered),
            Self::Registered { address_id, .. } if address_id != looked_at => {
                Err(SiteRejection::AddressNotVerified)
            }
            Self::Registered { account_id, traffic, requests, .. } => {
                Ok((account_id, *traffic, *requests))
            }
        }
    }
}

impl SiteEvent {
    /// This fact, about that site.
    #[must_use]
    pub fn on(self, site_id: &SiteId) -> Fact {
        Fact::new(site_id, Event::Site(self))
    }
}

impl Aggregate for Site {
    const CATEGORY: &'static str = "site";
    const UNKNOWN: &'static Self = &Self::Unregistered;
    type Event = SiteEvent;

    fn evolve(mut self, event: &SiteEvent) -> Self {
        match (&mut self, event) {
            (_, SiteEvent::Registered { account_id, address_id, address, market }) => {
                return Self::Registered {
                    account_id: account_id.clone(),
                    address_id: address_id.clone(),
                    address: address.clone(),
                    market: market.clone(),
                    traffic: Traffic::Flowing { reinstatement: None },
                    requests: 0,
                };
            }
            (Self::Registered { traffic, requests, .. }, event) => {
                *traffic = traffic.after(event);
                if let SiteEvent::SuspensionRequested { request, .. }
                | SiteEvent::ReinstatementRequested { request, .. } = event
                {
                    *requests = *request;
                }
            }
            (Self::Unregistered, _) => {}
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Site(site) = noun { Some(site) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Site(site) = noun { Some(site) } else { None }
    }
}
