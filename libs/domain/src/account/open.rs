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

#[cfg(test)]
mod tests {
    use super::OpenAccount;
    use crate::{
        account::{AccountEvent, AccountRejection},
        testing::{
            fixtures::{account, account_id, text},
            given,
        },
    };

    fn open() -> OpenAccount {
        OpenAccount {
            account_id: account_id(),
            holder_name: text("Jo Doe"),
            email: text("jo@example.com"),
        }
    }

    #[test]
    fn an_account_is_opened_once() {
        let opened =
            AccountEvent::Opened { holder_name: text("Jo Doe"), email: text("jo@example.com") };
        given([]).when(open()).then([opened.on(&account_id())]);
        given(account()).when(open()).then([]);
    }

    #[test]
    fn an_account_number_is_not_given_to_another_customer() {
        given(account())
            .when(OpenAccount { holder_name: text("Al Roe"), ..open() })
            .then_rejected(AccountRejection::OpenedOtherwise);
    }
}
