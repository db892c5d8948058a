//! Whatever happens in whatever order, no step is skipped, repeated or too early.

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof, proptest},
    sample::Index,
};

use super::{World, advance};
use crate::{
    autopay::{AutopayEvent, CollectPayment, FailCollection, SetAutopay, Source},
    dunning::{
        CloseDispute, DisputeCharge, DunningEvent, ExcludeFromDunning, IncludeInDunning,
        MakeArrangement, Outlook, Promise, StepTaken, Waits,
    },
    ledger::{ChargeLine, PaymentMethod, RecordCharge, RecordPayment, ReversePayment},
    proration::days,
    testing::fixtures::{account_id, code, text, usd},
};

/// Something that happens on a day.
#[derive(Clone, Debug)]
enum Deed {
    /// So many days begin, and nobody does what they ask for.
    Days(i64),
    /// So many days begin, and each is asked so often.
    Asked(i64, usize),
    Charge {
        minor: i64,
        due_in: i64,
    },
    /// All that is owed is paid, or a part.
    Pay {
        percent: i64,
    },
    Reverse(Index),
    Arrange {
        days: Vec<i64>,
    },
    Dispute(Index),
    Close(Index),
    Exclude(Option<i64>),
    Include,
    Collect,
    FailCollection {
        may_retry: bool,
    },
    /// The processor says late that it drew what was asked for.
    Collected,
    SetAutopay,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let percent = prop_oneof![Just(100_i64), Just(99), 1_i64..140];
    let minor = prop_oneof![1_i64..300, 1_000_i64..9_000];
    let deed = prop_oneof![
        3 => (1_i64..6).prop_map(Deed::Days),
        8 => (1_i64..12, 0_usize..4).prop_map(|(days, times)| Deed::Asked(days, times)),
        5 => (minor, -30_i64..15).prop_map(|(minor, due_in)| Deed::Charge { minor, due_in }),
        4 => percent.prop_map(|percent| Deed::Pay { percent }),
        3 => any::<Index>().prop_map(Deed::Reverse),
        3 => vec(1_i64..15, 1..4).prop_map(|days| Deed::Arrange { days }),
        2 => any::<Index>().prop_map(Deed::Dispute),
        2 => any::<Index>().prop_map(Deed::Close),
        1 => proptest::option::of(1_i64..30).prop_map(Deed::Exclude),
        1 => Just(Deed::Include),
        2 => Just(Deed::Collect),
        1 => any::<bool>().prop_map(|may_retry| Deed::FailCollection { may_retry }),
        2 => Just(Deed::Collected),
        1 => Just(Deed::SetAutopay),
    ];
    vec(deed, 1..50)
}

/// An account, and what its history must keep to.
struct History {
    world: World,
    payments: usize,
    others: usize,
    /// How many of the facts are looked at.
    seen: usize,
    last: Option<StepTaken>,
    is_arranged: bool,
    drawn: Option<Date>,
    awaits_answer: bool,
}

impl History {
    fn new(first: Date) -> Self {
        let world = World::on(first);
        let seen = world.facts.len();
        Self {
            world,
            payments: 0,
            others: 0,
            seen,
            last: None,
            is_arranged: false,
            drawn: None,
            awaits_answer: false,
        }
    }

    fn later(&self, days: i64) -> Date {
        self.world.today.saturating_add(days.days())
    }

    fn other(&mut self) -> usize {
        self.others += 1;
        self.others
    }

    fn does(&mut self, deed: &Deed) {
        match deed {
            Deed::Days(days) => (0..*days).for_each(|_| self.world.open(self.later(1))),
            Deed::Asked(days, times) => {
                for _ in 0..*days {
                    self.world.open(self.later(1));
                    (0..*times).for_each(|_| self.asked());
                }
            }
            Deed::Charge { minor, due_in } => self.charge(*minor, *due_in),
            Deed::Pay { percent } => self.pay(*percent),
            Deed::Reverse(index) if self.payments > 0 => {
                let payment_id = code(&format!("p-{}", index.index(self.payments)));
                let reason = code("NSF");
                self.asks(&ReversePayment { account_id: account_id(), payment_id, reason });
            }
            Deed::Reverse(_) => {}
            Deed::Arrange { days } => self.arrange(days),
            Deed::Dispute(index) => self.dispute(*index),
            Deed::Close(index) => self.close(*index),
            Deed::Exclude(days) => {
                let until = days.map(|days| self.later(days));
                let reason = code("HARDSHIP");
                self.asks(&ExcludeFromDunning { account_id: account_id(), reason, until });
            }
            Deed::Include => self.asks(&IncludeInDunning { account_id: account_id() }),
            Deed::Collect => self.collect(),
            Deed::FailCollection { may_retry } => self.fail(*may_retry),
            Deed::Collected => self.collected(),
            Deed::SetAutopay => self.set_autopay(),
        }
        self.look();
        self.look_ahead();
        self.look_at_autopay();
    }

