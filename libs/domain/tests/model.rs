//! Random wishes over a few accounts: whatever is asked in whatever order, the facts that come of
//! it fit together, and every accepted wish asked again adds nothing.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Decide, Desk, Event, Fact, Id,
    account::{Account, OpenAccount},
    actor::Actor,
    biller::{self, Biller},
    calendar::OpenDay,
    device::RegisterDevice,
    ledger::{ChargeLine, Ledger, LedgerEvent, PaymentMethod, RecordCharge, RecordPayment},
    order::{
        Appointment, CancelOrder, CancelReason, CheckInOrder, CheckInStatus, CommitOrder,
        Confirmation, Order, OrderEvent, ReviewOrder, ScheduleOrder, StartServiceChange,
        SwapMethod, SwapPackage, Visit,
    },
    service::{AddService, Service, ServiceEvent},
    site::{
        AcknowledgeNocRequest, ConfirmReinstatement, ConfirmSuspension, FailNocRequest, NocFailure,
        RegisterSite, ReinstatementGrounds, Site, SuspendSite, SuspensionReason, UnsuspendSite,
    },
    testing::{
        Memory,
        fixtures::{TODAY, code, id, service_code, text, usd},
    },
};
use jiff::civil::Date;
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest},
    sample::select,
};

const PACKAGES: [&str; 3] = ["basic", "classic", "gigablast"];

/// One step of a random story.
#[derive(Clone, Debug)]
enum Step {
    NextDay,
    CheckIn {
        order: u32,
        confirmed: Confirmation,
    },
    /// The NOC answers the latest request of a site, or one that was made `before` it.
    Answer {
        site: u32,
        before: u32,
        answer: u8,
    },
    Wish(Arc<dyn Decide>),
}

/// What has happened so far.
struct World {
    biller: Biller,
    actor: Actor,
    states: Memory,
    today: Date,
    facts: Vec<Fact>,
}

impl World {
    /// Two accounts; two sites each, with a device and a service. The first account's are active,
    /// the other's wait for their installation.
    fn new() -> Self {
        let mut world = Self {
            biller: biller::testing(),
            actor: Actor::parse("all; roles=manager,noc,service").expect("an actor"),
            states: Memory::default(),
            today: TODAY,
            facts: Vec::new(),
        };
        world.ask(&OpenDay { date: TODAY });
        for number in 1..=2 {
            world.ask(&OpenAccount {
                account_id: account(number),
                holder_name: text("Jo Doe"),
                email: text("jo@example.com"),
            });
        }
        (1..=4).for_each(|number| world.settle(number));
        (1..=2).for_each(|number| world.install(number));
        world
    }

    fn settle(&mut self, number: u32) {
        let (site_id, device_id) = (site(number), id(&format!("device_{number}")));
        let account_id = account(number.div_ceil(2));
        self.ask(&RegisterSite {
            site_id: site_id.clone(),
            account_id: account_id.clone(),
            address_id: code("A-1"),
            address: text("1 Elm St"),
            market: code("phoenix"),
        });
        self.ask(&RegisterDevice {
            device_id: Id::clone(&device_id),
            site_id: site_id.clone(),
            model: code("SB8200"),
            serial: code("S-1"),
        });
        self.ask(&AddService {
            service_id: service(number),
            account_id,
            site_id,
            device_id,
            package_id: code("basic"),
            order_id: order(number),
        });
    }

