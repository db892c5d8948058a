//! The stories of the product, told to the binary that users run.

mod demo;
mod three_stories;
