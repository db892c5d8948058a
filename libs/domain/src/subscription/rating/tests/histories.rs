//! Whatever happens in whatever order, what was billed adds up to what the days cost, less what
//! credit notes took back for good; and the taxes to what they were when each day was charged.

mod days;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest},
};

use super::{alpha, in_arrears};
use crate::{
    Aggregate,
    biller::{Dated, Tax, TaxTable, Version},
    invoice::LineKind,
    money::MINOR_MAX,
    service::Promotion,
    subscription::{Item, ItemKind, PendingFee, Price, Subscription, SubscriptionEvent},
    testing::fixtures::{account_id, code, text, usd},
    text::Code,
};
use days::{Charged, Cost, DAYS, FIRST, Made, Paid, Periods, Timeline, day_of, on};

/// Two that are taxed, and a discount that is not.
const ITEMS: u8 = 3;
const DISCOUNT: u8 = 2;
/// Of how many bills one is taken back.
const WAIVED_OF_LAST: usize = 5;
/// The state tax goes up when half of the time is over.
const RATES: (u32, Date, u32) = (50_000, date(2028, 11, 1), 62_500);

/// Something that happens to one of the items, some days before today.
#[derive(Clone, Debug)]
enum Deed {
    /// It is this from now on, whether or not it was something.
    Put {
        monthly: i64,
        promoted: Option<(i64, usize)>,
        in_arrears: bool,
    },
    End,
    Reprice {
        monthly: i64,
    },
    Fee(i64),
    /// The account is exempt from now on, or no longer.
    Exempt(bool),
    BillDay(i8),
    /// The next bill, if its day has come.
    Bill,
    OnDemand,
    /// Takes the last bill back, and makes it again on demand.
    Rebill,
    /// Takes one of the last bills back for good, where that can be.
    Waive(usize),
}

#[derive(Clone, Debug)]
struct Step {
    later: usize,
    item: u8,
    back: usize,
    deed: Deed,
}

fn monthly() -> impl Strategy<Value = i64> {
    prop_oneof![6 => -10_000_i64..10_000, 2 => -20_i64..20, 1 => -MINOR_MAX..=MINOR_MAX]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let promoted = (any::<bool>(), monthly(), 0_usize..120);
    let promoted = promoted.prop_map(|(is, monthly, days)| is.then_some((monthly, days)));
    let put = (monthly(), promoted, any::<bool>())
        .prop_map(|(monthly, promoted, in_arrears)| Deed::Put { monthly, promoted, in_arrears });
    let deed = prop_oneof![
        4 => put,
        2 => proptest::strategy::Just(Deed::End),
        3 => monthly().prop_map(|monthly| Deed::Reprice { monthly }),
        1 => (1_i8..=28).prop_map(Deed::BillDay),
        6 => proptest::strategy::Just(Deed::Bill),
        2 => proptest::strategy::Just(Deed::OnDemand),
        2 => proptest::strategy::Just(Deed::Rebill),
        1 => monthly().prop_map(Deed::Fee),
        1 => any::<bool>().prop_map(Deed::Exempt),
        2 => (0_usize..WAIVED_OF_LAST).prop_map(Deed::Waive),
    ];
    // What happens to one item in a row is where it goes wrong.
    let item = prop_oneof![2 => proptest::strategy::Just(0_u8), 3 => 0_u8..ITEMS];
    let step = (0_usize..25, item, 0_usize..75, deed);
    vec(step.prop_map(|(later, item, back, deed)| Step { later, item, back, deed }), 1..40)
}

/// A subscription, what it should cost, and what was billed.
struct World {
    subscription: Subscription,
    today: usize,
    timelines: BTreeMap<Code, Timeline>,
    periods: Periods,
    charged: Charged,
    /// Fees that wait.
    fees: BTreeMap<Code, i64>,
    /// How what was charged and the fees stood before the last bill, which can be taken back.
    before: Option<(Charged, BTreeMap<Code, i64>)>,
    is_exempt: bool,
    bills: Vec<Made>,
    /// How often a tax was rounded.
    roundings: usize,
    fees_charged: usize,
}

impl World {
    fn new() -> Self {
        let opened = SubscriptionEvent::Opened { account_id: account_id(), bill_day: 1 };
        Self {
            subscription: Subscription::UNKNOWN.clone().evolve(&opened),
            today: 0,
            timelines: (0..ITEMS).map(|nth| (item_id(nth), Timeline::new())).collect(),
            periods: Periods([(0, 1)].into()),
            charged: Charged::default(),
            fees: BTreeMap::new(),
            before: None,
            is_exempt: false,
            bills: Vec::new(),
            roundings: 0,
            fees_charged: 0,
        }
    }

