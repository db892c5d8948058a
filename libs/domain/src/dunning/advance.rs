//! Advance: what the day asks of an account whose debt is past due (F75 to F80). At most one step
//! a day, and none before its date.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};

use super::{Dunning, DunningEvent, DunningId, Ladder, LadderEnd, StepTaken, Waits};
use crate::{
    Aggregate, Decide, Desk, Fact, Rejection,
    account::AccountId,
    biller::DunningAction,
    calendar::today,
    ledger::{LedgerId, Standing},
    money::Money,
    subscription::{self, SubscriptionEvent, SubscriptionId},
    text::Code,
};

/// Do what today asks of an account whose debt is past due, if it asks for anything.
#[derive(Clone, Debug)]
pub struct AdvanceDunning {
    /// Which.
    pub account_id: AccountId,
}

impl Decide for AdvanceDunning {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let today = today(desk)?;
        let standing = &desk.get(&LedgerId::of(&self.account_id)).standing;
        let dunning = desk.get(&DunningId::of(&self.account_id));
        let mut events = look_at_arrangement(dunning, standing, &self.account_id, desk, today);
        let is_broken = matches!(events.first(), Some(DunningEvent::ArrangementBroken { .. }));
        let after = events.iter().fold(dunning.clone(), Dunning::evolve);
        let ended = end(&after, standing, desk, &self.account_id);
        let by_manager = dunning.arrangement.as_ref().is_some_and(|it| it.by_manager);
        let anew = || exhausted(&after, by_manager, desk, &self.account_id);
        let begun_anew = || is_broken.then(anew).flatten();
        events.extend(ended.or_else(begun_anew));
        let after = events.iter().fold(dunning.clone(), Dunning::evolve);
        let step = self.step(desk, &after, standing, today);
        if events.is_empty() && step.is_none() {
            // Looked for only here: a run asks for accounts that there are.
            desk.get(&self.account_id).demand_opened_once()?;
        }
        let fee = step.as_ref().and_then(|step| self.late_fee(desk, step));
        events.extend(step.map(DunningEvent::StepTaken));
        let after = events.iter().fold(dunning.clone(), Dunning::evolve);
        let owed = Money::new(desk.biller.currency, after.owed(standing, today));
        let events = events.into_iter().map(|event| reinstating_for(event, owed));
        Ok(events.map(|event| event.on(&self.account_id)).chain(fee).collect())
    }
}

impl AdvanceDunning {
    /// The step that today asks for.
    fn step(
        &self,
        desk: &Desk<'_>,
        dunning: &Dunning,
        standing: &Standing,
        today: Date,
    ) -> Option<StepTaken> {
        let outlook = dunning.outlook(desk.biller, standing)?;
        let Waits::Step { name, anchor, .. } = outlook.waits else { return None };
        // A day may have been missed: the step falls on the first business day after it.
        if desk.biller.business_days.first_from(outlook.on.max(today)) != today {
            return None;
        }
        let index = dunning.ladder.map_or(0, |ladder| ladder.taken);
        let next = usize::try_from(index).ok()?;
        let plan = desk.biller.dunning.steps.get(next)?;
        let tomorrow = today.saturating_add(1.day());
        let dates = desk.biller.dunning_dates(anchor, next + 1, tomorrow);
        let later = desk.biller.dunning.steps.iter().skip(next + 1);
        let suspends =
            |actions: &BTreeSet<DunningAction>| actions.contains(&DunningAction::Suspend);
        let suspension = later.clone().zip(&dates).find(|(step, _)| suspends(&step.actions));
        let taken = Ladder { anchor, taken: index + 1, last_on: today };
        let after = Dunning { ladder: Some(taken), ..dunning.clone() };
        Some(StepTaken {
            account_id: self.account_id.clone(),
            ladder: dunning.ladders + u32::from(dunning.ladder.is_none()),
            anchor,
            step: index,
            name,
            actions: plan.actions.clone(),
            past_due: Money::new(desk.biller.currency, dunning.past_due(standing, today)),
            taken_on: today,
            suspends_on: match suspends(&plan.actions) {
                true => Some(today),
                false => suspension.map(|(_, date)| *date),
            },
            ahead: later.map(|step| step.name.clone()).zip(dates.iter().copied()).collect(),
            to_reinstate: Some(Money::new(desk.biller.currency, after.owed(standing, today))),
        })
    }

    /// What the step costs, if it costs anything: once for one debt, however often it is paid and
    /// owed again. A fee that has no price on the day costs nothing: the step is taken all the
    /// same.
    fn late_fee(&self, desk: &Desk<'_>, step: &StepTaken) -> Option<Fact> {
        let index = usize::try_from(step.step).ok()?;
        let product = desk.biller.dunning.steps.get(index)?.late_fee.as_ref()?;
        let charge_id = late_fee_id(&step.name, step.anchor, product);
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        if !subscription.is_opened() || subscription.charged.knows(&charge_id) {
            return None;
        }
        let fee = subscription::fee(desk, product, charge_id, None, step.taken_on).ok()?;
        Some(SubscriptionEvent::FeeCharged { fee }.on(&self.account_id))
    }
}

