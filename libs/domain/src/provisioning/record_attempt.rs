//! Record an attempt: what the network answered, and whether it is asked again (F33).

use super::{
    Attempt, Provisioning, ProvisioningEvent, ProvisioningId, ProvisioningRejection, RespCode,
};
use crate::{Decide, Desk, Fact, Rejection, actor::Role};

/// Report what the network answered to one attempt.
#[derive(Clone, Debug)]
pub struct RecordProvisioningAttempt {
    /// Which transaction.
    pub transaction_id: ProvisioningId,
    /// What was tried, and what the network answered.
    pub attempt: Attempt,
}

impl Decide for RecordProvisioningAttempt {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if !desk.actor.is(Role::Noc) && !desk.actor.is(Role::Service) {
            return Err(ProvisioningRejection::NotTheNetwork.into());
        }
        let (answers, finished): (&[RespCode], bool) = match desk.get(&self.transaction_id) {
            Provisioning::NotStarted => (&[], false),
            Provisioning::Started { subject, .. } if *subject != self.attempt.subject => {
                return Err(ProvisioningRejection::AboutSomethingElse.into());
            }
            Provisioning::Started { answers, finished, .. } => (answers, *finished),
        };
        match self.answered(answers) {
            Some(code) if code == self.attempt.resp_code => Ok(vec![]),
            Some(_) => Err(ProvisioningRejection::AnsweredOtherwise.into()),
            None if finished => Err(ProvisioningRejection::Finished.into()),
            None => self.record(desk, answers.len()),
        }
    }
}

impl RecordProvisioningAttempt {
    fn answered(&self, answers: &[RespCode]) -> Option<RespCode> {
        let index = usize::try_from(self.attempt.number.checked_sub(1)?).ok()?;
        answers.get(index).copied()
    }

    fn record(&self, desk: &Desk<'_>, answered: usize) -> Result<Vec<Fact>, Rejection> {
        let next = u32::try_from(answered).map_or(u32::MAX, |last| last.saturating_add(1));
        let attempt = self.attempt.clone();
        let event = match attempt.number {
            number if number != next => {
                return Err(ProvisioningRejection::AttemptOutOfOrder { next }.into());
            }
            _ if attempt.resp_code == RespCode::SUCCESS => ProvisioningEvent::Completed(attempt),
            number if number < desk.biller.policies.provisioning_attempts_max => {
                ProvisioningEvent::Attempted(attempt)
            }
            _ => ProvisioningEvent::Failed(attempt),
        };
        Ok(vec![event.on(&self.transaction_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::RecordProvisioningAttempt;
    use crate::{
        Fact,
        provisioning::{
            Attempt, ProvisioningAction, ProvisioningEvent, ProvisioningRejection, RespCode,
            Subject,
        },
        testing::{
            Given,
            fixtures::{id, service_id, site_id},
            given,
        },
    };

    fn attempt(number: u32, resp_code: &str) -> RecordProvisioningAttempt {
        let subject = Subject {
            action: ProvisioningAction::Reprovision,
            site_id: site_id(),
            service_id: Some(service_id()),
            noc_request: None,
        };
        let resp_code = RespCode::parse(resp_code).unwrap();
        RecordProvisioningAttempt {
            transaction_id: id("provisioning_1"),
            attempt: Attempt { subject, number, resp_code },
        }
    }

    fn failed(number: u32, resp_code: &str) -> Fact {
        let attempt = attempt(number, resp_code).attempt;
        ProvisioningEvent::Failed(attempt).on(&id("provisioning_1"))
    }

    fn network() -> Given {
        given([]).by("provisioning; roles=service")
    }

    #[test]
    fn f33_an_attempt_with_an_error_code_is_repeated_until_the_network_does_it() {
        let completed = ProvisioningEvent::Completed(attempt(2, "000").attempt);
        network()
            .after(attempt(1, "401"))
            .when(attempt(2, "000"))
            .then([completed.on(&id("provisioning_1"))]);
    }

    #[test]
    fn f33_the_last_attempt_leaves_its_error_code_to_a_person() {
        network()
            .after(attempt(1, "401"))
            .after(attempt(2, "401"))
            .when(attempt(3, "503"))
            .then([failed(3, "503")]);
    }

    #[test]
    fn a_finished_transaction_is_not_tried_again() {
        let done = network().after(attempt(1, "000"));
        done.clone().when(attempt(1, "000")).then([]);
        done.when(attempt(2, "000")).then_rejected(ProvisioningRejection::Finished);
    }

    #[test]
    fn attempts_are_counted_without_gaps_and_answered_once() {
        let one = network().after(attempt(1, "401"));
        let out_of_order = ProvisioningRejection::AttemptOutOfOrder { next: 2 };
        one.clone().when(attempt(3, "000")).then_rejected(out_of_order);
        one.clone().when(attempt(0, "000")).then_rejected(out_of_order);
        one.when(attempt(1, "402")).then_rejected(ProvisioningRejection::AnsweredOtherwise);
    }

    #[test]
    fn a_transaction_has_one_purpose() {
        let mut other = attempt(2, "000");
        other.attempt.subject.service_id = None;
        network()
            .after(attempt(1, "401"))
            .when(other)
            .then_rejected(ProvisioningRejection::AboutSomethingElse);
    }

    #[test]
    fn an_agent_does_not_answer_for_the_network() {
        given([]).when(attempt(1, "000")).then_rejected(ProvisioningRejection::NotTheNetwork);
    }

    #[test]
    fn f33_a_response_code_is_three_digits() {
        assert_eq!(RespCode::parse("000"), Ok(RespCode::SUCCESS));
        assert!(["", "00", "0000", "4x1", "٠٠٠"].iter().all(|it| RespCode::parse(it).is_err()));
    }
}
