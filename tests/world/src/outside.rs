//! The world outside: the network, the NOC and the mail, which remember what was asked of them.

use std::collections::BTreeMap;

use contract::command;
use event_store::CommandId;
use projection::{Landing, OpenEffect, Report};
use serde_json::{Value, json};

use crate::chance::Chance;

const SERVICE_VLAN: u32 = 552;
const SUSPENDED_VLAN: u32 = 666;

/// What was done, by the id under which it was asked for.
#[derive(Default)]
pub(crate) struct Outside {
    pub(crate) done: BTreeMap<CommandId, Report>,
    lines: BTreeMap<String, u32>,
    /// How often something was asked for that was done before.
    pub(crate) repeated: u32,
}

impl Outside {
    /// Performs an effect; the same id gets the same answer, however often it is asked.
    pub(crate) fn perform(
        &mut self,
        effect: &OpenEffect,
        chance: &mut Chance,
        is_calm: bool,
    ) -> Result<Landing, String> {
        if !is_calm && chance.one_in(8) {
            return Ok(Landing::Failed("nobody answers".to_owned()));
        }
        if let Some(report) = self.done.get(&effect.id) {
            self.repeated += 1;
            return Ok(Landing::Performed(report.clone()));
        }
        let body: Value = serde_json::from_slice(&effect.body)
            .map_err(|error| format!("{} has an odd body: {error}", effect.kind))?;
        let report = match effect.kind.as_str() {
            "attempt" => self.attempt(&body, chance, is_calm),
            "deliver" => report("RecordDelivery", &delivery(&body)),
            "forward" => report("AcknowledgeNocRequest", &errand(&body)),
            "verify_vlan" => self.verify(&body),
            other => Err(format!("nobody performs {other}")),
        }?;
        self.done.insert(effect.id, report.clone());
        Ok(Landing::Performed(report))
    }

    fn attempt(
        &mut self,
        order: &Value,
        chance: &mut Chance,
        is_calm: bool,
    ) -> Result<Report, String> {
        let refused = !is_calm && chance.one_in(4);
        let site = order["site_id"].as_str().unwrap_or_default();
        let action = order["action"].as_str().unwrap_or_default();
        if !refused {
            let vlan = if action == "suspend" { SUSPENDED_VLAN } else { SERVICE_VLAN };
            self.lines.insert(site.to_owned(), vlan);
        }
        let attempt = json!({
            "action": format!("PROVISIONING_ACTION_{}", action.to_uppercase()),
            "siteId": site,
            "serviceId": order["service_id"].as_str().unwrap_or_default(),
            "attempt": order["number"],
            "respCode": if refused { "503" } else { "000" },
            "nocRequest": order["noc_request"].as_u64().unwrap_or_default(),
        });
        let body = json!({ "transactionId": order["transaction_id"], "attempt": attempt });
        report("RecordProvisioningAttempt", &body)
    }

    fn verify(&self, task: &Value) -> Result<Report, String> {
        let mut body = errand(task);
        let line = self.lines.get(task["site_id"].as_str().unwrap_or_default());
        if line == Some(&SERVICE_VLAN) {
            body["vlan"] = json!(SERVICE_VLAN);
            return report("ConfirmReinstatement", &body);
        }
        body["failure"] = json!("NOC_FAILURE_VLAN_NOT_RESTORED");
        report("FailNocRequest", &body)
    }
}

fn errand(task: &Value) -> Value {
    json!({ "siteId": task["site_id"], "request": task["number"] })
}

fn delivery(message: &Value) -> Value {
    json!({
        "messageId": message["messageId"],
        "accountId": message["accountId"],
        "template": message["template"],
        "channel": "CHANNEL_EMAIL",
    })
}

fn report(name: &str, body: &Value) -> Result<Report, String> {
    let command = command::named(name).ok_or_else(|| format!("there is no command {name}"))?;
    let proto = command
        .json_to_proto(body.to_string().as_bytes())
        .map_err(|error| format!("{name} was not made of {body}: {error}"))?;
    let noun = command.noun().to_owned();
    Ok(Report { noun, verb: command.verb(), body: proto.into() })
}
