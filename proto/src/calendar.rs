//! The calendar between protobuf and the domain.

use domain::calendar::{CalendarEvent, OpenDay};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{date, required},
    pb::calendar::v1::{self as pb, calendar_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[CommandType::of::<pb::OpenDay>()];

impl CommandMessage for pb::OpenDay {
    type Rule = OpenDay;
}

impl TryFrom<pb::OpenDay> for OpenDay {
    type Error = Invalid;

    fn try_from(message: pb::OpenDay) -> Result<Self, Invalid> {
        Ok(Self { date: date("date", &message.date)? })
    }
}

pub(crate) fn encode(event: &CalendarEvent) -> pb::CalendarEvent {
    let fact = match event {
        CalendarEvent::DayOpened { date, business_day } => Fact::DayOpened(pb::CalendarDayOpened {
            date: date.to_string(),
            business_day: *business_day,
        }),
    };
    pb::CalendarEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::CalendarEvent) -> Result<CalendarEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::DayOpened(fact) => CalendarEvent::DayOpened {
            date: date("date", &fact.date)?,
            business_day: fact.business_day,
        },
    })
}
