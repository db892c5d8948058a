//! Hands requests to the NOC, and reads a reinstated line back before anybody calls it effective.
//!
//! What must stay true: a reinstatement is confirmed with the VLAN that was read, never with the
//! one that was wished for (F89). The line is asked of provisioning over the bus, never of its
//! files.

use std::time::Duration;

use bus::Bus;
use contract::pb::site::v1::{
    AcknowledgeNocRequest, ConfirmReinstatement, FailNocRequest, NocFailure,
};
use futures::{FutureExt, future::BoxFuture};
use projection::{EffectIntent, Fault, OpenEffect, PerformError, Performer, Report};
use read_side::report;
use serde::{Deserialize, Serialize};
use service::query::{self, Query, QueryError};

use crate::request::Request;

/// How often a line is read before the wrong VLAN is believed.
const READS_MAX: u32 = 5;
/// How long to wait before it is read again: a device may still be resetting.
pub(crate) const READ_PAUSE: Duration = Duration::from_millis(500);

/// What the performer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Hand a request over.
    Forward,
    /// Read the line of a reinstatement back.
    VerifyVlan,
}

/// A task about a request.
#[derive(Serialize, Deserialize)]
struct Errand {
    task: Task,
    site_id: String,
    number: u32,
}

/// Performs tasks.
pub(crate) struct Bridge {
    pub(crate) bus: Bus,
    pub(crate) biller: String,
    pub(crate) service_vlan: u32,
    pub(crate) read_pause: Duration,
}

/// Wants a task done.
pub(crate) fn want(
    task: Task,
    request: &Request,
    key: Option<String>,
) -> Result<EffectIntent, Fault> {
    let errand = Errand { task, site_id: request.site_id.clone(), number: request.number };
    let body = serde_json::to_vec(&errand)
        .map_err(|error| Fault::because("a task is not encoded", error))?;
    Ok(EffectIntent { kind: task.name().to_owned(), body: body.into(), not_before: None, key })
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::VerifyVlan => "verify_vlan",
        }
    }
}

impl Bridge {
    async fn run(&self, effect: &OpenEffect) -> Result<Report, PerformError> {
        let errand: Errand = serde_json::from_slice(&effect.body)
            .map_err(|error| PerformError::because("a task is not decoded", error))?;
        match errand.task {
            Task::Forward => Ok(hand_over(errand)),
            Task::VerifyVlan => self.verify(errand).await,
        }
    }

    async fn verify(&self, errand: Errand) -> Result<Report, PerformError> {
        let Errand { site_id, number: request, .. } = errand;
        for _ in 0..READS_MAX {
            match self.read_vlan(&site_id).await? {
                Some(vlan) if vlan == self.service_vlan => {
                    return Ok(report(&ConfirmReinstatement { site_id, request, vlan }));
                }
                vlan => {
                    tracing::warn!(site = site_id, request, ?vlan, "the line has the wrong vlan");
                    tokio::time::sleep(self.read_pause).await;
                }
            }
        }
        let failure = NocFailure::VlanNotRestored.into();
        Ok(report(&FailNocRequest { site_id, request, failure }))
    }

    /// The VLAN that the ONT shows now; `None`: there is no such line.
    async fn read_vlan(&self, site_id: &str) -> Result<Option<u32>, PerformError> {
        let question =
            Query::Show { view: "line".to_owned(), key: site_id.to_owned(), as_of: None };
        match query::ask(&self.bus, &self.biller, "provisioning", &question).await {
            Ok(answer) => {
                let vlan = answer["value"]["vlan"].as_u64().and_then(|it| u32::try_from(it).ok());
                vlan.map(Some).ok_or_else(|| PerformError::new("a line was shown without a vlan"))
            }
            Err(QueryError::NotFound { .. }) => Ok(None),
            Err(error @ (QueryError::Unreachable { .. } | QueryError::Failed { .. })) => {
                Err(PerformError::because(format!("the line of {site_id} was not read"), error))
            }
        }
    }
}

/// The simulated NOC sees a request as soon as it is handed over.
fn hand_over(errand: Errand) -> Report {
    let Errand { site_id, number: request, .. } = errand;
    tracing::info!(site = site_id, request, "the noc has the request");
    report(&AcknowledgeNocRequest { site_id, request })
}

