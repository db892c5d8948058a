//! What a log promises, from outside.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod blocks;
mod crashes;
mod damage;
mod failures;
mod index;
mod journal;
mod lying;
mod merges;
mod model;
mod processes;
mod round_trip;
mod story;
mod support;
mod twins;
