//! A street of customers and five days of November: some pay, some are drawn from, some promise to
//! pay, and most do nothing until their line is stopped.

use std::thread;

use anyhow::{Context as _, ensure};
use e2e::{Api, Wish, World};
use serde_json::{Value, json};

/// Homes of the street, each with an account of its own.
pub(super) const HOMES: usize = 240;
/// Those who serve them at the same time.
const CLERKS: usize = 8;
/// When everybody's line is installed.
const FIRST_DAY: &str = "2026-10-28";
/// When whoever promised to pay will have.
const PROMISED_ON: &str = "2026-11-20";
const MARKET: &str = "utah";

/// The days that are played: bills, draws, the ticket and the mail of the 16th, the call of the
/// 17th, the suspension of the 18th. None of the last three is a weekend.
pub(super) const DAYS: [&str; 5] =
    ["2026-11-01", "2026-11-05", "2026-11-16", "2026-11-17", "2026-11-18"];

/// What somebody does about the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Neither pays nor promises.
    Nothing,
    /// Pays on the due date.
    Pays,
    /// Is drawn from on the due date.
    IsDrawn,
    /// Promises to pay once the mail has come.
    Promises,
}

/// A home by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home(usize);

impl Home {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (1..=HOMES).map(Self)
    }

    pub(super) fn habit(self) -> Habit {
        match self.0 % 6 {
            0..=2 => Habit::Nothing,
            3 => Habit::Pays,
            4 => Habit::IsDrawn,
            _ => Habit::Promises,
        }
    }

    pub(super) fn account(self) -> String {
        format!("account_{}", self.0)
    }

    /// Moves in, wants no paper and has more than one thing on the bill.
    fn moves_in(self) -> Vec<Wish> {
        let id = |noun: &str| format!("{noun}_{}", self.0);
        let (account, site, device) = (id("account"), id("site"), id("device"));
        let (service, order, customer) = (id("service"), id("order"), id("customer_account"));
        let mut wishes = vec![
            self.wish(
                "OpenAccount",
                json!({"accountId": account, "holderName": "Ada", "email": "ada@example.net"}),
            ),
            self.wish(
                "RegisterSite",
                json!({"siteId": site, "accountId": account, "market": MARKET,
                    "addressId": id("ADDR"), "address": format!("{} Harbor Road", self.0)}),
            ),
            self.wish(
                "RegisterDevice",
                json!({"deviceId": device, "siteId": site, "model": "ONT-G",
                    "serial": format!("ONT-{:07}", self.0)}),
            ),
            self.wish(
                "AddService",
                json!({"serviceId": service, "accountId": account, "siteId": site,
                    "deviceId": device, "packageId": "classic", "orderId": order}),
            ),
            self.wish(
                "ScheduleOrder",
                json!({"orderId": order, "orderType": "INSTALL", "officeOnly": true}),
            ),
            self.wish("ReviewOrder", json!({ "orderId": order })),
            self.wish("CommitOrder", json!({ "orderId": order })),
            self.wish(
                "CheckInOrder",
                json!({"orderId": order, "status": "CHECK_IN_STATUS_COMPLETED",
                    "startBillingDate": FIRST_DAY, "confirmed": true}),
            ),
            self.wish(
                "StartItem",
                json!({"accountId": account, "itemId": "wifi", "product": "WIFI",
                    "market": MARKET, "from": FIRST_DAY}),
            ),
            self.wish(
                "AuthenticateCustomer",
                json!({"customerId": customer, "authenticationId": "call-1",
                    "method": "AUTHENTICATION_METHOD_CALL_BACK"}),
            ),
            self.wish("SetPaperless", json!({ "customerId": customer, "paperless": true })),
        ];
        if self.habit() == Habit::IsDrawn {
            // Every other answer of the processor is lost.
            let token = if self.0.is_multiple_of(4) { "tok_lost_answer" } else { "tok_ok" };
            let source = json!({"method": "PAYMENT_METHOD_CARD", "token": token,
                "label": "visa 4242"});
            wishes.push(self.wish("SetAutopay", json!({"accountId": account, "source": source})));
        }
        wishes
    }

    fn pays(self, owed: &Value, day: &str) -> Wish {
        self.wish(
            "RecordPayment",
            json!({"accountId": self.account(), "paymentId": "check-1", "amount": owed,
                "method": "PAYMENT_METHOD_CHECK", "receivedOn": day}),
        )
    }

    fn promises(self, owed: &Value) -> Wish {
        self.wish(
            "MakeArrangement",
            json!({"accountId": self.account(), "arrangementId": "promise-1",
                "promises": [{"on": PROMISED_ON, "amount": owed}]}),
        )
    }

    fn wish(self, command: &'static str, json: Value) -> Wish {
        Wish { command, key: format!("{} {command}", self.0), json }
    }
}

/// Everybody moves in.
pub(super) fn settle(api: &Api) -> anyhow::Result<()> {
    open(api, FIRST_DAY)?;
    each(|home| home.moves_in().iter().try_for_each(|wish| api.insist(wish).map(drop)))
}

/// The days one after another. While the runs of a day go, `upset` may do what it wants.
pub(super) fn live(
    world: &mut World,
    mut upset: impl FnMut(&mut World, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for day in DAYS {
        open(&world.api, day)?;
        upset(world, day).with_context(|| day.to_owned())?;
        world.settled()?;
        let api = &world.api;
        match day {
            "2026-11-05" => each_with(Habit::Pays, |home| {
                api.insist(&home.pays(&owed(api, home, "balance")?, day)).map(drop)
            })?,
            "2026-11-16" => each_with(Habit::Promises, |home| {
                api.insist(&home.promises(&owed(api, home, "pastDue")?)).map(drop)
            })?,
            _ => {}
        }
        world.settled()?;
    }
    Ok(())
}

fn open(api: &Api, day: &str) -> anyhow::Result<()> {
    let wish = Wish { command: "OpenDay", key: day.to_owned(), json: json!({ "date": day }) };
    api.insist(&wish).map(drop)
}

/// What an account owes, as a command takes it.
fn owed(api: &Api, home: Home, field: &str) -> anyhow::Result<Value> {
    let row = api.get(&format!("billing/balance/{}", home.account()))?;
    let amount = &row["value"][field];
    ensure!(amount["minor"].is_number(), "{home:?}: {row:#}");
    Ok(json!({ "currency": amount["currency"], "minor": amount["minor"].to_string() }))
}

fn each_with(habit: Habit, does: impl Fn(Home) -> anyhow::Result<()> + Sync) -> anyhow::Result<()> {
    each(|home| if home.habit() == habit { does(home) } else { Ok(()) })
}

fn each(does: impl Fn(Home) -> anyhow::Result<()> + Sync) -> anyhow::Result<()> {
    thread::scope(|scope| {
        let serve = |clerk| Home::all().skip(clerk).step_by(CLERKS).try_for_each(&does);
        let clerks = (0..CLERKS).map(|clerk| scope.spawn(move || serve(clerk)));
        let clerks: Vec<_> = clerks.collect();
        clerks.into_iter().try_for_each(|clerk| clerk.join().expect("a clerk does not panic"))
    })
}
