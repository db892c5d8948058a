//! The world outside of a simulated operator: the network, the NOC, the payment processor and the
//! mail.
//!
//! What must stay true: what is answered follows from the seed and from what was asked, never from
//! when; nothing is sent to anybody.

use std::{collections::HashMap, hash::Hasher as _};

use anyhow::{Context as _, bail};
use contract::pb::{
    autopay::v1::FailCollection,
    ledger::v1::{PaymentMethod, RecordPayment},
    money::v1::Money,
    notification::v1::{Channel, RecordDelivery},
    provisioning::v1::{ProvisioningAction, ProvisioningAttempt, RecordProvisioningAttempt},
    site::v1::{AcknowledgeNocRequest, ConfirmReinstatement, FailNocRequest, NocFailure},
};
use domain::biller::Policies;
use payment_processor::{TOK_DECLINED_EXPIRED, TOK_DECLINED_INSUFFICIENT, TOK_OK};
use projection::Report;
use serde_json::Value;

/// One attempt at the network of so many is refused, and tried again.
const REFUSED_OF: u64 = 40;

/// What answers outside.
pub(super) struct Outside {
    seed: u64,
    service_vlan: u32,
    suspended_vlan: u32,
    /// The VLAN of every line.
    lines: HashMap<String, u32>,
}

impl Outside {
    pub(super) fn new(seed: u64, policies: &Policies) -> Self {
        Self {
            seed,
            service_vlan: policies.service_vlan,
            suspended_vlan: policies.suspended_vlan,
            lines: HashMap::new(),
        }
    }

    /// Does what a service wants done, and says how it went.
    pub(super) fn perform(&mut self, kind: &str, body: &[u8]) -> anyhow::Result<Report> {
        let body: Value =
            serde_json::from_slice(body).with_context(|| format!("{kind} has an odd body"))?;
        Ok(match kind {
            "attempt" => self.attempt(&body),
            "deliver" => deliver(&body),
            "forward" => read_side::report(&AcknowledgeNocRequest {
                site_id: text(&body, "site_id"),
                request: number(&body, "number"),
            }),
            "verify_vlan" => self.verify(&body),
            "collect" => collect(&body),
            other => bail!("nobody outside performs {other}"),
        })
    }

    fn attempt(&mut self, order: &Value) -> Report {
        let (site_id, transaction_id) = (text(order, "site_id"), text(order, "transaction_id"));
        let attempt = number(order, "number");
        let action = text(order, "action");
        let is_refused = attempt == 1 && self.roll(&transaction_id).is_multiple_of(REFUSED_OF);
        if !is_refused {
            let is_suspension = action == "suspend";
            let vlan = if is_suspension { self.suspended_vlan } else { self.service_vlan };
            self.lines.insert(site_id.clone(), vlan);
        }
        let name = format!("PROVISIONING_ACTION_{}", action.to_uppercase());
        let action = ProvisioningAction::from_str_name(&name).unwrap_or_default();
        let attempt = ProvisioningAttempt {
            action: action.into(),
            site_id,
            service_id: text(order, "service_id"),
            attempt,
            resp_code: if is_refused { "503" } else { "000" }.to_owned(),
            noc_request: number(order, "noc_request"),
        };
        read_side::report(&RecordProvisioningAttempt { transaction_id, attempt: Some(attempt) })
    }

    fn verify(&self, errand: &Value) -> Report {
        let (site_id, request) = (text(errand, "site_id"), number(errand, "number"));
        match self.lines.get(&site_id) {
            Some(vlan) if *vlan == self.service_vlan => {
                read_side::report(&ConfirmReinstatement { site_id, request, vlan: *vlan })
            }
            Some(_) | None => {
                let failure = NocFailure::VlanNotRestored.into();
                read_side::report(&FailNocRequest { site_id, request, failure })
            }
        }
    }

    /// A number that follows from the seed and a name alone.
    fn roll(&self, name: &str) -> u64 {
        let mut hash = Fnv(self.seed ^ 0xcbf2_9ce4_8422_2325);
        hash.write(name.as_bytes());
        hash.finish() >> 17
    }
}

/// FNV-1a, which no version of the standard library changes.
struct Fnv(u64);

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// The mail: everything arrives, and goes nowhere.
fn deliver(message: &Value) -> Report {
    read_side::report(&RecordDelivery {
        message_id: text(message, "messageId"),
        account_id: text(message, "accountId"),
        template: text(message, "template"),
        channel: Channel::Email.into(),
    })
}

/// The processor: what a token does follows from its name.
fn collect(wish: &Value) -> Report {
    let token = text(wish, "token");
    let (account_id, collection_id) = (text(wish, "accountId"), text(wish, "collectionId"));
    let code = match token.as_str() {
        TOK_OK => return paid(wish, account_id, collection_id),
        TOK_DECLINED_INSUFFICIENT => "insufficient_funds",
        TOK_DECLINED_EXPIRED => "card_expired",
        _ => "unknown_token",
    };
    read_side::report(&FailCollection {
        account_id,
        collection_id,
        code: code.to_owned(),
        may_retry: token == TOK_DECLINED_INSUFFICIENT,
    })
}

fn paid(wish: &Value, account_id: String, collection_id: String) -> Report {
    let is_card = text(wish, "method") == domain::ledger::PaymentMethod::Card.name();
    let method = if is_card { PaymentMethod::Card } else { PaymentMethod::BankTransfer };
    let minor = wish["minor"].as_i64().unwrap_or_default();
    read_side::report(&RecordPayment {
        account_id,
        reference: collection_id.clone(),
        payment_id: collection_id,
        amount: Some(Money { currency: text(wish, "currency"), minor }),
        method: method.into(),
        received_on: text(wish, "on"),
        invoice_id: String::new(),
    })
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_default().to_owned()
}

fn number(body: &Value, field: &str) -> u32 {
    body[field].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}
