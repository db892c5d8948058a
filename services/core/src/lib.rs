//! Commands in, events out: the only writer of the log.
