//! One account as the judge knows it: what it owes, where its dunning stands, what it was billed.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use domain::{
    Aggregate as _,
    biller::{Biller, DunningAction},
    dunning::{DunningEvent, StepTaken},
    ledger::{LedgerEvent, Standing},
    subscription::{Subscription, SubscriptionEvent},
    text::Code,
};
use event_store::Recorded;
use jiff::{ToSpan as _, civil::Date};

use super::Books;

/// Events of an account that are remembered.
const TRAIL: usize = 10;

/// Where an event is.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    position: u64,
    stream: Arc<str>,
    version: u64,
    kind: Arc<str>,
}

/// One account.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Account {
    pub(in super::super) standing: Standing,
    /// All entries together, in minor units.
    sum: i64,
    ladder: Option<Ladder>,
    ladders: u32,
    /// The anchor of the last ladder that ended.
    ended: Option<Date>,
    /// Whether a manager made the arrangement that is in force.
    arrangement: Option<bool>,
    disputed: BTreeSet<Code>,
    /// What of that was disputed only when a site was suspended.
    disputed_late: BTreeSet<Code>,
    is_excluded: bool,
    subscription: Option<Subscription>,
    /// The last cycle, and the end of what it paid in advance.
    billed: Option<(Date, Date)>,
    trail: VecDeque<Entry>,
}

/// Steps that were taken.
#[derive(Clone, Copy, Debug)]
struct Ladder {
    anchor: Date,
    taken: u32,
    last_on: Date,
    suspends: bool,
}

impl Entry {
    pub(super) fn of(recorded: &Recorded) -> Self {
        let event = &recorded.event;
        let (stream, kind) = (Arc::clone(&event.stream), Arc::clone(&event.kind));
        Self { position: recorded.position, stream, version: event.version, kind }
    }
}

impl Account {
    pub(super) fn note(&mut self, entry: Entry) {
        if self.trail.len() == TRAIL {
            self.trail.pop_front();
        }
        self.trail.push_back(entry);
    }

    pub(super) fn trail(&self) -> Vec<String> {
        let told = |Entry { position, stream, version, kind }: &Entry| {
            format!("{position}: {stream}/{version} {kind}")
        };
        self.trail.iter().map(told).collect()
    }

    /// What is asked for: what is not disputed of the debt that the ladder is, or was, about and
    /// of every older one; without a ladder all that is past due.
    pub(super) fn owed(&self, today: Date) -> i64 {
        self.past_due(today, |charge_id| !self.disputed.contains(charge_id))
    }

    /// What has to be paid before a site is reinstated: of the same what was not disputed before
    /// it was suspended.
    pub(super) fn demanded(&self, today: Date) -> i64 {
        let is_late = |charge_id: &Code| self.disputed_late.contains(charge_id);
        self.past_due(today, |charge_id| !self.disputed.contains(charge_id) || is_late(charge_id))
    }

    fn past_due(&self, today: Date, counts: impl Fn(&Code) -> bool) -> i64 {
        let anchor = self.ladder.map(|ladder| ladder.anchor).or(self.ended);
        let open = self.standing.open.iter();
        open.filter(|charge| counts(&charge.charge_id))
            .filter(|charge| charge.due_on < today)
            .filter(|charge| anchor.is_none_or(|anchor| charge.due_on <= anchor))
            .map(|charge| charge.remaining)
            .sum()
    }

    pub(super) fn has_manager(&self) -> bool {
        self.arrangement == Some(true)
    }

    /// Why nobody may be suspended now.
    pub(super) fn no_suspension(&self, today: Date) -> Option<String> {
        if self.arrangement.is_some() {
            return Some("is suspended, and has an arrangement".to_owned());
        }
        if self.is_excluded {
            return Some("is suspended, and is excluded from dunning".to_owned());
        }
        if self.owed(today) <= 0 {
            return Some("is suspended, and owes nothing that the ladder is about".to_owned());
        }
        match self.ladder {
            Some(ladder) if ladder.suspends => None,
            Some(_) | None => Some("is suspended before the ladder says so".to_owned()),
        }
    }

    pub(super) fn ledger(&mut self, event: &LedgerEvent, books: &mut Books) -> Option<String> {
        let before = self.standing.clone();
        self.standing.post(event);
        self.sum += event.effect();
        books.ledger(&before, event, &self.standing);
        let (balance, sum) = (self.standing.balance(), self.sum);
        (balance != sum).then(|| format!("the balance is {balance}, and the entries make {sum}"))
    }

