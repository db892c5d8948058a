//! How blocks of events, commands and queries travel: in process, or over NATS.