    fn tell(&mut self, event: &SubscriptionEvent) {
        self.subscription = self.subscription.clone().evolve(event);
    }

    fn step(&mut self, step: &Step) {
        self.today = (self.today + step.later).min(DAYS - 130);
        let (item_id, is_discount) = (item_id(step.item), step.item == DISCOUNT);
        // As far back as the rules allow.
        let since = self.subscription.through().map_or(FIRST, |through| {
            through.first_of_month().saturating_sub(4.months()).max(FIRST)
        });
        let from = self.today.saturating_sub(step.back).max(day_of(since));
        let timeline = self.timelines.get_mut(&item_id).expect("there are two");
        match &step.deed {
            Deed::Put { monthly, promoted, in_arrears } => {
                let promoted = promoted.map(|(monthly, days)| (monthly, from + days));
                let in_arrears = *in_arrears;
                timeline.put(from, Some(Cost { monthly: *monthly, promoted, in_arrears }));
                let item = item(*monthly, promoted, in_arrears);
                let item = if is_discount { discount(item) } else { item };
                self.tell(&SubscriptionEvent::ItemChanged { item_id, item, from: on(from) });
            }
            Deed::End => {
                timeline.put(from, None);
                self.tell(&SubscriptionEvent::ItemEnded { item_id, on: on(from) });
            }
            Deed::Reprice { monthly } => {
                timeline.reprice(from, *monthly);
                let price = Price { monthly: usd(*monthly), version: None };
                self.tell(&SubscriptionEvent::ItemRepriced { item_id, price, from: on(from) });
            }
            Deed::Fee(minor) => self.charge_fee(*minor),
            Deed::Exempt(is_exempt) => self.exempt(*is_exempt),
            Deed::BillDay(bill_day) => self.change_bill_day(*bill_day),
            Deed::Bill => self.bill(),
            Deed::OnDemand => self.bill_on_demand(),
            Deed::Rebill => self.rebill(),
            Deed::Waive(nth) => self.waive(*nth),
        }
    }

    fn charge_fee(&mut self, minor: i64) {
        self.fees_charged += 1;
        let charge_id = code(&format!("fee-{}", self.fees_charged));
        self.fees.insert(charge_id.clone(), minor);
        let fee = PendingFee {
            charge_id,
            product: code("LATE"),
            description: text("Late fee"),
            amount: usd(minor),
            tax_code: Some(code("internet")),
            market: Some(code("northern_virginia")),
            on: on(self.today),
        };
        self.tell(&SubscriptionEvent::FeeCharged { fee });
    }

    fn exempt(&mut self, is_exempt: bool) {
        self.is_exempt = is_exempt;
        let granted = SubscriptionEvent::ExemptionGranted {
            taxes: [code("STATE")].into(),
            certificate: code("ST-5"),
            until: None,
        };
        self.tell(if is_exempt { &granted } else { &SubscriptionEvent::ExemptionRevoked });
    }

    /// As the rule does it: after what is billed, and in place of what is not in force.
    fn change_bill_day(&mut self, bill_day: i8) {
        let Some(through) = self.subscription.through() else { return };
        let mut first = day_of(through);
        self.periods.0.split_off(&(first + 1));
        while on(first).day() != bill_day {
            first += 1;
        }
        self.periods.0.insert(first, bill_day);
        self.tell(&SubscriptionEvent::BillDayChanged { bill_day, from: on(first) });
    }

    fn bill(&mut self) {
        let next = self.subscription.next_cycle().filter(|cycle| *cycle <= on(self.today));
        let Some(cycle) = next else { return };
        self.make(cycle, self.subscription.end_of_cycle(cycle));
    }

    fn bill_on_demand(&mut self) {
        self.make(on(self.today), self.subscription.through_on_demand(on(self.today)));
    }

