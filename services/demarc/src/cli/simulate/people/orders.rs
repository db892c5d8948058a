//! What agents type when somebody becomes a customer, changes a package or leaves.

use domain::text::Code;
use serde_json::{Value, json};

use super::{Person, Town};
use crate::cli::{
    generate::{
        names::{FIRST_NAMES, LAST_NAMES, STREETS},
        offer::{Equipped, Work},
    },
    simulate::stage::Wish,
};

/// How many of a hundred get what they buy cheaper for a while, where it is offered.
const CAMPAIGN: u64 = 30;

impl<'a> Town<'a> {
    /// A household becomes a customer: account, site, device, and its services.
    pub(super) fn install(&mut self, nth: usize, wishes: &mut Vec<Wish>) {
        let person = &mut self.people[nth];
        let (suffix, account_id) = (person.suffix.clone(), person.account_id());
        let first = person.chance.one_of(FIRST_NAMES);
        let last = person.chance.one_of(LAST_NAMES);
        let (house, street) = (person.chance.below(240) + 1, person.chance.one_of(STREETS));
        let (site_id, has, market) = (person.site_id(), person.has, person.market.clone());
        let (voice, email) = (person.voice, format!("{first}.{last}.{suffix}@example.net"));
        let agent = self.agent(nth);
        let device_id = format!("device_{suffix}-1");
        let open = json!({
            "accountId": account_id, "holderName": format!("{first} {last}"),
            "email": email.to_lowercase(),
        });
        let site = json!({
            "siteId": site_id, "accountId": account_id, "addressId": format!("ADDR-{suffix}"),
            "address": format!("{house} {street}"), "market": market.as_str(),
        });
        let device = json!({
            "deviceId": device_id, "siteId": site_id, "model": has.model.as_str(),
            "serial": format!("SN-{suffix}"),
        });
        for (name, body) in
            [("OpenAccount", open), ("RegisterSite", site), ("RegisterDevice", device)]
        {
            wishes.push(self.wish(nth, &agent, name, body));
        }
        self.add_service(nth, "1", has.package_id, wishes);
        if let Some(voice) = voice {
            self.add_service(nth, "2", voice, wishes);
        }
        self.begin_to_pay(nth, wishes);
    }

    fn add_service(&mut self, nth: usize, end: &str, package: &Code, wishes: &mut Vec<Wish>) {
        let order_id = self.order_id(nth);
        let today = self.today;
        let campaign = self.offer.campaign(package, today).cloned();
        let person = &mut self.people[nth];
        let suffix = person.suffix.clone();
        let mut body = json!({
            "serviceId": format!("service_{suffix}-{end}"), "accountId": person.account_id(),
            "siteId": person.site_id(), "deviceId": format!("device_{suffix}-1"),
            "packageId": package.as_str(), "orderId": order_id,
        });
        if let Some(campaign) = campaign.filter(|_| person.chance.percent(CAMPAIGN)) {
            body["campaignCode"] = json!(campaign.as_str());
        }
        let agent = self.agent(nth);
        wishes.push(self.wish(nth, &agent, "AddService", body));
        self.complete(nth, &order_id, Work::Installation, wishes);
    }

    /// Another package on the same device, or the one that there was before.
    pub(super) fn change(&mut self, nth: usize, is_back: bool, wishes: &mut Vec<Wish>) {
        let person = &mut self.people[nth];
        let to = match is_back {
            true => person.had.take(),
            false => {
                let mut choices = self.offer.changes(&person.market, person.has);
                choices.retain(|it| Some(it.package_id) != person.voice);
                choices.retain(|it| !self.offer.is_voice(it.package_id));
                (!choices.is_empty()).then(|| *person.chance.one_of(&choices))
            }
        };
        let Some(to) = to else { return };
        let from = std::mem::replace(&mut person.has, to);
        person.had = (!is_back).then_some(from);
        self.swap(nth, from, to, wishes);
    }

