//! Fail a request: the NOC could not do it, the site is as it was before.

use super::{
    NocFailure, Site, SiteEvent, SiteId, SiteRejection, Traffic,
    follow_up::{Step, comment, demand_noc, open_portal},
};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId};

/// A request to the NOC did not become effective.
#[derive(Clone, Debug)]
pub struct FailNocRequest {
    /// Where.
    pub site_id: SiteId,
    /// Number of the request at this site.
    pub request: u32,
    /// What went wrong.
    pub failure: NocFailure,
}

impl Decide for FailNocRequest {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        demand_noc(desk)?;
        let Site::Registered { account_id, traffic, requests, .. } = desk.get(&self.site_id) else {
            return Err(SiteRejection::NotRegistered.into());
        };
        match traffic {
            Traffic::Stopping { request, .. } if *request == self.request => {
                let mut facts = self.fail(account_id, "Suspension");
                facts.extend(open_portal(desk, account_id, &self.site_id));
                Ok(facts)
            }
            Traffic::Resuming { request, .. } if *request == self.request => {
                Ok(self.fail(account_id, "Reinstatement"))
            }
            // A time limit that runs out after the request ended is harmless.
            Traffic::Flowing { .. }
            | Traffic::Stopping { .. }
            | Traffic::Stopped { .. }
            | Traffic::Resuming { .. }
                if (1..=*requests).contains(&self.request) =>
            {
                Ok(vec![])
            }
            Traffic::Flowing { .. }
            | Traffic::Stopping { .. }
            | Traffic::Stopped { .. }
            | Traffic::Resuming { .. } => Err(SiteRejection::NoSuchRequest.into()),
        }
    }
}

impl FailNocRequest {
    fn fail(&self, account_id: &AccountId, what: &str) -> Vec<Fact> {
        let (request, failure) = (self.request, self.failure);
        let sentence = format!("{what} failed, request {request}: {}.", failure.words());
        vec![
            SiteEvent::NocRequestFailed { request, failure }.on(&self.site_id),
            comment(account_id, &self.site_id, request, Step::Failed, &sentence),
        ]
    }
}
