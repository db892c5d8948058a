//! The only write path: decides one command after another, writes a group of them as one block,
//! syncs it once and only then has answers.
//!
//! What must stay true: nobody is answered before the sync; every decision is in the log, refusals
//! too, so that a command id has one answer for ever; after a failed append nothing more is
//! written. No thread, no clock and no chance in here: the same commands in the same groups at the
//! same times give the same log.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use contract::{DecodeError, event::Encoded};
use domain::{Event, Fact, Id, biller::Biller, decision::DecisionEvent};
use event_store::{
    AppendError, CommandId, Expected, Log, NewEvent, NewRecord, Outcome, Position, Reader, Record,
    Refused,
};
use service::error;

use crate::{
    states::{Cache, LoadError},
    submission::{Answer, Committed, Decision, Submission},
};

/// Commands in one block.
const GROUP_COMMANDS_MAX: usize = 1_024;
/// Bytes of records after which a block takes no more. With the largest body of a command on top it
/// still fits into one NATS message.
const GROUP_BYTES_MAX: usize = 256 * 1024;
/// What a record and an event take beside their texts and data, at most.
const FRAME_BYTES: usize = 128;

/// Microseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// One biller's writer.
///
/// Commands are taken one after another, each is decided on what those before it have left, and
/// the group is committed. Whoever drives it decides what waits together.
pub struct Writer {
    log: Log,
    biller: Arc<Biller>,
    reader: Reader,
    cache: Cache,
    clock: Clock,
    group: Group,
    meters: Meters,
    /// Counts the commits that were about a login: sessions are looked up again after each.
    login_commits: Arc<AtomicU64>,
    /// Time never runs backwards in a log, whatever the clock does.
    last_commit: i64,
}

/// Why the writer has stopped. Nothing more may be decided: its states may be ahead of the log.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
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
    /// The command with this index of the group has the same id.
    Again(usize),
    /// It is answered without a record.
    Settled(Answer),
}

/// A group that is being decided. An event's position counts from the first one of its record.
#[derive(Default)]
struct Group {
    fates: Vec<Fate>,
    records: Vec<NewRecord>,
    /// Which command of the group is the first one with an id.
    decided: HashMap<CommandId, usize>,
    bytes: usize,
    is_about_a_login: bool,
}

impl Writer {
    /// The writer of a log. `clock` says when something is committed.
    #[must_use]
    pub fn new(log: Log, biller: Arc<Biller>, clock: Clock) -> Self {
        let reader = log.reader();
        let last_commit = reader.head().committed_at;
        let cache = Cache::new(reader.clone());
        let (group, meters) = (Group::default(), Meters::new(&biller.name));
        let login_commits = Arc::default();
        Self { log, biller, reader, cache, clock, group, meters, login_commits, last_commit }
    }

