//! The biller's calendar: "today" of every rule is the last day that was opened, never a clock's.

mod open_day;

pub use open_day::OpenDay;

use jiff::civil::Date;

use crate::{Aggregate, Desk, Event, Fact, Id, Noun, Rejection};

/// Names the calendar.
pub type CalendarId = Id<Calendar>;

/// Facts about the biller's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarEvent {
    /// A day began.
    DayOpened {
        /// Which.
        date: Date,
        /// Neither weekend nor holiday (F80).
        business_day: bool,
    },
}

/// Where the calendar stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Nobody opened a day.
    NoDayOpened,
    /// It is some day.
    Open {
        /// The last opened day.
        today: Date,
    },
}

/// What prevents a wish about the calendar, or one that asks for today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarRejection {
    /// No rule knows what today is.
    #[error("no day is opened: open the first day")]
    NoDayOpened,
    /// Days are opened forwards only.
    #[error("a later day is already open: {today}")]
    DayPassed {
        /// The last opened day.
        today: Date,
    },
    /// There is no way back from it.
    #[error("the last opened day is {today}: a day more than a year later is not opened")]
    DayTooFar {
        /// The last opened day.
        today: Date,
    },
    /// Opening a day starts bill runs and dunning.
    #[error("only a service or an administrator may open a day")]
    ActorMayNotOpenDays,
}

impl CalendarRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoDayOpened => "calendar.no_day_opened",
            Self::DayPassed { .. } => "calendar.day_passed",
            Self::DayTooFar { .. } => "calendar.day_too_far",
            Self::ActorMayNotOpenDays => "calendar.actor_may_not_open_days",
        }
    }
}

impl From<CalendarRejection> for Rejection {
    fn from(rejection: CalendarRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

/// The one stream of days that a biller has.
#[must_use]
pub fn days() -> CalendarId {
    CalendarId::parse("calendar_days").expect("the name starts with the category")
}

/// Days that a wish may be ahead of today, where it could hardly be taken back: a slip of the pen
/// must not end up in another century.
const DAYS_AHEAD_MAX: i32 = 366;

/// Whether a day is more than a year ahead.
pub(crate) fn is_too_far(today: Date, date: Date) -> bool {
    today.until(date).map_or(i32::MAX, |span| span.get_days()) > DAYS_AHEAD_MAX
}

/// The last opened day.
///
/// # Errors
/// When no day is opened.
pub fn today(desk: &Desk<'_>) -> Result<Date, Rejection> {
    match desk.get(&days()) {
        Calendar::NoDayOpened => Err(CalendarRejection::NoDayOpened.into()),
        Calendar::Open { today } => Ok(*today),
    }
}

impl CalendarEvent {
    /// This fact, about the biller's calendar.
    #[must_use]
    pub fn on(self) -> Fact {
        Fact::new(&days(), Event::Calendar(self))
    }
}

impl Aggregate for Calendar {
    const CATEGORY: &'static str = "calendar";
    const UNKNOWN: &'static Self = &Self::NoDayOpened;
    const NEWEST_FACT_SUFFICES: bool = true;
    type Event = CalendarEvent;

    fn evolve(self, event: &CalendarEvent) -> Self {
        match event {
            CalendarEvent::DayOpened { date, .. } => Self::Open { today: *date },
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Calendar(calendar) = noun { Some(calendar) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Calendar(calendar) = noun { Some(calendar) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Calendar, CalendarEvent};
    use crate::Aggregate;

    #[test]
    fn the_newest_day_says_everything() {
        let opened = |date| CalendarEvent::DayOpened { date, business_day: true };
        let days = [date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)].map(opened);
        let all = days.iter().fold(Calendar::UNKNOWN.clone(), Calendar::evolve);
        assert_eq!(all, Calendar::UNKNOWN.clone().evolve(&days[2]));
    }
}
