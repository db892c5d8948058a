//! How an account's state follows from its facts.

use std::collections::BTreeSet;

use super::{Account, AccountEvent, REMEMBERED_MAX, Written};
use crate::{Aggregate, Noun, remembered::Fingerprint};

impl Written {
    fn advance(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::CommentAdded { comment_id, text } => {
                self.comments.note(comment_id, Fingerprint::of(text), REMEMBERED_MAX);
            }
            AccountEvent::MemoLeft { memo_id, text } => {
                self.memos.note(memo_id, Fingerprint::of(text), REMEMBERED_MAX);
            }
            AccountEvent::FlashRaised { flash_id, text } => {
                self.flashes.insert(flash_id.clone(), Fingerprint::of(text));
            }
            AccountEvent::FlashCleared { flash_id } => {
                if let Some(text) = self.flashes.remove(flash_id) {
                    self.cleared.note(flash_id, text, REMEMBERED_MAX);
                }
            }
            AccountEvent::EmailRequested { email_id, subject, text, about } => {
                let email = Fingerprint::of(&(subject, text, about));
                self.emails.note(email_id, email, REMEMBERED_MAX);
            }
            AccountEvent::BillToChanged { name, address } => {
                self.bill_to = Some(Fingerprint::of(&(name, address)));
            }
            AccountEvent::Opened { .. }
            | AccountEvent::PortalDisabled { .. }
            | AccountEvent::PortalEnabled { .. }
            | AccountEvent::HolderErased => {}
        }
    }
}

impl Aggregate for Account {
    const CATEGORY: &'static str = "account";
    const UNKNOWN: &'static Self = &Self::Unopened;
    type Event = AccountEvent;

    fn evolve(mut self, event: &AccountEvent) -> Self {
        match (&mut self, event) {
            (_, AccountEvent::HolderErased) => return Self::Erased,
            (_, AccountEvent::Opened { customer_id, holder_name, email }) => {
                return Self::Open {
                    customer_id: customer_id.clone(),
                    holder_name: holder_name.clone(),
                    email: email.clone(),
                    written: Box::default(),
                    portal_closed_by: BTreeSet::new(),
                };
            }
            (Self::Open { portal_closed_by, .. }, AccountEvent::PortalDisabled { site_id }) => {
                portal_closed_by.insert(site_id.clone());
            }
            (Self::Open { portal_closed_by, .. }, AccountEvent::PortalEnabled { .. }) => {
                portal_closed_by.clear();
            }
            (Self::Open { written, .. }, event) => written.advance(event),
            (Self::Unopened | Self::Erased, _) => {}
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Account(account) = noun { Some(account) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Account(account) = noun { Some(account) } else { None }
    }
}
