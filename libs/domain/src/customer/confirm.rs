//! Confirm: who the customer is and how to call them, entered or confirmed in Customer Maintenance
//! (F10, F11).
//!
//! What must stay true: what was entered is changed only for a customer who is authenticated (F7):
//! a telephone number of record is where they are called back.

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{Decide, Desk, Fact, Rejection, sealed::Sealed, text::Code};

/// Enter or confirm who a customer is, task CM (F10). To change what was entered before, the
/// customer must be authenticated (F7).
#[derive(Clone, Debug)]
pub struct ConfirmCustomer {
    /// Which.
    pub customer_id: CustomerId,
    /// What the customer says.
    pub details: Details,
}

/// Who a customer is and how to call them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Personal data.
    pub first_name: Sealed,
    /// Personal data.
    pub last_name: Sealed,
    /// Never a mobile (F11).
    pub home_phone: Option<Phone>,
    /// Where they work.
    pub business_phone: Option<Phone>,
    /// Where a mobile number belongs (F11).
    pub other_phone: Option<Phone>,
    /// One of the biller's.
    pub customer_type: Code,
    /// One of the biller's.
    pub category: Code,
}

/// How to call somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Personal data.
    pub number: Sealed,
    /// What answers.
    pub line_type: LineType,
}

/// What kind of line a number belongs to: it is looked up or asked for, digits do not tell (F11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineType {
    /// A wire.
    Landline,
    /// A mobile.
    Mobile,
    /// A line over the Internet.
    Voip,
    /// Nobody knows.
    Unknown,
}

impl Decide for ConfirmCustomer {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        if known.details.as_ref() == Some(&self.details) {
            return Ok(vec![]);
        }
        if known.details.is_some() {
            known.identity.demand_authenticated(desk)?;
        }
        let home_line = self.details.home_phone.as_ref().map(|phone| phone.line_type);
        match home_line {
            Some(LineType::Mobile) => return Err(CustomerRejection::MobileAsHomePhone.into()),
            Some(LineType::Unknown) => return Err(CustomerRejection::HomePhoneLineUnknown.into()),
            Some(LineType::Landline | LineType::Voip) | None => {}
        }
        if !desk.biller.customers.types.contains(&self.details.customer_type) {
            return Err(CustomerRejection::TypeUnknown.into());
        }
        if !desk.biller.customers.categories.contains(&self.details.category) {
            return Err(CustomerRejection::CategoryUnknown.into());
        }
        Ok(vec![CustomerEvent::Confirmed(self.details.clone()).on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfirmCustomer, Details, LineType, Phone};
    use crate::{
        customer::{CustomerEvent, CustomerId, CustomerRejection, EraseCustomer, RegisterCustomer},
        testing::{
            fixtures::{
                TODAY, account, authenticated, code, customer, customer_id, day, details, id,
                sealed,
            },
            given,
        },
    };

    fn confirm(details: Details) -> ConfirmCustomer {
        ConfirmCustomer { customer_id: customer_id(), details }
    }

    fn home(line_type: LineType) -> Details {
        let number = sealed("7035550101");
        Details { home_phone: Some(Phone { number, line_type }), ..details() }
    }

    fn alone() -> CustomerId {
        id("customer_account_7")
    }

    #[test]
    fn f10_a_customer_is_entered_and_confirmed() {
        let entered = CustomerEvent::Confirmed(details()).on(&customer_id());
        given([customer()]).when(confirm(details())).then([entered.clone()]);
        given([customer(), entered.clone()]).when(confirm(details())).then([]);
        let married = Details { last_name: sealed("Roe"), ..details() };
        given([day(TODAY), customer(), entered, authenticated()])
            .when(confirm(married.clone()))
            .then([CustomerEvent::Confirmed(married).on(&customer_id())]);
    }

    #[test]
    fn f7_what_was_entered_is_changed_for_a_customer_who_is_authenticated() {
        let entered = CustomerEvent::Confirmed(details()).on(&customer_id());
        given([day(TODAY), customer(), entered])
            .when(confirm(home(LineType::Voip)))
            .then_rejected(CustomerRejection::NotAuthenticated);
    }

    #[test]
    fn f11_a_mobile_number_is_no_home_phone_but_an_other_phone() {
        given([customer()])
            .when(confirm(home(LineType::Mobile)))
            .then_rejected(CustomerRejection::MobileAsHomePhone);
        let mobile = Phone { number: sealed("7035550102"), line_type: LineType::Mobile };
        let offered = Details { other_phone: Some(mobile), ..details() };
        let confirmed = CustomerEvent::Confirmed(offered.clone()).on(&customer_id());
        given([customer()]).when(confirm(offered)).then([confirmed]);
    }

    #[test]
    fn f11_a_home_phone_of_which_nobody_knows_the_line_is_asked_for() {
        given([customer()])
            .when(confirm(home(LineType::Unknown)))
            .then_rejected(CustomerRejection::HomePhoneLineUnknown);
        let over_internet = home(LineType::Voip);
        let confirmed = CustomerEvent::Confirmed(over_internet.clone()).on(&customer_id());
        given([customer()]).when(confirm(over_internet)).then([confirmed]);
    }

    #[test]
    fn f10_type_and_category_are_the_billers() {
        given([customer()])
            .when(confirm(Details { customer_type: code("KING"), ..details() }))
            .then_rejected(CustomerRejection::TypeUnknown);
        given([customer()])
            .when(confirm(Details { category: code("GOLD"), ..details() }))
            .then_rejected(CustomerRejection::CategoryUnknown);
    }

    #[test]
    fn f10_whoever_has_one_account_alone_is_a_customer_too() {
        let wish = ConfirmCustomer { customer_id: alone(), details: details() };
        let confirmed = CustomerEvent::Confirmed(details()).on(&alone());
        given(account()).when(wish.clone()).then([confirmed]);
        given([]).when(wish.clone()).then_rejected(CustomerRejection::NotRegistered);
        let other = ConfirmCustomer { customer_id: id("customer_account_8"), ..wish };
        given(account()).when(other).then_rejected(CustomerRejection::NotRegistered);
    }

    #[test]
    fn whoever_was_confirmed_by_an_accounts_number_is_not_registered_by_it() {
        let wish = ConfirmCustomer { customer_id: alone(), details: details() };
        given(account())
            .after(wish)
            .when(RegisterCustomer { customer_id: alone(), name: sealed("Jo") })
            .then_rejected(CustomerRejection::NumberIsAnAccounts);
    }

    #[test]
    fn nobody_is_confirmed_who_was_erased() {
        let wish = ConfirmCustomer { customer_id: alone(), details: details() };
        given(account())
            .after(wish.clone())
            .by("sam; roles=manager")
            .after(EraseCustomer { customer_id: alone() })
            .when(wish)
            .then_rejected(CustomerRejection::Erased);
    }
}
