//! Open: there is something to see to (F35, F62, F76).

use super::{Ticket, TicketEvent, TicketId, TicketKind, TicketRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    remembered::Fingerprint,
    sealed::Sealed,
    site::{Site, SiteId, SiteRejection},
};

/// Open a ticket about a customer (F35, F62, F76).
#[derive(Clone, Debug)]
pub struct OpenTicket {
    /// Which.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What it is about.
    pub kind: TicketKind,
    /// Where, if it is about one site.
    pub site_id: Option<SiteId>,
    /// What is the matter. Personal data.
    pub summary: Sealed,
}

impl Decide for OpenTicket {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.ticket_id) {
            Ticket::NotOpened => self.open(desk),
            Ticket::Opened(ticket)
                if ticket.account_id == self.account_id
                    && ticket.kind == self.kind
                    && ticket.site_id == self.site_id
                    && ticket.summary == Fingerprint::of(&self.summary) =>
            {
                Ok(vec![])
            }
            Ticket::Opened(_) => Err(TicketRejection::OpenedOtherwise.into()),
        }
    }
}

impl OpenTicket {
    fn open(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        if let Some(site_id) = &self.site_id {
            self.check_site(desk.get(site_id))?;
        }
        let opened = TicketEvent::Opened {
            account_id: self.account_id.clone(),
            kind: self.kind,
            site_id: self.site_id.clone(),
            summary: self.summary.clone(),
        };
        Ok(vec![opened.on(&self.ticket_id)])
    }

    fn check_site(&self, site: &Site) -> Result<(), Rejection> {
        match site {
            Site::Unregistered => Err(SiteRejection::NotRegistered.into()),
            Site::Registered { account_id, .. } if *account_id == self.account_id => Ok(()),
            Site::Registered { .. } => Err(TicketRejection::SiteOfAnotherAccount.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OpenTicket;
    use crate::{
        account::AccountRejection,
        site::SiteRejection,
        testing::{
            fixtures::{
                account, account_id, id, opened_ticket, other_account, resolved, sealed, site,
                site_id, ticket_id, ticket_opened,
            },
            given,
        },
        ticket::{TicketEvent, TicketKind, TicketRejection},
    };

    fn open(kind: TicketKind) -> OpenTicket {
        OpenTicket {
            ticket_id: ticket_id(),
            account_id: account_id(),
            kind,
            site_id: None,
            summary: sealed("No service since Monday."),
        }
    }

    #[test]
    fn f35_what_no_code_explains_becomes_a_ticket_for_tech_support() {
        let kind = TicketKind::TechSupport;
        given(account()).when(open(kind)).then([ticket_opened(kind)]);
    }

    #[test]
    fn f62_f76_credits_and_delinquency_have_tickets() {
        for kind in [TicketKind::Credit, TicketKind::Delinquency] {
            given(account()).when(open(kind)).then([ticket_opened(kind)]);
        }
    }

    #[test]
    fn a_ticket_may_be_about_one_of_the_customers_sites() {
        let at_site = OpenTicket { site_id: Some(site_id()), ..open(TicketKind::Trouble) };
        let opened = TicketEvent::Opened {
            account_id: account_id(),
            kind: TicketKind::Trouble,
            site_id: Some(site_id()),
            summary: sealed("No service since Monday."),
        };
        given(site()).when(at_site.clone()).then([opened.on(&ticket_id())]);
        given(account()).when(at_site.clone()).then_rejected(SiteRejection::NotRegistered);
        given(site())
            .and(other_account())
            .when(OpenTicket { account_id: id("account_8"), ..at_site })
            .then_rejected(TicketRejection::SiteOfAnotherAccount);
    }

    #[test]
    fn a_ticket_id_means_one_ticket() {
        given(opened_ticket()).when(open(TicketKind::Trouble)).then([]);
        given(opened_ticket()).and([resolved("Done.")]).when(open(TicketKind::Trouble)).then([]);
        given(opened_ticket())
            .when(open(TicketKind::Credit))
            .then_rejected(TicketRejection::OpenedOtherwise);
        given(opened_ticket())
            .when(OpenTicket { summary: sealed("Slow."), ..open(TicketKind::Trouble) })
            .then_rejected(TicketRejection::OpenedOtherwise);
    }

    #[test]
    fn a_ticket_is_about_a_customer() {
        given([]).when(open(TicketKind::Other)).then_rejected(AccountRejection::NotOpen);
    }
}