    fn make(&mut self, cycle: Date, through: Date) {
        let rated = self.subscription.rate(cycle, through);
        let corrected = rated.corrects.iter().map(|bill| (bill.on, bill.exempt_from.clone()));
        let corrected: BTreeSet<_> = corrected.collect();
        let lines = rated.taxed(&self.subscription, &table(), cycle).expect("the market is known");
        let mut made = Made {
            number: code(&format!("I{}", self.bills.len())),
            on: cycle,
            is_exempt: self.is_exempt,
            sums: BTreeMap::new(),
            taxes: 0,
            is_taken_back: false,
        };
        for line in &lines {
            let sum = match line.kind == LineKind::Tax {
                true => &mut made.taxes,
                false => made.sums.entry(line.item_id.clone()).or_insert(0),
            };
            *sum += line.amount.minor;
        }
        self.roundings += corrected.len() + 1;
        let before = (self.charged.clone(), self.fees.clone());
        self.lay_down(cycle, through);
        let invoice = (!lines.is_empty()).then(|| made.number.clone());
        self.before = invoice.as_ref().map(|_| before);
        self.bills.push(made);
        self.tell(&SubscriptionEvent::Billed { invoice, cycle, through });
        assert_eq!(self.subscription.rate(cycle, through).lines, [], "billed once");
    }

    /// Day by day: what costs as it did stays, and all else is charged by the bill that is made.
    fn lay_down(&mut self, cycle: Date, through: Date) {
        let bill = self.bills.len();
        let since = self.subscription.since().max(FIRST);
        let end = self.subscription.through().map_or(through, |done| done.max(through));
        let days = day_of(since)..day_of(end.max(cycle));
        let until = |cost: &Cost| match cost.in_arrears {
            true => cycle.min(through),
            false => through,
        };
        let of_items = self.timelines.iter().flat_map(|it| days.clone().map(move |day| (it, day)));
        for ((item_id, timeline), day) in of_items {
            let charged = self.charged.0.entry(item_id.clone()).or_default();
            let cost = timeline.days[day].filter(|cost| on(day) < until(cost));
            let wanted = cost.map(|cost| {
                let (monthly, period) = (cost.on(day), Some(self.periods.around(day)));
                Paid { monthly, period, bill, is_waived: false }
            });
            let is_as_it_was = charged.get(&day).map(|paid| (paid.monthly, paid.period))
                == wanted.map(|paid| (paid.monthly, paid.period));
            match wanted {
                Some(_) | None if is_as_it_was => {}
                Some(paid) => drop(charged.insert(day, paid)),
                None => drop(charged.remove(&day)),
            }
        }
        for (charge_id, monthly) in std::mem::take(&mut self.fees) {
            let paid = Paid { monthly, period: None, bill, is_waived: false };
            self.charged.0.entry(charge_id).or_default().insert(0, paid);
        }
    }

    fn rebill(&mut self) {
        let Some((charged, fees)) = self.before.take() else { return };
        let last = self.bills.last_mut().expect("it was made");
        last.is_taken_back = true;
        let invoice = last.number.clone();
        assert_eq!(self.subscription.last_invoice(), Some(&invoice));
        self.charged = charged;
        let later = std::mem::replace(&mut self.fees, fees);
        self.fees.extend(later);
        self.tell(&SubscriptionEvent::Unbilled { invoice });
        self.bill_on_demand();
    }

    /// As the rule does it.
    fn waive(&mut self, nth: usize) {
        let Some(bill) = self.bills.len().checked_sub(nth + 1) else { return };
        let made = &mut self.bills[bill];
        let invoice = made.number.clone();
        if made.is_taken_back || self.subscription.is_corrected(&invoice) {
            return;
        }
        made.is_taken_back = true;
        self.charged.waive(bill);
        match &mut self.before {
            Some(_) if nth == 0 => self.before = None,
            Some((charged, _)) => charged.waive(bill),
            None => {}
        }
        if self.subscription.is_charged_by(&invoice) {
            self.tell(&SubscriptionEvent::Waived { invoice });
        }
    }

    /// What was billed of everything and not taken back again, and the taxes on it.
    fn billed(&self) -> (BTreeMap<Code, i64>, i64) {
        let mut billed = BTreeMap::new();
        let kept = || self.bills.iter().filter(|made| !made.is_taken_back);
        for (item_id, sum) in kept().flat_map(|made| &made.sums) {
            *billed.entry(item_id.clone()).or_insert(0) += sum;
        }
        (billed, kept().map(|made| made.taxes).sum())
    }

    /// Bills until everything of before today is billed, and nothing is credited or charged any
    /// more but the months to come.
    fn settle(&mut self) {
        self.today += 40;
        while self.subscription.next_cycle().is_some_and(|cycle| cycle <= on(self.today)) {
            self.bill();
        }
        for item_id in self.timelines.keys().cloned().collect::<Vec<_>>() {
            let through = self.subscription.through().map_or(0, day_of);
            let timeline = self.timelines.get_mut(&item_id).expect("it was there");
            timeline.put(through, None);
            self.tell(&SubscriptionEvent::ItemEnded { item_id, on: on(through) });
        }
        self.today += 62;
        while self.subscription.next_cycle().is_some_and(|cycle| cycle <= on(self.today)) {
            self.bill();
        }
    }

