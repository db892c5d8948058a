//! Random wishes about what one account pays for and is billed, decided by the rules themselves:
//! the books balance after every one, a bill's lines add up to what is owed for it, a wish asked
//! again adds nothing, and the order in which a day's wishes come changes nothing of what they
//! cost.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Aggregate, Decide, Desk, Event, Fact, Id,
    account::OpenAccount,
    actor::Actor,
    biller::{self, Biller},
    calendar::OpenDay,
    dunning::{AdvanceDunning, DisputeCharge, MakeArrangement, Promise},
    invoice::{CreditInvoice, Invoice},
    ledger::{
        AdjustAccount, BillAccount, Ledger, LedgerEvent, LedgerId, OpenCharge, PaymentMethod,
        RecordPayment, ReversePayment,
        books::{self, RECEIVABLE, UNAPPLIED},
    },
    subscription::{
        ChargeFee, EndItem, GrantExemption, RevokeExemption, StartItem, Subscription,
        SubscriptionId,
    },
    testing::{
        Memory,
        fixtures::{TODAY, account_id, code, id, sealed, usd},
    },
};
use jiff::{ToSpan, civil::Date};
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest},
    sample::select,
};

/// Something that is asked, of which days and numbers are reckoned from where the world stands.
#[derive(Clone, Copy, Debug)]
enum Step {
    Start {
        nth: u8,
        is_taxed: bool,
        back: i64,
    },
    End {
        nth: u8,
        back: i64,
    },
    Fee {
        nth: u8,
        is_taxed: bool,
    },
    Exempt(bool),
    /// The next cycle, or what has come up since.
    Bill {
        is_cycle: bool,
    },
    Pay {
        nth: u8,
        minor: i64,
    },
    Reverse(u8),
    Adjust {
        nth: u8,
        minor: i64,
    },
    Credit {
        nth: u8,
        rebill: bool,
    },
    Arrange {
        nth: u8,
    },
    Dispute {
        nth: u8,
    },
    Advance,
    Days(i64),
}

