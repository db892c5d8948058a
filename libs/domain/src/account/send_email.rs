//! Send an e-mail to the customer from their account, a ticket or an order (F61).

use super::{AccountEvent, AccountId, AccountRejection, EmailOrigin};
use crate::{
    Decide, Desk, Fact, Rejection,
    order::Order,
    remembered::{Fingerprint, Recall},
    sealed::Sealed,
    text::Code,
    ticket::Ticket,
};

/// Write to the customer; it stays in the account's history (F61).
#[derive(Clone, Debug)]
pub struct SendEmail {
    /// To whom.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id again changes nothing.
    pub email_id: Code,
    /// What it is about, in a line. Personal data.
    pub subject: Sealed,
    /// What it says. Personal data.
    pub text: Sealed,
    /// What it is written from.
    pub about: EmailOrigin,
}

impl Decide for SendEmail {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let written = desk.get(&self.account_id).written()?;
        let email = Fingerprint::of(&(&self.subject, &self.text, &self.about));
        match written.emails.recall(&self.email_id, email) {
            Recall::New => self.send(desk),
            Recall::Same => Ok(vec![]),
            Recall::Otherwise => Err(AccountRejection::EmailIdUsed.into()),
        }
    }
}

impl SendEmail {
    fn send(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        self.check_origin(desk)?;
        let requested = AccountEvent::EmailRequested {
            email_id: self.email_id.clone(),
            subject: self.subject.clone(),
            text: self.text.clone(),
            about: self.about.clone(),
        };
        Ok(vec![requested.on(&self.account_id)])
    }

    fn check_origin(&self, desk: &Desk<'_>) -> Result<(), AccountRejection> {
        match &self.about {
            EmailOrigin::Account => Ok(()),
            EmailOrigin::Ticket(ticket_id) => match desk.get(ticket_id) {
                Ticket::Opened(ticket) if ticket.account_id == self.account_id => Ok(()),
                Ticket::Opened(_) | Ticket::NotOpened => {
                    Err(AccountRejection::TicketOfAnotherAccount)
                }
            },
            EmailOrigin::Order(order_id) => match desk.get(order_id) {
                Order::Started(order) if order.start.account_id == self.account_id => Ok(()),
                Order::Started(_) | Order::NotStarted => {
                    Err(AccountRejection::OrderOfAnotherAccount)
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SendEmail;
    use crate::{
        account::{AccountEvent, AccountRejection, EmailOrigin},
        testing::{
            fixtures::{
                account, account_id, code, id, opened_ticket, order_id, other_account, sealed,
                service, started, ticket_id,
            },
            given,
        },
    };

    fn write(about: EmailOrigin) -> SendEmail {
        SendEmail {
            account_id: account_id(),
            email_id: code("e-1"),
            subject: sealed("Your credit"),
            text: sealed("It is on your next bill."),
            about,
        }
    }

    fn requested(about: EmailOrigin) -> crate::Fact {
        AccountEvent::EmailRequested {
            email_id: code("e-1"),
            subject: sealed("Your credit"),
            text: sealed("It is on your next bill."),
            about,
        }
        .on(&account_id())
    }

    #[test]
    fn f61_an_email_is_written_from_the_account_a_ticket_or_an_order() {
        let (ticket, order) = (EmailOrigin::Ticket(ticket_id()), EmailOrigin::Order(order_id()));
        given(account()).when(write(EmailOrigin::Account)).then([requested(EmailOrigin::Account)]);
        given(opened_ticket()).when(write(ticket.clone())).then([requested(ticket)]);
        given(service("basic"))
            .and([started("basic")])
            .when(write(order.clone()))
            .then([requested(order)]);
    }

    #[test]
    fn f61_what_it_is_about_is_the_accounts_own() {
        let mut wish = write(EmailOrigin::Ticket(ticket_id()));
        wish.account_id = id("account_8");
        given(opened_ticket())
            .and(other_account())
            .when(wish)
            .then_rejected(AccountRejection::TicketOfAnotherAccount);
        given(account())
            .when(write(EmailOrigin::Order(order_id())))
            .then_rejected(AccountRejection::OrderOfAnotherAccount);
    }

    #[test]
    fn an_email_id_means_one_email() {
        let other = SendEmail { text: sealed("It is not."), ..write(EmailOrigin::Account) };
        given(account())
            .after(write(EmailOrigin::Account))
            .when(other)
            .then_rejected(AccountRejection::EmailIdUsed);
        given([]).when(write(EmailOrigin::Account)).then_rejected(AccountRejection::NotOpen);
    }
}
