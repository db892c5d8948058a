//! The commands of one account that is made up, in the order in which an office would send them.
//!
//! What must stay true: they follow from the biller, the seed, the day and the account's number
//! alone, with their ids and idempotency keys: whoever sends them again changes nothing.

use domain::text::Code;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{
    chance::Chance,
    names::{COMMENTS, FEES, FIRST_NAMES, LAST_NAMES, STREETS},
    offer::{Equipped, Offer, Work},
};

/// How often of a hundred.
const TWO_SITES: u64 = 6;
const ORDER_LEFT_OPEN: u64 = 5;
const PACKAGE_CHANGED: u64 = 30;
const CHANGE_GIVEN_UP: u64 = 8;
const CHARGED: u64 = 35;
const PAID: u64 = 70;
/// Most comments on an account.
const COMMENTS_MAX: u64 = 3;

const PAYMENT_METHODS: &[&str] =
    &["PAYMENT_METHOD_CARD", "PAYMENT_METHOD_CHECK", "PAYMENT_METHOD_BANK_TRANSFER"];

/// What is made up, and from what it follows.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) offer: Offer<'a>,
    pub(super) seed: u64,
    pub(super) today: Date,
}

/// One command to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    pub(super) command: &'static str,
    pub(super) key: String,
    pub(super) body: Value,
}

/// One account while its commands are collected.
struct Account<'a, 'b> {
    plan: &'b Plan<'a>,
    chance: Chance,
    /// Last part of all its ids.
    suffix: String,
    wishes: Vec<Wish>,
}

/// A service at a site of the account.
struct Service<'a> {
    suffix: String,
    market: Code,
    has: Equipped<'a>,
}

impl<'a> Plan<'a> {
    /// The commands of the account with that number.
    pub(super) fn account(&self, nth: u64) -> Vec<Wish> {
        let mut account = Account {
            plan: self,
            chance: Chance::of(self.seed, nth),
            suffix: format!("g{}-{nth}", self.seed),
            wishes: Vec::new(),
        };
        account.open();
        let sites = if account.chance.percent(TWO_SITES) { 2 } else { 1 };
        for site in 1..=sites {
            account.site(site);
        }
        account.comments();
        account.money();
        account.wishes
    }
}

