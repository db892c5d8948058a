//! A small town of customers: what its people ask for keeps every service and policy busy while
//! something breaks.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{bail, ensure};
use e2e::{Api, Wish};
use serde_json::{Value, json};

/// Customers, and those who serve them at the same time.
const CUSTOMERS: usize = 9;
const CLERKS: usize = 3;
/// Commands of an installation and a payment; and days.
const COMMANDS: usize = CUSTOMERS * (8 + 1) + 5;
/// What everybody owes for three days of September and for October.
const OWED: &str = "7406";
/// How long anything may take.
const WAIT_MAX: Duration = Duration::from_secs(150);

/// How much of the town's life is acknowledged.
#[derive(Default)]
pub(super) struct Town(AtomicUsize);

impl Town {
    /// Everybody gets a line, nobody pays the bill, all are suspended, then they pay.
    pub(super) fn live(&self, api: &Api) -> anyhow::Result<()> {
        self.open_day(api, "2026-09-28")?;
        self.each(|number| installation(number).iter().try_for_each(|wish| self.ask(api, wish)))?;
        self.open_day(api, "2026-10-01")?;
        let everybody = CUSTOMERS.to_string();
        api.until_row("billing/runs/run_bill-2026-10-01", "done", &everybody)?;
        for day in ["2026-10-19", "2026-10-20", "2026-10-21"] {
            self.open_day(api, day)?;
            api.until_row(&format!("billing/runs/run_dunning-{day}"), "done", &everybody)?;
        }
        self.each(|number| {
            api.until_row(&format!("noc-bridge/request/site_{number}-1"), "state", "effective")?;
            self.ask(api, &payment(number))?;
            api.until_row(&format!("noc-bridge/request/site_{number}-2"), "state", "effective")
        })?;
        ensure!(self.0.load(Ordering::Acquire) == COMMANDS, "the town has other wishes");
        Ok(())
    }

    /// Waits until so many percent of the commands are acknowledged.
    pub(super) fn reach(&self, percent: usize) -> anyhow::Result<()> {
        let start = Instant::now();
        while self.0.load(Ordering::Acquire) * 100 < COMMANDS * percent {
            if start.elapsed() > WAIT_MAX {
                bail!("the town never came to {percent} %");
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn each(&self, does: impl Fn(usize) -> anyhow::Result<()> + Sync) -> anyhow::Result<()> {
        thread::scope(|scope| {
            let serve = |clerk: usize| (clerk..CUSTOMERS).step_by(CLERKS).try_for_each(&does);
            let clerks = (0..CLERKS).map(|clerk| scope.spawn(move || serve(clerk)));
            let clerks: Vec<_> = clerks.collect();
            clerks.into_iter().try_for_each(|clerk| clerk.join().expect("a clerk does not panic"))
        })
    }

    fn open_day(&self, api: &Api, date: &str) -> anyhow::Result<()> {
        self.ask(api, &wish("OpenDay", 0, json!({"date": date})))
    }

    fn ask(&self, api: &Api, wish: &Wish) -> anyhow::Result<()> {
        api.insist(wish)?;
        self.0.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }
}

fn wish(command: &'static str, number: usize, json: Value) -> Wish {
    Wish { command, key: format!("{number} {json}"), json }
}

/// A customer gets a line, without a technician.
fn installation(number: usize) -> Vec<Wish> {
    let id = |noun: &str| format!("{noun}_{number}");
    let (account, site, device) = (id("account"), id("site"), id("device"));
    let (service, order) = (id("service"), id("order"));
    let steps = [
        (
            "OpenAccount",
            json!({"accountId": account, "holderName": "Ada", "email": "ada@example.net"}),
        ),
        (
            "RegisterSite",
            json!({"siteId": site, "accountId": account, "addressId": format!("ADDR-{number}"),
                "address": format!("{number} Harbor Road, Orem"), "market": "utah"}),
        ),
        (
            "RegisterDevice",
            json!({"deviceId": device, "siteId": site, "model": "ONT-G",
                "serial": format!("ONT-{number:07}")}),
        ),
        (
            "AddService",
            json!({"serviceId": service, "accountId": account, "siteId": site,
                "deviceId": device, "packageId": "classic", "orderId": order}),
        ),
        ("ScheduleOrder", json!({"orderId": order, "orderType": "INSTALL", "officeOnly": true})),
        ("ReviewOrder", json!({"orderId": order})),
        ("CommitOrder", json!({"orderId": order})),
        (
            "CheckInOrder",
            json!({"orderId": order, "status": "CHECK_IN_STATUS_COMPLETED",
                "startBillingDate": "2026-09-28", "confirmed": true}),
        ),
    ];
    steps.into_iter().map(|(command, json)| wish(command, number, json)).collect()
}

fn payment(number: usize) -> Wish {
    let json = json!({"accountId": format!("account_{number}"), "paymentId": "card-1",
        "amount": {"currency": "USD", "minor": OWED}, "method": "PAYMENT_METHOD_CARD",
        "receivedOn": "2026-10-21"});
    wish("RecordPayment", number, json)
}
