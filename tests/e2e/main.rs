//! The stories of the product, told to the binary that users run.

mod demo;
mod subscribers;
mod three_stories;
