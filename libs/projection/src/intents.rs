//! What policies want done: commands for core, and effects that the service performs itself.
//!
//! An intent's id follows from the event and the policy alone, and is the command id of what it
//! causes. So deciding twice is deciding once, and the record with that id closes the intent.

use std::collections::BTreeMap;

use bytes::Bytes;
use event_store::{CommandId, Recorded};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::encoding;
use crate::fault::Fault;
use crate::rows::{INTENTS, Keys, Rows};
use crate::sheet;

/// A command that a policy wants sent to core.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandIntent {
    /// What the command is about, as in its subject.
    pub noun: String,
    /// What should happen to it, as in the subject.
    pub verb: String,
    /// The encoded command.
    pub body: Bytes,
    /// Not sent before this time, in microseconds since 1970. `None`: at once.
    pub not_before: Option<i64>,
    /// A name under which a later event can cancel the intent. The latest intent with a key
    /// takes the place of an open one.
    pub key: Option<String>,
}

/// Something outside the log that a policy wants done: a mail, a call to the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectIntent {
    /// What the service's performer tells effects apart by.
    pub kind: String,
    /// Whatever the performer needs.
    pub body: Bytes,
    /// Not performed before this time, in microseconds since 1970. `None`: at once.
    pub not_before: Option<i64>,
    /// A name under which a later event can cancel the intent. The latest intent with a key
    /// takes the place of an open one.
    pub key: Option<String>,
}

/// Collects what the policies of one service want because of one event.
///
/// Intents are taken up in the order in which they are wanted, but several at a time: what must
/// follow on something is decided by a policy that answers the event of that something.
pub struct Intents<'a> {
    service: &'static str,
    event: &'a Recorded,
    wishes: Vec<Wish>,
}

pub(crate) enum Wish {
    Open(CommandId, Box<Intent>),
    Cancel(String),
}

impl<'a> Intents<'a> {
    pub(crate) fn new(service: &'static str, event: &'a Recorded) -> Intents<'a> {
        Intents { service, event, wishes: Vec::new() }
    }

    /// Sends a command. `step` tells apart what one policy wants because of one event; name it
    /// after its content (an account, say), so that it stays the same when rules change.
    pub fn command(&mut self, policy: &'static str, step: &str, wish: CommandIntent) -> CommandId {
        let CommandIntent { noun, verb, body, not_before, key } = wish;
        self.open(
            policy,
            step,
            Plan { action: Action::Command { noun, verb, body }, not_before, key },
        )
    }

    /// Performs an effect; its report is a command with the id that is returned.
    pub fn effect(&mut self, policy: &'static str, step: &str, wish: EffectIntent) -> CommandId {
        let EffectIntent { kind, body, not_before, key } = wish;
        self.open(policy, step, Plan { action: Action::Effect { kind, body }, not_before, key })
    }

    /// Takes back the open intent with this key, if there is one.
    ///
    /// What is being sent or performed at that moment cannot be stopped, and what was performed is
    /// still reported, unless the process ends before.
    pub fn cancel(&mut self, key: &str) {
        self.wishes.push(Wish::Cancel(key.to_owned()));
    }

    fn open(&mut self, policy: &'static str, step: &str, plan: Plan) -> CommandId {
        let id = intent_id(self.service, policy, self.event, step);
        let meta = &self.event.meta;
        let intent = Intent {
            policy: policy.to_owned(),
            step: step.to_owned(),
            action: plan.action,
            key: plan.key,
            due: plan.not_before.unwrap_or(i64::MIN),
            position: self.event.position,
            place: u32::try_from(self.wishes.len()).unwrap_or(u32::MAX),
            causation: meta.command_id,
            correlation: meta.correlation.unwrap_or(meta.command_id),
            traceparent: meta.traceparent.as_deref().map(str::to_owned),
            attempts: 0,
            last_error: None,
            report: None,
            state: IntentState::Open,
        };
        self.wishes.push(Wish::Open(id, Box::new(intent)));
        id
    }

    pub(crate) fn into_wishes(self) -> Vec<Wish> {
        self.wishes
    }
}

struct Plan {
    action: Action,
    not_before: Option<i64>,
    key: Option<String>,
}

/// The namespace of all intents: fixed for ever, ids are compared with old logs.
const NAMESPACE: Uuid = Uuid::from_u128(0x2a1d_6c1f_0c52_5d0b_9f43_7e0d_8b6a_51c4);

