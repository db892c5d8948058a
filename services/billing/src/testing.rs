//! What billing's tests have in common: its story, a payment, a command that is wanted.

use std::sync::Arc;

use contract::CommandMessage;
use domain::{
    Fact, biller,
    ledger::{LedgerEvent, PaymentMethod},
    testing::fixtures::{TODAY, account_id, code, usd},
};
use projection::Wanted;
use read_side::testing::Story;

use crate::model::Billing;

/// Nothing has happened yet.
pub(crate) fn story() -> Story {
    Story::of(Billing { biller: Arc::new(biller::testing()) })
}

/// Nothing has happened yet, in a later catalog: one package costs more and has another name, the
/// others are no longer sold.
pub(crate) fn story_with_another_catalog() -> Story {
    let mut biller = biller::testing();
    biller.catalog.packages.retain(|package_id, _| *package_id == code("classic"));
    for package in biller.catalog.packages.values_mut() {
        package.name.push_str(" Plus");
        package.monthly = usd(9_999);
    }
    Story::of(Billing { biller: Arc::new(biller) })
}

/// The customer paid by card, today.
pub(crate) fn paid(payment_id: &str, minor: i64) -> Fact {
    LedgerEvent::PaymentReceived {
        account_id: account_id(),
        payment_id: code(payment_id),
        amount: usd(minor),
        method: PaymentMethod::Card,
        received_on: TODAY,
    }
    .on(&account_id())
}

/// What policies want because of facts: policy, step and what.
pub(crate) fn wanted(facts: impl IntoIterator<Item = Fact>) -> Vec<(String, String, Wanted)> {
    wanted_in(story(), facts)
}

/// What policies want because of facts in a story.
pub(crate) fn wanted_in(
    story: Story,
    facts: impl IntoIterator<Item = Fact>,
) -> Vec<(String, String, Wanted)> {
    let intents = story.and(facts).intents();
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
