//! What is known of a customer beyond their accounts: who they are, how to call them, who speaks
//! for them. All of their accounts are found by it.
//!
//! What must stay true: the row goes with the customer's erasure.

use domain::customer::{Contact, CustomerEvent, Details, Phone};
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

/// By customer id.
const TABLE: Table = Table::new(b'k');

/// One customer. Every text is sealed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    /// As they were registered and as they were confirmed.
    pub(crate) registered: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) phones: Vec<String>,
    /// Who belongs to them, with the contact's id (F42, F51).
    pub(crate) contacts: Vec<Known>,
    /// Who logs in to the portal, with the login's id (F53).
    pub(crate) logins: Vec<Known>,
}

/// Somebody of the customer's.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Known {
    id: String,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
}

impl Person {
    pub(crate) fn read(rows: &Rows<'_>, customer_id: &str) -> Result<Option<Self>, Fault> {
        rows.get(TABLE, customer_id)
    }

    pub(crate) fn write(&self, rows: &mut Rows<'_>, customer_id: &str) -> Result<(), Fault> {
        rows.put(TABLE, customer_id, self)
    }

    pub(crate) fn remove(rows: &mut Rows<'_>, customer_id: &str) {
        rows.remove(TABLE, customer_id);
    }

    /// Takes a fact; `false`: it says nothing that anybody is found by.
    pub(crate) fn take(&mut self, event: &CustomerEvent) -> bool {
        match event {
            CustomerEvent::Registered { name } => self.registered = Some(name.to_string()),
            CustomerEvent::Confirmed(details) => self.confirm(details),
            CustomerEvent::ContactAdded { contact_id, contact } => {
                self.contacts.push(known(contact_id.as_str(), contact));
            }
            CustomerEvent::ContactRemoved { contact_id } => {
                self.contacts.retain(|known| known.id != contact_id.as_str());
            }
            CustomerEvent::PortalLoginCreated { portal_login_id, email } => {
                let (id, email) = (portal_login_id.to_string(), Some(email.to_string()));
                self.logins.push(Known { id, name: None, phone: None, email });
            }
            CustomerEvent::AccountAdded { .. }
            | CustomerEvent::PinSet { .. }
            | CustomerEvent::Authenticated { .. }
            | CustomerEvent::AuthenticationFailed { .. }
            | CustomerEvent::PaperlessSet { .. }
            | CustomerEvent::PortalLoginDisabled { .. }
            | CustomerEvent::PortalLoginEnabled { .. }
            | CustomerEvent::SegmentSet { .. }
            | CustomerEvent::AgreementRecorded { .. }
            | CustomerEvent::SsnRecorded { .. }
            | CustomerEvent::SsnRevealed(_)
            | CustomerEvent::Erased { .. } => return false,
        }
        true
    }

    /// What they and those who belong to them are called.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let own = [&self.registered, &self.first_name, &self.last_name].into_iter();
        own.chain(self.contacts.iter().map(|known| &known.name)).filter_map(Option::as_deref)
    }

    fn confirm(&mut self, details: &Details) {
        self.first_name = Some(details.first_name.to_string());
        self.last_name = Some(details.last_name.to_string());
        let phones = [&details.home_phone, &details.business_phone, &details.other_phone];
        self.phones = phones.into_iter().flatten().map(number).collect();
    }
}

fn known(id: &str, contact: &Contact) -> Known {
    Known {
        id: id.to_owned(),
        name: Some(contact.name.to_string()),
        phone: contact.phone.as_ref().map(number),
        email: contact.email.as_ref().map(ToString::to_string),
    }
}

fn number(phone: &Phone) -> String {
    phone.number.to_string()
}
