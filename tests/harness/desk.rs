//! A desk at a running Demarc: whoever sits at it sends commands and looks at what is shown.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::{
    api::{Api, Wish},
    world::{SERVICES, World},
};

/// The day on which the office is open, a Thursday.
pub const TODAY: &str = "2026-10-08";

/// Commands that were sent by this test: each has a key of its own.
static SENT: AtomicU32 = AtomicU32::new(0);

/// A desk; whatever is sent from it is sent by the same person.
pub struct Desk {
    /// What that person asks Demarc.
    pub api: Api,
}

/// A customer's home, where one service is to be delivered. Everything that belongs to it has its
/// number: `account_7`, `site_7`, `device_7`, `service_7`, installed by `order_install-7`.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// Which.
    pub number: u32,
    /// One of the biller's markets.
    pub market: &'static str,
    /// A certified model.
    pub model: &'static str,
    /// What is installed.
    pub package: &'static str,
}

impl Home {
    /// Classic over cable in Phoenix, on a modem that carries every package.
    #[must_use]
    pub fn cable(number: u32) -> Self {
        Self { number, market: "phoenix", model: "CM1000", package: "classic" }
    }

    /// Classic over fiber in Northern Virginia, on an ONT that carries every package.
    #[must_use]
    pub fn fiber(number: u32) -> Self {
        Self { number, market: "northern_virginia", model: "ONT-XS", package: "classic" }
    }
}

impl Desk {
    /// The desk of whoever this header names.
    pub(crate) fn of(world: &World, header: &'static str, who: &str) -> anyhow::Result<Self> {
        Ok(Self { api: world.api.with_header(header, who)? })
    }

    /// Sends a command that is accepted; its receipt.
    ///
    /// # Errors
    /// The refusal.
    pub fn sends(&self, command: &'static str, body: Value) -> anyhow::Result<Value> {
        let (status, answer) = self.ask(command, &body)?;
        ensure!(status == 200, "{command} {body} is refused with {status}: {answer:#}");
        Ok(answer)
    }

    /// Sends a command that a rule refuses with this code; the sentence that comes with it.
    ///
    /// # Errors
    /// What was answered in its place.
    pub fn refused(
        &self,
        code: &str,
        command: &'static str,
        body: Value,
    ) -> anyhow::Result<String> {
        let (status, answer) = self.ask(command, &body)?;
        let is_refused = status == 409 && answer["code"] == code;
        ensure!(is_refused, "{command} {body} is not refused with {code}: {status} {answer:#}");
        Ok(answer["detail"].as_str().unwrap_or_default().to_owned())
    }

    /// Sends a command that cannot be read; the sentence that names the field.
    ///
    /// # Errors
    /// What was answered in its place.
    pub fn unread(&self, command: &'static str, body: Value) -> anyhow::Result<String> {
        let (status, answer) = self.ask(command, &body)?;
        ensure!(status == 422, "{command} {body} is not refused as unread: {status} {answer:#}");
        Ok(answer["detail"].as_str().unwrap_or_default().to_owned())
    }

    /// A row, once every service has done what there was to do: `care/account/account_7`.
    ///
    /// # Errors
    /// What is shown in its place.
    pub fn sees(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.looks(path)?;
        Ok(answer.get("value").with_context(|| format!("no row {path}: {answer:#}"))?.clone())
    }

    /// The rows of somebody or something in their order: in `care/activity` those of `account_7`.
    ///
    /// # Errors
    /// What is shown in their place.
    pub fn lists(&self, view: &str, of: &str) -> anyhow::Result<Vec<Value>> {
        let answer = self.looks(&format!("{view}?limit=100&of={of}"))?;
        let rows = answer["rows"].as_array().with_context(|| format!("no list {view}: {answer:#}"));
        Ok(rows?.iter().map(|row| row["value"].clone()).collect())
    }

    /// A document of any kind, once every service has done what there was to do.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn looks(&self, path: &str) -> anyhow::Result<Value> {
        self.api.settled(&[&SERVICES[..], &["search"]].concat())?;
        self.api.get(path)
    }

    /// The customer answers at the number of record: they are authenticated for who sits here.
    ///
    /// # Errors
    /// The refusal.
    pub fn authenticates(&self, customer: &str) -> anyhow::Result<Value> {
        let id = format!("call-{}", SENT.load(Ordering::Relaxed));
        self.sends(
            "AuthenticateCustomer",
            json!({"customerId": customer, "authenticationId": id,
                "method": "AUTHENTICATION_METHOD_CALL_BACK"}),
        )
    }

    /// A customer gets a service at home, from the account to the check-in on [`TODAY`].
    ///
    /// # Errors
    /// The first refusal.
    pub fn installs(&self, home: Home) -> anyhow::Result<()> {
        let Home { number, market, model, package } = home;
        let (account, site) = (format!("account_{number}"), format!("site_{number}"));
        let (device, order) = (format!("device_{number}"), format!("order_install-{number}"));
        self.sends(
            "OpenAccount",
            json!({"accountId": account, "holderName": format!("Ada Byron {number}"),
                "email": format!("ada-{number}@example.net")}),
        )?;
        self.sends(
            "RegisterSite",
            json!({"siteId": site, "accountId": account, "addressId": format!("ADDR-{number}"),
                "address": format!("{number} Mill Lane"), "market": market}),
        )?;
        self.sends(
            "RegisterDevice",
            json!({"deviceId": device, "siteId": site, "model": model,
                "serial": format!("SN-{number}")}),
        )?;
        self.sends(
            "AddService",
            json!({"serviceId": format!("service_{number}"), "accountId": account, "siteId": site,
                "deviceId": device, "packageId": package, "orderId": order}),
        )?;
        let today = json!({"date": TODAY, "slot": "08-10"});
        self.sends(
            "ScheduleOrder",
            json!({"orderId": order, "orderType": "INSTALL", "appointment": today}),
        )?;
        self.agrees(&order)?;
        self.completes(&order).map(drop)
    }

    /// The Order Summary is reviewed with the customer and the order committed.
    ///
    /// # Errors
    /// The refusal.
    pub fn agrees(&self, order: &str) -> anyhow::Result<()> {
        self.sends("ReviewOrder", json!({ "orderId": order }))?;
        self.sends("CommitOrder", json!({ "orderId": order })).map(drop)
    }

    /// A committed order is checked in as completed on [`TODAY`].
    ///
    /// # Errors
    /// The refusal.
    pub fn completes(&self, order: &str) -> anyhow::Result<Value> {
        self.sends(
            "CheckInOrder",
            json!({"orderId": order, "status": "CHECK_IN_STATUS_COMPLETED",
                "startBillingDate": TODAY, "confirmed": true}),
        )
    }

    fn ask(&self, command: &'static str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let key = format!("{command} {}", SENT.fetch_add(1, Ordering::Relaxed));
        self.api.send(&Wish { command, key, json: body.clone() })
    }
}
