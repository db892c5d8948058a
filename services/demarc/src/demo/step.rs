//! The words in which stories are written: what is sent, what happens, what a service shows.

use serde_json::Value;

use super::check::Check;

/// Who acts in the stories.
pub(crate) const JANE: &str = "jane; roles=agent";
/// Sends the technicians and checks their work in.
pub(crate) const LEE: &str = "lee; roles=agent,lead";
/// Takes payments and writes bills.
pub(crate) const BILLING_DESK: &str = "billing-desk; roles=billing";
/// Opens the days.
pub(crate) const SAM: &str = "sam; roles=administrator";

/// One story.
pub(crate) struct Story {
    /// For example `Story 1`.
    pub(crate) number: &'static str,
    pub(crate) title: &'static str,
    pub(crate) steps: Vec<Step>,
}

/// One step of a story.
pub(crate) enum Step {
    /// The story goes on, in words.
    Say(&'static str),
    /// Days are opened, from one date to another.
    Days(&'static str, &'static str),
    /// Somebody sends a command.
    Send(Send),
    /// Something happens because of what came before.
    Happens(Happening),
    /// A service's view shows something.
    Shows(View),
}

/// A command and what should become of it.
pub(crate) struct Send {
    pub(crate) actor: &'static str,
    pub(crate) command: &'static str,
    pub(crate) body: Value,
    /// What the printed line says after the command's name.
    pub(crate) about: &'static str,
    pub(crate) outcome: Outcome,
}

/// What should become of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is accepted.
    Accepted,
    /// It is refused, with this code, by this rule.
    Refused { code: &'static str, rule: &'static str },
}

/// An event that services bring about.
pub(crate) struct Happening {
    /// Short type, for example `SiteSuspended`.
    pub(crate) kind: &'static str,
    /// Only in this stream.
    pub(crate) stream: Option<&'static str>,
    pub(crate) checks: Vec<Check>,
}

/// A row of a service's view.
pub(crate) struct View {
    pub(crate) service: &'static str,
    pub(crate) view: &'static str,
    pub(crate) key: &'static str,
    pub(crate) checks: Vec<Check>,
}

/// Somebody sends a command that is accepted.
pub(crate) fn send(
    actor: &'static str,
    command: &'static str,
    about: &'static str,
    body: Value,
) -> Step {
    Step::Send(Send { actor, command, body, about, outcome: Outcome::Accepted })
}

/// A command that is refused, with the rule that does.
pub(crate) fn refused(step: Step, code: &'static str, rule: &'static str) -> Step {
    match step {
        Step::Send(send) => Step::Send(Send { outcome: Outcome::Refused { code, rule }, ..send }),
        Step::Say(_) | Step::Days(..) | Step::Happens(_) | Step::Shows(_) => step,
    }
}

/// An event of a kind happens since the last day was opened.
pub(crate) fn happens<const N: usize>(
    kind: &'static str,
    stream: Option<&'static str>,
    checks: [Check; N],
) -> Step {
    Step::Happens(Happening { kind, stream, checks: checks.into() })
}

/// A service's row comes to hold something.
pub(crate) fn shows<const N: usize>(
    (service, view, key): (&'static str, &'static str, &'static str),
    checks: [Check; N],
) -> Step {
    Step::Shows(View { service, view, key, checks: checks.into() })
}

/// A message from a template is handed over to a customer.
pub(crate) fn delivered(account: &'static str, template: &'static str) -> Step {
    let checks = [Check::Field("accountId", account), Check::Field("template", template)];
    happens("NotificationDelivered", None, checks)
}
