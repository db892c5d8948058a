//! What a bus promises, checked against both buses: inside the process, and over a nats-server.

#![expect(clippy::unwrap_used, reason = "a scenario fails where one of its steps does")]

mod following;
mod requests;
mod streams;
mod world;
