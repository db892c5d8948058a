//! What happens to an account's money, at random.

use domain::{
    autopay::{CollectPayment, FailCollection, SetAutopay, Source},
    dunning::{
        AdvanceDunning, CloseDispute, DisputeCharge, ExcludeFromDunning, IncludeInDunning,
        MakeArrangement, Promise,
    },
    invoice::CreditInvoice,
    ledger::{
        AdjustAccount, BillAccount, ChargeLine, PaymentMethod, RecordCharge, RecordPayment,
        RefundAccount, ReversePayment,
    },
    money::Money,
    site::{
        ConfirmReinstatement, ConfirmSuspension, ReinstatementGrounds, SuspendSite,
        SuspensionReason, UnsuspendSite,
    },
    subscription::{ChargeFee, GrantExemption, RevokeExemption},
    testing::fixtures::{account_id, code, sealed, site_id, text, usd},
};
use jiff::ToSpan;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::Index,
};

use crate::world::{PEOPLE, SERVICE, World};

/// Something that happens.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Owed(Owed),
    Corrected(Corrected),
    Paid(Paid),
    Drawn(Drawn),
    Said(Said),
    AtSite(AtSite),
}

/// Something comes to be owed.
#[derive(Clone, Debug)]
pub(crate) enum Owed {
    /// So many days begin; each bills, collects and asks what is due.
    Days(i64),
    BillNow,
    Fee,
    /// Something is owed since, or as of, some days ago or ahead.
    Charge {
        minor: i64,
        due_in: i64,
    },
}

/// What is owed is corrected.
#[derive(Clone, Debug)]
pub(crate) enum Corrected {
    Adjust { minor: i64 },
    Credit { invoice: Index, rebill: bool },
    Exempt(bool),
}

/// Money comes or goes.
#[derive(Clone, Debug)]
pub(crate) enum Paid {
    /// So much of what is owed, for an invoice or the oldest debt.
    Part {
        percent: i64,
        invoice: Option<Index>,
    },
    Amount {
        minor: i64,
    },
    Reversed(Index),
    Refund {
        percent: i64,
    },
}

/// Money is drawn.
#[derive(Clone, Debug)]
pub(crate) enum Drawn {
    Set,
    /// The processor says at last what became of a draw.
    Answer {
        paid: bool,
        may_retry: bool,
    },
}

/// Something is agreed on or said.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Arrange(Vec<i64>),
    Dispute(Index),
    Close(Index),
    Exclude(Option<i64>),
    Include,
}

/// Traffic is stopped or let flow.
#[derive(Clone, Debug)]
pub(crate) enum AtSite {
    /// Somebody suspends by hand, or a service does late what a ladder asked for.
    Suspend {
        by_hand: bool,
    },
    Reinstate,
}

/// One of them.
pub(crate) fn deed() -> impl Strategy<Value = Deed> {
    let percent = prop_oneof![Just(100_i64), Just(99), 1_i64..140];
    let invoice = proptest::option::weighted(0.3, any::<Index>());
    let days = (1_i64..20).prop_map(Owed::Days);
    let owed = prop_oneof![
        4 => (1_i64..9_000, -30_i64..15).prop_map(|(minor, due_in)| Owed::Charge { minor, due_in }),
        2 => Just(Owed::BillNow),
        2 => Just(Owed::Fee),
    ];
    let corrected = prop_oneof![
        2 => (-6_000_i64..6_000).prop_map(|minor| Corrected::Adjust { minor }),
        2 => (any::<Index>(), any::<bool>())
            .prop_map(|(invoice, rebill)| Corrected::Credit { invoice, rebill }),
        1 => any::<bool>().prop_map(Corrected::Exempt),
    ];
    let paid = prop_oneof![
        4 => (percent, invoice).prop_map(|(percent, invoice)| Paid::Part { percent, invoice }),
        1 => (1_i64..9_000).prop_map(|minor| Paid::Amount { minor }),
        2 => any::<Index>().prop_map(Paid::Reversed),
        1 => (1_i64..110).prop_map(|percent| Paid::Refund { percent }),
    ];
    let drawn = prop_oneof![
        1 => Just(Drawn::Set),
        2 => (any::<bool>(), any::<bool>())
            .prop_map(|(paid, may_retry)| Drawn::Answer { paid, may_retry }),
    ];
    let said = prop_oneof![
        3 => vec(1_i64..15, 1..4).prop_map(Said::Arrange),
        3 => any::<Index>().prop_map(Said::Dispute),
        2 => any::<Index>().prop_map(Said::Close),
        1 => proptest::option::of(1_i64..30).prop_map(Said::Exclude),
        1 => Just(Said::Include),
    ];
    let at_site = prop_oneof![
        any::<bool>().prop_map(|by_hand| AtSite::Suspend { by_hand }),
        Just(AtSite::Reinstate),
    ];
    prop_oneof![
        5 => days.prop_map(Deed::Owed),
        4 => owed.prop_map(Deed::Owed),
        2 => corrected.prop_map(Deed::Corrected),
        4 => paid.prop_map(Deed::Paid),
        3 => drawn.prop_map(Deed::Drawn),
        4 => said.prop_map(Deed::Said),
        2 => at_site.prop_map(Deed::AtSite),
    ]
}

