//! What is known of a customer beyond their name and accounts.
//!
//! What must stay true: nothing here grows without a bound.

use std::collections::BTreeMap;

use super::{Contact, CustomerEvent, Details, Identity};
use crate::text::Code;

/// What is known of a customer beyond their name and accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Who they are, as last confirmed (F10); `None`: nobody asked yet.
    pub details: Option<Details>,
    /// Who may be asked, or speaks for them, by contact id (F42, F51).
    pub contacts: BTreeMap<Code, Contact>,
    /// What shows that a caller is the customer (F7).
    pub identity: Identity,
}

impl Profile {
    /// Of whom nothing was said yet.
    pub(crate) const UNKNOWN: &'static Self =
        &Self { details: None, contacts: BTreeMap::new(), identity: Identity::UNKNOWN };

    /// Takes one more fact in.
    pub(crate) fn learn(&mut self, event: &CustomerEvent) {
        match event {
            CustomerEvent::Confirmed(details) => self.details = Some(details.clone()),
            CustomerEvent::ContactAdded { contact_id, contact } => {
                self.contacts.insert(contact_id.clone(), contact.clone());
            }
            CustomerEvent::ContactRemoved { contact_id } => {
                self.contacts.remove(contact_id);
            }
            CustomerEvent::PinSet { .. }
            | CustomerEvent::Authenticated { .. }
            | CustomerEvent::AuthenticationFailed { .. } => self.identity.learn(event),
            CustomerEvent::Registered { .. }
            | CustomerEvent::AccountAdded { .. }
            | CustomerEvent::Erased { .. } => {}
        }
    }
}
