//! An outbox of messages to customers.