    /// Grows with every commit that was about a login.
    pub(crate) fn login_commits(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.login_commits)
    }

    /// Whether one more command fits into the group.
    pub(crate) fn has_room(&self) -> bool {
        self.group.fates.len() < GROUP_COMMANDS_MAX && self.group.bytes < GROUP_BYTES_MAX
    }

    /// Where the log stands.
    pub(crate) fn position(&self) -> Position {
        self.reader.head().position
    }

    /// Decides a command as the next one of the group.
    pub fn take(&mut self, submission: Submission) {
        let fate = self.decide(submission).unwrap_or_else(|error| {
            tracing::error!(cause = error::chain(&error), "a command was not decided");
            Fate::Settled(Answer::Unavailable)
        });
        self.group.fates.push(fate);
    }

    fn decide(&mut self, submission: Submission) -> Result<Fate, LoadError> {
        let id = submission.id;
        if let Some(first) = self.group.decided.get(&id) {
            return Ok(Fate::Again(*first));
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
        let decide = || match actor.demand_may_send(submission.name) {
            Ok(()) => self.cache.decide(&self.biller, actor, command.as_ref()),
            Err(rejection) => Ok(Err(rejection)),
        };
        let Ok(decided) = catch_unwind(AssertUnwindSafe(decide)) else {
            tracing::error!(command = submission.name, "a rule panicked");
            return Ok(Fate::Settled(Answer::RuleFailed));
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
        let encoded = facts.iter().map(|fact| contract::encode(&fact.event)).collect::<Vec<_>>();
        if let Err(error) = demand_readable(&encoded) {
            let cause = error::chain(&error);
            tracing::error!(
                command = submission.name,
                cause,
                "a rule decided what nobody can read"
            );
            return Ok(Fate::Settled(Answer::RuleFailed));
        }
        let events = self.draw_up(submission, &facts, encoded)?;
        let decision = match decision {
            Decision::Accepted(_) => Decision::Accepted(events),
            Decision::Fulfilled | Decision::Rejected { .. } => decision,
        };
        let index = self.group.records.len() - 1;
        self.group.decided.insert(id, self.group.fates.len());
        Ok(Fate::Written(index, decision))
    }

    /// Adds a record to the group, and its facts to the states that later commands see. Gives its
    /// events, with positions that count from the first one.
    fn draw_up(
        &mut self,
        submission: Submission,
        facts: &[Fact],
        encoded: Vec<Encoded>,
    ) -> Result<Vec<Committed>, LoadError> {
        self.cache.ensure(facts.iter().map(|fact| fact.stream.as_str()))?;
        let mut events = Vec::with_capacity(facts.len());
        let mut committed = Vec::with_capacity(facts.len());
        for ((position, fact), encoded) in (0..).zip(facts).zip(encoded) {
            let version = self.cache.apply(&fact.stream, &fact.event);
            self.group.is_about_a_login |= matches!(fact.event, Event::Login(_));
            self.group.bytes += encoded.data.len() + fact.stream.len() + FRAME_BYTES;
            committed.push(Committed {
                position,
                stream: fact.stream.clone(),
                version: version + 1,
                kind: encoded.kind.to_owned(),
            });
            events.push(NewEvent {
                stream: fact.stream.clone(),
                expected: Expected::Version(version),
                kind: encoded.kind.to_owned(),
                schema: contract::event::SCHEMA,
                data: encoded.data.into(),
            });
        }
        self.last_commit = (self.clock)().max(self.last_commit);
        self.group.records.push(NewRecord {
            command_id: submission.id,
            committed_at: self.last_commit,
            actor: submission.actor.to_string(),
            causation: submission.causation,
            correlation: submission.correlation,
            traceparent: submission.traceparent,
            events,
        });
        Ok(committed)
    }

    /// Writes the group and syncs it; only then are there answers, one for each command taken.
    ///
    /// # Errors
    /// When the group is not in the log, as far as anybody knows. Nothing more may be taken.
    pub fn commit(&mut self) -> Result<Vec<Answer>, WriteError> {
        let fates = std::mem::take(&mut self.group.fates);
        let records = std::mem::take(&mut self.group.records);
        self.group.decided.clear();
        self.group.bytes = 0;
        let is_about_a_login = std::mem::take(&mut self.group.is_about_a_login);
        let outcomes = if records.is_empty() {
            Vec::new()
        } else {
            self.meters.group.record(u32::try_from(records.len()).unwrap_or(u32::MAX));
            let outcomes = self.log.append(records)?.outcomes.into_iter();
            if is_about_a_login {
                self.login_commits.fetch_add(1, Ordering::Release);
            }
            // Where one is refused, later commands of the group were decided on it.
            outcomes.collect::<Result<Vec<_>, _>>().map_err(WriteError::Refused)?
        };
        let mut answers = Vec::with_capacity(fates.len());
        for fate in fates {
            let answer = self.answer(fate, &answers, &outcomes);
            answers.push(answer);
        }
        Ok(answers)
    }

    /// What one command is told, after those before it.
    fn answer(&self, fate: Fate, before: &[Answer], outcomes: &[Outcome]) -> Answer {
        let answer = match fate {
            Fate::Settled(answer) => return answer,
            Fate::Again(first) => before[first].clone().again(),
            Fate::Written(index, decision) => {
                Answer::decided(decision, outcomes[index].first_position)
            }
        };
        if let Answer::Decided { decision, .. } = &answer {
            self.meters.count(decision);
        }
        answer
    }
}

/// A fact that nobody can read would stop every service at it, for ever.
fn demand_readable(encoded: &[Encoded]) -> Result<(), DecodeError> {
    encoded.iter().try_for_each(|fact| contract::decode(fact.kind, &fact.data).map(drop))
}

/// What is counted of one biller. Looking a metric up by its labels costs more than a decision.
struct Meters {
    group: metrics::Histogram,
    accepted: metrics::Counter,
    fulfilled: metrics::Counter,
    rejected: metrics::Counter,
}

impl Meters {
    fn new(biller: &str) -> Self {
        let counter = |outcome: &'static str| {
            let labels = [("biller", biller.to_owned()), ("outcome", outcome.to_owned())];
            metrics::counter!("demarc_commands_total", &labels)
        };
        Self {
            group: metrics::histogram!("demarc_group_commands", "biller" => biller.to_owned()),
            accepted: counter("accepted"),
            fulfilled: counter("fulfilled"),
            rejected: counter("rejected"),
        }
    }

    fn count(&self, decision: &Decision) {
        let counter = match decision {
            Decision::Accepted(_) => &self.accepted,
            Decision::Fulfilled => &self.fulfilled,
            Decision::Rejected { .. } => &self.rejected,
        };
        counter.increment(1);
    }
}

fn decision_id(id: CommandId) -> Id<domain::decision::Decision> {
    Id::parse(&format!("decision_{id}")).expect("a UUID is made of safe characters")
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
            Event::Customer(_)
            | Event::Account(_)
            | Event::Site(_)
            | Event::Device(_)
            | Event::Service(_)
            | Event::Order(_)
            | Event::Ledger(_)
            | Event::Subscription(_)
            | Event::Invoice(_)
            | Event::Series(_)
            | Event::Reference(_)
            | Event::Autopay(_)
            | Event::Dunning(_)
            | Event::Run(_)
            | Event::Login(_)
            | Event::Calendar(_)
            | Event::Provisioning(_)
            | Event::Notification(_)
            | Event::Ticket(_)
            | Event::Interaction(_)
            | Event::Task(_)
            | Event::Quota(_)
            | Event::Telephone(_)
            | Event::Guide(_) => {}
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
