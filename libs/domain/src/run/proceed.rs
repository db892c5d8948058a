//! Continue and close: the next accounts are asked for, until there are no more. A run only goes
//! forwards: accounts that have been asked for are not asked for again.

use jiff::civil::Date;

use super::{Run, RunEvent, RunKind};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Note how far a run's accounts have been asked for, so that the next ones follow.
#[derive(Clone, Debug)]
pub struct ContinueRun {
    /// What is done.
    pub kind: RunKind,
    /// For which day.
    pub date: Date,
    /// The last account that was asked for, as the run's own order names it.
    pub after: Code,
}

/// Note that every account of a run has been asked for.
#[derive(Clone, Copy, Debug)]
pub struct CloseRun {
    /// What is done.
    pub kind: RunKind,
    /// For which day.
    pub date: Date,
}

impl Decide for ContinueRun {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let last = desk.get(&self.kind.on(self.date)).demand_open()?;
        if last.is_some_and(|last| *last >= self.after) {
            return Ok(vec![]);
        }
        let Self { kind, date, after } = self.clone();
        Ok(vec![RunEvent::Continued { kind, date, after }.on(kind, date)])
    }
}

impl Decide for CloseRun {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let Self { kind, date } = *self;
        match desk.get(&kind.on(date)) {
            Run::Closed => Ok(vec![]),
            run @ (Run::NotOpened | Run::AwaitsApproval | Run::Open { .. }) => {
                run.demand_open()?;
                Ok(vec![RunEvent::Closed { kind, date }.on(kind, date)])
            }
        }
    }
}