/// What the fee of a step about a debt is charged as: the same in every ladder about that debt, so
/// it is charged once.
#[must_use]
pub fn late_fee_id(step: &Code, anchor: Date, product: &Code) -> Code {
    subscription::as_code(&format!("{step}-{anchor}-{product}"))
}

/// Whether an arrangement was kept or broken. Of whom less is missing than anybody is asked for
/// breaks nothing, and has kept it when the last day is over.
fn look_at_arrangement(
    dunning: &Dunning,
    standing: &Standing,
    account_id: &AccountId,
    desk: &Desk<'_>,
    today: Date,
) -> Vec<DunningEvent> {
    let Some(arrangement) = &dunning.arrangement else { return Vec::new() };
    let (account_id, arrangement_id) = (account_id.clone(), arrangement.arrangement_id.clone());
    let (owed, minimum) = (dunning.promised(arrangement, standing), desk.biller.dunning.minimum);
    match arrangement.waits_for(owed, minimum) {
        Some((promised_on, _)) if promised_on >= today => Vec::new(),
        Some((promised_on, missing)) if missing >= minimum => {
            let missing = Money::new(desk.biller.currency, missing);
            let to_reinstate = None;
            vec![DunningEvent::ArrangementBroken {
                account_id,
                arrangement_id,
                promised_on,
                missing,
                to_reinstate,
            }]
        }
        Some(_) | None => vec![DunningEvent::ArrangementKept { account_id, arrangement_id }],
    }
}

/// Whoever hears that an arrangement is broken hears what has to be paid after all that follows
/// from it on that day.
fn reinstating_for(mut event: DunningEvent, owed: Money) -> DunningEvent {
    if let DunningEvent::ArrangementBroken { to_reinstate, .. } = &mut event {
        *to_reinstate = Some(owed);
    }
    event
}

/// The end of a ladder whose debt is paid.
fn end(
    dunning: &Dunning,
    standing: &Standing,
    desk: &Desk<'_>,
    account_id: &AccountId,
) -> Option<DunningEvent> {
    let ladder = dunning.ladder?;
    let is_settled = dunning.due(standing, ladder.anchor) < desk.biller.dunning.minimum.max(1);
    is_settled.then(|| dunning.end(account_id, LadderEnd::Settled))
}

/// The end of a ladder that has no step left, or has come to the suspension that a manager's
/// promise ended, so that another one begins and suspends anew.
fn exhausted(
    dunning: &Dunning,
    by_manager: bool,
    desk: &Desk<'_>,
    account_id: &AccountId,
) -> Option<DunningEvent> {
    let (taken, plan) = (dunning.ladder?.taken, &desk.biller.dunning);
    let is_at_end = usize::try_from(taken).unwrap_or(usize::MAX) >= plan.steps.len();
    let is_exhausted = is_at_end || (by_manager && plan.suspends_within(taken));
    is_exhausted.then(|| dunning.end(account_id, LadderEnd::PromiseBroken))
}

/// What an entry in the ledger settles: an arrangement, a ladder (F86).
pub(crate) fn settled(desk: &Desk<'_>, account_id: &AccountId, standing: &Standing) -> Vec<Fact> {
    let dunning = desk.get(&DunningId::of(account_id));
    settles(desk, account_id, dunning, standing)
}

/// What is settled where dunning and ledger stand so.
fn settles(
    desk: &Desk<'_>,
    account_id: &AccountId,
    dunning: &Dunning,
    standing: &Standing,
) -> Vec<Fact> {
    let kept = dunning.arrangement.as_ref().filter(|it| dunning.promised(it, standing) == 0);
    let kept = kept.map(|arrangement| DunningEvent::ArrangementKept {
        account_id: account_id.clone(),
        arrangement_id: arrangement.arrangement_id.clone(),
    });
    let ended = end(dunning, standing, desk, account_id);
    kept.into_iter().chain(ended).map(|event| event.on(account_id)).collect()
}

/// A fact about the dunning, and the end of the arrangement or the ladder where that follows.
pub(super) fn settled_after(
    desk: &Desk<'_>,
    account_id: &AccountId,
    event: DunningEvent,
) -> Vec<Fact> {
    let standing = &desk.get(&LedgerId::of(account_id)).standing;
    let after = desk.get(&DunningId::of(account_id)).clone().evolve(&event);
    let settled = settles(desk, account_id, &after, standing);
    [event.on(account_id)].into_iter().chain(settled).collect()
}

#[cfg(test)]
mod tests;
