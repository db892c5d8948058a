//! Erase: the customer's key is destroyed, and with it all that was sealed for them. The history
//! stays, and its chain; what was charged and paid stays readable.

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::{AccountEvent, AccountId},
    autopay::{AutopayEvent, AutopayId},
};

/// Forget a customer: names, addresses and all that was said can never be read again.
#[derive(Clone, Debug)]
pub struct EraseCustomer {
    /// Which; `customer_account_7` for whoever has `account_7` alone.
    pub customer_id: CustomerId,
}

impl Decide for EraseCustomer {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.customer_id) {
            Customer::Unregistered | Customer::Implied { .. } => {
                let account_id = Customer::sole_account(desk, &self.customer_id)
                    .ok_or(CustomerRejection::NotRegistered)?;
                Ok(self.erase(desk, [account_id]))
            }
            Customer::Registered { account_ids, .. } => Ok(self.erase(desk, account_ids.clone())),
            Customer::Erased => Ok(vec![]),
        }
    }
}

impl EraseCustomer {
    /// Nothing is collected any more from a card that nobody can be told of.
    fn erase(
        &self,
        desk: &Desk<'_>,
        account_ids: impl IntoIterator<Item = AccountId>,
    ) -> Vec<Fact> {
        let account_ids: Vec<_> = account_ids.into_iter().collect();
        let accounts: Vec<_> = account_ids
            .iter()
            .map(|account_id| AccountEvent::HolderErased.on(account_id))
            .collect();
        let erased = CustomerEvent::Erased { account_ids: account_ids.clone() };
        let mut facts = vec![erased.on(&self.customer_id)];
        facts.extend(accounts);
        let drawn_from = |id: &&AccountId| desk.get(&AutopayId::of(id)).source.is_some();
        facts.extend(account_ids.iter().filter(drawn_from).map(|account_id| {
            AutopayEvent::Removed { account_id: account_id.clone() }.on(account_id)
        }));
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::EraseCustomer;
    use crate::{
        account::{AccountEvent, AccountRejection, AddComment, OpenAccount},
        autopay::{AutopayEvent, SetAutopay, Source},
        customer::{CustomerEvent, CustomerId, CustomerRejection, RegisterCustomer},
        ledger::{PaymentMethod, RecordPayment},
        order::StartDisconnect,
        testing::{
            Given,
            fixtures::{
                TODAY, account, account_id, code, customer, customer_id, debt, details, disconnect,
                id, order_id, sealed, service, service_id, usd,
            },
            given,
        },
    };

    fn erase() -> EraseCustomer {
        EraseCustomer { customer_id: customer_id() }
    }

    fn two_accounts() -> Given {
        let open = |account: &str| OpenAccount {
            account_id: id(account),
            customer_id: Some(customer_id()),
            holder_name: sealed("Jo Doe"),
            email: sealed("jo@example.com"),
        };
        given([customer()]).after(open("account_8")).after(open("account_9"))
    }

    #[test]
    fn a_customer_is_erased_with_all_accounts() {
        let account_ids = vec![id("account_8"), id("account_9")];
        let erased = CustomerEvent::Erased { account_ids: account_ids.clone() };
        two_accounts().when(erase()).then([
            erased.on(&customer_id()),
            AccountEvent::HolderErased.on(&account_ids[0]),
            AccountEvent::HolderErased.on(&account_ids[1]),
        ]);
    }

    #[test]
    fn whoever_has_one_account_alone_is_erased_by_its_number() {
        let alone = EraseCustomer { customer_id: id("customer_account_7") };
        let erased = CustomerEvent::Erased { account_ids: vec![account_id()] };
        given(account())
            .when(alone.clone())
            .then([erased.on(&alone.customer_id), AccountEvent::HolderErased.on(&account_id())]);
        given([]).when(alone).then_rejected(CustomerRejection::NotRegistered);
        let other = EraseCustomer { customer_id: id("customer_account_8") };
        two_accounts().when(other).then_rejected(CustomerRejection::NotRegistered);
    }

    #[test]
    fn whoever_has_one_account_alone_is_erased_with_all_that_was_said() {
        let alone: CustomerId = id("customer_account_7");
        let erased = CustomerEvent::Erased { account_ids: vec![account_id()] };
        given(account())
            .and([CustomerEvent::Confirmed(details()).on(&alone)])
            .when(EraseCustomer { customer_id: alone.clone() })
            .then([erased.on(&alone), AccountEvent::HolderErased.on(&account_id())]);
    }

    #[test]
    fn nothing_is_collected_from_who_was_erased() {
        let (method, token) = (PaymentMethod::Card, code("tok_ok"));
        let source = Source { method, token, label: code("visa 4242") };
        let set = SetAutopay { account_id: account_id(), source };
        let alone = EraseCustomer { customer_id: id("customer_account_7") };
        let removed = AutopayEvent::Removed { account_id: account_id() }.on(&account_id());
        let erased = CustomerEvent::Erased { account_ids: vec![account_id()] };
        given(account()).after(set).when(alone.clone()).then([
            erased.on(&alone.customer_id),
            AccountEvent::HolderErased.on(&account_id()),
            removed,
        ]);
    }

    #[test]
    fn nothing_is_taken_about_who_was_erased() {
        let erased = two_accounts().after(erase());
        let name = sealed("Harbor Cafe");
        erased
            .clone()
            .when(RegisterCustomer { customer_id: customer_id(), name: name.clone() })
            .then_rejected(CustomerRejection::Erased);
        erased
            .clone()
            .when(OpenAccount {
                account_id: id("account_10"),
                customer_id: Some(customer_id()),
                holder_name: name.clone(),
                email: name.clone(),
            })
            .then_rejected(CustomerRejection::Erased);
        let comment = AddComment { account_id: id("account_8"), comment_id: code("c"), text: name };
        erased.when(comment).then_rejected(AccountRejection::HolderErased);
    }

    #[test]
    fn what_was_charged_is_paid_and_what_runs_is_ended_after_the_erasure() {
        let alone = EraseCustomer { customer_id: id("customer_account_7") };
        let pay = RecordPayment {
            account_id: account_id(),
            payment_id: code("p-1"),
            amount: usd(100),
            method: PaymentMethod::Cash,
            received_on: TODAY,
            invoice_id: None,
            reference: None,
        };
        let end = StartDisconnect {
            order_id: order_id(),
            service_id: service_id(),
            reason: code("MOVED"),
            acknowledged_flashes: [].into(),
        };
        let erased = given(service("basic")).and([debt(100, TODAY)]).after(alone).after(pay);
        erased.when(end).then([disconnect("basic")]);
    }
}
