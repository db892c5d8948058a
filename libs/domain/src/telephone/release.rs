//! Release a telephone: no service has the number any more (F70).

use super::{Telephone, TelephoneEvent, TelephoneId, TelephoneRejection};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId};

/// Take a number away from its service (F70).
#[derive(Clone, Debug)]
pub struct ReleaseTelephone {
    /// Which.
    pub telephone_id: TelephoneId,
    /// Whose it is.
    pub account_id: AccountId,
}

impl Decide for ReleaseTelephone {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.telephone_id) {
            Telephone::Free | Telephone::Number { .. } => Ok(vec![]),
            Telephone::Assigned(assignment) if assignment.account_id != self.account_id => {
                Err(TelephoneRejection::OfAnotherAccount.into())
            }
            Telephone::Assigned(assignment) => {
                let released = TelephoneEvent::Released {
                    account_id: assignment.account_id.clone(),
                    service_id: assignment.service_id.clone(),
                };
                Ok(vec![released.on(&self.telephone_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ReleaseTelephone;
    use crate::{
        telephone::{AssignTelephone, Origin, TelephoneEvent, TelephoneRejection},
        testing::{
            Given,
            fixtures::{account_id, id, sealed, service, service_id},
            given,
        },
    };

    fn assigned() -> Given {
        given(service("voice")).after(AssignTelephone {
            telephone_id: id("telephone_1"),
            account_id: account_id(),
            service_id: service_id(),
            number: sealed("+1 703 555 0142"),
            number_id: id("telephone_number-0142"),
            origin: Origin::Native,
        })
    }

    fn release() -> ReleaseTelephone {
        ReleaseTelephone { telephone_id: id("telephone_1"), account_id: account_id() }
    }

    #[test]
    fn f70_a_number_is_released_once() {
        let (account_id, service_id) = (account_id(), service_id());
        let released = TelephoneEvent::Released { account_id, service_id };
        assigned().when(release()).then([released.on(&id("telephone_1"))]);
        given([]).when(release()).then([]);
    }

    #[test]
    fn f70_a_number_of_another_account_is_not_released() {
        assigned()
            .when(ReleaseTelephone { account_id: id("account_8"), ..release() })
            .then_rejected(TelephoneRejection::OfAnotherAccount);
    }
}
