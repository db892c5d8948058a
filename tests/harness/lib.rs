//! The world of the end-to-end tests: the binary that users run, real processes, a real nats-
//! server.
//!
//! What must stay true: nothing sleeps for luck, everything that is waited for has a limit, and
//! whatever was started ends with the test.

mod api;
mod binary;
mod chance;
mod desk;
mod house;
mod office;
mod process;
mod room;
mod script;
mod server;
mod world;

pub use api::{Api, Row, Wish};
pub use binary::{Ran, demarc, example, northeast};
pub use chance::Chance;
pub use desk::{Desk, Home, TODAY};
pub use house::{GOOD_PASSWORD, House, token};
pub use office::Office;
pub use process::{Ended, Memory, Process, own_memory};
pub use room::Room;
pub use script::{Line, script};
pub use server::{Server, Stored, copy_all};
pub use world::{SERVICES, World};
