//! Open: there is a customer.

use super::{Account, AccountEvent, AccountId, AccountRejection};
use crate::{Decide, Desk, Fact, Rejection, text::Text};

/// Open an account for a customer.
#[derive(Clone, Debug)]
pub struct OpenAccount {
    /// Which.
    pub account_id: AccountId,
    /// Name of the account holder. Personal data.
    pub holder_name: Text,
    /// Where notices go. Personal data.
    pub email: Text,
}

impl Decide for OpenAccount {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.account_id) {
            Account::Unopened => Ok(vec![
                AccountEvent::Opened {
                    holder_name: self.holder_name.clone(),
                    email: self.email.clone(),
                }
                .on(&self.account_id),
            ]),
            Account::Open { holder_name, email, .. }
                if *holder_name == self.holder_name && *email == self.email =>
            {
                Ok(vec![])
            }
            Account::Open { .. } => Err(AccountRejection::OpenedOtherwise.into()),
        }
    }
}
