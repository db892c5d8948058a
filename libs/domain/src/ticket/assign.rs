//! Assign: the ticket waits for somebody else (F35).

use super::{TicketEvent, TicketId, TicketRejection};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Put a ticket into a queue of the biller's (F35).
#[derive(Clone, Debug)]
pub struct AssignTicket {
    /// Which.
    pub ticket_id: TicketId,
    /// One of the biller's.
    pub queue: Code,
}

impl Decide for AssignTicket {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let ticket = desk.get(&self.ticket_id).opened()?;
        ticket.demand_unresolved()?;
        if ticket.queue.as_ref() == Some(&self.queue) {
            return Ok(vec![]);
        }
        if !desk.biller.ticket_queues.contains(&self.queue) {
            return Err(TicketRejection::QueueNotKnown { queue: self.queue.clone() }.into());
        }
        let assigned = TicketEvent::Assigned { queue: self.queue.clone() };
        Ok(vec![assigned.on(&self.ticket_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::AssignTicket;
    use crate::{
        testing::{
            fixtures::{assigned, code, opened_ticket, resolved, ticket_id},
            given,
        },
        ticket::TicketRejection,
    };

    fn assign(queue: &str) -> AssignTicket {
        AssignTicket { ticket_id: ticket_id(), queue: code(queue) }
    }

    #[test]
    fn f35_a_ticket_is_handed_to_tech_support() {
        given(opened_ticket()).when(assign("TECH-SUPPORT")).then([assigned("TECH-SUPPORT")]);
        given(opened_ticket())
            .and([assigned("TECH-SUPPORT")])
            .when(assign("BILLING"))
            .then([assigned("BILLING")]);
    }

    #[test]
    fn queues_are_the_billers() {
        let queue = code("NOBODY");
        given(opened_ticket())
            .when(assign("NOBODY"))
            .then_rejected(TicketRejection::QueueNotKnown { queue });
    }

    #[test]
    fn only_an_open_ticket_waits() {
        given(opened_ticket())
            .and([resolved("Done.")])
            .when(assign("BILLING"))
            .then_rejected(TicketRejection::Resolved);
        given([]).when(assign("BILLING")).then_rejected(TicketRejection::NotOpened);
    }
}
