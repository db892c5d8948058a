//! What is known of a customer beyond their name and accounts.
//!
//! What must stay true: nothing here grows without a bound.

use std::collections::BTreeMap;

use super::{
    Agreement, Contact, CustomerEvent, Details, Identity, PortalLogin, reveal_ssn::fingerprint,
};
use crate::{biller::Segment, remembered::Remembered, sealed::Sealed, text::Code};

/// Times that the social security number was revealed, of which the ids are remembered.
const REVEALS_KEPT: usize = 20;

/// What is known of a customer beyond their name and accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Who they are, as last confirmed (F10); `None`: nobody asked yet.
    pub details: Option<Details>,
    /// Who may be asked, or speaks for them, by contact id (F42, F51).
    pub contacts: BTreeMap<Code, Contact>,
    /// What shows that a caller is the customer (F7).
    pub identity: Identity,
    /// Whether bills come without paper (F50).
    pub paperless: bool,
    /// Who may log in to the portal, by login id (F53).
    pub portal_logins: BTreeMap<Code, PortalLogin>,
    /// Whom they are served like, and who serves them (F47, F57).
    pub segment: Option<(Code, Segment)>,
    /// What was agreed, by agreement id (F41).
    pub agreements: BTreeMap<Code, Agreement>,
    /// A secret (F10); `None`: nobody asked yet.
    pub ssn: Option<Sealed>,
    /// The last times that it was revealed.
    pub reveals: Remembered,
}

impl Profile {
    /// Of whom nothing was said yet.
    pub(crate) const UNKNOWN: &'static Self = &Self {
        details: None,
        contacts: BTreeMap::new(),
        identity: Identity::UNKNOWN,
        paperless: false,
        portal_logins: BTreeMap::new(),
        segment: None,
        agreements: BTreeMap::new(),
        ssn: None,
        reveals: Remembered::NONE,
    };

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
            CustomerEvent::PaperlessSet { paperless } => self.paperless = *paperless,
            CustomerEvent::PortalLoginCreated { portal_login_id, email } => {
                let login = PortalLogin { email: email.clone(), enabled: true };
                self.portal_logins.insert(portal_login_id.clone(), login);
            }
            CustomerEvent::PortalLoginDisabled { portal_login_id, .. } => {
                self.switch(portal_login_id, false);
            }
            CustomerEvent::PortalLoginEnabled { portal_login_id, .. } => {
                self.switch(portal_login_id, true);
            }
            CustomerEvent::SegmentSet { segment, routes } => {
                self.segment = Some((segment.clone(), routes.clone()));
            }
            CustomerEvent::AgreementRecorded { agreement_id, agreement } => {
                self.agreements.insert(agreement_id.clone(), agreement.clone());
            }
            CustomerEvent::SsnRecorded { ssn } => self.ssn = Some(ssn.clone()),
            CustomerEvent::SsnRevealed(revealed) => {
                let told = fingerprint(&revealed.by, &revealed.reason);
                self.reveals.note(&revealed.reveal_id, told, REVEALS_KEPT);
            }
            CustomerEvent::Registered { .. }
            | CustomerEvent::AccountAdded { .. }
            | CustomerEvent::Erased { .. } => {}
        }
    }

    fn switch(&mut self, portal_login_id: &Code, enabled: bool) {
        if let Some(login) = self.portal_logins.get_mut(portal_login_id) {
            login.enabled = enabled;
        }
    }
}