    fn asks(&mut self, wish: &dyn crate::Decide) {
        // What is refused does not happen.
        let _refused = self.world.ask(wish);
        self.look();
    }

    fn asked(&mut self) {
        self.world.ask(&advance()).expect("nothing prevents what a day asks for");
        self.look();
    }

    fn charge(&mut self, minor: i64, due_in: i64) {
        let (due_on, other) = (self.later(due_in), self.other());
        let lines = vec![ChargeLine { description: text("Classic"), amount: usd(minor) }];
        let charge_id = code(&format!("bill-{other}"));
        self.asks(&RecordCharge { account_id: account_id(), charge_id, lines, due_on });
    }

    fn pay(&mut self, percent: i64) {
        let minor = self.world.standing().owed() * percent / 100;
        if minor > 0 {
            let payment_id = code(&format!("p-{}", self.payments));
            self.payments += 1;
            self.asks(&RecordPayment {
                account_id: account_id(),
                payment_id,
                amount: usd(minor),
                method: PaymentMethod::Check,
                received_on: self.world.today,
                invoice_id: None,
                reference: None,
            });
        }
    }

    fn arrange(&mut self, days: &[i64]) {
        let total = self.world.standing().past_due(self.world.today);
        let parts = i64::try_from(days.len()).expect("they are few");
        let mut on = self.world.today;
        let promises = days.iter().map(|days| {
            on = on.saturating_add(days.days());
            Promise { on, amount: usd(total / parts + 1) }
        });
        let promises = promises.collect();
        let arrangement_id = code(&format!("arr-{}", self.other()));
        self.asks(&MakeArrangement { account_id: account_id(), arrangement_id, promises });
    }

    fn dispute(&mut self, index: Index) {
        let open = &self.world.standing().open;
        if !open.is_empty() {
            let charge_id = index.get(open).charge_id.clone();
            let reason = code("NOT-ORDERED");
            self.asks(&DisputeCharge { account_id: account_id(), charge_id, reason });
        }
    }

    fn close(&mut self, index: Index) {
        let disputed: Vec<_> = self.world.dunning().disputed.keys().cloned().collect();
        if !disputed.is_empty() {
            let charge_id = index.get(&disputed).clone();
            self.asks(&CloseDispute { account_id: account_id(), charge_id });
        }
    }

    fn set_autopay(&mut self) {
        let method = PaymentMethod::Card;
        let token = code(&format!("tok_{}", self.other()));
        let source = Source { method, token, label: code("visa 4242") };
        self.asks(&SetAutopay { account_id: account_id(), source });
    }

    fn collect(&mut self) {
        let drawn = self.world.ask(&CollectPayment { account_id: account_id() });
        if drawn.is_ok_and(|facts| !facts.is_empty()) {
            assert_ne!(self.drawn, Some(self.world.today), "one draw a day");
            assert!(!self.awaits_answer, "a draw while another one is under way");
            (self.drawn, self.awaits_answer) = (Some(self.world.today), true);
        }
    }

    fn collected(&mut self) {
        let last = self.world.facts.iter().rev().find_map(|fact| {
            let crate::Event::Autopay(AutopayEvent::CollectionRequested {
                collection_id,
                amount,
                on,
                ..
            }) = &fact.event
            else {
                return None;
            };
            Some((collection_id.clone(), *amount, *on))
        });
        let Some((payment_id, amount, received_on)) = last else { return };
        self.awaits_answer = false;
        let paid = RecordPayment {
            account_id: account_id(),
            payment_id,
            amount,
            method: PaymentMethod::Card,
            received_on,
            invoice_id: None,
            reference: None,
        };
        self.world.ask(&paid).expect("money that came is never refused");
        self.look();
    }

    fn fail(&mut self, may_retry: bool) {
        let Some(last) = &self.world.autopay().last else { return };
        let collection_id = last.collection_id.clone();
        let code = code("declined");
        self.awaits_answer = false;
        self.asks(&FailCollection { account_id: account_id(), collection_id, code, may_retry });
    }

