//! What billing wants done: one file per policy, named after the effect and its cause.

pub(crate) mod charge_on_completion;
pub(crate) mod reinstate_on_payment;
pub(crate) mod suspend_on_past_due;

use contract::{CommandMessage, Outgoing};
use projection::CommandIntent;

/// A command that is sent at once.
fn command<M: CommandMessage>(message: &M) -> CommandIntent {
    let Outgoing { noun, verb, body } = contract::outgoing(message);
    CommandIntent { noun, verb, body: body.into(), not_before: None, key: None }
}
