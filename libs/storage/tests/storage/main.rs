//! What files and tables promise, seen from outside.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod conformance;
mod crashes;
mod faults;
