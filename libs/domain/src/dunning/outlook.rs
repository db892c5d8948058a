//! What happens next to an account that owes something, and when: for the day on which it is
//! looked at, and for whoever asks.
//!
//! What must stay true: the day that is said here is the day on which `AdvanceDunning` does it.

use jiff::{ToSpan, civil::Date};

use super::Dunning;
use crate::{biller::Biller, ledger::Standing, text::Code};

/// What happens next if nothing else does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The day on which the account is looked at next.
    pub on: Date,
    /// What it waits for.
    pub waits: Waits,
}

/// What a day is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    /// A step of the ladder.
    Step {
        /// Its name in the biller's plan.
        name: Code,
        /// The due date of the debt that it is about.
        anchor: Date,
        /// The steps from this one on, with their dates.
        ahead: Vec<(Code, Date)>,
    },
    /// The day after something was promised.
    Promise {
        /// The day by which it was promised.
        promised_on: Date,
    },
}

impl Dunning {
    /// What happens next, as things stand. `None`: nothing, until something is owed, paid or said.
    /// A day that is over means today, or the next business day where it is a step that waits.
    #[must_use]
    pub fn outlook(&self, biller: &Biller, standing: &Standing) -> Option<Outlook> {
        self.outlook_from(biller, standing, Date::MIN)
    }

    /// The same as somebody is told it: on no day before `from`.
    #[must_use]
    pub fn outlook_from(
        &self,
        biller: &Biller,
        standing: &Standing,
        from: Date,
    ) -> Option<Outlook> {
        if let Some(arrangement) = &self.arrangement {
            let owed = self.promised(arrangement, standing);
            let (promised_on, _) = arrangement.waits_for(owed, biller.dunning.minimum)?;
            let on = promised_on.saturating_add(1.day()).max(from);
            return Some(Outlook { on, waits: Waits::Promise { promised_on } });
        }
        let asked_from = self.excluded.as_ref().map_or(Some(Date::MIN), |it| it.until)?;
        let (anchor, next, earliest) = self.next_step(biller, standing)?;
        let dates = biller.dunning_dates(anchor, next, earliest.max(asked_from).max(from));
        let names = biller.dunning.steps.iter().skip(next).map(|step| step.name.clone());
        let ahead: Vec<_> = names.zip(dates).collect();
        let (name, on) = ahead.first()?.clone();
        Some(Outlook { on, waits: Waits::Step { name, anchor, ahead } })
    }

    /// The debt that the next step is about, which step that is, and the earliest day for it.
    fn next_step(&self, biller: &Biller, standing: &Standing) -> Option<(Date, usize, Date)> {
        if let Some(ladder) = self.ladder {
            let next = usize::try_from(ladder.taken).ok()?;
            return Some((ladder.anchor, next, ladder.last_on.saturating_add(1.day())));
        }
        let minimum = biller.dunning.minimum.max(1);
        let mut owed = 0_i64;
        let anchor = self.undisputed(standing).find(|charge| {
            owed = owed.saturating_add(charge.remaining);
            owed >= minimum
        })?;
        let last = self.ended.map_or(anchor.due_on, |ended| ended.last_on.max(anchor.due_on));
        Some((anchor.due_on, 0, last.saturating_add(1.day())))
    }
}
