//! How this crate's tests tell a story: facts one after another, a second apart, over rows in
//! memory.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Fact,
    notification::{Channel, NotificationEvent},
    order::{OrderEvent, OrderKind},
    testing::fixtures::{TODAY, account_id, code, id, order_id, service_id, site, site_id},
};
use event_store::{CommandId, Event, Meta, Recorded};
use projection::{Fault, InMemory, OpenEffect, OpenIntent, Rows, Table, Wanted};
use serde::de::DeserializeOwned;

use crate::model::Model;

/// 2026-03-16T12:00:00Z; the first fact is a second later.
const START: i64 = 1_773_662_400_000_000;

pub(crate) struct Story {
    memory: InMemory,
    position: u64,
    versions: HashMap<String, u64>,
}

impl Story {
    pub(crate) fn new() -> Self {
        let model = Model::new(Arc::new(domain::biller::testing()));
        let memory = InMemory::new(Arc::new(model));
        Self { memory, position: 0, versions: HashMap::new() }
    }

    /// A day, an account and its site: three facts.
    pub(crate) fn with_site() -> Self {
        site().into_iter().fold(Self::new(), Self::then)
    }

    #[track_caller]
    pub(crate) fn then(mut self, fact: Fact) -> Self {
        self.record(&fact).unwrap();
        self
    }

    pub(crate) fn try_then(mut self, fact: Fact) -> Result<(), Fault> {
        self.record(&fact)
    }

    pub(crate) fn rows(&self) -> &Rows<'static> {
        self.memory.rows()
    }

    #[track_caller]
    pub(crate) fn row<T: DeserializeOwned>(&self, table: Table, key: &str) -> T {
        self.rows().get(table, key).unwrap().expect("there is such a row")
    }

    fn intents(&self) -> Vec<OpenIntent> {
        self.memory.intents(100).unwrap()
    }

    /// Ids of the messages that are to be delivered, sorted.
    pub(crate) fn to_deliver(&self) -> Vec<String> {
        let mut ids: Vec<_> = self.intents().iter().map(|it| effect(it).1).collect();
        ids.sort();
        ids
    }

    /// The only effect, as the performer gets it.
    #[track_caller]
    pub(crate) fn only_effect(&self) -> OpenEffect {
        let [intent] = &self.intents()[..] else { panic!("not one intent") };
        effect(intent).0
    }

    fn record(&mut self, fact: &Fact) -> Result<(), Fault> {
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
            command_id: CommandId(u128::from(self.position).to_be_bytes()),
            committed_at: START + i64::try_from(self.position).unwrap() * 1_000_000,
            actor: "test".into(),
            causation: None,
            correlation: None,
            traceparent: None,
        };
        self.memory.apply(&Recorded { position: self.position, meta: Arc::new(meta), event })
    }
}

/// An effect as the performer gets it, and the key of its intent.
fn effect(intent: &OpenIntent) -> (OpenEffect, String) {
    let Wanted::Effect(wish) = &intent.wanted else { panic!("no effect") };
    let effect = OpenEffect {
        id: intent.id,
        policy: intent.policy.clone(),
        step: intent.step.clone(),
        kind: wish.kind.clone(),
        body: wish.body.clone(),
        causation: intent.id,
        correlation: intent.id,
        attempts: 0,
    };
    (effect, wish.key.clone().expect("every delivery has a key"))
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

pub(crate) fn delivered(message_id: &str) -> Fact {
    NotificationEvent::Delivered {
        account_id: account_id(),
        template: code("order_completed"),
        channel: Channel::Email,
    }
    .on(&id(message_id))
}
