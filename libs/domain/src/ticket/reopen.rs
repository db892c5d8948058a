//! Reopen: it was not done after all.

use super::{TicketEvent, TicketId};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, sealed::Sealed};

/// See to a resolved ticket once more. It waits where it waited.
#[derive(Clone, Debug)]
pub struct ReopenTicket {
    /// Which.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Why. Personal data.
    pub reason: Sealed,
}

impl Decide for ReopenTicket {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_not_erased()?;
        let ticket = desk.get(&self.ticket_id).of_account(&self.account_id)?;
        match ticket.resolution {
            None => Ok(vec![]),
            Some(_) => {
                let reopened = TicketEvent::Reopened { reason: self.reason.clone() };
                Ok(vec![reopened.on(&self.ticket_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ReopenTicket;
    use crate::{
        testing::{
            fixtures::{account_id, id, opened_ticket, reopened, resolved, sealed, ticket_id},
            given,
        },
        ticket::TicketRejection,
    };

    fn reopen() -> ReopenTicket {
        ReopenTicket {
            ticket_id: ticket_id(),
            account_id: account_id(),
            reason: sealed("It is back."),
        }
    }

    #[test]
    fn a_resolved_ticket_is_reopened() {
        given(opened_ticket())
            .and([resolved("Done.")])
            .when(reopen())
            .then([reopened("It is back.")]);
    }

    #[test]
    fn what_is_open_need_not_be_reopened() {
        given(opened_ticket()).when(reopen()).then([]);
        given([]).when(reopen()).then_rejected(TicketRejection::NotOpened);
        given(opened_ticket())
            .when(ReopenTicket { account_id: id("account_8"), ..reopen() })
            .then_rejected(TicketRejection::OfAnotherAccount);
    }
}
