//! A command on its way to the writer, and the answer on its way back.

use domain::{Decide, actor::Actor};
use event_store::CommandId;

use crate::inbox::WAITING_MAX;

/// A command with everything that its record needs.
#[derive(Debug)]
pub struct Submission {
    /// The command's name, for example `SuspendSite`.
    pub name: &'static str,
    /// The rule.
    pub command: Box<dyn Decide>,
    /// Who sends it.
    pub actor: Actor,
    /// Its id; the same id again gives the first answer.
    pub id: CommandId,
    /// The command whose event led to this one.
    pub causation: Option<CommandId>,
    /// The command at the root of the chain.
    pub correlation: Option<CommandId>,
    /// W3C trace context.
    pub traceparent: Option<String>,
}

impl Submission {
    /// A command that no other one has led to.
    #[must_use]
    pub fn of(name: &'static str, command: Box<dyn Decide>, actor: Actor, id: CommandId) -> Self {
        Self { name, command, actor, id, causation: None, correlation: None, traceparent: None }
    }
}

/// W3C trace context in the form of version 00; anything else is left out, as the standard says.
#[must_use]
pub fn traceparent(text: &str) -> Option<String> {
    let parts: Vec<_> = text.split('-').collect();
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    let is_hex = parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit());
    (lengths == [2, 32, 16, 2] && is_hex).then(|| text.to_owned())
}

/// What the writer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The log has a record of it.
    Decided {
        /// What was decided.
        decision: Decision,
        /// The id was seen before; this is the first answer again.
        duplicate: bool,
    },
    /// The rule panicked, or decided what nobody could read: a mistake of ours. Nothing was
    /// changed.
    RuleFailed,
    /// The log could not be read or written; nobody knows whether the command is in it. The same
    /// id may be sent again.
    Unavailable,
}

impl Answer {
    /// The first answer, about events that count from the position `first`.
    pub(crate) fn decided(mut decision: Decision, first: u64) -> Self {
        if let Decision::Accepted(events) = &mut decision {
            events.iter_mut().for_each(|event| event.position += first);
        }
        Self::Decided { decision, duplicate: false }
    }

    /// The same answer, to whoever asks again.
    pub(crate) fn again(self) -> Self {
        match self {
            Self::Decided { decision, .. } => Self::Decided { decision, duplicate: true },
            Self::RuleFailed | Self::Unavailable => self,
        }
    }
}

/// What was decided about a command, for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Its events are in the log.
    Accepted(Vec<Committed>),
    /// The wish was already fulfilled.
    Fulfilled,
    /// The domain says no.
    Rejected {
        /// Stable for ever.
        code: String,
        /// The fact that prevents it.
        reason: String,
    },
}

/// One event of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Where it is in the log.
    pub position: u64,
    /// The noun's id.
    pub stream: String,
    /// Where it is in its stream.
    pub version: u64,
    /// Full name of its message.
    pub kind: String,
}

/// Why a command did not reach the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// No such biller here.
    #[error("this process has no such biller")]
    UnknownBiller,
    /// Too many commands wait.
    #[error("{WAITING_MAX} commands wait already: send it again in a moment")]
    Full,
    /// The writer has stopped.
    #[error("the log is closed: send it again when core runs")]
    Stopped,
}

#[cfg(test)]
mod tests {
    use super::traceparent;

    #[test]
    fn only_the_form_of_the_standard_is_kept_as_trace_context() {
        let whole = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(traceparent(whole).as_deref(), Some(whole));
        let long = format!("{whole}{}", "0".repeat(300));
        for other in ["", "00", &long, &whole.replace('4', "g"), &whole.replace('-', "_")] {
            assert_eq!(traceparent(other), None, "{other}");
        }
    }
}
