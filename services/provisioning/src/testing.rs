//! How this crate's tests tell a story: facts one after another, a second apart, over rows in
//! memory.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Fact,
    order::{OrderEvent, OrderKind},
    provisioning::{Attempt, ProvisioningAction, ProvisioningEvent, RespCode, Subject},
    site::{NocFailure, SiteEvent, SuspensionReason},
    testing::fixtures::{TODAY, account_id, code, id, order_id, service_id, site_id},
};
use event_store::{CommandId, Event, Meta, Recorded};
use projection::{Fault, InMemory, OpenEffect, OpenIntent, Table, Wanted};
use serde::de::DeserializeOwned;

use crate::{attempt::AttemptOrder, model::Model};

/// 2026-03-16T12:00:00Z; the first fact is a second later.
pub(crate) const START: i64 = 1_773_662_400_000_000;

pub(crate) struct Story {
    memory: InMemory,
    position: u64,
    versions: HashMap<String, u64>,
}

impl Story {
    pub(crate) fn new() -> Self {
        let biller = Arc::new(domain::biller::testing());
        let memory = InMemory::new(Arc::new(Model { biller }));
        Self { memory, position: 0, versions: HashMap::new() }
    }

    #[track_caller]
    pub(crate) fn then(mut self, fact: Fact) -> Self {
        let id = CommandId(u128::from(self.position + 1).to_be_bytes());
        self.record(id, &fact).unwrap();
        self
    }

    /// The fact is what came of the only intent.
    #[track_caller]
    pub(crate) fn answered(mut self, fact: Fact) -> Self {
        let [intent] = &self.intents()[..] else { panic!("not one intent") };
        self.record(intent.id, &fact).unwrap();
        self
    }

    pub(crate) fn try_then(mut self, fact: Fact) -> Result<(), Fault> {
        self.record(CommandId([1; 16]), &fact)
    }

    #[track_caller]
    pub(crate) fn row<T: DeserializeOwned>(&self, table: Table, key: &str) -> T {
        self.memory.rows().get(table, key).unwrap().expect("there is such a row")
    }

    pub(crate) fn intents(&self) -> Vec<OpenIntent> {
        self.memory.intents(100).unwrap()
    }

    #[track_caller]
    pub(crate) fn only_attempt(&self) -> (AttemptOrder, Option<i64>) {
        let [intent] = &self.intents()[..] else { panic!("not one intent") };
        let Wanted::Effect(wish) = &intent.wanted else { panic!("no effect") };
        (serde_json::from_slice(&wish.body).unwrap(), wish.not_before)
    }

    fn record(&mut self, command_id: CommandId, fact: &Fact) -> Result<(), Fault> {
        self.position += 1;
        let version = self.versions.entry(fact.stream.clone()).or_default();
        *version += 1;
        let encoded = contract::encode(&fact.event);
        let event = Event {
            stream: fact.stream.as_str().into(),
            version: *version,
            kind: encoded.kind.into(),
            schema: contract::event::SCHEMA,
            data: encoded.data.into(),
        };
        let meta = Meta {
            command_id,
            committed_at: START + i64::try_from(self.position).unwrap() * 1_000_000,
            actor: "test".into(),
            causation: None,
            correlation: None,
            traceparent: None,
        };
        self.memory.apply(&Recorded { position: self.position, meta: Arc::new(meta), event })
    }
}

/// An intent as the performer gets it.
pub(crate) fn effect(intent: &OpenIntent) -> OpenEffect {
    let Wanted::Effect(wish) = &intent.wanted else { panic!("no effect") };
    OpenEffect {
        id: intent.id,
        policy: intent.policy.clone(),
        step: intent.step.clone(),
        kind: wish.kind.clone(),
        body: wish.body.clone(),
        causation: intent.id,
        correlation: intent.id,
        attempts: 0,
    }
}

pub(crate) fn order_completed() -> Fact {
    OrderEvent::Completed {
        kind: OrderKind::ServiceChange,
        account_id: account_id(),
        site_id: site_id(),
        service_id: service_id(),
        from_package_id: Some(code("basic")),
        to_package_id: code("classic"),
        start_billing_date: TODAY,
        sales_id: None,
        sales_date: None,
    }
    .on(&order_id())
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
