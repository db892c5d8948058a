//! Open: the run's day has come.

use jiff::civil::Date;

use super::{Run, RunEvent, RunKind, RunRejection};
use crate::{Decide, Desk, Fact, Rejection, calendar::today};

/// Open the run of a kind and a day.
#[derive(Clone, Copy, Debug)]
pub struct OpenRun {
    /// What is done.
    pub kind: RunKind,
    /// For which day.
    pub date: Date,
}

impl Decide for OpenRun {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let Self { kind, date } = *self;
        match desk.get(&kind.on(date)) {
            Run::NotOpened => {
                let today = today(desk)?;
                if date > today {
                    return Err(RunRejection::DayNotReached { date, today }.into());
                }
                let awaits_approval = kind == RunKind::Bill && desk.biller.billing.approves_runs;
                Ok(vec![RunEvent::Opened { kind, date, awaits_approval }.on(kind, date)])
            }
            Run::AwaitsApproval | Run::Open { .. } | Run::Closed => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::OpenRun;
    use crate::{
        run::{ApproveRun, CloseRun, ContinueRun, RunEvent, RunKind, RunRejection},
        testing::{
            Given,
            fixtures::{TODAY, code, day},
            given,
        },
    };

    const OPEN: OpenRun = OpenRun { kind: RunKind::Bill, date: TODAY };

    fn opened(awaits_approval: bool) -> RunEvent {
        RunEvent::Opened { kind: RunKind::Bill, date: TODAY, awaits_approval }
    }

    fn under_approval() -> Given {
        given([day(TODAY)]).under(|biller| biller.billing.approves_runs = true)
    }

    #[test]
    fn a_run_is_opened_when_its_day_has_come() {
        given([day(TODAY)]).when(OPEN).then([opened(false).on(RunKind::Bill, TODAY)]);
        let date = date(2026, 3, 17);
        given([day(TODAY)])
            .when(OpenRun { date, ..OPEN })
            .then_rejected(RunRejection::DayNotReached { date, today: TODAY });
    }

    #[test]
    fn a_bill_run_waits_for_its_approval_where_the_biller_wants_it() {
        let approve = ApproveRun { kind: RunKind::Bill, date: TODAY };
        let go_on = ContinueRun { kind: RunKind::Bill, date: TODAY, after: code("account_7") };
        under_approval().when(OPEN).then([opened(true).on(RunKind::Bill, TODAY)]);
        under_approval().when(approve).then_rejected(RunRejection::NotOpened);
        under_approval().after(OPEN).when(go_on).then_rejected(RunRejection::NotApproved);
        under_approval()
            .after(OPEN)
            .when(approve)
            .then([RunEvent::Approved.on(RunKind::Bill, TODAY)]);
        let dunning = RunKind::Dunning;
        let opened = RunEvent::Opened { kind: dunning, date: TODAY, awaits_approval: false };
        under_approval().when(OpenRun { kind: dunning, ..OPEN }).then([opened.on(dunning, TODAY)]);
    }

    #[test]
    fn a_run_goes_on_once_from_where_it_is() {
        let go_on = |to: &str| ContinueRun {
            kind: RunKind::Bill,
            date: TODAY,
            after: code(&format!("{TODAY} {to}")),
        };
        let continued = |to: &str| RunEvent::Continued {
            kind: RunKind::Bill,
            date: TODAY,
            after: code(&format!("{TODAY} {to}")),
        };
        let opened = || given([day(TODAY)]).after(OPEN);
        let on_bill = |event: RunEvent| [event.on(RunKind::Bill, TODAY)];
        opened().when(go_on("account_7")).then(on_bill(continued("account_7")));
        let further = opened().after(go_on("account_7")).after(go_on("account_9"));
        // What is said late, or again, asks for nobody a second time.
        further.clone().when(go_on("account_7")).then([]);
        further.when(go_on("account_9")).then([]);
    }

    #[test]
    fn a_run_that_is_closed_does_not_go_on() {
        let close = CloseRun { kind: RunKind::Bill, date: TODAY };
        let closed = RunEvent::Closed { kind: RunKind::Bill, date: TODAY };
        let opened = || given([day(TODAY)]).after(OPEN);
        opened().when(close).then([closed.on(RunKind::Bill, TODAY)]);
        let go_on = ContinueRun { kind: RunKind::Bill, date: TODAY, after: code("account_7") };
        opened().after(close).when(go_on).then_rejected(RunRejection::Closed);
    }
}
