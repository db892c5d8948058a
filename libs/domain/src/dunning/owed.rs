//! What is owed, as dunning sees it: what is past due, what may be collected, what is promised, and
//! what has to be paid before anybody is reinstated.
//!
//! What must stay true: what is disputed is part of none of it, but of what has to be paid for a
//! reinstatement: there it is left out only if it was disputed before anybody was suspended.

use jiff::civil::Date;

use super::{Arrangement, Dunning, Ladder};
use crate::{
    biller::Biller,
    ledger::{OpenCharge, Standing},
};

impl Dunning {
    /// What is owed and not disputed, oldest first.
    pub fn undisputed<'a>(
        &'a self,
        standing: &'a Standing,
    ) -> impl Iterator<Item = &'a OpenCharge> {
        standing.open.iter().filter(|charge| !self.disputed.contains_key(&charge.charge_id))
    }

    /// What is due by a day and not disputed.
    #[must_use]
    pub fn due(&self, standing: &Standing, on: Date) -> i64 {
        sum(self.undisputed(standing).filter(|charge| charge.due_on <= on))
    }

    /// What may be collected on a day: what is due by then and not disputed; of what an
    /// arrangement covers only what is promised by then (F79).
    #[must_use]
    pub fn collectable(&self, standing: &Standing, on: Date) -> i64 {
        let Some(arrangement) = &self.arrangement else { return self.due(standing, on) };
        let others = self.undisputed(standing).filter(|charge| !arrangement.covers(charge));
        let others = sum(others.filter(|charge| charge.due_on <= on));
        let promised = arrangement.promises.iter().filter(|promise| promise.on <= on);
        let promised = promised.map(|promise| promise.amount.minor).fold(0, i64::saturating_add);
        let allowed = arrangement.total.saturating_sub(promised).max(0);
        let missing = self.promised(arrangement, standing).saturating_sub(allowed).max(0);
        others.saturating_add(missing)
    }

    /// What an arrangement covers and is neither paid nor disputed.
    #[must_use]
    pub fn promised(&self, arrangement: &Arrangement, standing: &Standing) -> i64 {
        sum(self.undisputed(standing).filter(|charge| arrangement.covers(charge)))
    }

    /// What is past due and not disputed, whatever ladders there were.
    #[must_use]
    pub fn past_due(&self, standing: &Standing, today: Date) -> i64 {
        sum(self.undisputed(standing).filter(|charge| charge.due_on < today))
    }

    /// What has to be paid before the account is reinstated: the debt that started the ladder, or
    /// for which it was suspended by hand, whichever is due later, or that started the last ladder,
    /// and every older one; where there was nothing of this, all that is past due (F77, F86). A
    /// dispute from after the suspension lessens nothing of it.
    #[must_use]
    pub fn owed(&self, standing: &Standing, today: Date) -> i64 {
        sum(self.demanded(standing, today))
    }

    /// What that is made of.
    pub(crate) fn demanded<'a>(
        &'a self,
        standing: &'a Standing,
        today: Date,
    ) -> impl Iterator<Item = &'a OpenCharge> {
        let anchor_of = |ladder: Option<Ladder>| ladder.map(|ladder| ladder.anchor);
        let anchor = anchor_of(self.ladder).max(self.demanded).or(anchor_of(self.ended));
        let is_asked_for = move |charge: &&OpenCharge| {
            let charge_id = &charge.charge_id;
            !self.disputed.contains_key(charge_id)
                || self.disputed_while_suspended.contains(charge_id)
        };
        let past_due = standing.open.iter().filter(move |charge| charge.due_on < today);
        let asked_for = past_due.filter(is_asked_for);
        asked_for.filter(move |charge| anchor.is_none_or(|anchor| charge.due_on <= anchor))
    }

    /// What a suspension by hand demands: what is due by which day, and how much that is. Where a
    /// ladder stands, that is what the ladder is about; never less than what another suspension
    /// demanded before.
    #[must_use]
    pub(crate) fn demand(&self, standing: &Standing, today: Date) -> Option<(Date, i64)> {
        let past_due = self.undisputed(standing).filter(|charge| charge.due_on < today);
        let newest = past_due.map(|charge| charge.due_on).max()?;
        let through = self.ladder.map_or(newest, |ladder| ladder.anchor);
        let through = self.demanded.map_or(through, |before| before.max(through));
        let demanded = Self { demanded: Some(through), ..self.clone() };
        Some((through, demanded.owed(standing, today)))
    }

    /// Whether so little of that is left that nobody is asked for it: the ladder is over by the
    /// same measure, so whoever it has settled with is reinstated (F86).
    #[must_use]
    pub fn has_paid(&self, biller: &Biller, standing: &Standing, today: Date) -> bool {
        self.owed(standing, today) < biller.dunning.minimum.max(1)
    }
}

impl Arrangement {
    /// Whether a debt is part of it.
    #[must_use]
    pub fn covers(&self, charge: &OpenCharge) -> bool {
        charge.due_on <= self.covers_through && !self.excludes.contains(&charge.charge_id)
    }

    /// The day of the promise that is waited for as long as so much is owed, and what is missing of
    /// it: the first of which as much is missing as anybody is asked for, else the last one.
    /// `None`: all is paid.
    pub(crate) fn waits_for(&self, owed: i64, minimum: i64) -> Option<(Date, i64)> {
        let mut allowed = self.total;
        let of_each = self.promises.iter().map(|promise| {
            allowed = allowed.saturating_sub(promise.amount.minor).max(0);
            (promise.on, owed.saturating_sub(allowed))
        });
        let of_each: Vec<_> = of_each.collect();
        let first = of_each.iter().find(|(_, missing)| *missing >= minimum.max(1));
        first.or(of_each.last()).copied().filter(|(_, missing)| *missing > 0)
    }
}

fn sum<'a>(charges: impl Iterator<Item = &'a OpenCharge>) -> i64 {
    charges.map(|charge| charge.remaining).fold(0, i64::saturating_add)
}
