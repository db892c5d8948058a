//! Open: there is an account, of a customer who may have others (F56).

use super::{Account, AccountEvent, AccountId, AccountRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    customer::{Customer, CustomerEvent, CustomerId},
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
        let opened = AccountEvent::Opened {
            customer_id: self.customer_id.clone(),
            holder_name: self.holder_name.clone(),
            email: self.email.clone(),
        };
        let mut facts = vec![opened.on(&self.account_id)];
        match &self.customer_id {
            Some(customer_id) => {
                desk.get(customer_id).demand_room()?;
                let account_id = self.account_id.clone();
                facts.push(CustomerEvent::AccountAdded { account_id }.on(customer_id));
            }
            None if Customer::implied(&self.account_id).is_none() => {
                return Err(AccountRejection::NumberTooLong.into());
            }
            None => {}
        }
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::OpenAccount;
    use crate::{
        account::{AccountEvent, AccountRejection},
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{TODAY, account, account_id, customer, customer_id, day, sealed},
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