    /// Looks at what was done since the last time.
    fn look(&mut self) {
        let steps = self.world.facts[self.seen..].to_vec();
        self.seen = self.world.facts.len();
        for fact in steps {
            let crate::Event::Dunning(event) = fact.event else { continue };
            match event {
                DunningEvent::StepTaken(step) => self.look_at(step),
                DunningEvent::ArrangementMade { .. } => self.is_arranged = true,
                DunningEvent::ArrangementKept { .. } | DunningEvent::ArrangementBroken { .. } => {
                    self.is_arranged = false;
                }
                DunningEvent::LadderEnded { .. }
                | DunningEvent::ChargeDisputed { .. }
                | DunningEvent::DisputeClosed { .. }
                | DunningEvent::Excluded { .. }
                | DunningEvent::Included { .. }
                | DunningEvent::PaymentDemanded { .. } => {}
            }
        }
    }

    fn look_at(&mut self, step: StepTaken) {
        let World { biller, today, .. } = &self.world;
        assert_eq!(step.taken_on, *today);
        assert!(biller.business_days.is_business_day(*today), "{step:?}");
        let nominal = [11, 12, 13][usize::try_from(step.step).expect("steps are few")];
        assert!(days(step.anchor, *today) >= nominal, "too early: {step:?}");
        let (ladder, next) = self.last.as_ref().map_or((0, 0), |last| (last.ladder, last.step + 1));
        let follows = if step.step == 0 { (ladder + 1, 0) } else { (ladder, next) };
        assert_eq!((step.ladder, step.step), follows, "skipped or repeated");
        let is_later = |last: &StepTaken| last.taken_on < step.taken_on;
        assert!(self.last.as_ref().is_none_or(is_later), "two on one day: {step:?}");
        assert!(!self.is_arranged && !self.world.dunning().is_excluded(*today), "{step:?}");
        let disputed = &self.world.dunning().disputed;
        let open = self.world.standing().open.iter().filter(|charge| {
            charge.due_on <= step.anchor && !disputed.contains_key(&charge.charge_id)
        });
        assert!(open.map(|charge| charge.remaining).sum::<i64>() >= 100, "not owed: {step:?}");
        self.last = Some(step);
    }

    /// Whether a day does something, if it is the next one on which the account is looked at.
    fn does_something(&self, on: Date) -> bool {
        let mut then = self.world.clone();
        then.open(on.max(self.world.today));
        then.decide(&advance()).is_ok_and(|facts| !facts.is_empty())
    }

    /// The day that is said is the day on which something happens.
    fn look_ahead(&self) {
        let World { biller, today, .. } = &self.world;
        let Some(Outlook { on, waits }) =
            self.world.dunning().outlook(biller, self.world.standing())
        else {
            for later in [0, 1, 2, 3, 7, 30, 90] {
                assert!(!self.does_something(self.later(later)), "nothing was said: {later}");
            }
            return;
        };
        let waiting = on.max(*today);
        let acts = match waits {
            Waits::Promise { .. } => waiting,
            Waits::Step { .. } => biller.business_days.first_from(waiting),
        };
        assert!(acts == on || on <= *today, "{on} is no business day");
        assert!(self.does_something(acts), "{on}, {acts}: nothing happens");
        let before = (0..days(*today, acts)).take(3).map(i64::from).map(|later| self.later(later));
        let before = before.chain((*today < acts).then(|| acts.saturating_sub(1.day())));
        for early in before {
            assert!(!self.does_something(early), "{on}: something happens on {early}");
        }
    }

    /// The day that is said is a day on which something is collected.
    fn look_at_autopay(&self) {
        let World { biller, today, .. } = &self.world;
        let (standing, dunning) = (self.world.standing(), self.world.dunning());
        let ledger = self.world.ledger();
        let next = self
            .world
            .autopay()
            .next_try(biller, standing, dunning, |id| ledger.payment(id).is_some());
        let Some(on) = next else { return };
        let mut then = self.world.clone();
        then.open(on.max(*today));
        let collected = then.decide(&CollectPayment { account_id: account_id() });
        assert!(collected.is_ok_and(|facts| !facts.is_empty()), "{on}");
    }
}

proptest! {
    #[test]
    fn f76_f80_no_step_is_skipped_repeated_or_too_early_whatever_happens(
        month in 1_i8..=12, day in 1_i8..=28, deeds in deeds()
    ) {
        let mut history = History::new(date(2026, month, day));
        for deed in &deeds {
            history.does(deed);
        }
    }
}