    fn install(&mut self, number: u32) {
        let order_id = order(number);
        let (order_type, visit) = (code("INSTALL"), Visit::OfficeOnly);
        self.ask(&ScheduleOrder { order_id, order_type, visit, comments: None });
        self.ask(&ReviewOrder { order_id: order(number) });
        self.ask(&CommitOrder { order_id: order(number) });
        self.take(&Step::CheckIn { order: number, confirmed: Confirmation::Twice });
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::NextDay => {
                self.today = self.today.tomorrow().expect("years are left");
                self.ask(&OpenDay { date: self.today });
            }
            Step::CheckIn { order: number, confirmed } => self.ask(&CheckInOrder {
                order_id: order(*number),
                status: CheckInStatus::Completed,
                sales_id: None,
                sales_date: None,
                start_billing_date: self.today,
                confirmed: *confirmed,
            }),
            Step::Answer { site: number, before, answer } => {
                let Site::Registered { requests, .. } = self.desk().get(&site(*number)) else {
                    unreachable!("the story begins with registered sites")
                };
                let (site_id, request) = (site(*number), requests.saturating_sub(*before));
                let failure = NocFailure::TimedOut;
                match answer {
                    0 => self.ask(&AcknowledgeNocRequest { site_id, request }),
                    1 => self.ask(&FailNocRequest { site_id, request, failure }),
                    2..=4 => self.ask(&ConfirmSuspension { site_id, request }),
                    _ => self.ask(&ConfirmReinstatement { site_id, request, vlan: 552 }),
                }
            }
            Step::Wish(wish) => self.ask(wish.as_ref()),
        }
    }

    fn ask(&mut self, wish: &dyn Decide) {
        let desk = Desk::new(&self.biller, &self.actor, &self.states);
        let Ok(facts) = wish.decide(&desk) else { return };
        for fact in facts {
            self.states.apply(&fact.stream, &fact.event);
            self.facts.push(fact);
        }
        let desk = Desk::new(&self.biller, &self.actor, &self.states);
        assert_eq!(wish.decide(&desk), Ok(vec![]), "not idempotent: {wish:?}");
    }

    fn desk(&self) -> Desk<'_> {
        Desk::new(&self.biller, &self.actor, &self.states)
    }

    fn check_facts(&self) {
        self.every_balance_is_charges_less_payments();
        self.nothing_follows_the_end_of_an_order();
        self.every_change_starts_from_the_package_before_it();
    }

    fn every_balance_is_charges_less_payments(&self) {
        for number in 1..=2 {
            let ledger: Id<Ledger> = Id::of(&account(number));
            let facts = self.facts.iter().filter(|fact| fact.stream == ledger.as_str());
            let owed: i64 = facts.map(|fact| owed(&fact.event)).sum();
            assert_eq!(self.desk().get(&ledger).balance(), owed, "balance of {ledger}");
        }
    }

    fn every_portal_is_closed_while_a_site_is_not_flowing(&self) {
        for number in 1..=2 {
            let Account::Open { portal_closed_by, .. } = self.desk().get(&account(number)) else {
                unreachable!("the story begins with open accounts")
            };
            let sites = [site(2 * number - 1), site(2 * number)];
            let stopped = sites.iter().any(|site| !flows(self.desk().get(site)));
            assert_eq!(!portal_closed_by.is_empty(), stopped, "portal of account {number}");
        }
    }

    fn nothing_follows_the_end_of_an_order(&self) {
        let mut ended: HashMap<&str, &OrderEvent> = HashMap::new();
        for fact in &self.facts {
            let Event::Order(event) = &fact.event else { continue };
            assert_eq!(ended.get(fact.stream.as_str()), None, "{} then {event:?}", fact.stream);
            if let OrderEvent::Completed { .. } | OrderEvent::Cancelled { .. } = event {
                ended.insert(&fact.stream, event);
            }
        }
    }

    fn every_change_starts_from_the_package_before_it(&self) {
        let mut packages = HashMap::new();
        for fact in &self.facts {
            let Event::Service(event) = &fact.event else { continue };
            match event {
                ServiceEvent::Added { package_id, .. } => {
                    packages.insert(&fact.stream, package_id);
                }
                ServiceEvent::Activated { .. } => {}
                ServiceEvent::PackageChanged {
                    from_package_id,
                    to_package_id,
                    service_code,
                    ..
                } => {
                    let before = packages.insert(&fact.stream, to_package_id);
                    assert_eq!(before, Some(from_package_id), "{}", fact.stream);
                    let sold = &self.biller.catalog.packages[to_package_id];
                    assert_eq!(*service_code, sold.service_code, "{}", fact.stream);
                }
            }
        }
    }
}

fn account(number: u32) -> Id<Account> {
    id(&format!("account_{number}"))
}

fn site(number: u32) -> Id<Site> {
    id(&format!("site_{number}"))
}

fn service(number: u32) -> Id<Service> {
    id(&format!("service_{number}"))
}

fn order(number: u32) -> Id<Order> {
    id(&format!("order_{number}"))
}

fn flows(site: &Site) -> bool {
    match site {
        Site::Unregistered => true,
        Site::Registered { traffic, .. } => traffic.is_flowing(),
    }
}

fn owed(event: &Event) -> i64 {
    match event {
        Event::Ledger(LedgerEvent::Charged { lines, .. }) => {
            lines.iter().map(|line| line.amount.minor).sum()
        }
        Event::Ledger(LedgerEvent::PaymentReceived { amount, .. }) => -amount.minor,
        Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Decision(_) => 0,
    }
}

