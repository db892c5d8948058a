//! Open: there is an account, of a customer who may have others (F56).

use super::{Account, AccountEvent, AccountId, AccountRejection, NUMBER_CHARS_MAX};
use crate::{
    Decide, Desk, Fact, Rejection,
    customer::{CustomerEvent, CustomerId},
    sealed::Sealed,
};

/// Open an account for a customer.
#[derive(Clone, Debug)]
pub struct OpenAccount {
    /// Which.
    pub account_id: AccountId,
    /// A registered customer; absent: a customer who has this account alone.
    pub customer_id: Option<CustomerId>,
    /// Name of the account holder. Personal data.
    pub holder_name: Sealed,
    /// Where notices go. Personal data.
    pub email: Sealed,
}

impl Decide for OpenAccount {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.account_id) {
            Account::Unopened => self.open(desk),
            Account::Open { customer_id, holder_name, email, .. }
                if *customer_id == self.customer_id
                    && *holder_name == self.holder_name
                    && *email == self.email =>
            {
                Ok(vec![])
            }
            Account::Open { .. } => Err(AccountRejection::OpenedOtherwise.into()),
            Account::Erased => Err(AccountRejection::HolderErased.into()),
        }
    }
}

impl OpenAccount {
    fn open(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if self.account_id.suffix().len() > NUMBER_CHARS_MAX {
            return Err(AccountRejection::NumberTooLong.into());
        }
        let opened = AccountEvent::Opened {
            customer_id: self.customer_id.clone(),
            holder_name: self.holder_name.clone(),
            email: self.email.clone(),
        };
        let mut facts = vec![opened.on(&self.account_id)];
        if let Some(customer_id) = &self.customer_id {
            desk.get(customer_id).demand_room()?;
            let account_id = self.account_id.clone();
            facts.push(CustomerEvent::AccountAdded { account_id }.on(customer_id));
        }
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::OpenAccount;
    use crate::{
        account::{AccountEvent, AccountId, AccountRejection, NUMBER_CHARS_MAX},
        customer::{Customer, CustomerEvent, CustomerRejection},
        task::TaskId,
        testing::{
            fixtures::{TODAY, account, account_id, customer, customer_id, day, id, sealed},
            given,
        },
    };

    fn open() -> OpenAccount {
        OpenAccount {
            account_id: account_id(),
            customer_id: None,
            holder_name: sealed("Jo Doe"),
            email: sealed("jo@example.com"),
        }
    }

    fn opened() -> AccountEvent {
        AccountEvent::Opened {
            customer_id: None,
            holder_name: sealed("Jo Doe"),
            email: sealed("jo@example.com"),
        }
    }

    #[test]
    fn an_account_is_opened_once() {
        given([]).when(open()).then([opened().on(&account_id())]);
        given(account()).when(open()).then([]);
    }

    #[test]
    fn an_account_number_is_not_given_to_another_customer() {
        given(account())
            .when(OpenAccount { holder_name: sealed("Al Roe"), ..open() })
            .then_rejected(AccountRejection::OpenedOtherwise);
        given(account())
            .and([customer()])
            .when(OpenAccount { customer_id: Some(customer_id()), ..open() })
            .then_rejected(AccountRejection::OpenedOtherwise);
    }

    #[test]
    fn an_account_number_leaves_room_for_what_is_named_after_it() {
        let numbered = |chars: usize, customer_id| OpenAccount {
            account_id: id(&format!("account_{}", "7".repeat(chars))),
            customer_id,
            ..open()
        };
        let (most, registered) = (NUMBER_CHARS_MAX, Some(customer_id()));
        for customer_id in [None, registered] {
            given([customer()])
                .when(numbered(most + 1, customer_id.clone()))
                .then_rejected(AccountRejection::NumberTooLong);
            let account_id = numbered(most, customer_id.clone()).account_id;
            let accepted = given([customer()]).after(numbered(most, customer_id));
            assert_ne!(accepted.state(&account_id), &crate::account::Account::Unopened);
        }
        // The longest names that are derived from a number.
        let account_id: AccountId = numbered(most, None).account_id;
        assert!(Customer::implied(&account_id).is_some());
        let task = format!("task_dunning-{}-{}-{}", account_id.suffix(), 99_999, 99);
        assert!(TaskId::parse(&task).is_ok());
    }

    #[test]
    fn f56_a_customer_has_accounts() {
        let wish = OpenAccount { customer_id: Some(customer_id()), ..open() };
        let opened = AccountEvent::Opened {
            customer_id: Some(customer_id()),
            holder_name: sealed("Jo Doe"),
            email: sealed("jo@example.com"),
        };
        let added = CustomerEvent::AccountAdded { account_id: account_id() };
        given([day(TODAY), customer()])
            .when(wish.clone())
            .then([opened.on(&account_id()), added.on(&customer_id())]);
        given([]).when(wish).then_rejected(CustomerRejection::NotRegistered);
    }
}
