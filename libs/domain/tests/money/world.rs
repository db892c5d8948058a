//! One account, its site and its money, and what must hold after everything that happens.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Aggregate, Decide, Desk, Event, Fact, Id,
    actor::Actor,
    autopay::AutopayEvent,
    biller::{Biller, testing},
    calendar::OpenDay,
    dunning::{Dunning, DunningEvent, DunningId, Ladder},
    invoice::{InvoiceEvent, InvoiceId},
    ledger::{LedgerEvent, LedgerId, Standing, books},
    money::Money,
    site::SiteEvent,
    subscription::{Subscription, SubscriptionId},
    testing::{
        Memory,
        fixtures::{TODAY, account_id, site, subscribed},
    },
    text::Code,
};
use jiff::{ToSpan, civil::Date};

/// Whoever may do everything that people do.
pub(crate) const PEOPLE: &str = "sam; roles=manager";
/// Whoever does what a policy wants.
pub(crate) const SERVICE: &str = "billing; roles=service";

/// The account and what has happened to it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) today: Date,
    pub(crate) invoices: Vec<InvoiceId>,
    pub(crate) payments: Vec<Code>,
    /// What the processor has not answered.
    pub(crate) draws: Vec<(Code, Money)>,
    /// Requests to the NOC.
    pub(crate) requests: u32,
    /// What was disputed when the site was suspended last, and is so still.
    disputed_before: BTreeSet<Code>,
    /// By kind of thing, the last number that one of it has.
    numbers: BTreeMap<&'static str, u32>,
    biller: Biller,
    states: Memory,
    /// What was entered in the ledger, by its effect.
    entered: i64,
    /// By account of the books.
    books: BTreeMap<String, i64>,
}

impl World {
    /// Basic is paid for since today at a site in `phoenix`, and nothing is owed yet.
    pub(crate) fn new() -> Self {
        let mut world = Self {
            today: TODAY,
            invoices: Vec::new(),
            payments: Vec::new(),
            draws: Vec::new(),
            requests: 0,
            disputed_before: BTreeSet::new(),
            numbers: BTreeMap::new(),
            biller: testing(),
            states: Memory::default(),
            entered: 0,
            books: BTreeMap::new(),
        };
        let facts = site().into_iter().chain(subscribed());
        facts.for_each(|fact| world.states.apply(&fact.stream, &fact.event));
        world
    }

    /// A number that nothing else of that kind has.
    pub(crate) fn next(&mut self, kind: &'static str) -> u32 {
        let number = self.numbers.entry(kind).or_default();
        *number += 1;
        *number
    }

    fn get<A: Aggregate + Clone>(&self, id: &Id<A>) -> A {
        let actor = Actor::parse(PEOPLE).expect("an actor");
        Desk::new(&self.biller, &actor, &self.states).get(id).clone()
    }

    pub(crate) fn standing(&self) -> Standing {
        self.get(&LedgerId::of(&account_id())).standing
    }

    pub(crate) fn dunning(&self) -> Dunning {
        self.get(&DunningId::of(&account_id()))
    }

    /// The cycle that is to be billed by today.
    pub(crate) fn due_cycle(&self) -> Option<Date> {
        let subscription: Subscription = self.get(&SubscriptionId::of(&account_id()));
        subscription.next_cycle().filter(|cycle| *cycle <= self.today)
    }

    pub(crate) fn open_next_day(&mut self) {
        self.today = self.today.saturating_add(1.day());
        self.must(SERVICE, &OpenDay { date: self.today });
    }

    /// Does something, if it is accepted.
    pub(crate) fn ask(&mut self, actor: &str, wish: &dyn Decide) {
        if let Ok(facts) = self.decide(actor, wish) {
            self.take(&facts);
            assert_eq!(self.decide(actor, wish), Ok(vec![]), "not idempotent: {wish:?}");
        }
    }

    /// Does something that nothing may prevent.
    pub(crate) fn must(&mut self, actor: &str, wish: &dyn Decide) {
        let facts = self.decide(actor, wish).unwrap_or_else(|refused| {
            panic!("{wish:?} is refused: {refused:?}");
        });
        self.take(&facts);
        assert_eq!(self.decide(actor, wish), Ok(vec![]), "not idempotent: {wish:?}");
    }

    fn decide(&self, actor: &str, wish: &dyn Decide) -> Result<Vec<Fact>, domain::Rejection> {
        let actor = Actor::parse(actor).expect("an actor");
        wish.decide(&Desk::new(&self.biller, &actor, &self.states))
    }

    fn take(&mut self, facts: &[Fact]) {
        let mut on_invoices = 0;
        for fact in facts {
            self.look_at(&fact.event);
            let before = self.standing();
            self.states.apply(&fact.stream, &fact.event);
            if let Event::Ledger(event) = &fact.event {
                on_invoices -= self.post(event, &before);
            }
            if let Event::Invoice(event) = &fact.event {
                on_invoices += self.issue(event, &fact.stream);
            }
        }
        assert_eq!(on_invoices, 0, "the lines of a bill are what the ledger is told");
        let standing = self.standing();
        assert_eq!(standing.balance(), self.entered);
        assert_eq!(self.books.values().sum::<i64>(), 0, "the trial balance");
        let booked = |name: &str| self.books.get(name).copied().unwrap_or_default();
        assert_eq!(booked(books::RECEIVABLE), standing.owed());
        assert_eq!(booked(books::UNAPPLIED), -standing.credit());
        assert!(standing.credit() == 0 || standing.open.is_empty());
        let latest = self.today.saturating_add(60.days());
        assert!(standing.open.iter().all(|charge| charge.due_on <= latest), "{standing:?}");
    }

