//! Whatever happens in whatever order, what was billed adds up to what the days cost.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{
    collection::vec,
    prelude::{Strategy, any, prop_oneof, proptest},
};

use super::{alpha, in_arrears};
use crate::{
    Aggregate,
    money::MINOR_MAX,
    proration::Period,
    service::Promotion,
    subscription::{Item, Price, Subscription, SubscriptionEvent},
    testing::fixtures::{account_id, code, usd},
    text::Code,
};

const FIRST: Date = date(2027, 11, 3);
/// Two years, the 29th of February 2028 among them.
const DAYS: usize = 730;

/// Something that happens to one of two items, some days before today.
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
    BillDay(i8),
    /// The next bill, if its day has come.
    Bill,
    OnDemand,
    /// Takes the last bill back, and makes it again on demand.
    Rebill,
}

#[derive(Clone, Debug)]
struct Step {
    later: usize,
    item: u8,
    back: usize,
    deed: Deed,
}

fn monthly() -> impl Strategy<Value = i64> {
    prop_oneof![8 => -10_000_i64..10_000, 1 => -MINOR_MAX..=MINOR_MAX]
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
        1 => proptest::strategy::Just(Deed::OnDemand),
        1 => proptest::strategy::Just(Deed::Rebill),
    ];
    let step = (0_usize..25, 0_u8..2, 0_usize..75, deed);
    vec(step.prop_map(|(later, item, back, deed)| Step { later, item, back, deed }), 1..40)
}

/// What an item is on a day: its price, and until when it costs something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    monthly: i64,
    promoted: Option<(i64, usize)>,
}

/// Day by day, what an item is; and the days on which something was said of it.
struct Timeline {
    days: Vec<Option<Cost>>,
    said: BTreeSet<usize>,
}

impl Timeline {
    fn new() -> Self {
        Self { days: vec![None; DAYS], said: BTreeSet::new() }
    }

    fn put(&mut self, from: usize, cost: Option<Cost>) {
        self.days[from..].fill(cost);
        self.said.retain(|day| *day < from);
        self.said.insert(from);
    }

    fn reprice(&mut self, from: usize, monthly: i64) {
        if self.days[from].is_none() {
            return;
        }
        let until = self.said.range(from + 1..).next().copied().unwrap_or(DAYS);
        for cost in self.days[from..until].iter_mut().flatten() {
            cost.monthly = monthly;
        }
        self.said.insert(from);
    }

    /// What the days until one cost, in periods that a subscription says.
    fn cost(&self, until: usize, subscription: &Periods) -> i64 {
        let costs = self.days[..until].iter().enumerate();
        costs
            .filter_map(|(day, cost)| {
                let cost = (*cost)?;
                let promoted = cost.promoted.filter(|(_, over)| day < *over);
                let monthly = promoted.map_or(cost.monthly, |(monthly, _)| monthly);
                let period = subscription.around(day);
                Some(period.share(usd(monthly), on(day), on(day + 1)).minor)
            })
            .sum()
    }
}

/// Bill days, and the days from which on they hold.
struct Periods(BTreeMap<usize, i8>);

impl Periods {
    fn around(&self, day: usize) -> Period {
        let (_, bill_day) = self.0.range(..=day).next_back().expect("the first one always held");
        Period::around(on(day), *bill_day)
    }
}

fn on(day: usize) -> Date {
    FIRST.saturating_add(i64::try_from(day).expect("days are few").days())
}

fn day_of(date: Date) -> usize {
    usize::try_from(crate::proration::days(FIRST, date)).expect("nothing is before the first day")
}

/// A subscription, what it should cost, and what was billed.
struct World {
    subscription: Subscription,
    today: usize,
    timelines: BTreeMap<Code, Timeline>,
    periods: Periods,
    billed: BTreeMap<Code, i64>,
    /// The lines of the last bill, which can be taken back.
    last: Option<(Code, BTreeMap<Code, i64>)>,
    bills: usize,
}