impl<'a> Account<'a, '_> {
    fn send(&mut self, command: &'static str, body: Value) {
        let key = format!("generate-{}-{}", self.suffix, self.wishes.len() + 1);
        self.wishes.push(Wish { command, key, body });
    }

    fn account_id(&self) -> String {
        format!("account_{}", self.suffix)
    }

    fn open(&mut self) {
        let first = self.chance.one_of(FIRST_NAMES);
        let last = self.chance.one_of(LAST_NAMES);
        let address = format!("{first}.{last}.{}@example.net", self.suffix).to_lowercase();
        let body = json!({
            "accountId": self.account_id(),
            "holderName": format!("{first} {last}"),
            "email": address,
        });
        self.send("OpenAccount", body);
    }

    /// A site with a device, and a service on it that is installed and perhaps changed.
    fn site(&mut self, number: u64) {
        let suffix = format!("{}-{number}", self.suffix);
        let offer = &self.plan.offer;
        let market = self.chance.one_of(&offer.markets).clone();
        let has = *self.chance.one_of(&offer.installable(&market));
        let house = self.chance.below(240) + 1;
        let street = self.chance.one_of(STREETS);
        let account_id = self.account_id();
        self.send(
            "RegisterSite",
            json!({
                "siteId": format!("site_{suffix}"), "accountId": account_id,
                "addressId": format!("ADDR-{suffix}"), "address": format!("{house} {street}"),
                "market": market.as_str(),
            }),
        );
        self.send(
            "RegisterDevice",
            json!({
                "deviceId": format!("device_{suffix}"), "siteId": format!("site_{suffix}"),
                "model": has.model.as_str(), "serial": format!("SN-{suffix}"),
            }),
        );
        let order_id = format!("order_{suffix}-1");
        self.send(
            "AddService",
            json!({
                "serviceId": format!("service_{suffix}"), "accountId": account_id,
                "siteId": format!("site_{suffix}"), "deviceId": format!("device_{suffix}"),
                "packageId": has.package_id.as_str(), "orderId": order_id,
            }),
        );
        self.schedule(&order_id, Work::Installation);
        if !self.chance.percent(ORDER_LEFT_OPEN) {
            self.complete(&order_id);
            self.change(&Service { suffix, market, has });
        }
    }

    /// Some change their package.
    fn change(&mut self, service: &Service<'a>) {
        let offer = &self.plan.offer;
        let choices = offer.changes(&service.market, service.has);
        if choices.is_empty() || !self.chance.percent(PACKAGE_CHANGED) {
            return;
        }
        let (from_id, to_id) = (service.has.package_id, self.chance.one_of(&choices).package_id);
        let (from, to) = (offer.package(from_id), offer.package(to_id));
        let order_id = format!("order_{}-2", service.suffix);
        let sale_type = self.chance.one_of(&offer.sale_types).clone();
        let sale_reason = self.chance.one_of(&offer.sale_reasons).clone();
        self.authenticate(&order_id);
        self.send(
            "StartServiceChange",
            json!({
                "orderId": order_id, "serviceId": format!("service_{}", service.suffix),
                "saleType": sale_type.as_str(), "saleReason": sale_reason.as_str(),
            }),
        );
        let method =
            if from.swaps_with(to) { "SWAP_METHOD_SWAP" } else { "SWAP_METHOD_REMOVE_AND_ADD" };
        let check =
            if to.serviceability_check { format!("SVC-{}", service.suffix) } else { String::new() };
        self.send(
            "SwapPackage",
            json!({
                "orderId": order_id, "method": method, "fromPackageId": from_id.as_str(),
                "toPackageId": to_id.as_str(), "toServiceCode": to.service_code.as_str(),
                "packageGroup": to.group.as_str(), "serviceabilityCheck": check,
            }),
        );
        if self.chance.percent(CHANGE_GIVEN_UP) {
            let reason = "CANCEL_REASON_CUSTOMER_REQUEST";
            return self.send("CancelOrder", json!({ "orderId": order_id, "reason": reason }));
        }
        let work = match to.rank.cmp(&from.rank) {
            std::cmp::Ordering::Greater => Work::Upgrade,
            std::cmp::Ordering::Less => Work::Downgrade,
            std::cmp::Ordering::Equal => Work::Sidegrade,
        };
        self.schedule(&order_id, work);
        if !self.chance.percent(ORDER_LEFT_OPEN) {
            self.complete(&order_id);
        }
    }

    /// The customer answered at the telephone number of record, where the biller wants to know.
    fn authenticate(&mut self, order_id: &str) {
        if !self.plan.offer.authenticate_before_orders() {
            return;
        }
        let body = json!({
            "customerId": format!("customer_{}", self.account_id()),
            "authenticationId": order_id, "method": "AUTHENTICATION_METHOD_CALL_BACK",
        });
        self.send("AuthenticateCustomer", body);
    }

    fn schedule(&mut self, order_id: &str, work: Work) {
        let order_type = self.plan.offer.order_type(work).as_str();
        self.send(
            "ScheduleOrder",
            json!({ "orderId": order_id, "orderType": order_type, "officeOnly": true }),
        );
    }

    fn complete(&mut self, order_id: &str) {
        self.send("ReviewOrder", json!({ "orderId": order_id }));
        self.send("CommitOrder", json!({ "orderId": order_id }));
        let today = self.plan.today.to_string();
        let mut body = json!({
            "orderId": order_id, "status": "CHECK_IN_STATUS_COMPLETED", "startBillingDate": today,
            "confirmed": true,
        });
        if self.chance.percent(40) {
            body["salesId"] = json!(format!("S-{}", 100 + self.chance.below(60)));
            body["salesDate"] = json!(today);
        }
        self.send("CheckInOrder", body);
    }

    fn comments(&mut self) {
        for number in 1..=self.chance.below(COMMENTS_MAX + 1) {
            let body = json!({
                "accountId": self.account_id(), "commentId": format!("c-{number}"),
                "text": self.chance.one_of(COMMENTS),
            });
            self.send("AddComment", body);
        }
    }

    /// Some are charged something once, most of them pay it.
    fn money(&mut self) {
        if !self.chance.percent(CHARGED) {
            return;
        }
        let (description, minor) = *self.chance.one_of(FEES);
        let currency = self.plan.offer.currency();
        let amount = json!({ "currency": currency, "minor": minor.to_string() });
        let today = self.plan.today.to_string();
        let charge = json!({
            "accountId": self.account_id(), "chargeId": "fee-1", "dueOn": today,
            "lines": [{ "description": description, "amount": amount.clone() }],
        });
        self.send("RecordCharge", charge);
        if minor > 0 && self.chance.percent(PAID) {
            let payment = json!({
                "accountId": self.account_id(), "paymentId": "payment-1", "amount": amount,
                "method": self.chance.one_of(PAYMENT_METHODS), "receivedOn": today,
            });
            self.send("RecordPayment", payment);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use contract::biller::EVERY_SHIPPED;
    use domain::{Desk, actor::Actor, testing::Memory};
    use jiff::civil::{Date, date};
    use serde_json::json;

    use super::{Offer, Plan, Wish};
    use crate::billers;

    const TODAY: Date = date(2026, 10, 1);

    fn planned(seed: u64, accounts: std::ops::Range<u64>) -> Vec<Wish> {
        let biller = billers::shipped_one("northeast").unwrap();
        let plan = Plan { offer: Offer::of(&biller).unwrap(), seed, today: TODAY };
        accounts.flat_map(|nth| plan.account(nth)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_commands_with_the_same_keys() {
        assert_eq!(planned(7, 0..50), planned(7, 0..50));
        assert_eq!(planned(7, 40..50), planned(7, 0..50)[planned(7, 0..40).len()..]);
        let keys: BTreeSet<_> = planned(7, 0..50).into_iter().map(|wish| wish.key).collect();
        assert_eq!(keys.len(), planned(7, 0..50).len());
    }

    #[test]
    fn another_seed_gives_other_commands_for_other_accounts() {
        let (one, other) = (planned(7, 0..50), planned(8, 0..50));
        let keys: BTreeSet<_> = one.iter().map(|wish| &wish.key).collect();
        assert!(!other.iter().any(|wish| keys.contains(&wish.key)));
        let names = |wishes: &[Wish]| {
            let opened = wishes.iter().filter(|wish| wish.command == "OpenAccount");
            opened.map(|wish| wish.body["holderName"].clone()).collect::<Vec<_>>()
        };
        assert_ne!(names(&one), names(&other));
    }

    #[test]
    fn a_realistic_operator_does_a_bit_of_everything() {
        let wishes = planned(1, 0..200);
        let commands: BTreeSet<_> = wishes.iter().map(|wish| wish.command).collect();
        let expected = [
            "AddComment",
            "AddService",
            "AuthenticateCustomer",
            "CancelOrder",
            "CheckInOrder",
            "CommitOrder",
            "OpenAccount",
            "RecordCharge",
            "RecordPayment",
            "RegisterDevice",
            "RegisterSite",
            "ReviewOrder",
            "ScheduleOrder",
            "StartServiceChange",
            "SwapPackage",
        ];
        assert_eq!(commands, BTreeSet::from(expected));
        let completed = wishes.iter().filter(|wish| wish.command == "CheckInOrder").count();
        assert!((180..300).contains(&completed), "{completed} orders are completed");
    }

    /// The rules decide what the writer would.
    #[test]
    fn f39_no_shipped_biller_refuses_a_generated_command() {
        let actor = Actor::parse("developer; roles=administrator,agent").unwrap();
        for text in EVERY_SHIPPED {
            let biller = contract::biller::parse(text).unwrap();
            let plan = Plan { offer: Offer::of(&biller).unwrap(), seed: 3, today: TODAY };
            let mut states = Memory::default();
            let day = Wish {
                command: "OpenDay",
                key: String::new(),
                body: json!({ "date": TODAY.to_string() }),
            };
            for wish in [day].into_iter().chain((0..100).flat_map(|nth| plan.account(nth))) {
                let command = contract::command::named(wish.command).unwrap();
                let rule =
                    command.from_json(wish.body.to_string().as_bytes(), &contract::AsItIs).unwrap();
                let facts = rule.decide(&Desk::new(&biller, &actor, &states));
                let facts = facts.unwrap_or_else(|no| panic!("{}: {wish:?}: {no:?}", biller.name));
                assert!(!facts.is_empty(), "{wish:?}");
                facts.iter().for_each(|fact| states.apply(&fact.stream, &fact.event));
            }
        }
    }
}
