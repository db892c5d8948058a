//! A biller's log, and audit over it, as the tests ask it.

use std::sync::Arc;

use bus::{Bus, Describe, LogSource};
use domain::{Fact, biller};
use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options, Position};
use read_side::testing::{START, Story};
use serde_json::Value;
use service::{
    Context, ReadSide,
    query::{self, Query, QueryError},
};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::model::Audit;

/// The name of the test biller.
pub(crate) const BILLER: &str = "test";

/// Audit's rows in memory, before anything has happened.
pub(crate) fn story() -> Story {
    Story::of(Audit { biller: BILLER.to_owned() })
}

/// A log on the bus.
pub(crate) struct Offered {
    dir: TempDir,
    log: Log,
    head: watch::Sender<Position>,
    pub(crate) bus: Bus,
}

impl Offered {
    /// The biller's log, which was begun under a name: under the biller's, or it is not theirs.
    pub(crate) async fn begun_as(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(&dir.path().join("log"), name, Options::default()).unwrap();
        let bus = Bus::in_process();
        let head = watch::Sender::new(0);
        let source = LogSource { reader: log.reader(), head: head.subscribe() };
        bus.offer_log(BILLER, source, Describe::default()).await.unwrap();
        Self { dir, log, head, bus }
    }

    /// Facts, each in its record, all in one block.
    pub(crate) fn and(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        let before = self.log.reader().head().position;
        let records = (before + 1..).zip(facts).map(|(number, fact)| record(number, &fact));
        let appended = self.log.append(records.collect()).unwrap();
        assert!(appended.outcomes.iter().all(Result::is_ok));
        self.head.send_replace(self.log.reader().head().position);
        self
    }

    /// Audit, which has read it all.
    pub(crate) async fn audited(self) -> Audited {
        let context = Context { bus: self.bus.clone(), data: self.dir.path().to_owned() };
        let audit = crate::start(&context, Arc::new(biller::testing())).await.unwrap();
        audit.handle.caught_up(self.log.reader().head().position).await.unwrap();
        Audited { offered: self, _audit: audit }
    }
}

/// A log and audit over it.
pub(crate) struct Audited {
    offered: Offered,
    _audit: ReadSide,
}

impl Audited {
    /// What a view shows; `None`: nothing.
    pub(crate) async fn show(&self, view: &str, key: &str, as_of: Option<u64>) -> Option<Value> {
        let question = Query::Show { view: view.to_owned(), key: key.to_owned(), as_of };
        match query::ask(&self.offered.bus, BILLER, "audit", &question).await {
            Ok(answer) => Some(answer["value"].clone()),
            Err(QueryError::NotFound { .. }) => None,
            Err(error) => panic!("{view} of {key}: {error}"),
        }
    }
}

fn record(number: u64, fact: &Fact) -> NewRecord {
    let encoded = contract::encode(&fact.event);
    NewRecord {
        command_id: CommandId(u128::from(number).to_be_bytes()),
        committed_at: START + i64::try_from(number).unwrap(),
        actor: "jane; roles=agent".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: fact.stream.clone(),
            expected: Expected::Any,
            kind: encoded.kind.to_owned(),
            schema: contract::event::SCHEMA,
            data: encoded.data.into(),
        }],
    }
}
