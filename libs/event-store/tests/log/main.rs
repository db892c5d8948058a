//! What a log promises, from outside.

mod round_trip;
mod support;
