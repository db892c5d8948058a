//! History, state as of any moment, and proof that nobody rewrote the past.
