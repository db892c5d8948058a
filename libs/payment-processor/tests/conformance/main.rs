//! What a processor promises, checked against both of them: the simulated one, and the one over
//! HTTP with a server that plays the processor.

#![expect(clippy::unwrap_used, reason = "a scenario fails where one of its steps does")]

mod collecting;
mod player;
mod refunding;
mod world;
