//! What is written: everything about the n-th event follows from n, so that a reader knows what
//! must be there without having been told.

use event_store::{CommandId, Expected, NewEvent, NewRecord, Recorded};
use storage::Chance;

/// The log's name.
pub(crate) const BILLER: &str = "acme";

/// Nouns that the events are about.
const STREAMS: u64 = 50;
/// Longest padding of an event in bytes.
const PADDING_MAX: u64 = 900;
/// Most records in a group.
const GROUP_MAX: u64 = 24;

/// A number that has nothing to do with its neighbours'.
fn mixed(number: u64) -> u64 {
    Chance::new(number).number()
}

/// The id of the n-th command.
pub(crate) fn id(number: u64) -> CommandId {
    CommandId((u128::from(mixed(number)) << 64 | u128::from(number)).to_be_bytes())
}

/// What the n-th event or row holds.
pub(crate) fn data(number: u64) -> Vec<u8> {
    let padding = usize::try_from(mixed(number) % PADDING_MAX).expect("it is less than a thousand");
    [&number.to_le_bytes()[..], &vec![b'x'; padding]].concat()
}

/// The n-th record: one event, so that its position is n.
pub(crate) fn record(number: u64) -> NewRecord {
    let event = NewEvent {
        stream: format!("account-{}", mixed(number) % STREAMS),
        expected: Expected::Any,
        kind: "account.charged".into(),
        schema: 1,
        data: data(number).into(),
    };
    NewRecord {
        command_id: id(number),
        committed_at: 1_700_000_000_000_000,
        actor: "powercut".into(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![event],
    }
}

/// The group that follows the n-th event, and a command that was sent before.
pub(crate) fn group_after(number: u64) -> Vec<NewRecord> {
    let last = number + 1 + mixed(number) % GROUP_MAX;
    let again = (number > 0).then(|| record(number / 2 + 1));
    (number + 1..=last).map(record).chain(again).collect()
}

/// Whether an event is what stands at its position.
pub(crate) fn is_told(event: &Recorded) -> bool {
    let told = record(event.position);
    let said = &told.events[0];
    event.meta.command_id == told.command_id
        && event.event.stream.as_ref() == said.stream
        && event.event.kind.as_ref() == said.kind
        && event.event.data == said.data
}
