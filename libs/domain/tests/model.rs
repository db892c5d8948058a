//! Random wishes over a few accounts: whatever is asked in whatever order, the facts that come of
//! it fit together, and every accepted wish asked again adds nothing.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    Decide, Desk, Event, Fact, Id,
    account::{Account, FLASHES_MAX, OpenAccount, REMEMBERED_MAX},
    actor::Actor,
    biller::{self, Biller},
    calendar::OpenDay,
    device::RegisterDevice,
    ledger::Ledger,
    order::{
        Appointment, CheckInOrder, CheckInStatus, CommitOrder, Confirmation, Order, OrderEvent,
        ReviewOrder, ScheduleOrder, Stage, Visit,
    },
    quota,
    service::{AddService, Service, ServiceEvent},
    site::{
        AcknowledgeNocRequest, ConfirmReinstatement, ConfirmSuspension, FailNocRequest, NocFailure,
        RegisterSite, Site,
    },
    testing::{
        Memory,
        fixtures::{TODAY, code, id, sealed},
    },
    ticket::{ENTRIES_MAX, Ticket},
};
#[path = "model/wishes.rs"]
mod wishes;

use wishes::step;

use jiff::civil::Date;
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, proptest},
};

const PACKAGES: [&str; 3] = ["basic", "classic", "gigablast"];
/// Every order of a story.
const ORDERS: std::ops::RangeInclusive<u32> = 1..=10;
/// Days of March on which a technician may come.
const VISITS: std::ops::RangeInclusive<i8> = 16..=18;
/// Slots in which they may.
const SLOTS: [&str; 2] = ["08-10", "13-15"];

const FLASHES: [&str; 12] =
    ["f-1", "f-2", "f-3", "f-4", "f-5", "f-6", "f-7", "f-8", "f-9", "f-10", "f-11", "f-12"];
const WORDS: [&str; 2] = ["Called.", "No answer."];

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
                customer_id: None,
                holder_name: sealed("Jo Doe"),
                email: sealed("jo@example.com"),
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
            address: sealed("1 Elm St"),
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
            acknowledged_flashes: BTreeSet::new(),
            campaign_code: None,
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

    /// What is taken of a day's slots is what its committed visits cost, and no more than there is.
    fn every_slot_holds_the_visits_that_were_agreed_on(&self) {
        let slots = &self.biller.catalog.slots;
        for date in VISITS.map(|day| Date::constant(2026, 3, day)) {
            let held = self.desk().get(&quota::of_day(date));
            let held: HashMap<_, _> =
                held.visits().map(|(order, slot, points)| (order, (slot, points))).collect();
            let orders: Vec<_> = ORDERS.map(order).collect();
            let agreed = orders.iter().filter_map(|id| {
                let visit = agreed_visit(self.desk().get(id)).filter(|it| it.date == date)?;
                Some((id, (&visit.slot, 2)))
            });
            assert_eq!(held, agreed.collect(), "{date}");
            for (slot, capacity) in slots {
                let taken = self.desk().get(&quota::of_day(date)).taken(slot);
                assert!(taken <= *capacity, "{slot} on {date}: {taken} of {capacity}");
            }
        }
    }

    fn check_facts(&self) {
        self.every_balance_is_charges_less_payments();
        self.what_is_remembered_stays_within_bounds();
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

    fn what_is_remembered_stays_within_bounds(&self) {
        for number in 1..=2 {
            let Account::Open { written, .. } = self.desk().get(&account(number)) else {
                unreachable!("the story begins with open accounts")
            };
            assert!(written.comments.count() <= REMEMBERED_MAX, "comments of account {number}");
            assert!(written.cleared.count() <= REMEMBERED_MAX, "flashes of account {number}");
            assert!(written.flashes.len() <= FLASHES_MAX, "flashes of account {number}");
            if let Ticket::Opened(ticket) = self.desk().get(&ticket(number)) {
                assert!(ticket.entries.count() <= ENTRIES_MAX, "entries of ticket {number}");
            }
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
                ServiceEvent::Activated { .. } | ServiceEvent::DeviceChanged { .. } => {}
                ServiceEvent::Disconnected { .. } => {
                    let before = packages.remove(&fact.stream);
                    assert!(before.is_some(), "{} is disconnected once", fact.stream);
                }
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

fn ticket(number: u32) -> Id<Ticket> {
    id(&format!("ticket_{number}"))
}

/// The visit of an order that the customer agreed to, and that is not given up.
fn agreed_visit(order: &Order) -> Option<&Appointment> {
    let Order::Started(order) = order else { return None };
    match order.stage {
        Stage::Draft | Stage::Reviewed | Stage::Cancelled => None,
        Stage::Committed | Stage::Completed(_) => order.schedule.as_ref()?.appointment.as_ref(),
    }
}

fn flows(site: &Site) -> bool {
    match site {
        Site::Unregistered => true,
        Site::Registered { traffic, .. } => traffic.is_flowing(),
    }
}

fn owed(event: &Event) -> i64 {
    match event {
        Event::Ledger(event) => event.effect(),
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Guide(_)
        | Event::Decision(_) => 0,
    }
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
            world.every_slot_holds_the_visits_that_were_agreed_on();
        }
        world.check_facts();
    }
}
