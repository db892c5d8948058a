//! The stories of the product, told to the binary that users run.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

mod api;
mod crash;
mod demo;
mod stopping;
mod subscribers;
mod three_stories;
