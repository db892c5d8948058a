//! The only write path: one thread per biller takes every command that waits, decides one after
//! another, writes the group as one block, syncs it once and then answers everybody.
//!
//! What must stay true: nobody is answered before the sync; every decision is in the log, refusals
//! too, so that a command id has one answer for ever; after a failed append nothing more is
//! written.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
};

use domain::{Event, Fact, Id, biller::Biller, decision::DecisionEvent};
use event_store::{
    AppendError, CommandId, Expected, Log, NewEvent, NewRecord, Outcome, Position, Reader, Record,
    Refused,
};
use service::{clock, error};
use tokio::sync::{oneshot, watch};

use crate::{
    states::{Cache, LoadError},
    submission::{Answer, Committed, Decision, Submission, Waiting},
};

/// Commands in one block.
const GROUP_COMMANDS_MAX: usize = 1_024;
/// Bytes of records after which a block takes no more. With the largest body of a command on top it
/// still fits into one NATS message.
const GROUP_BYTES_MAX: usize = 256 * 1024;
/// What a record and an event take beside their texts and data, at most.
const FRAME_BYTES: usize = 128;

/// One biller's writer.
pub(crate) struct Writer {
    log: Log,
    biller: Arc<Biller>,
    reader: Reader,
    cache: Cache,
    grown: watch::Sender<Position>,
    /// Time never runs backwards in a log, whatever the clock does.
    last_commit: i64,
}

/// Why the writer has stopped. Nothing more may be decided: its states may be ahead of the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The log could not be written.
    #[error("a block was not appended")]
    Append(#[from] AppendError),
    /// The log refused what was decided: a mistake of ours.
    #[error("the log refused a record that was decided")]
    Refused(#[source] Refused),
}

/// What becomes of one command of a group.
enum Fate {
    /// It is the record with this index of the block.
    Written(usize, Decision),
    /// An earlier command of the group has the same id.
    Again(usize, Decision),
    /// It is answered without a record.
    Settled(Answer),
}

/// Where an answer goes, and what it depends on.
type Fated = (oneshot::Sender<Answer>, Fate);

/// A group that is being decided.
#[derive(Default)]
struct Draft {
    records: Vec<NewRecord>,
    decided: HashMap<CommandId, (usize, Decision)>,
    bytes: usize,
}

impl Writer {
    pub(crate) fn new(log: Log, biller: Arc<Biller>, grown: watch::Sender<Position>) -> Self {
        let reader = log.reader();
        let last_commit = reader.head().committed_at;
        Self { cache: Cache::new(reader.clone()), reader, log, biller, grown, last_commit }
    }

    /// Works until the inbox is closed.
    pub(crate) fn run(mut self, inbox: Receiver<Waiting>) -> Result<(), WriteError> {
        while let Ok(first) = inbox.recv() {
            let mut draft = Draft::default();
            let waiting = self.gather(first, &inbox, &mut draft);
            self.commit(draft, waiting)?;
        }
        Ok(())
    }

    /// Decides everything that waits, up to a full group.
    fn gather(
        &mut self,
        first: Waiting,
        inbox: &Receiver<Waiting>,
        draft: &mut Draft,
    ) -> Vec<Fated> {
        let mut gathered = vec![self.take(first, draft)];
        while gathered.len() < GROUP_COMMANDS_MAX
            && draft.bytes < GROUP_BYTES_MAX
            && let Ok(next) = inbox.try_recv()
        {
            gathered.push(self.take(next, draft));
        }
        gathered
    }

    fn take(&mut self, waiting: Waiting, draft: &mut Draft) -> Fated {
        let fate = self.decide(waiting.submission, draft).unwrap_or_else(|error| {
            tracing::error!(cause = error::chain(&error), "a command was not decided");
            Fate::Settled(Answer::Unavailable)
        });
        (waiting.answer, fate)
    }

    fn decide(&mut self, submission: Submission, draft: &mut Draft) -> Result<Fate, LoadError> {
        let id = submission.id;
        if let Some((index, decision)) = draft.decided.get(&id) {
            return Ok(Fate::Again(*index, decision.clone()));
        }
        let seen = self
            .reader
            .find_command(id)
            .map_err(|source| LoadError::Read { stream: format!("command {id}"), source })?;
        if let Some(record) = seen {
            let decision = recall(&record)?;
            return Ok(Fate::Settled(Answer::Decided { decision, duplicate: true }));
        }
        let Submission { actor, command, .. } = &submission;
        let decide = || match actor.demand_may_change() {
            Ok(()) => self.cache.decide(&self.biller, actor, command.as_ref()),
            Err(rejection) => Ok(Err(rejection)),
        };
        let Ok(decided) = catch_unwind(AssertUnwindSafe(decide)) else {
            tracing::error!(command = submission.name, "a rule panicked");
            return Ok(Fate::Settled(Answer::Panicked));
        };
        let (facts, decision) = match decided? {
            Ok(facts) if facts.is_empty() => {
                let event = DecisionEvent::Fulfilled { command: submission.name.to_owned() };
                (vec![event.on(&decision_id(id))], Decision::Fulfilled)
            }
            Ok(facts) => (facts, Decision::Accepted(Vec::new())),
            Err(rejection) => {
                let (code, reason) = (rejection.code.to_owned(), rejection.reason);
                let event = DecisionEvent::Rejected {
                    command: submission.name.to_owned(),
                    code: code.clone(),
                    reason: reason.clone(),
                };
                (vec![event.on(&decision_id(id))], Decision::Rejected { code, reason })
            }
        };
        let index = self.draw_up(submission, &facts, draft)?;
        draft.decided.insert(id, (index, decision.clone()));
        Ok(Fate::Written(index, decision))
    }

    /// Adds a record to the draft, and its facts to the states that later commands see.
    fn draw_up(
        &mut self,
        submission: Submission,
        facts: &[Fact],
        draft: &mut Draft,
    ) -> Result<usize, LoadError> {
        self.cache.ensure(facts.iter().map(|fact| fact.stream.as_str()))?;
        let mut events = Vec::with_capacity(facts.len());
        for fact in facts {
            let version = self.cache.apply(&fact.stream, &fact.event);
            let encoded = contract::encode(&fact.event);
            draft.bytes += encoded.data.len() + fact.stream.len() + FRAME_BYTES;
            events.push(NewEvent {
                stream: fact.stream.clone(),
                expected: Expected::Version(version),
                kind: encoded.kind.to_owned(),
                schema: contract::event::SCHEMA,
                data: encoded.data.into(),
            });
        }
        self.last_commit = clock::now_micros().max(self.last_commit);
        draft.records.push(NewRecord {
            command_id: submission.id,
            committed_at: self.last_commit,
            actor: submission.actor.to_string(),
            causation: submission.causation,
            correlation: submission.correlation,
            traceparent: submission.traceparent,
            events,
        });
        Ok(draft.records.len() - 1)
    }

    fn commit(&mut self, draft: Draft, waiting: Vec<Fated>) -> Result<(), WriteError> {
        let records = draft.records.clone();
        let outcomes = if records.is_empty() {
            Vec::new()
        } else {
            metrics::histogram!("demarc_group_commands", "biller" => self.biller.name.clone())
                .record(u32::try_from(records.len()).unwrap_or(u32::MAX));
            // Whoever waits hears `Unavailable` when the senders are dropped with the error.
            self.log.append(draft.records)?.outcomes
        };
        if let Some(refused) = outcomes.iter().find_map(|outcome| outcome.as_ref().err()) {
            // Later commands of the group were decided on it.
            return Err(WriteError::Refused(refused.clone()));
        }
        self.grown.send_replace(self.reader.head().position);
        for (answer, fate) in waiting {
            let answered = self.answer(fate, &records, &outcomes);
            // A caller that has gone away can ask again with the same id.
            let _ = answer.send(answered);
        }
        Ok(())
    }

    fn answer(
        &self,
        fate: Fate,
        records: &[NewRecord],
        outcomes: &[Result<Outcome, Refused>],
    ) -> Answer {
        let (index, decision, duplicate) = match fate {
            Fate::Settled(answer) => return answer,
            Fate::Written(index, decision) => (index, decision, false),
            Fate::Again(index, decision) => (index, decision, true),
        };
        let Ok(outcome) = &outcomes[index] else { return Answer::Unavailable };
        let decision = match decision {
            Decision::Accepted(_) => Decision::Accepted(committed(&records[index], outcome)),
            Decision::Fulfilled | Decision::Rejected { .. } => decision,
        };
        let labels =
            [("biller", self.biller.name.clone()), ("outcome", name(&decision).to_owned())];
        metrics::counter!("demarc_commands_total", &labels).increment(1);
        Answer::Decided { decision, duplicate }
    }
}

fn name(decision: &Decision) -> &'static str {
    match decision {
        Decision::Accepted(_) => "accepted",
        Decision::Fulfilled => "fulfilled",
        Decision::Rejected { .. } => "rejected",
    }
}

