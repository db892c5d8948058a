//! An append-only commit log with a sled index that can always be rebuilt.
