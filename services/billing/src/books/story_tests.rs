//! Whatever happens to customers, the books balance and agree with what customers owe.

use std::collections::BTreeMap;

use domain::{
    Fact,
    account::{AccountEvent, AccountId},
    invoice::{InvoiceEvent, InvoiceId, InvoiceLine, Issued, LineKind},
    ledger::{ChargeLine, LedgerEvent, PaymentMethod, Standing},
    testing::fixtures::{TODAY, code, day, id, sealed, text, usd},
};
use jiff::{ToSpan, civil::Date};
use projection::Keys;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, prop_oneof, proptest},
};
use read_side::testing::Story;

use super::{PERIODS, TRIAL_BALANCE, period::PeriodRow, sums::SumsRow};
use crate::{balance, testing::story};

/// What happens next to one of two customers.
#[derive(Clone, Copy, Debug)]
enum Step {
    Charge(i64),
    Invoice(i64),
    /// The newest invoice that was not credited.
    Credit,
    Pay(i64),
    /// The newest payment that still holds.
    Reverse,
    /// At most what is credit.
    Refund(i64),
    Adjust(i64),
    Days(i32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (-500_i64..2_000).prop_map(Step::Charge),
        (-500_i64..2_000).prop_map(Step::Invoice),
        Just(Step::Credit),
        (1_i64..3_000).prop_map(Step::Pay),
        Just(Step::Reverse),
        (1_i64..1_000).prop_map(Step::Refund),
        (-900_i64..900).prop_map(Step::Adjust),
        (1_i32..40).prop_map(Step::Days),
    ]
}

/// What core would know: facts are only those that its rules allow.
struct World {
    today: Date,
    steps: u32,
    customers: [Customer; 2],
}

struct Customer {
    account_id: AccountId,
    standing: Standing,
    payments: Vec<(String, i64)>,
    invoices: Vec<(InvoiceId, i64)>,
}

impl World {
    fn new() -> Self {
        let customer = |account: &str| Customer {
            account_id: id(account),
            standing: Standing::default(),
            payments: Vec::new(),
            invoices: Vec::new(),
        };
        Self { today: TODAY, steps: 0, customers: ["account_7", "account_8"].map(customer) }
    }

    /// The facts that a step leads to.
    fn facts(&mut self, whose: usize, step: Step) -> Vec<Fact> {
        self.steps += 1;
        let (today, name) = (self.today, format!("it-{}", self.steps));
        let customer = &mut self.customers[whose];
        match step {
            Step::Days(days) => {
                self.today = today.saturating_add(days.days());
                vec![day(self.today)]
            }
            Step::Invoice(minor) => customer.invoice(&name, minor, today),
            Step::Credit => customer.credit(&name, today),
            Step::Charge(_) | Step::Pay(_) | Step::Reverse | Step::Refund(_) | Step::Adjust(_) => {
                let event = customer.event(step, &name, today);
                event.into_iter().map(|event| customer.post(event)).collect()
            }
        }
    }

    fn owed(&self) -> i64 {
        self.customers.iter().map(|customer| customer.standing.owed()).sum()
    }

    fn credit(&self) -> i64 {
        self.customers.iter().map(|customer| customer.standing.credit()).sum()
    }
}

impl Customer {
    fn post(&mut self, event: LedgerEvent) -> Fact {
        self.standing.post(&event);
        event.on(&self.account_id)
    }

    fn invoice(&mut self, name: &str, minor: i64, today: Date) -> Vec<Fact> {
        let invoice_id = InvoiceId::parse(&format!("invoice_{name}")).unwrap();
        let issued = InvoiceEvent::Issued(Issued {
            account_id: self.account_id.clone(),
            number: code(name),
            cycle: today,
            issued_on: today,
            due_on: today,
            previous_balance: usd(self.standing.balance()),
            lines: lines(minor),
        });
        let entry = LedgerEvent::Invoiced {
            account_id: self.account_id.clone(),
            invoice_id: invoice_id.clone(),
            total: usd(minor),
            due_on: today,
        };
        self.invoices.push((invoice_id.clone(), minor));
        vec![issued.on(&invoice_id), self.post(entry)]
    }

    fn credit(&mut self, name: &str, today: Date) -> Vec<Fact> {
        let Some((invoice_id, minor)) = self.invoices.pop() else { return Vec::new() };
        let credited = InvoiceEvent::Credited {
            account_id: self.account_id.clone(),
            credit_note: code(name),
            reason: code("BILLING_ERROR"),
            credited_on: today,
            rebilled: false,
            lines: lines(minor),
        };
        let entry = LedgerEvent::InvoiceCredited {
            account_id: self.account_id.clone(),
            invoice_id: invoice_id.clone(),
            credit_note: code(name),
            total: usd(minor),
            due_on: Some(today),
        };
        vec![credited.on(&invoice_id), self.post(entry)]
    }

