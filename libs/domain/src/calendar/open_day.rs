//! Open a day: time enters as a fact.

use jiff::civil::Date;

use super::{Calendar, CalendarEvent, CalendarRejection, days};
use crate::{Decide, Desk, Fact, Rejection, actor::Role};

/// Open the biller's next day.
#[derive(Clone, Debug)]
pub struct OpenDay {
    /// Which.
    pub date: Date,
}

impl Decide for OpenDay {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if !desk.actor.is(Role::Service) && !desk.actor.is(Role::Administrator) {
            return Err(CalendarRejection::ActorMayNotOpenDays.into());
        }
        match desk.get(&days()) {
            Calendar::Open { today } if *today == self.date => Ok(vec![]),
            Calendar::Open { today } if *today > self.date => {
                Err(CalendarRejection::DayPassed { today: *today }.into())
            }
            Calendar::Open { .. } | Calendar::NoDayOpened => Ok(vec![
                CalendarEvent::DayOpened {
                    date: self.date,
                    business_day: desk.biller.business_days.is_business_day(self.date),
                }
                .on(),
            ]),
        }
    }
}
