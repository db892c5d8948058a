//! Agents, customers and the calendar: they send what the three stories need, often enough the
//! wrong thing or too early, and ask again under the same id until they are answered.

use bus::Message;
use contract::command;
use event_store::CommandId;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::mail::{Request, Sender};

/// So few that their stories meet.
pub(crate) const CUSTOMERS: usize = 3;
const FIRST_DAY: Date = date(2026, 9, 28);

/// Everybody who is no service.
pub(crate) struct Clients {
    today: Option<Date>,
    /// How far each customer's story has come.
    stages: [usize; CUSTOMERS],
    /// The day on which each customer was last authenticated.
    shown: [Option<Date>; CUSTOMERS],
    pub(crate) unanswered: Vec<Wish>,
    /// Answered commands, to be repeated.
    pub(crate) answered: Vec<Request>,
}

/// A command, and what its success means to whoever sent it.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) request: Request,
    pub(crate) about: String,
    then: Then,
}

#[derive(Clone, Copy)]
enum Then {
    /// The customer's story goes on.
    Advance(usize),
    /// It is the customer who calls, on that day.
    Shown(usize, Date),
    /// It is another day.
    Opened(Date),
    Nothing,
}

impl Clients {
    pub(crate) fn new() -> Clients {
        let stages = [0; CUSTOMERS];
        let shown = [None; CUSTOMERS];
        Clients { today: None, stages, shown, unanswered: Vec::new(), answered: Vec::new() }
    }

