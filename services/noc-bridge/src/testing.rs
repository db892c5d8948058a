//! How this crate's tests tell a story: facts one after another, a second apart, over rows in
//! memory.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Fact,
    provisioning::{Attempt, ProvisioningAction, ProvisioningEvent, RespCode, Subject},
    site::{NocFailure, SiteEvent, SuspensionReason},
    testing::fixtures::{id, site, site_id},
};
use event_store::{CommandId, Event, Meta, Recorded};
use projection::{
    CommandIntent, EffectIntent, Fault, InMemory, OpenEffect, OpenIntent, Rows, Table, Wanted,
};
use serde::de::DeserializeOwned;

use crate::model::Model;

/// 2026-03-16T12:00:00Z; the first fact is a second later.
pub(crate) const START: i64 = 1_773_662_400_000_000;

pub(crate) struct Story {
    memory: InMemory,
    position: u64,
    versions: HashMap<String, u64>,
}

impl Story {
    /// A day, an account and its site: three facts.
    pub(crate) fn with_site() -> Self {
        let biller = Arc::new(domain::biller::testing());
        let memory = InMemory::new(Arc::new(Model { biller }));
        let story = Self { memory, position: 0, versions: HashMap::new() };
        site().into_iter().fold(story, Self::then)
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

    /// Kind and step of every open effect, sorted.
    pub(crate) fn effects(&self) -> Vec<String> {
        let mut effects: Vec<_> = self
            .intents()
            .into_iter()
            .filter_map(|intent| match intent.wanted {
                Wanted::Effect(wish) => Some(format!("{} {}", wish.kind, intent.step)),
                Wanted::Command(_) => None,
            })
            .collect();
        effects.sort();
        effects
    }

    /// How many commands are open.
    pub(crate) fn commands(&self) -> usize {
        self.open_commands().len()
    }

    #[track_caller]
    pub(crate) fn only_command<M: prost::Message + Default>(&self) -> (M, Option<i64>) {
        let [command] = &self.open_commands()[..] else { panic!("not one command") };
        (M::decode(command.body.clone()).unwrap(), command.not_before)
    }

    /// The command that is not a time limit.
    #[track_caller]
    pub(crate) fn newest_command<M: prost::Message + Default>(&self) -> M {
        let mut commands = self.open_commands();
        commands.retain(|command| command.not_before.is_none());
        let [command] = &commands[..] else { panic!("not one command to be sent at once") };
        M::decode(command.body.clone()).unwrap()
    }

    fn open_commands(&self) -> Vec<CommandIntent> {
        let wanted = self.intents().into_iter().map(|intent| intent.wanted);
        wanted
            .filter_map(|wanted| match wanted {
                Wanted::Command(command) => Some(command),
                Wanted::Effect(_) => None,
            })
            .collect()
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

/// An effect as the performer gets it.
pub(crate) fn effect(wish: EffectIntent) -> OpenEffect {
    let id = CommandId([7; 16]);
    OpenEffect {
        id,
        policy: "test".to_owned(),
        step: "test".to_owned(),
        kind: wish.kind,
        body: wish.body,
        causation: id,
        correlation: id,
        attempts: 0,
    }
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
