//! Asks the network once and reports what it answered.
//!
//! What must stay true: no answer in time is reported as 408, because it is not known whether the
//! network did it; the next attempt asks under the same transaction id.

use std::{sync::Arc, time::Duration};

use contract::pb::provisioning::v1 as pb;
use futures::{FutureExt, future::BoxFuture};
use projection::{OpenEffect, PerformError, Performer, Report};

use crate::{LineRequest, Network, attempt::AttemptOrder, resp_code};

/// Performs attempts.
pub(crate) struct Technician {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) answer_max: Duration,
}

impl Technician {
    async fn attempt(&self, effect: &OpenEffect) -> Result<Report, PerformError> {
        let order: AttemptOrder = serde_json::from_slice(&effect.body)
            .map_err(|error| PerformError::because("an attempt is not decoded", error))?;
        let request = LineRequest {
            transaction_id: order.transaction_id.clone(),
            attempt: order.number,
            site_id: order.site_id.clone(),
            action: order.action,
            package_id: order.package_id.clone(),
        };
        let answer = tokio::time::timeout(self.answer_max, self.network.carry_out(&request)).await;
        let resp_code = match answer {
            Ok(answer) => answer
                .map_err(|error| PerformError::because("an attempt was not made", error))?
                .to_string(),
            Err(_) => resp_code::NO_ANSWER.to_owned(),
        };
        tracing::info!(
            transaction = order.transaction_id,
            attempt = order.number,
            code = resp_code,
            "the network answered"
        );
        Ok(report(order, resp_code))
    }
}

impl Performer for Technician {
    fn perform<'a>(
        &'a self,
        effect: &'a OpenEffect,
    ) -> BoxFuture<'a, Result<Report, PerformError>> {
        self.attempt(effect).boxed()
    }
}

fn report(order: AttemptOrder, resp_code: String) -> Report {
    let attempt = pb::ProvisioningAttempt {
        action: order.action.to_proto().into(),
        site_id: order.site_id,
        service_id: order.service_id.unwrap_or_default(),
        attempt: order.number,
        resp_code,
        noc_request: order.noc_request.unwrap_or_default(),
    };
    let message = pb::RecordProvisioningAttempt {
        transaction_id: order.transaction_id,
        attempt: Some(attempt),
    };
    read_side::report(&message)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use contract::pb::provisioning::v1 as pb;
    use prost::Message;
    use read_side::testing::{effect, only};

    use super::Technician;
    use crate::{
        NetworkBehaviour,
        network::simulated::SimulatedNetwork,
        testing::{order_completed, story},
    };

    async fn attempt(behaviour: &str) -> pb::RecordProvisioningAttempt {
        let dir = tempfile::tempdir().unwrap();
        let policies = domain::biller::testing().policies;
        let behaviour = NetworkBehaviour::parse(behaviour).unwrap();
        let network = SimulatedNetwork::open(dir.path().to_owned(), &policies, behaviour).unwrap();
        let answer_max = Duration::from_secs(2);
        let technician = Technician { network: Arc::new(network), answer_max };
        let effect = effect(only(story().then(order_completed()).effects()));
        let report = technician.attempt(&effect).await.unwrap();
        assert_eq!(
            (report.noun.as_str(), report.verb.as_str()),
            ("provisioning", "record_provisioning_attempt")
        );
        pb::RecordProvisioningAttempt::decode(report.body).unwrap()
    }

    #[tokio::test]
    async fn f29_what_the_network_did_is_reported_as_it_was_asked() {
        let attempt_made = pb::ProvisioningAttempt {
            action: pb::ProvisioningAction::Reprovision.into(),
            site_id: "site_88".to_owned(),
            service_id: "service_5".to_owned(),
            attempt: 1,
            resp_code: "000".to_owned(),
            noc_request: 0,
        };
        let expected = pb::RecordProvisioningAttempt {
            transaction_id: "provisioning_order-1001".to_owned(),
            attempt: Some(attempt_made),
        };
        assert_eq!(attempt("").await, expected);
    }

    #[tokio::test]
    async fn f33_a_refusal_and_a_lost_answer_are_reported_with_their_codes() {
        assert_eq!(attempt("fail=1").await.attempt.unwrap().resp_code, "503");
        assert_eq!(attempt("lose=1").await.attempt.unwrap().resp_code, "408");
    }
}