fn at<'a, T>(index: &Index, of: &'a [T]) -> Option<&'a T> {
    (!of.is_empty()).then(|| index.get(of))
}

impl Deed {
    /// Does it; what is refused does not happen.
    pub(crate) fn happens_in(&self, world: &mut World) {
        match self {
            Self::Owed(deed) => deed.happens_in(world),
            Self::Corrected(deed) => deed.happens_in(world),
            Self::Paid(deed) => deed.happens_in(world),
            Self::Drawn(deed) => deed.happens_in(world),
            Self::Said(deed) => deed.happens_in(world),
            Self::AtSite(deed) => deed.happens_in(world),
        }
    }
}

impl Owed {
    fn happens_in(&self, world: &mut World) {
        let account_id = account_id();
        match self {
            Self::Days(days) => (0..*days).for_each(|_| a_day(world)),
            Self::BillNow => world.ask(PEOPLE, &BillAccount { account_id, cycle: None }),
            Self::Fee => {
                let charge_id = code(&format!("fee-{}", world.next("fee")));
                let product = code("LATE");
                world.ask(PEOPLE, &ChargeFee { account_id, charge_id, product, market: None });
            }
            Self::Charge { minor, due_in } => {
                let lines = vec![ChargeLine { description: text("Classic"), amount: usd(*minor) }];
                let due_on = world.today.saturating_add(due_in.days());
                let charge_id = code(&format!("charge-{}", world.next("charge")));
                world.ask(PEOPLE, &RecordCharge { account_id, charge_id, lines, due_on });
            }
        }
    }
}

impl Corrected {
    fn happens_in(&self, world: &mut World) {
        let account_id = account_id();
        match self {
            Self::Adjust { minor } => {
                let adjustment_id = code(&format!("a-{}", world.next("adjustment")));
                let (amount, reason) = (usd(*minor), code("OUTAGE"));
                let note = sealed("Two days without service");
                let adjust = AdjustAccount { account_id, adjustment_id, amount, reason, note };
                world.ask(PEOPLE, &adjust);
            }
            Self::Credit { invoice, rebill } => {
                let Some(invoice_id) = at(invoice, &world.invoices).cloned() else { return };
                let (reason, rebill) = (code("BILLING-ERROR"), *rebill);
                world.ask(PEOPLE, &CreditInvoice { invoice_id, reason, rebill });
            }
            Self::Exempt(true) => {
                let (taxes, certificate) = ([code("STATE")].into(), code("ST-5"));
                world.ask(PEOPLE, &GrantExemption { account_id, taxes, certificate, until: None });
            }
            Self::Exempt(false) => world.ask(PEOPLE, &RevokeExemption { account_id }),
        }
    }
}

impl Paid {
    fn happens_in(&self, world: &mut World) {
        let account_id = account_id();
        match self {
            Self::Part { percent, invoice } => {
                let minor = world.standing().owed() * percent / 100;
                let invoice_id = invoice.as_ref().and_then(|it| at(it, &world.invoices)).cloned();
                if minor > 0 {
                    let payment = payment(world, usd(minor));
                    world.ask(PEOPLE, &RecordPayment { invoice_id, ..payment });
                }
            }
            Self::Amount { minor } => {
                let payment = payment(world, usd(*minor));
                world.ask(PEOPLE, &payment);
            }
            Self::Reversed(index) => {
                let Some(payment_id) = at(index, &world.payments).cloned() else { return };
                let reason = code("NSF");
                world.ask(PEOPLE, &ReversePayment { account_id, payment_id, reason });
            }
            Self::Refund { percent } => {
                let refund_id = code(&format!("r-{}", world.next("refund")));
                let amount = usd(world.standing().credit() * percent / 100);
                let method = PaymentMethod::Check;
                world.ask(
                    PEOPLE,
                    &RefundAccount { account_id, refund_id, amount, method, payment_id: None },
                );
            }
        }
    }
}