fn decision_id(id: CommandId) -> Id<domain::decision::Decision> {
    Id::parse(&format!("decision_{id}")).expect("a UUID is made of safe characters")
}

fn committed(record: &NewRecord, outcome: &Outcome) -> Vec<Committed> {
    (outcome.first_position..)
        .zip(record.events.iter().zip(&outcome.versions))
        .map(|(position, (event, version))| Committed {
            position,
            stream: event.stream.clone(),
            version: *version,
            kind: event.kind.clone(),
        })
        .collect()
}

/// The first answer to a command, read back from its record.
fn recall(record: &Record) -> Result<Decision, LoadError> {
    if let [event] = record.events.as_slice() {
        let decoded = contract::decode(&event.kind, &event.data)
            .map_err(|source| LoadError::Decode { stream: event.stream.to_string(), source })?;
        match decoded {
            Event::Decision(DecisionEvent::Rejected { code, reason, .. }) => {
                return Ok(Decision::Rejected { code, reason });
            }
            Event::Decision(DecisionEvent::Fulfilled { .. }) => return Ok(Decision::Fulfilled),
            Event::Account(_)
            | Event::Site(_)
            | Event::Device(_)
            | Event::Service(_)
            | Event::Order(_)
            | Event::Ledger(_)
            | Event::Calendar(_)
            | Event::Provisioning(_)
            | Event::Notification(_) => {}
        }
    }
    let committed = (record.first_position..)
        .zip(&record.events)
        .map(|(position, event)| Committed {
            position,
            stream: event.stream.to_string(),
            version: event.version,
            kind: event.kind.to_string(),
        })
        .collect();
    Ok(Decision::Accepted(committed))
}