struct World {
    biller: Biller,
    actor: Actor,
    states: Memory,
    today: Date,
    /// What stands in each account of the books.
    books: BTreeMap<String, i64>,
    asked: usize,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            biller: biller::testing(),
            actor: Actor::parse("all; roles=manager,service").expect("an actor"),
            states: Memory::default(),
            today: TODAY,
            books: BTreeMap::new(),
            asked: 0,
        };
        world.ask(&OpenDay { date: TODAY });
        let (holder_name, email) = (sealed("Jo Doe"), sealed("jo@example.com"));
        let account_id = account_id();
        world.ask(&OpenAccount { account_id, customer_id: None, holder_name, email });
        world
    }

    fn get<A: Aggregate>(&self, id: &Id<A>) -> &A {
        Desk::new(&self.biller, &self.actor, &self.states).get(id)
    }

    fn ledger(&self) -> &Ledger {
        self.get(&LedgerId::of(&account_id()))
    }

    fn subscription(&self) -> &Subscription {
        self.get(&SubscriptionId::of(&account_id()))
    }

    fn take(&mut self, step: Step) {
        if let Step::Days(days) = step {
            for _ in 0..days {
                self.today = self.today.tomorrow().expect("years are left");
                self.ask(&OpenDay { date: self.today });
                self.ask(&AdvanceDunning { account_id: account_id() });
            }
            return;
        }
        if let Some(wish) = self.wish(step) {
            self.ask(wish.as_ref());
        }
    }

    fn wish(&self, step: Step) -> Option<Arc<dyn Decide>> {
        let account_id = account_id();
        Some(match step {
            Step::Start { nth, is_taxed, back } => Arc::new(StartItem {
                account_id,
                item_id: code(&format!("extra-{nth}")),
                product: code("WIFI"),
                market: market(is_taxed),
                from: self.today.saturating_sub(back.days()),
            }),
            Step::End { nth, back } => Arc::new(EndItem {
                account_id,
                item_id: code(&format!("extra-{nth}")),
                on: self.today.saturating_sub(back.days()),
            }),
            Step::Fee { nth, is_taxed } => Arc::new(ChargeFee {
                account_id,
                charge_id: code(&format!("fee-{nth}")),
                product: code("RECONNECT"),
                market: market(is_taxed),
            }),
            Step::Exempt(true) => Arc::new(GrantExemption {
                account_id,
                taxes: [code("STATE")].into(),
                certificate: code("ST-5"),
                until: None,
            }),
            Step::Exempt(false) => Arc::new(RevokeExemption { account_id }),
            Step::Bill { is_cycle } => {
                let next = self.subscription().next_cycle();
                let cycle = next.filter(|_| is_cycle);
                Arc::new(BillAccount { account_id, cycle })
            }
            Step::Pay { .. }
            | Step::Reverse(_)
            | Step::Adjust { .. }
            | Step::Credit { .. }
            | Step::Arrange { .. }
            | Step::Dispute { .. } => return self.wish_of_money(step),
            Step::Advance => Arc::new(AdvanceDunning { account_id }),
            Step::Days(_) => return None,
        })
    }

    fn wish_of_money(&self, step: Step) -> Option<Arc<dyn Decide>> {
        let account_id = account_id();
        let charge = |nth: u8| {
            let open = self.ledger().open_charges();
            let nth = usize::from(nth) % open.len().max(1);
            open.get(nth).map(|charge| charge.charge_id.clone())
        };
        Some(match step {
            Step::Pay { nth, minor } => Arc::new(RecordPayment {
                account_id,
                payment_id: code(&format!("p-{nth}")),
                amount: usd(minor),
                method: PaymentMethod::Cash,
                received_on: self.today,
                invoice_id: None,
                reference: None,
            }),
            Step::Reverse(nth) => Arc::new(ReversePayment {
                account_id,
                payment_id: code(&format!("p-{nth}")),
                reason: code("NSF"),
            }),
            Step::Adjust { nth, minor } => Arc::new(AdjustAccount {
                account_id,
                adjustment_id: code(&format!("a-{nth}")),
                amount: usd(minor),
                reason: code("OUTAGE"),
                note: sealed("Two days without service"),
            }),
            Step::Credit { nth, rebill } => Arc::new(CreditInvoice {
                invoice_id: id(&format!("invoice_I{nth:08}")),
                reason: code("BILLING-ERROR"),
                rebill,
            }),
            Step::Arrange { nth } => {
                let amount = usd(self.ledger().past_due(self.today).max(1));
                let promise = Promise { on: self.today.saturating_add(7.days()), amount };
                Arc::new(MakeArrangement {
                    account_id,
                    arrangement_id: code(&format!("arr-{nth}")),
                    promises: vec![promise],
                })
            }
            Step::Dispute { nth } => Arc::new(DisputeCharge {
                account_id,
                charge_id: charge(nth)?,
                reason: code("NOT-MINE"),
            }),
            Step::Start { .. }
            | Step::End { .. }
            | Step::Fee { .. }
            | Step::Exempt(_)
            | Step::Bill { .. }
            | Step::Advance
            | Step::Days(_) => return None,
        })
    }

    fn ask(&mut self, wish: &dyn Decide) {
        let desk = Desk::new(&self.biller, &self.actor, &self.states);
        let Ok(facts) = wish.decide(&desk) else { return };
        self.asked += 1;
        for fact in &facts {
            let before = self.ledger().standing.clone();
            self.states.apply(&fact.stream, &fact.event);
            self.post(fact, &before);
        }
        self.check_bill(&facts);
        self.check_open();
        assert_eq!(self.books.values().sum::<i64>(), 0, "the trial balance after {wish:?}");
        let standing = &self.ledger().standing;
        assert_eq!(self.book(RECEIVABLE), standing.owed(), "{wish:?}");
        assert_eq!(self.book(UNAPPLIED), -standing.credit(), "{wish:?}");
        let desk = Desk::new(&self.biller, &self.actor, &self.states);
        assert_eq!(wish.decide(&desk), Ok(vec![]), "not idempotent: {wish:?}");
    }

    fn post(&mut self, fact: &Fact, before: &domain::ledger::Standing) {
        let mut entries = Vec::new();
        if let Event::Ledger(event) = &fact.event {
            entries = books::of_ledger(before, event, &self.ledger().standing);
        }
        if let Event::Invoice(event) = &fact.event {
            entries = books::of_invoice(event);
        }
        for entry in entries {
            *self.books.entry(entry.account).or_insert(0) += entry.minor;
        }
    }

    fn book(&self, account: &str) -> i64 {
        self.books.get(account).copied().unwrap_or(0)
    }

    /// What is owed for a bill is what its lines say.
    fn check_bill(&self, facts: &[Fact]) {
        for fact in facts {
            let Event::Ledger(LedgerEvent::Invoiced { invoice_id, total, .. }) = &fact.event else {
                continue;
            };
            let Invoice::Issued(issued) = self.get(invoice_id) else {
                panic!("{invoice_id} is issued")
            };
            let sum: i64 = issued.lines.iter().map(|line| line.amount.minor).sum();
            assert_eq!(sum, total.minor, "{invoice_id}");
        }
    }

    /// Nothing is owed for an invoice that was taken back, and no more for another than it says.
    fn check_open(&self) {
        let mut owed: BTreeMap<&str, i64> = BTreeMap::new();
        let of_invoices = |charge: &&OpenCharge| charge.charge_id.as_str().starts_with("invoice_");
        for charge in self.ledger().open_charges().iter().filter(of_invoices) {
            *owed.entry(charge.charge_id.as_str()).or_insert(0) += charge.remaining;
        }
        for (invoice_id, owed) in owed {
            let Invoice::Issued(issued) = self.get(&id(invoice_id)) else {
                panic!("{owed} is owed for {invoice_id}, which was credited")
            };
            assert!(owed <= issued.total().minor, "{invoice_id}");
        }
    }

    /// Bills everything until a day in the future.
    fn settle(&mut self) {
        self.take(Step::Days(40));
        while self.subscription().next_cycle().is_some_and(|cycle| cycle <= self.today) {
            self.take(Step::Bill { is_cycle: true });
        }
    }
}

