//! What provisioning's tests have in common: its story, what the NOC and the network say in it.

use std::sync::Arc;

use domain::{
    Fact,
    provisioning::{Attempt, ProvisioningAction, ProvisioningEvent, RespCode, Subject},
    site::{NocFailure, SiteEvent, SuspensionReason},
    testing::fixtures::{completed, id, service_id, site_id},
};
use read_side::testing::{Story, only};

use crate::{attempt::AttemptOrder, model::Model};

/// Nothing has happened yet.
pub(crate) fn story() -> Story {
    Story::of(Model { biller: Arc::new(domain::biller::testing()) })
}

/// The only attempt that is wanted, and not before when.
#[track_caller]
pub(crate) fn only_attempt(story: &Story) -> (AttemptOrder, Option<i64>) {
    let wish = only(story.effects());
    (serde_json::from_slice(&wish.body).unwrap(), wish.not_before)
}

pub(crate) fn order_completed() -> Fact {
    completed(Some("basic"), "classic")
}

pub(crate) fn suspension(request: u32) -> Fact {
    SiteEvent::SuspensionRequested { request, reason: SuspensionReason::Abuse }.on(&site_id())
}

pub(crate) fn acknowledged(request: u32) -> Fact {
    SiteEvent::NocRequestAcknowledged { request }.on(&site_id())
}

pub(crate) fn failed(request: u32) -> Fact {
    SiteEvent::NocRequestFailed { request, failure: NocFailure::TimedOut }.on(&site_id())
}

/// The network answered about the order.
pub(crate) fn attempt(
    fact: fn(Attempt) -> ProvisioningEvent,
    number: u32,
    resp_code: &str,
) -> Fact {
    let subject = Subject {
        action: ProvisioningAction::Reprovision,
        site_id: site_id(),
        service_id: Some(service_id()),
        noc_request: None,
    };
    let resp_code = RespCode::parse(resp_code).unwrap();
    fact(Attempt { subject, number, resp_code }).on(&id("provisioning_order-1001"))
}

/// The network answered about the suspension, request 1.
pub(crate) fn moved(fact: fn(Attempt) -> ProvisioningEvent, number: u32, resp_code: &str) -> Fact {
    let subject = Subject {
        action: ProvisioningAction::Suspend,
        site_id: site_id(),
        service_id: None,
        noc_request: Some(1),
    };
    let resp_code = RespCode::parse(resp_code).unwrap();
    fact(Attempt { subject, number, resp_code }).on(&id("provisioning_site-88-1"))
}
