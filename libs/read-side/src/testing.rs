//! How the tests of a read side tell a story: facts one after another, a second apart, over rows
//! in memory.
//!
//! What must stay true: a fact arrives as core records it, in its stored form, so a story also
//! proves that the read side can read it.

use std::{collections::HashMap, sync::Arc};

use domain::Fact;
use event_store::{CommandId, Event, Meta, Recorded};
use projection::{
    CommandIntent, EffectIntent, Fault, InMemory, OpenEffect, OpenIntent, ReadModel, Rows, Table,
    Wanted,
};
use serde::de::DeserializeOwned;

/// 2026-03-16T12:00:00Z; the first fact is a second later.
pub const START: i64 = 1_773_662_400_000_000;
/// From a fact to the next, in microseconds.
const SECOND: i64 = 1_000_000;
/// Intents that a story looks at: more than any test opens.
const INTENTS_MAX: usize = 100;

/// A read model and what it has heard so far.
pub struct Story {
    memory: InMemory,
    position: u64,
    versions: HashMap<String, u64>,
    actor: &'static str,
}

impl Story {
    /// Nothing has happened yet.
    #[must_use]
    pub fn of(model: impl ReadModel) -> Self {
        let memory = InMemory::new(Arc::new(model));
        Self { memory, position: 0, versions: HashMap::new(), actor: "jane; roles=agent" }
    }

    /// From here on somebody else asks, as in `sam; roles=manager`.
    #[must_use]
    pub fn by(self, actor: &'static str) -> Self {
        Self { actor, ..self }
    }

    /// One more fact.
    ///
    /// # Panics
    /// When it cannot be applied.
    #[track_caller]
    #[must_use]
    pub fn then(mut self, fact: Fact) -> Self {
        let id = self.next_id();
        self.record((id, None), &fact).expect("the fact can be applied");
        self
    }

    /// More facts.
    ///
    /// # Panics
    /// When one cannot be applied.
    #[track_caller]
    #[must_use]
    pub fn and(self, facts: impl IntoIterator<Item = Fact>) -> Self {
        facts.into_iter().fold(self, Self::then)
    }

    /// The fact is what came of the only open intent.
    ///
    /// # Panics
    /// When there is not one intent, or the fact cannot be applied.
    #[track_caller]
    #[must_use]
    pub fn answered(self, fact: Fact) -> Self {
        let step = only(self.intents()).step;
        self.brought(&step, [fact])
    }

    /// The facts are what came of the open intent of that step, in one record.
    ///
    /// # Panics
    /// When there is not one such intent, or a fact cannot be applied.
    #[track_caller]
    #[must_use]
    pub fn brought(mut self, step: &str, facts: impl IntoIterator<Item = Fact>) -> Self {
        let of_step = self.intents().into_iter().filter(|intent| intent.step == step);
        let intent = only(of_step.collect());
        for fact in facts {
            let because = (intent.id, Some(intent.causation));
            self.record(because, &fact).expect("the fact can be applied");
        }
        self
    }

    /// One more fact, which perhaps cannot be applied.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn try_then(mut self, fact: Fact) -> Result<(), Fault> {
        let id = self.next_id();
        self.record((id, None), &fact)
    }

    /// The rows after the facts so far.
    #[must_use]
    pub fn rows(&self) -> &Rows<'static> {
        self.memory.rows()
    }

    /// One row, as it is shown.
    ///
    /// # Panics
    /// When there is no such row.
    #[track_caller]
    #[must_use]
    pub fn row<T: DeserializeOwned>(&self, table: Table, key: &str) -> T {
        let row = self.rows().get(table, key).expect("the row can be read");
        let mut row = row.expect("there is such a row");
        contract::view::spell_out(&mut row);
        serde_json::from_value(row).expect("the row has this form")
    }

    /// What policies want and what has not come yet.
    ///
    /// # Panics
    /// Never: intents in memory can be read.
    #[must_use]
    pub fn intents(&self) -> Vec<OpenIntent> {
        self.memory.intents(INTENTS_MAX).expect("intents in memory can be read")
    }

    /// The commands among it.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandIntent> {
        let command = |intent: OpenIntent| match intent.wanted {
            Wanted::Command(command) => Some(command),
            Wanted::Effect(_) => None,
        };
        self.intents().into_iter().filter_map(command).collect()
    }

    /// The effects among it.
    #[must_use]
    pub fn effects(&self) -> Vec<EffectIntent> {
        let effect = |intent: OpenIntent| match intent.wanted {
            Wanted::Effect(effect) => Some(effect),
            Wanted::Command(_) => None,
        };
        self.intents().into_iter().filter_map(effect).collect()
    }

    fn next_id(&self) -> CommandId {
        CommandId(u128::from(self.position + 1).to_be_bytes())
    }

    fn record(
        &mut self,
        (command_id, causation): (CommandId, Option<CommandId>),
        fact: &Fact,
    ) -> Result<(), Fault> {
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
        let seconds = i64::try_from(self.position).expect("a story has few facts");
        let meta = Meta {
            command_id,
            committed_at: START + seconds * SECOND,
            actor: self.actor.into(),
            causation,
            correlation: None,
            traceparent: None,
        };
        self.memory.apply(&Recorded { position: self.position, meta: Arc::new(meta), event })
    }
}

/// The only one.
///
/// # Panics
/// When there are none or several.
#[track_caller]
#[must_use]
pub fn only<T>(items: Vec<T>) -> T {
    let [only] = <[T; 1]>::try_from(items).ok().expect("there is exactly one");
    only
}

/// An effect as the performer gets it.
#[must_use]
pub fn effect(wish: EffectIntent) -> OpenEffect {
    let id = CommandId([7; 16]);
    OpenEffect {
        id,
        policy: "test".to_owned(),
        step: "test".to_owned(),
        kind: wish.kind,
        body: wish.body,
        causation: id,
        correlation: id,
    }
}