    fn event(&mut self, step: Step, name: &str, today: Date) -> Option<LedgerEvent> {
        let account_id = self.account_id.clone();
        let method = PaymentMethod::Check;
        match step {
            Step::Charge(minor) => Some(LedgerEvent::Charged {
                account_id,
                charge_id: code(name),
                lines: vec![ChargeLine { description: text("Something"), amount: usd(minor) }],
                due_on: today,
            }),
            Step::Pay(minor) => {
                self.payments.push((name.to_owned(), minor));
                Some(LedgerEvent::PaymentReceived {
                    account_id,
                    payment_id: code(name),
                    amount: usd(minor),
                    method,
                    received_on: today,
                    invoice_id: None,
                    reference: None,
                })
            }
            Step::Reverse => {
                let (payment_id, minor) = self.payments.pop()?;
                Some(LedgerEvent::PaymentReversed {
                    account_id,
                    payment_id: code(&payment_id),
                    amount: usd(minor),
                    method,
                    reason: code("BOUNCED"),
                    reversed_on: today,
                })
            }
            Step::Refund(minor) => {
                let minor = minor.min(self.standing.credit());
                (minor > 0).then(|| LedgerEvent::Refunded {
                    account_id,
                    refund_id: code(name),
                    amount: usd(minor),
                    method,
                    refunded_on: today,
                    drawn: None,
                })
            }
            Step::Adjust(minor) => Some(LedgerEvent::Adjusted {
                account_id,
                adjustment_id: code(name),
                amount: usd(minor),
                reason: code("OUTAGE"),
                note: sealed("Without service"),
                due_on: today,
                approved_by: None,
            }),
            Step::Invoice(_) | Step::Credit | Step::Days(_) => None,
        }
    }
}

/// A package and its tax; the whole is so much.
fn lines(minor: i64) -> Vec<InvoiceLine> {
    let line = |kind, item: &str, product: &str, minor| InvoiceLine {
        item_id: code(item),
        kind,
        product: code(product),
        description: text("A line"),
        span: None,
        amount: usd(minor),
    };
    let tax = minor / 10;
    vec![
        line(LineKind::Package, "service_5", "basic", minor - tax),
        line(LineKind::Tax, "phoenix", "STATE", tax),
    ]
}

fn trial_balance(story: &Story) -> BTreeMap<String, SumsRow> {
    let rows = story.rows().scan::<SumsRow>(TRIAL_BALANCE, Keys::all(), 100);
    rows.map(|row| row.unwrap().1).map(|row| (row.account.clone(), row)).collect()
}

fn stands(books: &BTreeMap<String, SumsRow>, account: &str) -> i64 {
    books.get(account).map_or(0, |row| row.balance.minor)
}

/// A month closes with what it opened with and what moved; the next one opens with that.
fn assert_months_follow_each_other(story: &Story) {
    let mut before: BTreeMap<String, i64> = BTreeMap::new();
    for row in story.rows().scan::<PeriodRow>(PERIODS, Keys::all(), 1_000) {
        let period = row.unwrap().1;
        assert_eq!(period.total.minor, 0);
        for it in &period.accounts {
            assert_eq!(it.opening.minor, before.remove(&it.account).unwrap_or_default());
            assert_eq!(it.closing.minor, it.opening.minor + it.debits.minor - it.credits.minor);
        }
        assert_eq!(before, BTreeMap::new(), "an account of the books never disappears");
        before = period.accounts.into_iter().map(|it| (it.account, it.closing.minor)).collect();
    }
    for (account, row) in trial_balance(story) {
        assert_eq!(row.opening.minor, before.remove(&account).unwrap_or_default());
        assert_eq!(row.balance.minor, row.opening.minor + row.debits.minor - row.credits.minor);
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(96))]
    #[test]
    fn f71_the_books_balance_after_every_event(steps in vec((0..2_usize, step()), 0..60)) {
        let mut world = World::new();
        let opened = ["account_7", "account_8"].map(|account| {
            let (holder_name, email) = (sealed("Jo Doe"), sealed("jo@example.com"));
            AccountEvent::Opened { customer_id: None, holder_name, email }.on(&id(account))
        });
        let mut story = story().then(day(TODAY)).and(opened);
        for (whose, step) in steps {
            for fact in world.facts(whose, step) {
                story = story.then(fact);
                let sum = trial_balance(&story).values().map(|row| row.balance.minor).sum::<i64>();
                assert_eq!(sum, 0, "after {step:?}");
            }
            let books = trial_balance(&story);
            assert_eq!(stands(&books, "assets:receivable"), world.owed(), "after {step:?}");
            assert_eq!(stands(&books, "liabilities:unapplied"), -world.credit(), "after {step:?}");
        }
        assert_months_follow_each_other(&story);
        for customer in &world.customers {
            let row = balance::find(story.rows(), customer.account_id.as_str()).unwrap();
            assert_eq!(row.standing().unwrap(), customer.standing);
        }
    }
}
