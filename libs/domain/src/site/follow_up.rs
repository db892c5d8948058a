//! What a request to the NOC means for the account: a comment per step, the portal (F85, F90).

use super::{NocFailure, Site, SiteId, SiteRejection, SuspensionReason};
use crate::{
    Desk, Fact, Rejection,
    account::{Account, AccountEvent, AccountId},
    actor::Role,
    sealed::Sealed,
    text::{Code, Text},
};

/// A step of a request.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Requested,
    Effective,
    Failed,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Effective => "effective",
            Self::Failed => "failed",
        }
    }
}

impl SuspensionReason {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NonPayment => "non-payment",
            Self::CustomerRequest => "the customer's request",
            Self::Abuse => "abuse",
        }
    }
}

impl NocFailure {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::TimedOut => "not effective in time",
            Self::NetworkRefused => "refused by the network",
            Self::VlanNotRestored => "the ONT does not show the service VLAN",
        }
    }
}

/// Only those who work on the network, and the services, can say what it does.
pub(super) fn demand_noc(desk: &Desk<'_>) -> Result<(), SiteRejection> {
    if desk.actor.is(Role::Noc) || desk.actor.is(Role::Service) {
        Ok(())
    } else {
        Err(SiteRejection::NotTheNoc)
    }
}

/// A word about a request that has ended is harmless; about one that nobody made it is not.
pub(super) fn harmless_if_made(request: u32, requests: u32) -> Result<Vec<Fact>, Rejection> {
    if (1..=requests).contains(&request) {
        Ok(vec![])
    } else {
        Err(SiteRejection::NoSuchRequest.into())
    }
}

/// The comment that tells the next agent of a step.
pub(super) fn comment(
    account_id: &AccountId,
    site_id: &SiteId,
    request: u32,
    step: Step,
    sentence: &str,
) -> Fact {
    let comment_id = format!("{site_id}-request-{request}-{}", step.name());
    AccountEvent::CommentAdded {
        comment_id: Code::parse(&comment_id).expect("a code has room for an id and a step"),
        text: Sealed::plain(&Text::parse(sentence).expect("a sentence is a text")),
    }
    .on(account_id)
}

/// Opens the portal, unless another site still keeps it closed (F90).
pub(super) fn open_portal(
    desk: &Desk<'_>,
    account_id: &AccountId,
    site_id: &SiteId,
) -> Option<Fact> {
    let Account::Open { portal_closed_by, .. } = desk.get(account_id) else { return None };
    let others_flow = portal_closed_by
        .iter()
        .filter(|other| *other != site_id)
        .all(|other| flows(desk.get(other)));
    others_flow.then(|| AccountEvent::PortalEnabled { site_id: site_id.clone() }.on(account_id))
}

fn flows(site: &Site) -> bool {
    match site {
        Site::Unregistered => true,
        Site::Registered { traffic, .. } => traffic.is_flowing(),
    }
}