    pub(super) fn dunning(
        &mut self,
        event: &DunningEvent,
        (biller, today): (&Biller, Date),
        is_suspended: bool,
    ) -> Option<String> {
        match event {
            DunningEvent::StepTaken(step) => return self.step(step, biller, today),
            DunningEvent::LadderEnded { .. } => {
                self.ended = self.ladder.take().map(|ladder| ladder.anchor);
            }
            DunningEvent::ArrangementMade { by_manager, .. } => {
                self.arrangement = Some(*by_manager);
                // Service comes back, and no later suspension waits for what is disputed.
                if *by_manager {
                    self.disputed_late.clear();
                }
            }
            DunningEvent::ArrangementKept { .. } | DunningEvent::ArrangementBroken { .. } => {
                self.arrangement = None;
            }
            DunningEvent::ChargeDisputed { charge_id, .. } => {
                if self.disputed.insert(charge_id.clone()) && is_suspended {
                    self.disputed_late.insert(charge_id.clone());
                }
            }
            DunningEvent::DisputeClosed { charge_id, .. } => {
                self.disputed.remove(charge_id);
                self.disputed_late.remove(charge_id);
            }
            DunningEvent::Excluded { .. } => self.is_excluded = true,
            DunningEvent::Included { .. } => self.is_excluded = false,
            // Nobody suspends by hand in a simulated year.
            DunningEvent::PaymentDemanded { through, .. } => self.ended = Some(*through),
        }
        None
    }

    /// Steps come in the biller's order, on business days, one a day, none before its date, and
    /// about a debt that there is.
    fn step(&mut self, step: &StepTaken, biller: &Biller, today: Date) -> Option<String> {
        let before = self.ladder;
        let due = before.map_or(0, |ladder| ladder.taken);
        let suspends = step.actions.contains(&DunningAction::Suspend);
        self.ladder = Some(Ladder {
            anchor: step.anchor,
            taken: step.step + 1,
            last_on: step.taken_on,
            suspends: suspends || before.is_some_and(|ladder| ladder.suspends),
        });
        if before.is_none() {
            self.ladders += 1;
        }
        let name = &step.name;
        let plan = biller.dunning.steps.get(usize::try_from(due).ok()?);
        let Some(plan) = plan.filter(|plan| plan.name == *name && step.step == due) else {
            return Some(format!("step {name} is taken where step {due} is due"));
        };
        let nominal = step.anchor.saturating_add(i32::from(plan.after_due).days());
        let wrong = if step.taken_on != today {
            "on another day than today"
        } else if !biller.business_days.is_business_day(today) {
            "on a day without business"
        } else if before.is_some_and(|ladder| ladder.last_on >= step.taken_on) {
            "on the day of the step before it"
        } else if step.taken_on < nominal {
            "before its date"
        } else if before.is_some_and(|ladder| ladder.anchor != step.anchor) {
            "about another debt than the step before it"
        } else if step.ladder != self.ladders {
            "on another ladder than the account is on"
        } else if self.arrangement.is_some() {
            "though there is an arrangement"
        } else if self.owed(today) <= 0 {
            "though nothing is owed"
        } else {
            return None;
        };
        Some(format!("step {name} is taken on {} {wrong}", step.taken_on))
    }

    /// Every cycle is billed once, each where the one before it ended, or where it rested.
    pub(super) fn subscription(&mut self, event: &SubscriptionEvent) -> Option<String> {
        let before = self.subscription.take().unwrap_or_else(|| Subscription::UNKNOWN.clone());
        let due = before.next_cycle();
        self.subscription = Some(before.evolve(event));
        let SubscriptionEvent::Billed { cycle, through, .. } = event else { return None };
        let last = self.billed.replace((*cycle, *through));
        match last {
            Some((last, _)) if last >= *cycle => {
                Some(format!("cycle {cycle} is billed after cycle {last}"))
            }
            Some((last, end)) if end != *cycle && due != Some(*cycle) => {
                Some(format!("cycle {last} was billed until {end}, and the next is {cycle}"))
            }
            None if due != Some(*cycle) => {
                let due = due.map_or_else(|| "none".to_owned(), |due| due.to_string());
                Some(format!("cycle {cycle} is the first that is billed, and {due} was due"))
            }
            Some(_) | None => None,
        }
    }

    /// The cycle that should have been billed by now.
    pub(super) fn unbilled(&self, today: Date) -> Option<String> {
        let subscription = self.subscription.as_ref().filter(|it| it.is_opened())?;
        let due = subscription.next_cycle().filter(|due| *due <= today)?;
        let is_parked = subscription.parked().is_some();
        (!is_parked).then(|| format!("cycle {due} was not billed by {today}"))
    }
}
