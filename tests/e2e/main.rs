//! The stories of the product, told to the binary that users run.

mod api;
mod crash;
mod demo;
mod faults;
mod log_in;
mod operator;
mod privacy;
mod search;
mod stopping;
mod subscribers;
mod three_stories;