impl Performer for Bridge {
    fn perform<'a>(
        &'a self,
        effect: &'a OpenEffect,
    ) -> BoxFuture<'a, Result<Report, PerformError>> {
        self.run(effect).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use bus::{Bus, Endpoint, Message, Serving};
    use contract::pb::site::v1::{
        AcknowledgeNocRequest, ConfirmReinstatement, FailNocRequest, NocFailure,
    };
    use domain::testing::fixtures::resuming;
    use futures::FutureExt;
    use projection::{PerformError, Report};
    use prost::Message as _;
    use read_side::testing::effect;
    use serde_json::json;

    use super::{Bridge, READS_MAX, Task, want};
    use crate::{
        request::{REQUESTS, Request},
        testing::with_site,
    };

    /// Provisioning as it is asked for a line: the VLAN of the first question, of the second, ...
    async fn provisioning(bus: &Bus, vlans: &'static [u32]) -> (Serving, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let endpoint = Endpoint {
            service: "provisioning".to_owned(),
            version: "1.0.0".to_owned(),
            description: "Shows lines.".to_owned(),
            subject: bus::subject::query("test", "provisioning"),
            queue_group: "provisioning".to_owned(),
        };
        let answer = move |_, question: Message| {
            let expected =
                json!({ "ask": "show", "view": "line", "key": "site_88", "as_of": null });
            assert_eq!(
                serde_json::from_slice::<serde_json::Value>(&question.body).unwrap(),
                expected
            );
            let vlan = vlans.get(count.fetch_add(1, Ordering::Relaxed)).or(vlans.last());
            let reply = match vlan {
                Some(vlan) => Message::new(json!({ "value": { "vlan": vlan } }).to_string().into()),
                None => Message::failure(404, "no line"),
            };
            async move { reply }.boxed()
        };
        (bus.serve(endpoint, Arc::new(answer)).await.unwrap(), asked)
    }

    async fn perform(bus: &Bus, task: Task) -> Result<Report, PerformError> {
        let story = with_site().then(resuming(2));
        let request: Request = story.row(REQUESTS, "site_88-2");
        let bridge = Bridge {
            bus: bus.clone(),
            biller: "test".to_owned(),
            service_vlan: 552,
            read_pause: Duration::from_millis(1),
        };
        bridge.run(&effect(want(task, &request, None).unwrap())).await
    }

    fn not_restored() -> FailNocRequest {
        let failure = NocFailure::VlanNotRestored.into();
        FailNocRequest { site_id: "site_88".to_owned(), request: 2, failure }
    }

    #[tokio::test]
    async fn f83_the_noc_acknowledges_what_it_is_handed() {
        let report = perform(&Bus::in_process(), Task::Forward).await.unwrap();
        assert_eq!(report.verb, "acknowledge_noc_request");
        let message = AcknowledgeNocRequest::decode(report.body).unwrap();
        let expected = AcknowledgeNocRequest { site_id: "site_88".to_owned(), request: 2 };
        assert_eq!(message, expected);
    }

    #[tokio::test]
    async fn f89_a_reinstatement_is_confirmed_with_the_vlan_that_was_read_back() {
        let bus = Bus::in_process();
        let (_serving, asked) = provisioning(&bus, &[999, 552]).await;
        let report = perform(&bus, Task::VerifyVlan).await.unwrap();
        let message = ConfirmReinstatement::decode(report.body).unwrap();
        let site_id = "site_88".to_owned();
        assert_eq!(message, ConfirmReinstatement { site_id, request: 2, vlan: 552 });
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn f89_a_line_that_stays_in_the_wrong_vlan_fails_the_request() {
        let bus = Bus::in_process();
        let (_serving, asked) = provisioning(&bus, &[999]).await;
        let report = perform(&bus, Task::VerifyVlan).await.unwrap();
        assert_eq!(FailNocRequest::decode(report.body).unwrap(), not_restored());
        assert_eq!(asked.load(Ordering::Relaxed), READS_MAX as usize);
    }

    #[tokio::test]
    async fn f89_a_line_that_does_not_exist_is_not_restored() {
        let bus = Bus::in_process();
        let (_serving, _) = provisioning(&bus, &[]).await;
        let report = perform(&bus, Task::VerifyVlan).await.unwrap();
        assert_eq!(FailNocRequest::decode(report.body).unwrap(), not_restored());
    }

    #[tokio::test]
    async fn while_provisioning_does_not_run_nothing_is_decided() {
        assert!(perform(&Bus::in_process(), Task::VerifyVlan).await.is_err());
    }
}
