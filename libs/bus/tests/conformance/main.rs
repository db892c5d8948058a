//! What a bus promises, checked against both buses: inside the process, and over a nats-server.

mod following;
mod requests;
mod streams;
mod world;
