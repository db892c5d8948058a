//! Arrange: the customer promises to pay by certain days, and the ladder is held up until then.
//! How long and for how much depends on the role of whoever agrees (F79, F86). What is disputed is
//! no part of it, whatever is decided about it later.
//!
//! What must stay true: one arrangement stands at a time. A manager may make another one instead of
//! it; and whoever is suspended already is reinstated by none but a manager's (F86), which ends
//! what the suspension was to their disputes.

use jiff::{ToSpan, civil::Date};

use super::{Dunning, DunningEvent, DunningId, DunningRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    actor::Role,
    biller::ArrangementLimit,
    calendar::today,
    ledger::{LedgerEvent, LedgerId, Standing},
    money::Money,
    remembered::{Fingerprint, Recall},
    text::Code,
};

/// Most promises of one arrangement.
pub const PROMISES_MAX: usize = 12;

/// Agree on when the past-due amount is paid.
#[derive(Clone, Debug)]
pub struct MakeArrangement {
    /// Whose.
    pub account_id: AccountId,
    /// Chosen by the sender; the same again changes nothing.
    pub arrangement_id: Code,
    /// What is paid by when, in the order of the days; together at least what is past due.
    pub promises: Vec<Promise>,
}

/// Money, by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Promise {
    /// The last day on which it is in time.
    pub on: Date,
    /// How much.
    pub amount: Money,
}

impl Decide for MakeArrangement {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        let dunning = desk.get(&DunningId::of(&self.account_id));
        match dunning.arranged.recall(&self.arrangement_id, Fingerprint::of(&self.promises)) {
            Recall::Same => return Ok(vec![]),
            Recall::Otherwise => return Err(DunningRejection::ArrangementIdUsed.into()),
            Recall::New => {}
        }
        if dunning.is_arranged() && !desk.actor.is(Role::Manager) {
            return Err(DunningRejection::Arranged.into());
        }
        let today = today(desk)?;
        let standing = &desk.get(&LedgerId::of(&self.account_id)).standing;
        let covered = dunning.undisputed(standing).filter(|charge| charge.due_on < today).last();
        let covers_through = covered.ok_or(DunningRejection::NothingPastDue)?.due_on;
        let total = dunning.due(standing, covers_through);
        self.check(desk, today, total)?;
        let made = DunningEvent::ArrangementMade {
            account_id: self.account_id.clone(),
            arrangement_id: self.arrangement_id.clone(),
            covers_through,
            total: Money::new(desk.biller.currency, total),
            promises: self.promises.clone(),
            by_manager: desk.actor.is(Role::Manager),
            to_reinstate: Some(Money::new(desk.biller.currency, dunning.owed(standing, today))),
        };
        let is_reinstated = desk.actor.is(Role::Manager);
        let set_aside = is_reinstated.then(|| self.set_aside(dunning, standing));
        let set_aside = set_aside.into_iter().flatten();
        Ok([made.on(&self.account_id)].into_iter().chain(set_aside).collect())
    }
}

impl MakeArrangement {
    /// Whoever is reinstated by this waits for no dispute any more: what was disputed while they
    /// were suspended is from now on like what was disputed before, and the ledger pays it last.
    fn set_aside(&self, dunning: &Dunning, standing: &Standing) -> Vec<Fact> {
        let late = &dunning.disputed_while_suspended;
        let late = dunning.disputed.iter().filter(|(charge_id, _)| late.contains(*charge_id));
        let facts = late.flat_map(|(charge_id, reason)| {
            let disputed = DunningEvent::ChargeDisputed {
                account_id: self.account_id.clone(),
                charge_id: charge_id.clone(),
                reason: reason.clone(),
                while_suspended: false,
            };
            let in_ledger = LedgerEvent::ChargeDisputed {
                account_id: self.account_id.clone(),
                charge_id: charge_id.clone(),
            };
            let is_news = !standing.disputed.contains(charge_id);
            let in_ledger = is_news.then(|| in_ledger.on(&self.account_id));
            in_ledger.into_iter().chain([disputed.on(&self.account_id)])
        });
        facts.collect()
    }

    fn check(&self, desk: &Desk<'_>, today: Date, total: i64) -> Result<(), DunningRejection> {
        if self.promises.is_empty() || self.promises.len() > PROMISES_MAX {
            return Err(DunningRejection::PromisesOutOfRange);
        }
        let in_order = self.promises.is_sorted_by(|before, after| before.on < after.on);
        if !in_order || self.promises[0].on < today {
            return Err(DunningRejection::PromisesNotInOrder);
        }
        let currency = desk.biller.currency;
        let is_money = |it: &Promise| it.amount.currency == currency && it.amount.minor > 0;
        if !self.promises.iter().all(is_money) {
            return Err(DunningRejection::PromiseOfNothing);
        }
        let promised = self.promises.iter().map(|it| it.amount.minor).fold(0, i64::saturating_add);
        if promised < total {
            return Err(DunningRejection::PromisesTooSmall);
        }
        let last = self.promises.last().map_or(today, |promise| promise.on);
        let limits = &desk.biller.dunning.arrangements;
        let mut limits = desk.actor.roles.iter().filter_map(|role| limits.get(role));
        let is_within = |limit: &ArrangementLimit| {
            last <= today.saturating_add(i32::from(limit.days).days()) && total <= limit.amount
        };
        if limits.any(is_within) { Ok(()) } else { Err(DunningRejection::AboveLimit) }
    }
}

#[cfg(test)]
mod tests;