    fn swap(&mut self, nth: usize, from: Equipped<'a>, to: Equipped<'a>, wishes: &mut Vec<Wish>) {
        let order_id = self.order_id(nth);
        let (old, new) = (self.offer.package(from.package_id), self.offer.package(to.package_id));
        let campaign = self.offer.campaign(to.package_id, self.today).cloned();
        let (types, reasons) = (self.offer.sale_types.clone(), self.offer.sale_reasons.clone());
        let person = &mut self.people[nth];
        let suffix = person.suffix.clone();
        let mut start = json!({
            "orderId": order_id, "serviceId": format!("service_{suffix}-1"),
            "saleType": person.chance.one_of(&types).as_str(),
            "saleReason": person.chance.one_of(&reasons).as_str(),
        });
        if let Some(campaign) = campaign.filter(|_| person.chance.percent(CAMPAIGN)) {
            start["campaignCode"] = json!(campaign.as_str());
        }
        let method =
            if old.swaps_with(new) { "SWAP_METHOD_SWAP" } else { "SWAP_METHOD_REMOVE_AND_ADD" };
        let check =
            if new.serviceability_check { format!("SVC-{order_id}") } else { String::new() };
        let swap = json!({
            "orderId": order_id, "method": method, "fromPackageId": from.package_id.as_str(),
            "toPackageId": to.package_id.as_str(), "toServiceCode": new.service_code.as_str(),
            "packageGroup": new.group.as_str(), "serviceabilityCheck": check,
        });
        let work = match new.rank.cmp(&old.rank) {
            std::cmp::Ordering::Greater => Work::Upgrade,
            std::cmp::Ordering::Less => Work::Downgrade,
            std::cmp::Ordering::Equal => Work::Sidegrade,
        };
        let agent = self.agent(nth);
        self.authenticate(nth, &order_id, wishes);
        wishes.push(self.wish(nth, &agent, "StartServiceChange", start));
        wishes.push(self.wish(nth, &agent, "SwapPackage", swap));
        self.complete(nth, &order_id, work, wishes);
    }

    /// Every service of a household ends.
    pub(super) fn leave(&mut self, nth: usize, wishes: &mut Vec<Wish>) {
        let Some(reason) = self.biller.catalog.disconnect_reasons.first().cloned() else { return };
        let person = &mut self.people[nth];
        person.is_gone = true;
        let (suffix, count) = (person.suffix.clone(), 1 + u32::from(person.voice.is_some()));
        for end in 1..=count {
            let order_id = self.order_id(nth);
            let start = json!({
                "orderId": order_id, "serviceId": format!("service_{suffix}-{end}"),
                "reason": reason.as_str(),
            });
            let agent = self.agent(nth);
            self.authenticate(nth, &order_id, wishes);
            wishes.push(self.wish(nth, &agent, "StartDisconnect", start));
            self.complete(nth, &order_id, Work::Disconnect, wishes);
        }
    }

    /// From scheduling to the check-in, as an agent does it without a visit.
    fn complete(&mut self, nth: usize, order_id: &str, work: Work, wishes: &mut Vec<Wish>) {
        let order_type = self.offer.order_type(work).as_str();
        let schedule = json!({ "orderId": order_id, "orderType": order_type, "officeOnly": true });
        let order = json!({ "orderId": order_id });
        let check_in = json!({
            "orderId": order_id, "status": "CHECK_IN_STATUS_COMPLETED",
            "startBillingDate": self.today.to_string(), "confirmed": true,
        });
        let agent = self.agent(nth);
        let steps: [(&'static str, Value); 4] = [
            ("ScheduleOrder", schedule),
            ("ReviewOrder", order.clone()),
            ("CommitOrder", order),
            ("CheckInOrder", check_in),
        ];
        for (name, body) in steps {
            wishes.push(self.wish(nth, &agent, name, body));
        }
    }

    fn authenticate(&mut self, nth: usize, order_id: &str, wishes: &mut Vec<Wish>) {
        if !self.offer.authenticate_before_orders() {
            return;
        }
        let body = json!({
            "customerId": format!("customer_{}", self.people[nth].account_id()),
            "authenticationId": order_id, "method": "AUTHENTICATION_METHOD_CALL_BACK",
        });
        let agent = self.agent(nth);
        wishes.push(self.wish(nth, &agent, "AuthenticateCustomer", body));
    }

    fn order_id(&mut self, nth: usize) -> String {
        let person: &mut Person<'_> = &mut self.people[nth];
        person.orders += 1;
        format!("order_{}-{}", person.suffix, person.orders)
    }
}
