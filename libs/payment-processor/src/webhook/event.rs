//! What an event says: `{"id": ..., "kind": ..., "collectionId": ..., "reference": ...,
//! "amountMinor": ..., "currency": ...}`, and for `failed` a `code` and whether it `mayRetry`.

use serde::Deserialize;
use serde_json::Value;

use super::WebhookError;
use crate::{
    Currency,
    money::{is_amount, is_id, is_name, tidied_code},
};

/// Longest kind in bytes.
const KIND_BYTES_MAX: usize = 64;

/// Something that happened at the processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something about money that was asked for.
    Money(Notice),
    /// Something else, of whatever content. It is received, and nothing follows.
    Other {
        /// The processor's id of the event.
        id: String,
    },
}

/// What happened to money that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The processor's id of the event, 1 to 128 letters, digits, `-`, `_`, `.` or `:`: the key
    /// under which what follows is done once.
    pub id: String,
    /// What happened.
    pub kind: Kind,
    /// The id of the collection that it is about, also where money went back.
    pub collection_id: String,
    /// The processor's name of the movement: 1 to 128 visible characters.
    pub reference: String,
    /// What moved, or did not: 1 to [`crate::AMOUNT_MINOR_MAX`] minor units.
    pub amount_minor: i64,
    /// Of the amount.
    pub currency: Currency,
}

/// What can happen to money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `paid`: it was drawn.
    Paid,
    /// `failed`: it was not drawn after all, or came back from a bank account that had none.
    Failed {
        /// Why: 1 to 64 small letters, digits, `_`, `-` or `.`.
        code: String,
        /// Whether it may be tried later under another id.
        may_retry: bool,
    },
    /// `reversed`: the customer's bank took it back, a chargeback.
    Reversed,
    /// `refunded`: it was given back as we asked.
    Refunded,
}

/// The fields of an event about money.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    collection_id: String,
    reference: String,
    amount_minor: i64,
    currency: Currency,
    code: Option<String>,
    #[serde(default)]
    may_retry: bool,
}

impl Event {
    /// Reads the body of an event. What it has besides is not looked at.
    pub(super) fn parse(body: &[u8]) -> Result<Self, WebhookError> {
        let whole: Value = serde_json::from_slice(body).map_err(|_| WebhookError::Body("JSON"))?;
        let text = |name| whole.get(name).and_then(Value::as_str);
        let id = text("id").filter(|id| is_id(id)).ok_or(WebhookError::Body("id"))?.to_owned();
        let kind = text("kind").filter(|kind| !kind.is_empty() && kind.len() <= KIND_BYTES_MAX);
        let read: fn(&mut Fields) -> Kind = match kind.ok_or(WebhookError::Body("kind"))? {
            "paid" => |_| Kind::Paid,
            "failed" => failed,
            "reversed" => |_| Kind::Reversed,
            "refunded" => |_| Kind::Refunded,
            _ => return Ok(Self::Other { id }),
        };
        let mut fields: Fields = serde_json::from_value(whole)
            .map_err(|_| WebhookError::Body("a field of an event about money"))?;
        fields.demand_fit()?;
        let kind = read(&mut fields);
        let Fields { collection_id, reference, amount_minor, currency, .. } = fields;
        Ok(Self::Money(Notice { id, kind, collection_id, reference, amount_minor, currency }))
    }
}

impl Fields {
    fn demand_fit(&self) -> Result<(), WebhookError> {
        let demand = |holds: bool, field| holds.then_some(()).ok_or(WebhookError::Body(field));
        demand(is_id(&self.collection_id), "collectionId")?;
        demand(is_name(&self.reference), "reference")?;
        demand(is_amount(self.amount_minor), "amountMinor")
    }
}

/// A code that is missing is one that says nothing.
fn failed(fields: &mut Fields) -> Kind {
    let code = tidied_code(fields.code.take().unwrap_or_default());
    Kind::Failed { code, may_retry: fields.may_retry }
}
