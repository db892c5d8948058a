//! Change the bill-to address: to whom and where statements go (F58).

use super::{AccountEvent, AccountId};
use crate::{Decide, Desk, Fact, Rejection, remembered::Fingerprint, sealed::Sealed};

/// Send statements to somebody, somewhere (F58): the service address stays where it is.
#[derive(Clone, Debug)]
pub struct ChangeBillTo {
    /// Whose.
    pub account_id: AccountId,
    /// To whom. Personal data.
    pub name: Sealed,
    /// Where. Personal data.
    pub address: Sealed,
}

impl Decide for ChangeBillTo {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let written = desk.get(&self.account_id).written()?;
        if written.bill_to == Some(Fingerprint::of(&(&self.name, &self.address))) {
            return Ok(vec![]);
        }
        let (name, address) = (self.name.clone(), self.address.clone());
        Ok(vec![AccountEvent::BillToChanged { name, address }.on(&self.account_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::ChangeBillTo;
    use crate::{
        account::{AccountEvent, AccountRejection},
        testing::{
            fixtures::{account, account_id, bill_to, sealed},
            given,
        },
    };

    fn change(name: &str) -> ChangeBillTo {
        let address = sealed("PO Box 9\nReston, VA");
        ChangeBillTo { account_id: account_id(), name: sealed(name), address }
    }

    #[test]
    fn f58_statements_go_to_another_name_and_address() {
        given(account()).when(change("Doe LLC")).then([bill_to("Doe LLC", "PO Box 9\nReston, VA")]);
    }

    #[test]
    fn f58_it_is_changed_back_and_the_same_again_changes_nothing() {
        let back = bill_to("Doe LLC", "PO Box 9\nReston, VA");
        given(account()).after(change("Doe LLC")).when(change("Doe LLC")).then([]);
        given(account())
            .after(change("Doe LLC"))
            .after(change("Jo Doe"))
            .when(change("Doe LLC"))
            .then([back]);
    }

    #[test]
    fn f58_nothing_is_sent_to_whoever_has_no_account_or_was_erased() {
        given([]).when(change("Doe LLC")).then_rejected(AccountRejection::NotOpen);
        given(account())
            .and([AccountEvent::HolderErased.on(&account_id())])
            .when(change("Doe LLC"))
            .then_rejected(AccountRejection::HolderErased);
    }
}
