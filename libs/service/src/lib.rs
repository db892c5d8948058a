//! The shell of every service: configuration, tracing, metrics, health, shutdown, clock and ids.
