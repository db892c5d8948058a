//! Tickets between protobuf and the domain.

use domain::{
    account::Account,
    ticket::{
        AddTicketEntry, AssignTicket, OpenTicket, ReopenTicket, ResolveTicket, TicketEvent,
        TicketKind,
    },
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, id, optional, or_empty, required, sealed},
    pb::ticket::v1::{self as pb, ticket_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::OpenTicket>(),
    CommandType::of::<pb::AddTicketEntry>(),
    CommandType::of::<pb::AssignTicket>(),
    CommandType::of::<pb::ResolveTicket>(),
    CommandType::of::<pb::ReopenTicket>(),
];

impl CommandMessage for pb::OpenTicket {
    type Rule = OpenTicket;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("summary", &mut self.summary)
    }
}

impl TryFrom<pb::OpenTicket> for OpenTicket {
    type Error = Invalid;

    fn try_from(message: pb::OpenTicket) -> Result<Self, Invalid> {
        Ok(Self {
            ticket_id: id("ticketId", &message.ticket_id)?,
            account_id: id("accountId", &message.account_id)?,
            kind: kind("kind", message.kind)?,
            site_id: optional("siteId", &message.site_id, id)?,
            summary: sealed("summary", &message.summary)?,
        })
    }
}

impl CommandMessage for pb::AddTicketEntry {
    type Rule = AddTicketEntry;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("text", &mut self.text)
    }
}

impl TryFrom<pb::AddTicketEntry> for AddTicketEntry {
    type Error = Invalid;

    fn try_from(message: pb::AddTicketEntry) -> Result<Self, Invalid> {
        Ok(Self {
            ticket_id: id("ticketId", &message.ticket_id)?,
            account_id: id("accountId", &message.account_id)?,
            entry_id: code("entryId", &message.entry_id)?,
            text: sealed("text", &message.text)?,
        })
    }
}

impl CommandMessage for pb::AssignTicket {
    type Rule = AssignTicket;
}

impl TryFrom<pb::AssignTicket> for AssignTicket {
    type Error = Invalid;

    fn try_from(message: pb::AssignTicket) -> Result<Self, Invalid> {
        Ok(Self {
            ticket_id: id("ticketId", &message.ticket_id)?,
            queue: code("queue", &message.queue)?,
        })
    }
}

impl CommandMessage for pb::ResolveTicket {
    type Rule = ResolveTicket;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("resolution", &mut self.resolution)
    }
}

impl TryFrom<pb::ResolveTicket> for ResolveTicket {
    type Error = Invalid;

    fn try_from(message: pb::ResolveTicket) -> Result<Self, Invalid> {
        Ok(Self {
            ticket_id: id("ticketId", &message.ticket_id)?,
            account_id: id("accountId", &message.account_id)?,
            resolution: sealed("resolution", &message.resolution)?,
        })
    }
}

impl CommandMessage for pb::ReopenTicket {
    type Rule = ReopenTicket;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("reason", &mut self.reason)
    }
}

impl TryFrom<pb::ReopenTicket> for ReopenTicket {
    type Error = Invalid;

    fn try_from(message: pb::ReopenTicket) -> Result<Self, Invalid> {
        Ok(Self {
            ticket_id: id("ticketId", &message.ticket_id)?,
            account_id: id("accountId", &message.account_id)?,
            reason: sealed("reason", &message.reason)?,
        })
    }
}

pub(crate) fn encode(event: &TicketEvent) -> pb::TicketEvent {
    let fact = match event {
        TicketEvent::Opened { account_id, kind, site_id, summary } => {
            Fact::Opened(pb::TicketOpened {
                account_id: account_id.to_string(),
                kind: kind_number(*kind),
                site_id: or_empty(site_id.as_ref()),
                summary: summary.to_string(),
            })
        }
        TicketEvent::EntryAdded { entry_id, text } => Fact::EntryAdded(pb::TicketEntryAdded {
            entry_id: entry_id.to_string(),
            text: text.to_string(),
        }),
        TicketEvent::Assigned { queue } => {
            Fact::Assigned(pb::TicketAssigned { queue: queue.to_string() })
        }
        TicketEvent::Resolved { resolution } => {
            Fact::Resolved(pb::TicketResolved { resolution: resolution.to_string() })
        }
        TicketEvent::Reopened { reason } => {
            Fact::Reopened(pb::TicketReopened { reason: reason.to_string() })
        }
    };
    pb::TicketEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::TicketEvent) -> Result<TicketEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Opened(fact) => TicketEvent::Opened {
            account_id: id("accountId", &fact.account_id)?,
            kind: kind("kind", fact.kind)?,
            site_id: optional("siteId", &fact.site_id, id)?,
            summary: sealed("summary", &fact.summary)?,
        },
        Fact::EntryAdded(fact) => TicketEvent::EntryAdded {
            entry_id: code("entryId", &fact.entry_id)?,
            text: sealed("text", &fact.text)?,
        },
        Fact::Assigned(fact) => TicketEvent::Assigned { queue: code("queue", &fact.queue)? },
        Fact::Resolved(fact) => {
            TicketEvent::Resolved { resolution: sealed("resolution", &fact.resolution)? }
        }
        Fact::Reopened(fact) => TicketEvent::Reopened { reason: sealed("reason", &fact.reason)? },
    })
}

fn kind(field: &str, number: i32) -> Result<TicketKind, Invalid> {
    match pb::TicketKind::try_from(number) {
        Ok(pb::TicketKind::Delinquency) => Ok(TicketKind::Delinquency),
        Ok(pb::TicketKind::Trouble) => Ok(TicketKind::Trouble),
        Ok(pb::TicketKind::Credit) => Ok(TicketKind::Credit),
        Ok(pb::TicketKind::Provisioning) => Ok(TicketKind::Provisioning),
        Ok(pb::TicketKind::TechSupport) => Ok(TicketKind::TechSupport),
        Ok(pb::TicketKind::ChangeRequest) => Ok(TicketKind::ChangeRequest),
        Ok(pb::TicketKind::Other) => Ok(TicketKind::Other),
        Ok(pb::TicketKind::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a TicketKind"))
        }
    }
}

fn kind_number(kind: TicketKind) -> i32 {
    i32::from(match kind {
        TicketKind::Delinquency => pb::TicketKind::Delinquency,
        TicketKind::Trouble => pb::TicketKind::Trouble,
        TicketKind::Credit => pb::TicketKind::Credit,
        TicketKind::Provisioning => pb::TicketKind::Provisioning,
        TicketKind::TechSupport => pb::TicketKind::TechSupport,
        TicketKind::ChangeRequest => pb::TicketKind::ChangeRequest,
        TicketKind::Other => pb::TicketKind::Other,
    })
}