impl Drawn {
    fn happens_in(&self, world: &mut World) {
        let account_id = account_id();
        match self {
            Self::Set => {
                let token = code(&format!("tok_{}", world.next("token")));
                let (method, label) = (PaymentMethod::Card, code("visa 4242"));
                let source = Source { method, token, label };
                world.ask(PEOPLE, &SetAutopay { account_id, source });
            }
            Self::Answer { paid: true, .. } => {
                let Some((payment_id, amount)) = world.draws.pop() else { return };
                let payment = RecordPayment { payment_id, ..payment(world, amount) };
                world.must(SERVICE, &payment);
            }
            Self::Answer { paid: false, may_retry } => {
                let Some((collection_id, _)) = world.draws.pop() else { return };
                let (code, may_retry) = (code("declined"), *may_retry);
                world.must(SERVICE, &FailCollection { account_id, collection_id, code, may_retry });
            }
        }
    }
}

impl Said {
    fn happens_in(&self, world: &mut World) {
        let account_id = account_id();
        match self {
            Self::Arrange(days) => {
                let mut on = world.today;
                let total = world.dunning().past_due(&world.standing(), on);
                let parts = i64::try_from(days.len()).expect("they are few");
                let promise = |days: &i64| {
                    on = on.saturating_add(days.days());
                    Promise { on, amount: usd(total / parts + 1) }
                };
                let promises = days.iter().map(promise).collect();
                let arrangement_id = code(&format!("arr-{}", world.next("arrangement")));
                world.ask(PEOPLE, &MakeArrangement { account_id, arrangement_id, promises });
            }
            Self::Dispute(index) => {
                let charge = at(index, &world.standing().open).map(|it| it.charge_id.clone());
                let Some(charge_id) = charge else { return };
                let reason = code("NOT-ORDERED");
                world.ask(PEOPLE, &DisputeCharge { account_id, charge_id, reason });
                // Billing looks at once whether anybody is to be reinstated.
                AtSite::Reinstate.happens_in(world);
            }
            Self::Close(index) => {
                let disputed: Vec<_> = world.dunning().disputed.keys().cloned().collect();
                let Some(charge_id) = at(index, &disputed).cloned() else { return };
                world.must(PEOPLE, &CloseDispute { account_id, charge_id });
            }
            Self::Exclude(days) => {
                let until = days.map(|days| world.today.saturating_add(days.days()));
                let reason = code("HARDSHIP");
                world.ask(PEOPLE, &ExcludeFromDunning { account_id, reason, until });
            }
            Self::Include => world.must(PEOPLE, &IncludeInDunning { account_id }),
        }
    }
}

impl AtSite {
    fn happens_in(&self, world: &mut World) {
        let (site_id, verified_address_id) = (site_id(), code("A-17"));
        let request = world.requests + 1;
        match self {
            Self::Suspend { by_hand } => {
                let reason = SuspensionReason::NonPayment;
                let actor = if *by_hand { PEOPLE } else { SERVICE };
                world.ask(actor, &SuspendSite { site_id, verified_address_id, reason });
                let site_id = domain::testing::fixtures::site_id();
                world.ask(SERVICE, &ConfirmSuspension { site_id, request });
            }
            Self::Reinstate => {
                let grounds = ReinstatementGrounds::PaidInFull;
                world.ask(SERVICE, &UnsuspendSite { site_id, verified_address_id, grounds });
                let (site_id, vlan) = (domain::testing::fixtures::site_id(), 552);
                world.ask(SERVICE, &ConfirmReinstatement { site_id, request, vlan });
            }
        }
    }
}

fn payment(world: &mut World, amount: Money) -> RecordPayment {
    RecordPayment {
        account_id: account_id(),
        payment_id: code(&format!("p-{}", world.next("payment"))),
        amount,
        method: PaymentMethod::Card,
        received_on: world.today,
        invoice_id: None,
        reference: None,
    }
}

/// A day begins, and what it asks for is done.
fn a_day(world: &mut World) {
    world.open_next_day();
    if let Some(cycle) = world.due_cycle() {
        world.ask(SERVICE, &BillAccount { account_id: account_id(), cycle: Some(cycle) });
    }
    world.ask(SERVICE, &CollectPayment { account_id: account_id() });
    world.must(SERVICE, &AdvanceDunning { account_id: account_id() });
}