fn wish(wish: impl Decide + 'static) -> Step {
    Step::Wish(Arc::new(wish))
}

fn money() -> impl Strategy<Value = Step> {
    let charge =
        (1_u32..=2, 0_u32..40, -500_i64..2_000, 1_i8..=31).prop_map(|(of, n, minor, day)| {
            wish(RecordCharge {
                account_id: account(of),
                charge_id: code(&format!("c-{n}")),
                lines: vec![ChargeLine { description: text("Bill"), amount: usd(minor) }],
                due_on: Date::constant(2026, 3, day),
            })
        });
    let pay = (1_u32..=2, 0_u32..40, 0_i64..3_000).prop_map(|(of, n, minor)| {
        wish(RecordPayment {
            account_id: account(of),
            payment_id: code(&format!("p-{n}")),
            amount: usd(minor),
            method: PaymentMethod::Cash,
            received_on: TODAY,
        })
    });
    prop_oneof![charge, pay]
}

fn noc() -> impl Strategy<Value = Step> {
    use ReinstatementGrounds::{PaidInFull, PaymentArrangement, ReasonEnded};
    use SuspensionReason::{Abuse, CustomerRequest, NonPayment};
    let verified_address_id = || code("A-1");
    let suspend = (1_u32..=4, select(vec![NonPayment, CustomerRequest, Abuse])).prop_map(
        move |(at, reason)| {
            let verified_address_id = verified_address_id();
            wish(SuspendSite { site_id: site(at), verified_address_id, reason })
        },
    );
    let grounds = select(vec![PaidInFull, PaymentArrangement, ReasonEnded]);
    let unsuspend = (1_u32..=4, grounds).prop_map(move |(at, grounds)| {
        let verified_address_id = verified_address_id();
        wish(UnsuspendSite { site_id: site(at), verified_address_id, grounds })
    });
    let before = prop_oneof![5 => Just(0), 1 => Just(1)];
    let answer = (1_u32..=4, before, 0_u8..8).prop_map(|(site, before, answer)| Step::Answer {
        site,
        before,
        answer,
    });
    prop_oneof![2 => suspend, 2 => unsuspend, 5 => answer]
}

fn change() -> impl Strategy<Value = Step> {
    let start = (5_u32..=8, 1_u32..=2).prop_map(|(number, on)| {
        wish(StartServiceChange {
            order_id: order(number),
            service_id: service(on),
            sale_type: code("EXISTING"),
            sale_reason: code("SPEED"),
            campaign_code: None,
        })
    });
    let package = || select(PACKAGES.to_vec());
    let swap = (5_u32..=8, package(), package()).prop_map(|(number, from, to)| {
        wish(SwapPackage {
            order_id: order(number),
            method: SwapMethod::Swap,
            from_package_id: code(from),
            to_package_id: code(to),
            to_service_code: service_code(to),
            package_group: code("Data Packages"),
            serviceability_check: Some(code("SC-1")),
        })
    });
    let visit = prop_oneof![
        Just(Visit::OfficeOnly),
        (16_i8..=20).prop_map(|day| {
            let date = Date::constant(2026, 3, day);
            Visit::Appointment(Appointment { date, slot: code("08-10") })
        }),
    ];
    let schedule = (1_u32..=8, visit).prop_map(|(number, visit)| {
        let order_type = code("UPGRADE");
        wish(ScheduleOrder { order_id: order(number), order_type, visit, comments: None })
    });
    prop_oneof![1 => start, 3 => swap, 2 => schedule]
}

fn end() -> impl Strategy<Value = Step> {
    let review = (1_u32..=8).prop_map(|n| wish(ReviewOrder { order_id: order(n) }));
    let commit = (1_u32..=8).prop_map(|n| wish(CommitOrder { order_id: order(n) }));
    let check_in = (1_u32..=8, any::<bool>()).prop_map(|(order, twice)| {
        let confirmed = if twice { Confirmation::Twice } else { Confirmation::Once };
        Step::CheckIn { order, confirmed }
    });
    let cancel = (1_u32..=8).prop_map(|n| {
        wish(CancelOrder { order_id: order(n), reason: CancelReason::CustomerRequest })
    });
    prop_oneof![12 => review, 12 => commit, 12 => check_in, 1 => cancel]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::NextDay),
        6 => money(),
        12 => noc(),
        12 => change(),
        12 => end(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_asked_the_facts_fit_together(steps in vec(step(), 0..600)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.every_portal_is_closed_while_a_site_is_not_flowing();
        }
        world.check_facts();
    }
}