    fn check(&self) {
        for (item_id, timeline) in &self.timelines {
            let days = self.charged.0.get(item_id).into_iter().flatten();
            let charged: i64 = days.map(|(day, paid)| paid.of(*day)).sum();
            assert_eq!(charged, timeline.cost(DAYS - 1, &self.periods), "{item_id}");
        }
        let (mut billed, taxes) = self.billed();
        let mut base = 0_i128;
        for (item_id, days) in &self.charged.0 {
            let days = days.iter().filter(|(_, paid)| !paid.is_waived);
            let kept: Vec<_> =
                days.map(|(day, paid)| (self.rate(paid.bill), paid.of(*day))).collect();
            let sum: i64 = kept.iter().map(|(_, minor)| minor).sum();
            assert_eq!(billed.remove(item_id).unwrap_or(0), sum, "{item_id}");
            if *item_id != self::item_id(DISCOUNT) {
                let taxed = kept.iter().map(|(rate, minor)| i128::from(*rate) * i128::from(*minor));
                base += taxed.sum::<i128>();
            }
        }
        assert!(billed.values().all(|left| *left == 0), "{billed:?}");
        let off = (i128::from(taxes) * 1_000_000 - base).unsigned_abs();
        assert!(off <= self.roundings as u128 * 500_000, "{taxes} of taxes, {base} millionths");
    }

    /// The rate at which a bill charged the state tax, in millionths.
    fn rate(&self, bill: usize) -> u32 {
        let (before, from, since) = RATES;
        match &self.bills[bill] {
            made if made.is_exempt => 0,
            made if made.on < from => before,
            _ => since,
        }
    }
}

fn item_id(nth: u8) -> Code {
    code(&format!("item-{nth}"))
}

/// The state tax of northern Virginia, and nothing else.
fn table() -> TaxTable {
    let (before, from, since) = RATES;
    let version = |from, value| Version { from, value };
    let rate = Dated::versions(vec![version(None, before), version(Some(from), since)]);
    let state = Tax {
        name: "State tax".to_owned(),
        applies_to: [code("internet")].into(),
        rate: rate.expect("they are in order"),
    };
    TaxTable { markets: [(code("northern_virginia"), [(code("STATE"), state)].into())].into() }
}

/// What packages cost less together, on which there are no taxes.
fn discount(item: Item) -> Item {
    Item { kind: ItemKind::Bundle, tax_code: None, market: None, ..item }
}

fn item(monthly: i64, promoted: Option<(i64, usize)>, is_in_arrears: bool) -> Item {
    let promotion = promoted.map(|(promoted, over)| Promotion {
        campaign_code: code("LOYAL"),
        monthly: usd(promoted),
        until: on(over),
        monthly_after: usd(monthly),
    });
    let (tax_code, market) = (Some(code("internet")), Some(code("northern_virginia")));
    let item = Item { promotion, tax_code, market, ..alpha(monthly) };
    if is_in_arrears { in_arrears(item) } else { item }
}

proptest! {
    #[test]
    fn what_is_billed_of_a_history_is_what_its_days_cost_and_their_taxes(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        world.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn only_what_holds_in_the_end_of_a_day_is_paid_for(
        before in steps(), day in steps(), monthly in monthly()
    ) {
        let told = |day: &[Step]| {
            let mut world = World::new();
            for step in before.iter().chain(day) {
                world.step(step);
            }
            for item in 0..ITEMS {
                let deed = Deed::Put { monthly, promoted: None, in_arrears: false };
                world.step(&Step { later: 0, item, back: 0, deed });
            }
            world.settle();
            world.check();
            world.billed().0
        };
        // What changes an item from today on, in any order.
        let changes = day.into_iter().map(|step| Step { later: 0, back: 0, ..step });
        let changes = changes.filter(|step| {
            matches!(step.deed, Deed::Put { .. } | Deed::End | Deed::Reprice { .. })
        });
        let mut changes: Vec<Step> = changes.collect();
        let total = |billed: BTreeMap<Code, i64>| billed.into_values().sum::<i64>();
        let forwards = total(told(&changes));
        changes.reverse();
        assert_eq!(total(told(&changes)), forwards);
        assert_eq!(total(told(&[])), forwards);
    }
}