    /// Noon of the day, in microseconds since 1970.
    pub(crate) fn noon(&self) -> i64 {
        let today = self.today.unwrap_or(FIRST_DAY);
        let noon = today.at(16, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
        noon.expect("UTC has every noon").timestamp().as_microsecond()
    }

    /// A customer's story goes on; on the first day it is that day.
    pub(crate) fn go_on(&mut self, customer: usize, chance: &mut Chance) -> Wish {
        let Some(today) = self.today else { return self.open_day(chance, FIRST_DAY) };
        let (high, low) = chance.fresh();
        if self.stages[customer] == SERVICE_CHANGE && self.shown[customer] != Some(today) {
            let (command, body) = authentication(customer, today);
            return self.ask(id(high, low), command, &body, Then::Shown(customer, today));
        }
        let (command, body) = story(customer, self.stages[customer], today);
        self.ask(id(high, low), command, &body, Then::Advance(customer))
    }

    /// Somebody wants something.
    pub(crate) fn wish(&mut self, chance: &mut Chance) -> Wish {
        let customer = chance.below(CUSTOMERS);
        let Some(today) = self.today else { return self.go_on(customer, chance) };
        let (command, body, then) = match chance.below(20) {
            0..=9 => return self.go_on(customer, chance),
            10..=13 => {
                let days = if chance.one_in(2) { 1 } else { 5 };
                let next = today.saturating_add(days.days());
                return self.open_day(chance, next);
            }
            14 => {
                let (command, body) = story(customer, chance.below(STORY), today);
                (command, body, Then::Nothing)
            }
            _ => {
                let (command, body) = incident(customer, today, chance);
                (command, body, Then::Nothing)
            }
        };
        let (high, low) = chance.fresh();
        self.ask(id(high, low), command, &body, then)
    }

    /// The same day always has the same command id.
    fn open_day(&mut self, chance: &mut Chance, day: Date) -> Wish {
        let number = i64::from(day.year()) * 400 + i64::from(day.day_of_year());
        let id = id(7, number.cast_unsigned());
        let _unused = chance.fresh();
        self.ask(id, "OpenDay", &json!({ "date": day.to_string() }), Then::Opened(day))
    }

    fn ask(&mut self, id: CommandId, name: &str, body: &Value, then: Then) -> Wish {
        let command = command::named(name).expect("the stories know their commands");
        let message = Message::new(body.to_string().into())
            .with_header("content-type", "application/json")
            .with_header("demarc-command-id", &id.to_string())
            .with_header("demarc-actor", "all; roles=agent,lead,manager,noc,billing,administrator");
        let subject = bus::subject::command("northeast", command.noun(), &command.verb());
        let request = Request { from: Sender::Client, id, subject, message };
        let wish = Wish { request, about: format!("{name} {body}"), then };
        self.unanswered.push(wish.clone());
        wish
    }

    /// An answer has arrived.
    pub(crate) fn heard(&mut self, id: CommandId, reply: &Message) {
        let Some(place) = self.unanswered.iter().position(|wish| wish.request.id == id) else {
            return;
        };
        let outcome = reply.headers.get("demarc-outcome").unwrap_or_default();
        if outcome == "unavailable" {
            return;
        }
        let wish = self.unanswered.swap_remove(place);
        if matches!(outcome, "accepted" | "fulfilled") {
            match wish.then {
                Then::Advance(customer) => self.stages[customer] += 1,
                Then::Shown(customer, day) => self.shown[customer] = Some(day),
                Then::Opened(day) => self.today = self.today.max(Some(day)),
                Then::Nothing => {}
            }
        }
        self.answered.push(wish.request);
    }
}

fn id(high: u64, low: u64) -> CommandId {
    CommandId((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
}

/// Commands in a customer's story; what comes after is an incident.
pub(crate) const STORY: usize = 15;
/// The one before which the customer shows who calls.
const SERVICE_CHANGE: usize = 8;

/// The command with this number: an installation, then an upgrade, then a bill.
fn story(customer: usize, stage: usize, today: Date) -> (&'static str, Value) {
    let n = customer + 1;
    let (first, second) = (format!("order_{n}1"), format!("order_{n}2"));
    let order = if stage < 8 { first } else { second };
    let (account, site) = (format!("account_{n}"), format!("site_{n}"));
    let (device, service) = (format!("device_{n}"), format!("service_{n}"));
    match stage {
        0 => (
            "OpenAccount",
            json!({"accountId": account, "holderName": "Ada Byron", "email": "ada@example.net"}),
        ),
        1 => (
            "RegisterSite",
            json!({"siteId": site, "accountId": account, "addressId": format!("ADDR-{n}"),
                "address": "12 Mill Lane, Phoenix", "market": "phoenix"}),
        ),
        2 => (
            "RegisterDevice",
            json!({"deviceId": device, "siteId": site, "model": "CM1000", "serial": "CM-1"}),
        ),
        3 => (
            "AddService",
            json!({"serviceId": service, "accountId": account, "siteId": site,
                "deviceId": device, "packageId": "classic", "orderId": order}),
        ),
        4 => {
            ("ScheduleOrder", json!({"orderId": order, "orderType": "INSTALL", "officeOnly": true}))
        }
        5 | 11 => ("ReviewOrder", json!({"orderId": order})),
        6 | 12 => ("CommitOrder", json!({"orderId": order})),
        7 | 13 => (
            "CheckInOrder",
            json!({"orderId": order, "status": "CHECK_IN_STATUS_COMPLETED",
                "startBillingDate": today.to_string(), "confirmed": true}),
        ),
        SERVICE_CHANGE => (
            "StartServiceChange",
            json!({"orderId": order, "serviceId": service, "saleType": "UPG",
                "saleReason": "CUSTOMER-CALLED", "campaignCode": "FALL26"}),
        ),
        9 => (
            "SwapPackage",
            json!({"orderId": order, "method": "SWAP_METHOD_SWAP", "fromPackageId": "classic",
                "toPackageId": "gigablast", "toServiceCode": "HSD-GB",
                "packageGroup": "Data Packages"}),
        ),
        10 => (
            "ScheduleOrder",
            json!({"orderId": order, "orderType": "UPGRADE", "appointment":
                {"date": today.saturating_add(1.day()).to_string(), "slot": "08-10"}}),
        ),
        _ => charge(&account, stage, today),
    }
}

/// Once a day.
fn authentication(customer: usize, today: Date) -> (&'static str, Value) {
    let body = json!({"customerId": format!("customer_account_{}", customer + 1),
        "authenticationId": format!("call-{today}"),
        "method": "AUTHENTICATION_METHOD_CALL_BACK"});
    ("AuthenticateCustomer", body)
}

fn charge(account: &str, number: usize, today: Date) -> (&'static str, Value) {
    let lines = json!([{"description": "Classic", "amount":
        {"currency": "USD", "minor": "5999"}}]);
    let body = json!({"accountId": account, "chargeId": format!("bill-{number}"),
        "dueOn": today.to_string(), "lines": lines});
    ("RecordCharge", body)
}

/// What happens besides, at any time.
fn incident(customer: usize, today: Date, chance: &mut Chance) -> (&'static str, Value) {
    let n = customer + 1;
    let (account, site) = (format!("account_{n}"), format!("site_{n}"));
    let order = format!("order_{n}{}", 1 + chance.below(2));
    let number = chance.below(4);
    match chance.below(8) {
        0 | 1 => {
            let amount = chance.pick(&["5999", "11999", "6599", "1"]);
            let body = json!({"accountId": account, "paymentId": format!("card-{number}-{today}"),
                "amount": {"currency": "USD", "minor": amount},
                "method": "PAYMENT_METHOD_CARD", "receivedOn": today.to_string()});
            ("RecordPayment", body)
        }
        2 => charge(&account, 100 + number, today),
        3 => {
            let reason = chance.pick(&["NON_PAYMENT", "CUSTOMER_REQUEST", "ABUSE"]);
            let body = json!({"siteId": site, "verifiedAddressId": format!("ADDR-{n}"),
                "reason": format!("SUSPENSION_REASON_{reason}")});
            ("SuspendSite", body)
        }
        4 | 5 => {
            let grounds = chance.pick(&["PAID_IN_FULL", "PAYMENT_ARRANGEMENT", "REASON_ENDED"]);
            let body = json!({"siteId": site, "verifiedAddressId": format!("ADDR-{n}"),
                "grounds": format!("REINSTATEMENT_GROUNDS_{grounds}")});
            ("UnsuspendSite", body)
        }
        6 => {
            let day = today.saturating_add(2.days());
            let body = json!({"orderId": order, "appointment":
                {"date": day.to_string(), "slot": "10-12"}});
            ("RescheduleOrder", body)
        }
        _ => {
            let body = json!({"accountId": account, "commentId": format!("c-{number}"),
                "text": "The customer has called."});
            ("AddComment", body)
        }
    }
}
