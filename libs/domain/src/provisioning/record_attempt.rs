//! Record an attempt: what the network answered, and whether it is asked again (F33).

use super::{
    Provisioning, ProvisioningAction, ProvisioningEvent, ProvisioningId, ProvisioningRejection,
    RespCode, Subject,
};
use crate::{Decide, Desk, Fact, Rejection, actor::Role, service::ServiceId, site::SiteId};

/// Report what the network answered to one attempt.
#[derive(Clone, Debug)]
pub struct RecordProvisioningAttempt {
    /// Which transaction.
    pub transaction_id: ProvisioningId,
    /// What was tried.
    pub action: ProvisioningAction,
    /// Where.
    pub site_id: SiteId,
    /// Absent where the action is about the whole site.
    pub service_id: Option<ServiceId>,
    /// 1, 2, 3, ...
    pub attempt: u32,
    /// What the network answered.
    pub resp_code: RespCode,
    /// The NOC request that asked for it; absent where an order did.
    pub noc_request: Option<u32>,
}

impl Decide for RecordProvisioningAttempt {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if !desk.actor.is(Role::Noc) && !desk.actor.is(Role::Service) {
            return Err(ProvisioningRejection::NotTheNetwork.into());
        }
        let (answers, finished): (&[RespCode], bool) = match desk.get(&self.transaction_id) {
            Provisioning::NotStarted => (&[], false),
            Provisioning::Started { subject, .. } if *subject != self.subject() => {
                return Err(ProvisioningRejection::AboutSomethingElse.into());
            }
            Provisioning::Started { answers, finished, .. } => (answers, *finished),
        };
        match self.answered(answers) {
            Some(code) if code == self.resp_code => Ok(vec![]),
            Some(_) => Err(ProvisioningRejection::AnsweredOtherwise.into()),
            None if finished => Err(ProvisioningRejection::Finished.into()),
            None => self.record(desk, answers.len()),
        }
    }
}

impl RecordProvisioningAttempt {
    fn subject(&self) -> Subject {
        Subject {
            action: self.action,
            site_id: self.site_id.clone(),
            service_id: self.service_id.clone(),
            noc_request: self.noc_request,
        }
    }

    fn answered(&self, answers: &[RespCode]) -> Option<RespCode> {
        let index = usize::try_from(self.attempt.checked_sub(1)?).ok()?;
        answers.get(index).copied()
    }

    fn record(&self, desk: &Desk<'_>, answered: usize) -> Result<Vec<Fact>, Rejection> {
        let next = u32::try_from(answered).map_or(u32::MAX, |last| last.saturating_add(1));
        if self.attempt != next {
            return Err(ProvisioningRejection::AttemptOutOfOrder { next }.into());
        }
        let Subject { action, site_id, service_id, noc_request } = self.subject();
        let (attempt, resp_code) = (self.attempt, self.resp_code);
        let fact = if resp_code == RespCode::SUCCESS {
            ProvisioningEvent::Completed {
                action,
                site_id,
                service_id,
                attempt,
                resp_code,
                noc_request,
            }
        } else if attempt < desk.biller.policies.provisioning_attempts_max {
            ProvisioningEvent::Attempted {
                action,
                site_id,
                service_id,
                attempt,
                resp_code,
                noc_request,
            }
        } else {
            ProvisioningEvent::Failed {
                action,
                site_id,
                service_id,
                attempt,
                resp_code,
                noc_request,
            }
        };
        Ok(vec![fact.on(&self.transaction_id)])
    }
}
