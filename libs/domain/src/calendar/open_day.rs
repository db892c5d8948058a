//! Open a day: time enters as a fact.

use jiff::civil::Date;

use super::{Calendar, CalendarEvent, CalendarRejection, days, is_too_far};
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
            Calendar::Open { today } if is_too_far(*today, self.date) => {
                Err(CalendarRejection::DayTooFar { today: *today }.into())
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::OpenDay;
    use crate::{
        calendar::{CalendarEvent, CalendarRejection},
        testing::{fixtures::day, given},
    };

    const SCHEDULER: &str = "core; roles=service";

    #[test]
    fn a_day_in_another_century_is_a_slip_of_the_pen() {
        let today = date(2026, 3, 16);
        given([day(today)])
            .by(SCHEDULER)
            .when(OpenDay { date: date(2062, 3, 17) })
            .then_rejected(CalendarRejection::DayTooFar { today });
    }

    #[test]
    fn a_day_says_whether_it_is_a_business_day() {
        let saturday = date(2026, 3, 14);
        given([]).by(SCHEDULER).when(OpenDay { date: saturday }).then([CalendarEvent::DayOpened {
            date: saturday,
            business_day: false,
        }
        .on()]);
        given([day(saturday)])
            .by("root; roles=administrator")
            .when(OpenDay { date: date(2026, 3, 16) })
            .then([day(date(2026, 3, 16))]);
    }

    #[test]
    fn days_go_forwards_only() {
        let today = date(2026, 3, 16);
        given([day(today)])
            .by(SCHEDULER)
            .when(OpenDay { date: date(2026, 3, 15) })
            .then_rejected(CalendarRejection::DayPassed { today });
        given([day(today)]).by(SCHEDULER).when(OpenDay { date: today }).then([]);
    }

    #[test]
    fn an_agent_does_not_move_time() {
        given([])
            .when(OpenDay { date: date(2026, 3, 16) })
            .then_rejected(CalendarRejection::ActorMayNotOpenDays);
    }
}
