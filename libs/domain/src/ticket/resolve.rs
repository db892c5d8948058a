//! Resolve: there is nothing left to see to.

use super::{TicketEvent, TicketId, TicketRejection};
use crate::{
    Decide, Desk, Fact, Rejection, account::AccountId, remembered::Fingerprint, sealed::Sealed,
};

/// Say what came of a ticket.
#[derive(Clone, Debug)]
pub struct ResolveTicket {
    /// Which.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What came of it. Personal data.
    pub resolution: Sealed,
}

impl Decide for ResolveTicket {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let ticket = desk.get(&self.ticket_id).of_account(&self.account_id)?;
        match ticket.resolution {
            None => {
                let resolved = TicketEvent::Resolved { resolution: self.resolution.clone() };
                Ok(vec![resolved.on(&self.ticket_id)])
            }
            Some(resolution) if resolution == Fingerprint::of(&self.resolution) => Ok(vec![]),
            Some(_) => Err(TicketRejection::ResolvedOtherwise.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ResolveTicket;
    use crate::{
        testing::{
            fixtures::{account_id, id, opened_ticket, reopened, resolved, sealed, ticket_id},
            given,
        },
        ticket::TicketRejection,
    };

    fn resolve(words: &str) -> ResolveTicket {
        ResolveTicket {
            ticket_id: ticket_id(),
            account_id: account_id(),
            resolution: sealed(words),
        }
    }

    #[test]
    fn f62_a_ticket_says_what_came_of_it() {
        given(opened_ticket()).when(resolve("Credited.")).then([resolved("Credited.")]);
    }

    #[test]
    fn a_ticket_has_one_resolution_until_it_is_reopened() {
        let done = given(opened_ticket()).and([resolved("Credited.")]);
        done.clone().when(resolve("Refused.")).then_rejected(TicketRejection::ResolvedOtherwise);
        done.and([reopened("Credit is missing.")])
            .when(resolve("Refused."))
            .then([resolved("Refused.")]);
    }

    #[test]
    fn only_the_customers_own_ticket_is_resolved() {
        given(opened_ticket())
            .when(ResolveTicket { account_id: id("account_8"), ..resolve("Done.") })
            .then_rejected(TicketRejection::OfAnotherAccount);
        given([]).when(resolve("Done.")).then_rejected(TicketRejection::NotOpened);
    }
}
