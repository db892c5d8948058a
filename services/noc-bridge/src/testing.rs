//! What the bridge's tests have in common: its story, what is wanted in it, what the NOC and the
//! network say.

use std::sync::Arc;

use domain::{
    Fact,
    provisioning::{Attempt, ProvisioningAction, ProvisioningEvent, RespCode, Subject},
    site::{NocFailure, SiteEvent, SuspensionReason},
    testing::fixtures::{id, site, site_id},
};
use projection::Wanted;
use read_side::testing::{Story, only};

use crate::model::Model;

/// A day, an account and its site: three facts.
pub(crate) fn with_site() -> Story {
    Story::of(Model { biller: Arc::new(domain::biller::testing()) }).and(site())
}

/// Kind and step of every effect that is wanted, sorted.
pub(crate) fn effects(story: &Story) -> Vec<String> {
    let described = story.intents().into_iter().filter_map(|intent| match intent.wanted {
        Wanted::Effect(wish) => Some(format!("{} {}", wish.kind, intent.step)),
        Wanted::Command(_) => None,
    });
    let mut effects: Vec<_> = described.collect();
    effects.sort();
    effects
}

/// The only command that is not a time limit.
#[track_caller]
pub(crate) fn command_at_once<M: prost::Message + Default>(story: &Story) -> M {
    let mut commands = story.commands();
    commands.retain(|command| command.not_before.is_none());
    M::decode(only(commands).body).unwrap()
}

pub(crate) fn suspension(request: u32) -> Fact {
    SiteEvent::SuspensionRequested { request, reason: SuspensionReason::NonPayment }.on(&site_id())
}

pub(crate) fn acknowledged(request: u32) -> Fact {
    SiteEvent::NocRequestAcknowledged { request }.on(&site_id())
}

pub(crate) fn effective(request: u32) -> Fact {
    SiteEvent::Suspended { request, reason: SuspensionReason::NonPayment }.on(&site_id())
}

pub(crate) fn reinstated(request: u32) -> Fact {
    SiteEvent::Reinstated { request, vlan: 552 }.on(&site_id())
}

pub(crate) fn timed_out(request: u32) -> Fact {
    SiteEvent::NocRequestFailed { request, failure: NocFailure::TimedOut }.on(&site_id())
}

/// The network answered to a request of the NOC.
pub(crate) fn provisioned(
    fact: fn(Attempt) -> ProvisioningEvent,
    action: ProvisioningAction,
    request: u32,
    resp_code: &str,
) -> Fact {
    let noc_request = Some(request);
    let subject = Subject { action, site_id: site_id(), service_id: None, noc_request };
    let resp_code = RespCode::parse(resp_code).unwrap();
    let attempt = Attempt { subject, number: 1, resp_code };
    fact(attempt).on(&id(&format!("provisioning_site-88-{request}")))
}