/// UUIDv5 of service, policy, event and step. Parts are joined by zero bytes, which none contains.
fn intent_id(service: &str, policy: &str, event: &Recorded, step: &str) -> CommandId {
    let mut name = Vec::with_capacity(128);
    for part in [service, policy, &event.event.stream, step] {
        name.extend_from_slice(part.as_bytes());
        name.push(0);
    }
    name.extend_from_slice(&event.meta.command_id.0);
    name.extend_from_slice(&event.event.version.to_be_bytes());
    CommandId(Uuid::new_v5(&NAMESPACE, &name).into_bytes())
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Command {
        noun: String,
        verb: String,
        #[serde(with = "encoding::hex_bytes")]
        body: Bytes,
    },
    Effect {
        kind: String,
        #[serde(with = "encoding::hex_bytes")]
        body: Bytes,
    },
}

/// An intent that its record has not closed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIntent {
    /// The command id of what it causes.
    pub id: CommandId,
    /// Which policy wants it.
    pub policy: String,
    /// Which of the policy's wishes it is.
    pub step: String,
    /// What the policy wants.
    pub wanted: Wanted,
    /// The command whose event caused it.
    pub causation: CommandId,
    /// The conversation it belongs to.
    pub correlation: CommandId,
}

/// What a policy wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A command for core.
    Command(CommandIntent),
    /// Something the service's performer does.
    Effect(EffectIntent),
}

impl OpenIntent {
    /// At most `limit` of them, in the order of their ids.
    pub(crate) fn all(rows: &Rows<'_>, limit: usize) -> Result<Vec<OpenIntent>, Fault> {
        let mut open = BTreeMap::new();
        for part in sheet::parts(rows, &[]) {
            open.extend(part?.1.open(rows)?);
        }
        for row in rows.scan::<Intent>(INTENTS, Keys::all(), limit) {
            let (id, intent) = row?;
            let id = id.try_into().map_err(|_| Fault::new("an intent's key is not an id"))?;
            open.insert(CommandId(id), intent);
        }
        Ok(open.into_iter().take(limit).map(|(id, intent)| OpenIntent::of(id, intent)).collect())
    }

    fn of(id: CommandId, intent: Intent) -> OpenIntent {
        let not_before = (intent.due != i64::MIN).then_some(intent.due);
        let key = intent.key;
        let wanted = match intent.action {
            Action::Command { noun, verb, body } => {
                Wanted::Command(CommandIntent { noun, verb, body, not_before, key })
            }
            Action::Effect { kind, body } => {
                Wanted::Effect(EffectIntent { kind, body, not_before, key })
            }
        };
        let (policy, step) = (intent.policy, intent.step);
        let (causation, correlation) = (intent.causation, intent.correlation);
        OpenIntent { id, policy, step, wanted, causation, correlation }
    }
}

/// The command that says how an effect went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What the command is about, as in its subject.
    pub noun: String,
    /// What happened to it, as in the subject.
    pub verb: String,
    /// The encoded command.
    #[serde(with = "encoding::hex_bytes")]
    pub body: Bytes,
}

/// How far an intent has come. It is removed by its record in the log, never by an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IntentState {
    /// To be sent when it is due. Earlier versions wrote down that core had decided; the record
    /// that follows says the same.
    #[serde(alias = "answered")]
    Open,
    /// Core did not understand it: an operator must look.
    Parked,
}

/// An intent as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) policy: String,
    pub(crate) step: String,
    pub(crate) action: Action,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// When it may be sent, or sent again: microseconds since 1970.
    pub(crate) due: i64,
    /// The event that caused it.
    pub(crate) position: u64,
    /// Which of the things it is that are wanted because of the event.
    #[serde(default)]
    pub(crate) place: u32,
    #[serde(with = "encoding::command_id")]
    pub(crate) causation: CommandId,
    #[serde(with = "encoding::command_id")]
    pub(crate) correlation: CommandId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<String>,
    pub(crate) attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_error: Option<String>,
    /// How the effect went, once it was performed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<Report>,
    pub(crate) state: IntentState,
}

impl Intent {
    /// Whether an entry for this time still counts.
    pub(crate) fn is_due_at(&self, at: i64) -> bool {
        self.due == at && self.state == IntentState::Open
    }

    /// Whether something is to be performed, or was and is to be reported.
    pub(crate) fn is_effect(&self) -> bool {
        matches!(self.action, Action::Effect { .. })
    }

    /// Nobody has tried it yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.attempts == 0 && self.report.is_none() && self.state == IntentState::Open
    }
}