fn market(is_taxed: bool) -> Option<domain::text::Code> {
    Some(code(if is_taxed { "northern_virginia" } else { "phoenix" }))
}

fn step() -> impl Strategy<Value = Step> {
    let minor = || select(vec![1_i64, 499, 1_000, 2_000, 5_000]);
    let adjusted = (any::<bool>(), minor()).prop_map(
        |(is_credit, minor)| {
            if is_credit { -minor } else { minor }
        },
    );
    prop_oneof![
        3 => (0_u8..4, any::<bool>(), 0_i64..60)
            .prop_map(|(nth, is_taxed, back)| Step::Start { nth, is_taxed, back }),
        2 => (0_u8..4, 0_i64..60).prop_map(|(nth, back)| Step::End { nth, back }),
        2 => (0_u8..20, any::<bool>()).prop_map(|(nth, is_taxed)| Step::Fee { nth, is_taxed }),
        1 => any::<bool>().prop_map(Step::Exempt),
        6 => any::<bool>().prop_map(|is_cycle| Step::Bill { is_cycle }),
        3 => (0_u8..30, minor()).prop_map(|(nth, minor)| Step::Pay { nth, minor }),
        1 => (0_u8..30).prop_map(Step::Reverse),
        1 => (0_u8..30, adjusted).prop_map(|(nth, minor)| Step::Adjust { nth, minor }),
        2 => (1_u8..8, any::<bool>()).prop_map(|(nth, rebill)| Step::Credit { nth, rebill }),
        1 => (0_u8..9).prop_map(|nth| Step::Arrange { nth }),
        1 => (0_u8..9).prop_map(|nth| Step::Dispute { nth }),
        1 => Just(Step::Advance),
        5 => (1_i64..20).prop_map(Step::Days),
    ]
}

/// What may come on one day in any order: each under an id of its own, and nothing that looks at
/// what another one did.
fn same_day() -> impl Strategy<Value = Vec<Step>> {
    let steps = vec((0_u8..4, any::<bool>(), 1_i64..5_000), 0..12);
    steps.prop_map(|steps| {
        let named = (100_u8..).zip(steps);
        let step = |(nth, (kind, is_taxed, minor))| match kind {
            0 => Step::Start { nth, is_taxed, back: minor % 60 },
            1 => Step::Fee { nth, is_taxed },
            2 => Step::Pay { nth, minor },
            _ => Step::Adjust { nth, minor },
        };
        named.map(step).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_asked_about_money_the_books_balance(steps in vec(step(), 0..80)) {
        let mut world = World::new();
        for step in &steps {
            world.take(*step);
        }
        world.settle();
        assert!(world.asked > 2);
    }

    #[test]
    fn the_order_of_a_days_wishes_does_not_change_what_they_cost(
        before in vec(step(), 0..40),
        day in same_day(),
        by in any::<proptest::sample::Index>(),
    ) {
        let cost = |day: &[Step]| {
            let mut world = World::new();
            for step in before.iter().chain(day) {
                world.take(*step);
            }
            // Fees for being late depend on when what was paid, which is not what is asked here.
            world.take(Step::Bill { is_cycle: false });
            world.ledger().balance()
        };
        let expected = cost(&day);
        let mut another = day.clone();
        another.reverse();
        assert_eq!(cost(&another), expected);
        another.rotate_left(by.index(day.len().max(1)).min(day.len()));
        assert_eq!(cost(&another), expected);
    }
}
