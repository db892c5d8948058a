//! Add an entry: a step that was taken (F76, F85, F90). What happened is written down also after
//! the ticket is resolved: whoever tells of it may be late. It stays resolved.

use super::{ENTRIES_MAX, TicketEvent, TicketId, TicketRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    remembered::{Fingerprint, Recall},
    sealed::Sealed,
    text::Code,
};

/// Write a step that was taken into a ticket (F76, F85, F90).
#[derive(Clone, Debug)]
pub struct AddTicketEntry {
    /// Which ticket.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id again changes nothing.
    pub entry_id: Code,
    /// What was done. Personal data.
    pub text: Sealed,
}

impl Decide for AddTicketEntry {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_not_erased()?;
        let ticket = desk.get(&self.ticket_id).of_account(&self.account_id)?;
        match ticket.entries.recall(&self.entry_id, Fingerprint::of(&self.text)) {
            Recall::Same => return Ok(vec![]),
            Recall::Otherwise => return Err(TicketRejection::EntryIdUsed.into()),
            Recall::New => {}
        }
        if ticket.entries.count() >= ENTRIES_MAX {
            return Err(TicketRejection::Full.into());
        }
        let added =
            TicketEvent::EntryAdded { entry_id: self.entry_id.clone(), text: self.text.clone() };
        Ok(vec![added.on(&self.ticket_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::AddTicketEntry;
    use crate::{
        testing::{
            fixtures::{account_id, code, entry, id, opened_ticket, resolved, sealed, ticket_id},
            given,
        },
        ticket::{ENTRIES_MAX, TicketRejection},
    };

    fn add(words: &str) -> AddTicketEntry {
        AddTicketEntry {
            ticket_id: ticket_id(),
            account_id: account_id(),
            entry_id: code("s-1"),
            text: sealed(words),
        }
    }

    #[test]
    fn f76_f85_f90_the_steps_that_were_taken_are_in_the_ticket() {
        given(opened_ticket()).when(add("E-mail sent.")).then([entry("s-1", "E-mail sent.")]);
    }

    #[test]
    fn an_entry_is_never_rewritten() {
        let added = given(opened_ticket()).and([entry("s-1", "E-mail sent.")]);
        added.clone().when(add("Called.")).then_rejected(TicketRejection::EntryIdUsed);
        added.and([resolved("Paid.")]).when(add("E-mail sent.")).then([]);
    }

    #[test]
    fn whoever_is_late_writes_it_down_all_the_same() {
        let done = given(opened_ticket()).and([resolved("Paid.")]);
        done.when(add("Suspended.")).then([entry("s-1", "Suspended.")]);
    }

    #[test]
    fn a_ticket_holds_so_many_entries_and_knows_them_all() {
        let entries = |count: usize| (1..=count).map(|at| entry(&format!("s-{at}"), "Called."));
        given(opened_ticket()).and(entries(ENTRIES_MAX)).when(add("Called.")).then([]);
        given(opened_ticket())
            .and(entries(ENTRIES_MAX))
            .when(AddTicketEntry { entry_id: code("s-201"), ..add("Called.") })
            .then_rejected(TicketRejection::Full);
    }

    #[test]
    fn a_step_about_one_customer_never_lands_with_another() {
        given(opened_ticket())
            .when(AddTicketEntry { account_id: id("account_8"), ..add("Called.") })
            .then_rejected(TicketRejection::OfAnotherAccount);
        given([]).when(add("Called.")).then_rejected(TicketRejection::NotOpened);
    }
}
