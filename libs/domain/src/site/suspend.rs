//! Suspend: ask the NOC to stop traffic. The contract and its billing stay.
//!
//! What must stay true: for non-payment nobody is suspended who owes nothing that is past due and
//! undisputed, has an arrangement or is excluded; a service, which may ask late and again, suspends
//! only what a ladder that stands has come to; and what has to be paid for the reinstatement is
//! never less than what there was to be suspended for.

use super::{
    SiteEvent, SiteId, SiteRejection, SuspensionReason, Traffic,
    follow_up::{Step, comment},
};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::{Account, AccountEvent},
    actor::Role,
    calendar::today,
    dunning::{DunningEvent, DunningId},
    ledger::Ledger,
    money::Money,
    text::Code,
};

/// Ask the NOC to stop traffic at a site (F83).
#[derive(Clone, Debug)]
pub struct SuspendSite {
    /// Where.
    pub site_id: SiteId,
    /// The address id that the sender looked at (F82).
    pub verified_address_id: Code,
    /// Why.
    pub reason: SuspensionReason,
}

impl Decide for SuspendSite {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let (account_id, traffic, requests) =
            desk.get(&self.site_id).verified(&self.verified_address_id)?;
        match traffic {
            Traffic::Stopping { reason, .. } | Traffic::Stopped { reason, .. }
                if reason == self.reason =>
            {
                Ok(vec![])
            }
            Traffic::Stopping { .. } | Traffic::Stopped { .. } => {
                Err(SiteRejection::SuspendedForOtherReason.into())
            }
            Traffic::Resuming { .. } => Err(SiteRejection::RequestUnderWay.into()),
            Traffic::Flowing { .. } => self.request(desk, account_id, requests + 1),
        }
    }
}

impl SuspendSite {
    fn request(
        &self,
        desk: &Desk<'_>,
        account_id: &Id<Account>,
        request: u32,
    ) -> Result<Vec<Fact>, Rejection> {
        let demanded = match self.reason {
            SuspensionReason::NonPayment => demand_unpaid(desk, account_id)?,
            SuspensionReason::CustomerRequest | SuspensionReason::Abuse => None,
        };
        let why = self.reason.words();
        let sentence = format!("Suspension for {why} requested of the NOC, request {request}.");
        let requested = [
            SiteEvent::SuspensionRequested { request, reason: self.reason }.on(&self.site_id),
            // F85: a suspended customer must not pay online while reinstatement takes the NOC.
            AccountEvent::PortalDisabled { site_id: self.site_id.clone() }.on(account_id),
            comment(account_id, &self.site_id, request, Step::Requested, &sentence),
        ];
        Ok(demanded.into_iter().chain(requested).collect())
    }
}

/// F79: nobody is suspended who paid, disputes the debt, has an arrangement, or is excluded. Where
/// somebody's hand does it, the fact that says what has to be paid: a step says that itself.
fn demand_unpaid(desk: &Desk<'_>, account_id: &Id<Account>) -> Result<Option<Fact>, Rejection> {
    let (today, plan) = (today(desk)?, &desk.biller.dunning);
    let dunning = desk.get(&DunningId::of(account_id));
    if dunning.is_arranged() {
        return Err(SiteRejection::Arranged.into());
    }
    if dunning.is_excluded(today) {
        return Err(SiteRejection::Excluded.into());
    }
    let standing = &desk.get(&Id::<Ledger>::of(account_id)).standing;
    if dunning.past_due(standing, today) < plan.minimum.max(1) {
        return Err(SiteRejection::NothingPastDue.into());
    }
    if desk.actor.is(Role::Service) {
        return match dunning.ladder {
            Some(ladder) if plan.suspends_within(ladder.taken) => Ok(None),
            Some(_) | None => Err(SiteRejection::LadderOver.into()),
        };
    }
    Ok(dunning.demand(standing, today).map(|(through, owed)| {
        let demanded = DunningEvent::PaymentDemanded {
            account_id: account_id.clone(),
            through,
            to_reinstate: Some(Money::new(desk.biller.currency, owed)),
        };
        demanded.on(account_id)
    }))
}

#[cfg(test)]
mod tests;
