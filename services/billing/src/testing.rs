//! What billing's tests have in common: its story, and a command that is wanted.

use std::sync::Arc;

use contract::CommandMessage;
use domain::{Fact, biller};
use projection::Wanted;
use read_side::testing::Story;

use crate::model::Billing;

/// Nothing has happened yet.
pub(crate) fn story() -> Story {
    Story::of(Billing { biller: Arc::new(biller::testing()) })
}

/// What policies want because of facts: policy, step and what.
pub(crate) fn wanted(facts: impl IntoIterator<Item = Fact>) -> Vec<(String, String, Wanted)> {
    let intents = story().and(facts).intents();
    intents.into_iter().map(|intent| (intent.policy, intent.step, intent.wanted)).collect()
}

/// A command that a policy wants sent at once.
pub(crate) fn sent<M: CommandMessage>(
    policy: &str,
    step: &str,
    message: &M,
) -> (String, String, Wanted) {
    let command = read_side::command(message);
    let known = contract::command::on_subject(&command.noun, &command.verb);
    let known = known.expect("core knows the command");
    known.from_proto(&command.body, &contract::AsItIs).expect("core can read the command");
    (policy.to_owned(), step.to_owned(), Wanted::Command(command))
}
