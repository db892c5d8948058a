//! What is on its way between clients, core and services: lost, repeated, late and out of order.

use bus::Message;
use event_store::CommandId;

use crate::chance::Chance;

/// Who sent a command and waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Client,
    /// The service with this number.
    Service(usize),
}

/// A command on its way to core.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) from: Sender,
    pub(crate) id: CommandId,
    pub(crate) subject: String,
    pub(crate) message: Message,
}

/// An answer on its way back.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) to: Sender,
    pub(crate) id: CommandId,
    pub(crate) message: Message,
}

/// Puts something on its way, as often as chance has it: not at all, once or twice.
pub(crate) fn send<T: Clone>(way: &mut Vec<T>, what: T, chance: &mut Chance, is_calm: bool) {
    match chance.below(12) {
        0 if !is_calm => {}
        1 if !is_calm => {
            way.push(what.clone());
            way.push(what);
        }
        _ => way.push(what),
    }
}
