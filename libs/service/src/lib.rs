//! The shell of every service: where it runs, its clock, its read model on the bus, health, metrics
//! and HTTP errors.
//!
//! What must stay true: it knows nothing of cable, bills or orders, and it is the only crate that
//! reads the clock or makes random ids.

pub mod clock;
pub mod error;
pub mod http;
pub mod listing;
pub mod nearest;
pub mod problem;
pub mod query;
pub mod read_side;
pub mod telemetry;

pub use listing::{Filter, Listing};
pub use problem::Problem;
pub use read_side::{Context, Live, LiveError, ReadSide, View, Views};
