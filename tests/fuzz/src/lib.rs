//! What must hold for any bytes from outside: one function for each way in, called by the fuzzer
//! (`infra/fuzz`) and by a bounded run in the tests.
//!
//! What must stay true: a target asserts more than that nothing panics. What was read says the same
//! when it is written and read again; what was refused names a field and does not repeat its value.

mod block;
mod cloud_event;
mod command;
mod event;
mod journal;
mod log_reply;
mod names;
mod request;
mod seal;
mod settings;

pub use block::block;
pub use cloud_event::cloud_event;
pub use command::{COMMANDS, command_json, command_proto};
pub use event::event;
pub use journal::{journal, opened_log, segment};
pub use log_reply::log_reply;
pub use names::names;
pub use request::{bus_command, query, request_headers};
pub use seal::{seal_block, seal_journal};
pub use settings::biller;

/// A way in for bytes from outside.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: of the fuzzer's program, and of the folder of its corpus.
    pub name: &'static str,
    /// Reads bytes, and panics where something does not hold.
    pub run: fn(&[u8]),
}

/// Every way in, in the order of their names.
pub const TARGETS: [Target; 14] = [
    Target { name: "biller", run: biller },
    Target { name: "block", run: block },
    Target { name: "bus_command", run: bus_command },
    Target { name: "cloud_event", run: cloud_event },
    Target { name: "command_json", run: command_json },
    Target { name: "command_proto", run: command_proto },
    Target { name: "event", run: event },
    Target { name: "journal", run: journal },
    Target { name: "log_reply", run: log_reply },
    Target { name: "names", run: names },
    Target { name: "opened_log", run: opened_log },
    Target { name: "query", run: query },
    Target { name: "request_headers", run: request_headers },
    Target { name: "segment", run: segment },
];

/// The first byte and the rest: what is chosen, and what it is given.
fn chosen(data: &[u8]) -> Option<(usize, &[u8])> {
    data.split_first().map(|(first, rest)| (usize::from(*first), rest))
}

/// Demands that a complaint names a field, and that its words are ours.
fn assert_names_a_field(field: &str, problem: &str) {
    assert!(!field.is_empty() && !problem.is_empty(), "a complaint says what is wrong with what");
    assert!(field.chars().count() <= 64 + 64, "a field has a name, not a story: {field:?}");
}
