//! The world of the end-to-end tests: the binary that users run, real processes, a real nats-
//! server.
//!
//! What must stay true: nothing sleeps for luck, everything that is waited for has a limit, and
//! whatever was started ends with the test.

mod binary;
mod script;
mod world;

pub use binary::{Ran, demarc, example};
pub use script::{Line, script};
pub use world::World;
