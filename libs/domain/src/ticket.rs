//! A ticket: something about a customer that somebody has to see to, and the steps that were taken
//! (F35, F62, F72, F76, F85, F90).
//!
//! What must stay true: a ticket has few entries; its state holds no text.

mod add_entry;
mod assign;
mod open;
mod reopen;
mod resolve;

pub use add_entry::AddTicketEntry;
pub use assign::AssignTicket;
pub use open::OpenTicket;
pub use reopen::ReopenTicket;
pub use resolve::ResolveTicket;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection,
    account::{Account, AccountId},
    remembered::{Fingerprint, Remembered},
    sealed::Sealed,
    site::Site,
    text::Code,
};

/// Names a ticket.
pub type TicketId = Id<Ticket>;

/// Most entries of one ticket: all of them are remembered.
pub const ENTRIES_MAX: usize = 200;

/// Facts about one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketEvent {
    /// There is something to see to.
    Opened {
        /// Whose it is.
        account_id: Id<Account>,
        /// What it is about.
        kind: TicketKind,
        /// Where, if it is about one site.
        site_id: Option<Id<Site>>,
        /// What is the matter. Personal data.
        summary: Sealed,
    },
    /// Something was done about it (F76, F85, F90).
    EntryAdded {
        /// Chosen by the sender.
        entry_id: Code,
        /// What was done. Personal data.
        text: Sealed,
    },
    /// It waits for somebody else (F35).
    Assigned {
        /// One of the biller's queues.
        queue: Code,
    },
    /// It is done.
    Resolved {
        /// What came of it. Personal data.
        resolution: Sealed,
    },
    /// It is not done after all.
    Reopened {
        /// Why. Personal data.
        reason: Sealed,
    },
}

/// What a ticket is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketKind {
    /// A bill that is not paid (F76).
    Delinquency,
    /// A line that does not work.
    Trouble,
    /// Money back (F62).
    Credit,
    /// A device or line that did not take its settings (F34).
    Provisioning,
    /// What only Tech Support can find out (F35).
    TechSupport,
    /// A move, an addition, a change or a disconnection (F57).
    ChangeRequest,
    /// Anything else.
    Other,
}

/// Where a ticket stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// Nobody opened it.
    NotOpened,
    /// Somebody did.
    Opened(Box<OpenedTicket>),
}

/// A ticket that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedTicket {
    /// Whose it is.
    pub account_id: Id<Account>,
    /// What it is about.
    pub kind: TicketKind,
    /// Where, if it is about one site.
    pub site_id: Option<Id<Site>>,
    /// What is the matter.
    pub summary: Fingerprint,
    /// Where it waits; absent until it is assigned.
    pub queue: Option<Code>,
    /// What came of it; absent while it is open.
    pub resolution: Option<Fingerprint>,
    /// What was done about it: all of it, since there is a limit.
    pub entries: Remembered,
}

/// What prevents a wish about a ticket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketRejection {
    /// Nobody opened it.
    #[error("nobody opened the ticket")]
    NotOpened,
    /// It was opened, with other data.
    #[error("the ticket was opened with other data: choose a new id")]
    OpenedOtherwise,
    /// Whoever writes in it means another customer.
    #[error("the ticket belongs to another account: name the account that it was opened for")]
    OfAnotherAccount,
    /// The site is somebody else's.
    #[error("the site belongs to another account")]
    SiteOfAnotherAccount,
    /// The biller has no such queue.
    #[error("queue {queue} is not one of the biller's")]
    QueueNotKnown {
        /// Which.
        queue: Code,
    },
    /// It is done.
    #[error("the ticket is resolved: reopen it first")]
    Resolved,
    /// Two resolutions of one ticket.
    #[error("the ticket was resolved with another resolution: reopen it first")]
    ResolvedOtherwise,
    /// Two texts under one id.
    #[error("the entry id belongs to an entry with another text: choose a new id")]
    EntryIdUsed,
    /// It has become a history of its own.
    #[error("the ticket has {ENTRIES_MAX} entries: resolve it and open another one")]
    Full,
}

impl TicketRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOpened => "ticket.not_opened",
            Self::OpenedOtherwise => "ticket.opened_otherwise",
            Self::OfAnotherAccount => "ticket.of_another_account",
            Self::SiteOfAnotherAccount => "ticket.site_of_another_account",
            Self::QueueNotKnown { .. } => "ticket.queue_not_known",
            Self::Resolved => "ticket.resolved",
            Self::ResolvedOtherwise => "ticket.resolved_otherwise",
            Self::EntryIdUsed => "ticket.entry_id_used",
            Self::Full => "ticket.full",
        }
    }
}

impl From<TicketRejection> for Rejection {
    fn from(rejection: TicketRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl TicketEvent {
    /// This fact, about that ticket.
    #[must_use]
    pub fn on(self, ticket_id: &TicketId) -> Fact {
        Fact::new(ticket_id, Event::Ticket(self))
    }
}

impl Ticket {
    fn opened(&self) -> Result<&OpenedTicket, TicketRejection> {
        match self {
            Self::NotOpened => Err(TicketRejection::NotOpened),
            Self::Opened(ticket) => Ok(ticket),
        }
    }

    /// The ticket, if it is that account's: a text about one customer never lands with another.
    fn of_account(&self, account_id: &AccountId) -> Result<&OpenedTicket, TicketRejection> {
        let ticket = self.opened()?;
        if ticket.account_id == *account_id {
            Ok(ticket)
        } else {
            Err(TicketRejection::OfAnotherAccount)
        }
    }
}

impl OpenedTicket {
    fn demand_unresolved(&self) -> Result<(), TicketRejection> {
        match self.resolution {
            None => Ok(()),
            Some(_) => Err(TicketRejection::Resolved),
        }
    }

    fn advance(&mut self, event: &TicketEvent) {
        match event {
            TicketEvent::Opened { .. } => {}
            TicketEvent::EntryAdded { entry_id, text } => {
                self.entries.note(entry_id, Fingerprint::of(text), ENTRIES_MAX);
            }
            TicketEvent::Assigned { queue } => self.queue = Some(queue.clone()),
            TicketEvent::Resolved { resolution } => {
                self.resolution = Some(Fingerprint::of(resolution));
            }
            TicketEvent::Reopened { .. } => self.resolution = None,
        }
    }
}

impl Aggregate for Ticket {
    const CATEGORY: &'static str = "ticket";
    const UNKNOWN: &'static Self = &Self::NotOpened;
    type Event = TicketEvent;

    fn evolve(self, event: &TicketEvent) -> Self {
        match (self, event) {
            (_, TicketEvent::Opened { account_id, kind, site_id, summary }) => {
                Self::Opened(Box::new(OpenedTicket {
                    account_id: account_id.clone(),
                    kind: *kind,
                    site_id: site_id.clone(),
                    summary: Fingerprint::of(summary),
                    queue: None,
                    resolution: None,
                    entries: Remembered::default(),
                }))
            }
            (Self::Opened(mut ticket), event) => {
                ticket.advance(event);
                Self::Opened(ticket)
            }
            (Self::NotOpened, _) => Self::NotOpened,
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Ticket(ticket) = noun { Some(ticket) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Ticket(ticket) = noun { Some(ticket) } else { None }
    }
}
