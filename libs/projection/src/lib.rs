//! Read models over the log: checkpoints, gap refill, rebuild, policies and intents.
//!
//! A service writes a [`ReadModel`], pure functions from an event to rows and intents, and
//! [`start`]s it over one biller's log. What holds:
//!
//! - **Nothing is skipped.** Events apply in order, each once; gaps are refilled from the log.
//! - **One state.** Rows, intents and checkpoint are committed together, and queries see a state
//!   between commits. Rows that are filled from the beginning are written one by one between two
//!   marks; what is left in between answers nobody and is begun again.
//! - **Disposable.** Delete the directory: it is rebuilt from the log, and nothing is done twice,
//!   because the record of what an intent caused closes it.
//! - **Visible.** An event that cannot be applied stops this read model, and only this one, with
//!   the reason in its [`Status`]. So does a log that lost or rewrote what was seen before.
//!
//! Bytes and positions only: it would work for a library of books.

mod attempt;
mod batch;
mod changes;
mod config;
mod directory;
mod due;
mod encoding;
mod fault;
mod fold;
mod handle;
mod intents;
mod lane;
mod outbox;
mod packed;
mod performer;
mod read_model;
mod rebuild;
mod redo;
mod rows;
mod runner;
mod seen;
mod sender;
mod shared;
mod sheet;
mod source;
mod start;
mod status;
mod stepper;
mod store;
#[cfg(test)]
mod tests;
mod underway;
mod witness;

pub use attempt::{Attempt, Landing};
pub use batch::Gap;
pub use config::{Clock, Limits, RunnerConfig};
pub use fault::Fault;
pub use fold::InMemory;
pub use handle::{AsOfError, Handle, NotCaughtUp, QueryError};
pub use intents::{CommandIntent, EffectIntent, Intents, OpenIntent, Report, Wanted};
pub use performer::{OpenEffect, PerformError, Performer};
pub use read_model::ReadModel;
pub use rows::{Keys, Rows, Table, key};
pub use start::{StartError, start};
pub use status::{FaultCause, FaultStatus, ParkedIntent, RebuildStatus, State, Status};
pub use stepper::Stepper;