impl World {
    fn new() -> Self {
        let opened = SubscriptionEvent::Opened { account_id: account_id(), bill_day: 1 };
        Self {
            subscription: Subscription::UNKNOWN.clone().evolve(&opened),
            today: 0,
            timelines: [code("item-0"), code("item-1")].map(|id| (id, Timeline::new())).into(),
            periods: Periods([(0, 1)].into()),
            billed: BTreeMap::new(),
            last: None,
            bills: 0,
        }
    }

    fn tell(&mut self, event: &SubscriptionEvent) {
        self.subscription = self.subscription.clone().evolve(event);
    }

    fn step(&mut self, step: &Step) {
        self.today = (self.today + step.later).min(DAYS - 130);
        let item_id = code(&format!("item-{}", step.item));
        // As far back as the rules allow.
        let since = self.subscription.through().map_or(FIRST, |through| {
            through.first_of_month().saturating_sub(4.months()).max(FIRST)
        });
        let from = self.today.saturating_sub(step.back).max(day_of(since));
        let timeline = self.timelines.get_mut(&item_id).expect("there are two");
        match &step.deed {
            Deed::Put { monthly, promoted, in_arrears } => {
                let promoted = promoted.map(|(monthly, days)| (monthly, from + days));
                timeline.put(from, Some(Cost { monthly: *monthly, promoted }));
                let item = item(*monthly, promoted, *in_arrears);
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
            Deed::BillDay(bill_day) => self.change_bill_day(*bill_day),
            Deed::Bill => self.bill(),
            Deed::OnDemand => self.bill_on_demand(),
            Deed::Rebill => self.rebill(),
        }
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
        let rest = self.subscription.end_of_cycle(on(self.today));
        self.make(on(self.today), self.subscription.through().unwrap_or(rest));
    }

    fn make(&mut self, cycle: Date, through: Date) {
        let lines = self.subscription.rate(cycle, through).lines;
        let mut sums = BTreeMap::new();
        for line in &lines {
            *sums.entry(line.item_id.clone()).or_insert(0) += line.amount.minor;
        }
        self.bills += 1;
        let invoice = (!lines.is_empty()).then(|| code(&format!("I{}", self.bills)));
        for (item_id, sum) in &sums {
            *self.billed.entry(item_id.clone()).or_insert(0) += sum;
        }
        self.last = invoice.clone().map(|invoice| (invoice, sums));
        self.tell(&SubscriptionEvent::Billed { invoice, cycle, through });
        assert_eq!(self.subscription.rate(cycle, through).lines, [], "billed once");
    }

    fn rebill(&mut self) {
        let Some((invoice, sums)) = self.last.take() else { return };
        assert_eq!(self.subscription.last_invoice(), Some(&invoice));
        for (item_id, sum) in sums {
            *self.billed.entry(item_id).or_insert(0) -= sum;
        }
        self.tell(&SubscriptionEvent::Unbilled { invoice });
        self.bill_on_demand();
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
            let billed = self.billed.get(item_id).copied().unwrap_or(0);
            assert_eq!(billed, timeline.cost(DAYS - 1, &self.periods), "{item_id}");
        }
    }
}

fn item(monthly: i64, promoted: Option<(i64, usize)>, is_in_arrears: bool) -> Item {
    let promotion = promoted.map(|(promoted, over)| Promotion {
        campaign_code: code("LOYAL"),
        monthly: usd(promoted),
        until: on(over),
        monthly_after: usd(monthly),
    });
    let item = Item { promotion, ..alpha(monthly) };
    if is_in_arrears { in_arrears(item) } else { item }
}

proptest! {
    #[test]
    fn what_is_billed_of_a_history_is_what_its_days_cost(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        world.check();
    }

    #[test]
    fn only_what_holds_in_the_end_of_a_day_is_paid_for(
        before in steps(), day in steps(), monthly in monthly()
    ) {
        let told = |day: &[Step]| {
            let mut world = World::new();
            for step in before.iter().chain(day) {
                world.step(step);
            }
            for item in 0..2 {
                let deed = Deed::Put { monthly, promoted: None, in_arrears: false };
                world.step(&Step { later: 0, item, back: 0, deed });
            }
            world.settle();
            world.check();
            world.billed
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
