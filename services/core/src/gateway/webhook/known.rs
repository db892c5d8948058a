//! What the log knows of the money that a notice is about.

use contract::ledger_reference;
use domain::{
    Event,
    account::AccountId,
    autopay::{AutopayEvent, AutopayId, collected_from},
    ledger::{Ledger, LedgerId, Payment, PaymentMethod},
    money::Money,
    reference::Reference,
    text::Code,
};
use event_store::Reader;
use jiff::civil::Date;
use payment_processor::webhook::Notice;

use crate::states::{self, LoadError};

/// What is known of it.
#[derive(Debug)]
pub(super) struct Known {
    /// What was to be drawn, if it was asked for here.
    pub(super) requested: Option<Requested>,
    /// What was recorded, if anything was.
    pub(super) paid: Option<Paid>,
}

/// A draw that the processor was asked for.
#[derive(Debug)]
pub(super) struct Requested {
    pub(super) account_id: AccountId,
    pub(super) amount: Money,
    pub(super) method: PaymentMethod,
    pub(super) on: Date,
}

/// A payment that was recorded.
#[derive(Debug)]
pub(super) struct Paid {
    pub(super) account_id: AccountId,
    pub(super) payment_id: Code,
    pub(super) payment: Payment,
}

impl Known {
    /// Reads the log.
    pub(super) fn of(reader: &Reader, notice: &Notice) -> Result<Self, LoadError> {
        let collection_id = Code::parse(&notice.collection_id).ok();
        let requested = match &collection_id {
            Some(collection_id) => requested(reader, collection_id)?,
            None => None,
        };
        let collected = match (collection_id, &requested) {
            (Some(payment_id), Some(requested)) => {
                paid(reader, requested.account_id.clone(), payment_id)?
            }
            (Some(_) | None, None) | (None, Some(_)) => None,
        };
        let paid = match collected {
            Some(paid) => Some(paid),
            None => by_reference(reader, &notice.reference)?,
        };
        Ok(Self { requested, paid })
    }
}

/// The draw that has an id.
fn requested(reader: &Reader, id: &Code) -> Result<Option<Requested>, LoadError> {
    let Some(account_id) = collected_from(id) else { return Ok(None) };
    let stream = AutopayId::of(&account_id);
    states::find(reader, stream.as_str(), |event| {
        let Event::Autopay(AutopayEvent::CollectionRequested {
            collection_id,
            amount,
            source,
            on,
            ..
        }) = event
        else {
            return None;
        };
        let account_id = account_id.clone();
        let requested = Requested { account_id, amount, method: source.method, on };
        (collection_id == *id).then_some(requested)
    })
}

/// The payment that the processor calls so, whoever recorded it.
fn by_reference(reader: &Reader, name: &str) -> Result<Option<Paid>, LoadError> {
    let Some(id) = ledger_reference(name) else { return Ok(None) };
    match states::of::<Reference>(reader, &id)? {
        Reference::Taken { account_id, payment_id } => paid(reader, account_id, payment_id),
        Reference::Free => Ok(None),
    }
}

fn paid(
    reader: &Reader,
    account_id: AccountId,
    payment_id: Code,
) -> Result<Option<Paid>, LoadError> {
    let ledger = states::of::<Ledger>(reader, &LedgerId::of(&account_id))?;
    Ok(ledger.payment(&payment_id).map(|payment| Paid { account_id, payment_id, payment }))
}
