//! One account, day by day.

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::advance;
use crate::{
    Aggregate, Decide, Desk, Event, Fact, Id, Rejection,
    actor::Actor,
    autopay::{Autopay, AutopayId},
    biller::{Biller, testing},
    dunning::{
        CloseDispute, DisputeCharge, Dunning, DunningEvent, DunningId, ExcludeFromDunning,
        MakeArrangement, Promise, StepTaken,
    },
    ledger::{
        ChargeLine, Ledger, LedgerId, PaymentMethod, RecordCharge, RecordPayment, ReversePayment,
        Standing,
    },
    subscription::SubscriptionEvent,
    testing::{
        Memory,
        fixtures::{account_id, code, day, subscribed, text, usd},
    },
};

/// One account that pays for something, what has happened to it, and today.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) biller: Biller,
    pub(super) today: Date,
    pub(super) facts: Vec<Fact>,
    states: Memory,
    actor: Actor,
}

impl World {
    /// It is some day, and nothing is owed yet.
    pub(super) fn on(today: Date) -> Self {
        let actor = Actor::parse("sam; roles=manager").expect("an actor");
        let (biller, states) = (testing(), Memory::default());
        let mut world = Self { biller, today, facts: Vec::new(), states, actor };
        subscribed().into_iter().for_each(|fact| world.take(fact));
        world.open(today);
        world
    }

    fn take(&mut self, fact: Fact) {
        self.states.apply(&fact.stream, &fact.event);
        self.facts.push(fact);
    }

    /// Another day begins.
    pub(super) fn open(&mut self, today: Date) {
        self.today = today;
        self.take(day(today));
    }

    /// What would come of a wish.
    pub(super) fn decide(&self, wish: &dyn Decide) -> Result<Vec<Fact>, Rejection> {
        wish.decide(&Desk::new(&self.biller, &self.actor, &self.states))
    }

    /// Does something, which a second time changes nothing.
    pub(super) fn ask(&mut self, wish: &dyn Decide) -> Result<Vec<Fact>, Rejection> {
        let facts = self.decide(wish)?;
        facts.iter().cloned().for_each(|fact| self.take(fact));
        assert_eq!(self.decide(wish), Ok(vec![]), "not idempotent: {wish:?}");
        Ok(facts)
    }

    /// Does something that is accepted.
    #[track_caller]
    pub(super) fn then(&mut self, wish: &dyn Decide) -> &mut Self {
        self.ask(wish).expect("it is accepted");
        self
    }

    /// Does what today asks for.
    #[track_caller]
    pub(super) fn advance(&mut self) -> &mut Self {
        self.then(&advance())
    }

    /// Every day until another one begins and does what it asks for; that one only begins.
    #[track_caller]
    pub(super) fn until(&mut self, other: Date) -> &mut Self {
        while self.today < other {
            self.advance();
            self.open(self.today.saturating_add(1.day()));
        }
        self
    }

    #[track_caller]
    pub(super) fn charge(&mut self, minor: i64, due_on: Date) -> &mut Self {
        let lines = vec![ChargeLine { description: text("Classic"), amount: usd(minor) }];
        let (account_id, charge_id) = (account_id(), code(&format!("bill-{due_on}")));
        self.then(&RecordCharge { account_id, charge_id, lines, due_on })
    }

    #[track_caller]
    pub(super) fn pay(&mut self, payment_id: &str, minor: i64) -> &mut Self {
        self.then(&RecordPayment {
            account_id: account_id(),
            payment_id: code(payment_id),
            amount: usd(minor),
            method: PaymentMethod::Card,
            received_on: self.today,
            invoice_id: None,
            reference: None,
        })
    }

    #[track_caller]
    pub(super) fn reverse(&mut self, payment_id: &str) -> &mut Self {
        let (payment_id, reason) = (code(payment_id), code("NSF"));
        self.then(&ReversePayment { account_id: account_id(), payment_id, reason })
    }

    #[track_caller]
    pub(super) fn arrange(&mut self, arrangement_id: &str, promises: &[(i64, Date)]) -> &mut Self {
        let promise = |(minor, on): &(i64, Date)| Promise { on: *on, amount: usd(*minor) };
        self.then(&MakeArrangement {
            account_id: account_id(),
            arrangement_id: code(arrangement_id),
            promises: promises.iter().map(promise).collect(),
        })
    }

    #[track_caller]
    pub(super) fn dispute(&mut self, due_on: Date) -> &mut Self {
        let (charge_id, reason) = (code(&format!("bill-{due_on}")), code("NOT-ORDERED"));
        self.then(&DisputeCharge { account_id: account_id(), charge_id, reason })
    }

    #[track_caller]
    pub(super) fn close(&mut self, due_on: Date) -> &mut Self {
        let charge_id = code(&format!("bill-{due_on}"));
        self.then(&CloseDispute { account_id: account_id(), charge_id })
    }

    #[track_caller]
    pub(super) fn exclude(&mut self, until: Option<Date>) -> &mut Self {
        let reason = code("HARDSHIP");
        self.then(&ExcludeFromDunning { account_id: account_id(), reason, until })
    }

    fn get<A: Aggregate>(&self, id: &Id<A>) -> &A {
        Desk::new(&self.biller, &self.actor, &self.states).get(id)
    }

    pub(super) fn dunning(&self) -> &Dunning {
        self.get(&DunningId::of(&account_id()))
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.ledger().standing
    }

    pub(super) fn ledger(&self) -> &Ledger {
        self.get(&LedgerId::of(&account_id()))
    }

    pub(super) fn autopay(&self) -> &Autopay {
        self.get(&AutopayId::of(&account_id()))
    }

    pub(super) fn events(&self) -> impl Iterator<Item = &DunningEvent> {
        self.facts.iter().filter_map(|fact| {
            let Event::Dunning(event) = &fact.event else { return None };
            Some(event)
        })
    }

    pub(super) fn taken(&self) -> impl Iterator<Item = &StepTaken> {
        self.events().filter_map(|event| {
            let DunningEvent::StepTaken(step) = event else { return None };
            Some(step)
        })
    }

    /// The steps that were taken, as in `1 notice 03-16`: which ladder, which step, when.
    pub(super) fn steps(&self) -> Vec<String> {
        let step = |step: &StepTaken| {
            let on = step.taken_on;
            format!("{} {} {:02}-{:02}", step.ladder, step.name, on.month(), on.day())
        };
        self.taken().map(step).collect()
    }

    /// How often a late fee was charged.
    pub(super) fn late_fees(&self) -> usize {
        let is_fee = |event: &Event| {
            matches!(event, Event::Subscription(SubscriptionEvent::FeeCharged { .. }))
        };
        self.facts.iter().filter(|fact| is_fee(&fact.event)).count()
    }
}

/// A day of March 2026, of which the 5th is a due date and the 16th a Monday.
pub(super) fn march(day: i8) -> Date {
    date(2026, 3, day)
}

/// The account owes 49.99 that were due on the 5th of March 2026, and it is the 6th.
pub(super) fn owing() -> World {
    let mut world = World::on(march(6));
    world.charge(4_999, march(5));
    world
}
