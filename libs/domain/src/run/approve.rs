//! Approve: somebody has looked at the draft, and the bills may be made.

use jiff::civil::Date;

use super::{Run, RunEvent, RunKind, RunRejection};
use crate::{Decide, Desk, Fact, Rejection};

/// Approve a run that waits for it.
#[derive(Clone, Copy, Debug)]
pub struct ApproveRun {
    /// What is done.
    pub kind: RunKind,
    /// For which day.
    pub date: Date,
}

impl Decide for ApproveRun {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.kind.on(self.date)) {
            Run::NotOpened => Err(RunRejection::NotOpened.into()),
            Run::AwaitsApproval => Ok(vec![RunEvent::Approved.on(self.kind, self.date)]),
            Run::Open { .. } | Run::Closed => Ok(vec![]),
        }
    }
}