    /// Enters it in the books. What an invoice's own fact has to say as well.
    fn post(&mut self, event: &LedgerEvent, before: &Standing) -> i64 {
        let after = self.standing();
        self.entered += event.effect();
        for posting in books::of_ledger(before, event, &after) {
            *self.books.entry(posting.account).or_default() += posting.minor;
        }
        if let LedgerEvent::PaymentReceived { payment_id, invoice_id, .. } = event {
            self.payments.push(payment_id.clone());
            if invoice_id.is_none() {
                assert_disputed_last(before, &after);
            }
        }
        let is_of_invoice =
            matches!(event, LedgerEvent::Invoiced { .. } | LedgerEvent::InvoiceCredited { .. });
        if is_of_invoice { event.effect() } else { 0 }
    }

    fn issue(&mut self, event: &InvoiceEvent, stream: &str) -> i64 {
        for posting in books::of_invoice(event) {
            *self.books.entry(posting.account).or_default() += posting.minor;
        }
        match event {
            InvoiceEvent::Issued(issued) => {
                self.invoices.push(InvoiceId::parse(stream).expect("an invoice's stream"));
                issued.lines.iter().map(|line| line.amount.minor).sum()
            }
            InvoiceEvent::Credited { lines, .. } => {
                -lines.iter().map(|line| line.amount.minor).sum::<i64>()
            }
        }
    }

    /// What may only happen as things stand.
    fn look_at(&mut self, event: &Event) {
        let (standing, dunning, today) = (self.standing(), self.dunning(), self.today);
        if let Event::Autopay(AutopayEvent::CollectionRequested { collection_id, amount, .. }) =
            event
        {
            assert_eq!(self.draws, [], "a draw while another one is under way");
            assert_eq!(amount.minor, dunning.collectable(&standing, today));
            assert!(amount.minor <= dunning.due(&standing, today));
            self.draws.push((collection_id.clone(), *amount));
        }
        let minimum = self.biller.dunning.minimum;
        if let Event::Site(SiteEvent::SuspensionRequested { request, .. }) = event {
            self.requests = *request;
            self.disputed_before = dunning.disputed.keys().cloned().collect();
            let past_due = dunning.past_due(&standing, today);
            assert!(past_due >= minimum, "{past_due} is past due");
            assert!(!dunning.is_arranged() && !dunning.is_excluded(today), "{dunning:?}");
        }
        if let Event::Site(SiteEvent::ReinstatementRequested { request, .. }) = event {
            self.requests = *request;
            let owed = self.owed_for_the_suspension(&standing, &dunning);
            assert!(owed < minimum, "{owed} is owed: {standing:?} {dunning:?}");
        }
        // Nobody is suspended for what is due later than what is asked for.
        if let Event::Dunning(DunningEvent::ChargeDisputed { charge_id, .. }) = event {
            let last = self.asked_for_through(&dunning);
            let mut later = standing.open.iter().filter(|charge| charge.due_on > last);
            if later.any(|charge| charge.charge_id == *charge_id) {
                self.disputed_before.insert(charge_id.clone());
            }
        }
        if let Event::Dunning(DunningEvent::DisputeClosed { charge_id, .. }) = event {
            self.disputed_before.remove(charge_id);
        }
        // A manager's arrangement ends what the suspension was to the disputes.
        if let Event::Dunning(DunningEvent::ArrangementMade { by_manager: true, .. }) = event {
            self.disputed_before = dunning.disputed.keys().cloned().collect();
        }
    }

    /// What is due later is not asked for.
    fn asked_for_through(&self, dunning: &Dunning) -> Date {
        let anchor_of = |ladder: Option<Ladder>| ladder.map(|ladder| ladder.anchor);
        let anchor = anchor_of(dunning.ladder).max(dunning.demanded).or(anchor_of(dunning.ended));
        anchor.unwrap_or(Date::MAX).min(self.today.saturating_sub(1.day()))
    }

    /// What has to be paid before the site is reinstated: of what was due since the debt that
    /// is asked for, all that was not disputed when it was suspended.
    fn owed_for_the_suspension(&self, standing: &Standing, dunning: &Dunning) -> i64 {
        let last = self.asked_for_through(dunning);
        let open = standing.open.iter().filter(|charge| charge.due_on <= last);
        let asked_for = open.filter(|charge| !self.disputed_before.contains(&charge.charge_id));
        asked_for.map(|charge| charge.remaining).sum()
    }
}

/// As long as anything else is owed, nothing is paid of what is disputed.
fn assert_disputed_last(before: &Standing, after: &Standing) {
    let is_disputed = |id: &Code| after.disputed.contains(id);
    let of_disputed = |standing: &Standing| {
        let open = standing.open.iter().filter(|charge| is_disputed(&charge.charge_id));
        open.map(|charge| charge.remaining).sum::<i64>()
    };
    let others_are_owed = after.open.iter().any(|charge| !is_disputed(&charge.charge_id));
    assert!(!others_are_owed || of_disputed(before) == of_disputed(after), "{before:?} {after:?}");
}
