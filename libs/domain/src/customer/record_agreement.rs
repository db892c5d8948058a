//! Record an agreement: the contract for a service that was ordered (F41).

use jiff::civil::Date;

use super::{AGREEMENTS_MAX, Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::{Account, AccountId},
    order::{Order, OrderId, OrderRejection},
    sealed::Sealed,
    text::Code,
};

/// Record what was agreed about a service (F41).
#[derive(Clone, Debug)]
pub struct RecordAgreement {
    /// With whom.
    pub customer_id: CustomerId,
    /// Chosen by the sender.
    pub agreement_id: Code,
    /// What was agreed.
    pub agreement: Agreement,
}

/// A contract for a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// What it is called. Personal data.
    pub title: Sealed,
    /// When.
    pub signed_on: Date,
    /// Its last day; `None`: it has none.
    pub ends_on: Option<Date>,
}

impl Decide for RecordAgreement {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        match known.agreements.get(&self.agreement_id) {
            Some(agreement) if *agreement == self.agreement => return Ok(vec![]),
            Some(_) => return Err(CustomerRejection::AgreementIdUsed.into()),
            None if known.agreements.len() >= AGREEMENTS_MAX => {
                return Err(CustomerRejection::TooManyAgreements.into());
            }
            None => {}
        }
        if self.agreement.ends_on.is_some_and(|ends_on| ends_on < self.agreement.signed_on) {
            return Err(CustomerRejection::AgreementEndsBeforeSigned.into());
        }
        let Order::Started(order) = desk.get(&self.agreement.order_id) else {
            return Err(OrderRejection::NotStarted.into());
        };
        if !self.has(desk, &order.start.account_id) {
            return Err(CustomerRejection::OrderOfAnother.into());
        }
        let (agreement_id, agreement) = (self.agreement_id.clone(), self.agreement.clone());
        let recorded = CustomerEvent::AgreementRecorded { agreement_id, agreement };
        Ok(vec![recorded.on(&self.customer_id)])
    }
}

impl RecordAgreement {
    /// Whether an account is one of the customer's.
    fn has(&self, desk: &Desk<'_>, account_id: &AccountId) -> bool {
        match desk.get(account_id) {
            Account::Open { customer_id: Some(owner), .. } => *owner == self.customer_id,
            Account::Open { customer_id: None, .. } => {
                Customer::implied(account_id).as_ref() == Some(&self.customer_id)
            }
            Account::Unopened | Account::Erased => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Agreement, RecordAgreement};
    use crate::{
        Fact,
        customer::{CustomerEvent, CustomerRejection},
        order::OrderRejection,
        testing::{
            Given,
            fixtures::{
                account, agreement, code, customer, customer_id, id, sealed, service, started,
            },
            given,
        },
    };

    fn record(agreement: Agreement) -> RecordAgreement {
        let customer_id = id("customer_account_7");
        RecordAgreement { customer_id, agreement_id: code("m-1"), agreement }
    }

    fn recorded(agreement_id: &str) -> Fact {
        let (agreement_id, agreement) = (code(agreement_id), agreement());
        CustomerEvent::AgreementRecorded { agreement_id, agreement }.on(&id("customer_account_7"))
    }

    fn ordered() -> Given {
        given(service("basic")).and([started("basic")])
    }

    #[test]
    fn f41_an_agreement_is_recorded_with_the_order_it_belongs_to() {
        ordered().when(record(agreement())).then([recorded("m-1")]);
        ordered()
            .and([recorded("m-1")])
            .when(record(Agreement { title: sealed("Another"), ..agreement() }))
            .then_rejected(CustomerRejection::AgreementIdUsed);
    }

    #[test]
    fn f41_an_agreement_is_about_an_order_of_the_customers_own() {
        given(account()).when(record(agreement())).then_rejected(OrderRejection::NotStarted);
        let other = RecordAgreement { customer_id: customer_id(), ..record(agreement()) };
        ordered().and([customer()]).when(other).then_rejected(CustomerRejection::OrderOfAnother);
    }

    #[test]
    fn f41_an_agreement_ends_after_it_was_signed() {
        let ended = Agreement { ends_on: Some(date(2026, 3, 15)), ..agreement() };
        ordered().when(record(ended)).then_rejected(CustomerRejection::AgreementEndsBeforeSigned);
    }

    #[test]
    fn agreements_have_an_end() {
        let many = (1..=200).map(|number| recorded(&format!("a-{number}")));
        ordered()
            .and(many)
            .when(record(agreement()))
            .then_rejected(CustomerRejection::TooManyAgreements);
    }
}
