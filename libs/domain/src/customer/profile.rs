//! What is known of a customer beyond their name and accounts.
//!
//! What must stay true: nothing here grows without a bound.

use super::{CustomerEvent, Details};

/// What is known of a customer beyond their name and accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Who they are, as last confirmed (F10); `None`: nobody asked yet.
    pub details: Option<Details>,
}

impl Profile {
    /// Of whom nothing was said yet.
    pub(crate) const UNKNOWN: &'static Self = &Self { details: None };

    /// Takes one more fact in.
    pub(crate) fn learn(&mut self, event: &CustomerEvent) {
        match event {
            CustomerEvent::Confirmed(details) => self.details = Some(details.clone()),
            CustomerEvent::Registered { .. }
            | CustomerEvent::AccountAdded { .. }
            | CustomerEvent::Erased { .. } => {}
        }
    }
}
