//! What an account's next statement says beside its invoice: to whom it goes and how, and what was
//! paid and adjusted since the last one. Not a view.
//!
//! What must stay true: every statement empties it, and an account that gets none does not make it
//! grow without a bound.

use ::statement::{Delivery, Entry};
use domain::{
    Event,
    account::AccountEvent,
    autopay::AutopayEvent,
    customer::CustomerEvent,
    dunning::{DunningEvent, StepTaken},
    ledger::LedgerEvent,
    site::SiteEvent,
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::today;

/// By account id.
const TABLE: Table = Table::new(b'q');
/// Customers who get no paper, by id.
const PAPERLESS: Table = Table::new(b'Q');

/// Most payments and most adjustments that a statement lists; older ones are in the previous
/// balance.
pub(super) const ENTRIES_MAX: usize = 200;

/// One account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payer {
    /// Absent for a customer who has this account alone.
    customer_id: Option<String>,
    pub(super) holder: String,
    /// The name and address that somebody gave (F58).
    pub(super) bill_to: Option<(String, String)>,
    pub(super) first_address: Option<String>,
    /// From what is collected, as people tell it.
    pub(super) autopay: Option<String>,
    /// When dunning suspends service, if nothing is paid.
    pub(super) suspends_on: Option<String>,
    pub(super) payments: Vec<Entry>,
    pub(super) adjustments: Vec<Entry>,
}

/// Remembers what a later statement says.
pub(super) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Account(event) => account(event, stream, rows),
        Event::Customer(event) => customer(event, stream, rows),
        Event::Site(SiteEvent::Registered { account_id, address, .. }) => {
            change(rows, account_id.as_str(), |payer| {
                payer.first_address.get_or_insert_with(|| address.to_string());
            })
        }
        Event::Autopay(event) => autopay(event, rows),
        Event::Dunning(event) => dunning(event, rows),
        Event::Ledger(event) => posted(event, rows),
        Event::Site(_)
        | Event::Subscription(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn change(
    rows: &mut Rows<'_>,
    account_id: &str,
    change: impl FnOnce(&mut Payer),
) -> Result<(), Fault> {
    let mut payer = Payer::find(rows, account_id)?;
    change(&mut payer);
    payer.put(rows, account_id)
}

fn account(event: &AccountEvent, account_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    match event {
        AccountEvent::Opened { customer_id, holder_name, email: _ } => {
            let payer = Payer {
                customer_id: customer_id.as_ref().map(ToString::to_string),
                holder: holder_name.to_string(),
                bill_to: None,
                first_address: None,
                autopay: None,
                suspends_on: None,
                payments: Vec::new(),
                adjustments: Vec::new(),
            };
            payer.put(rows, account_id)
        }
        AccountEvent::BillToChanged { name, address } => change(rows, account_id, |payer| {
            payer.bill_to = Some((name.to_string(), address.to_string()));
        }),
        AccountEvent::CommentAdded { .. }
        | AccountEvent::PortalDisabled { .. }
        | AccountEvent::PortalEnabled { .. }
        | AccountEvent::HolderErased
        | AccountEvent::MemoLeft { .. }
        | AccountEvent::FlashRaised { .. }
        | AccountEvent::FlashCleared { .. }
        | AccountEvent::EmailRequested { .. } => Ok(()),
    }
}

fn customer(event: &CustomerEvent, customer_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    match event {
        CustomerEvent::PaperlessSet { paperless: true } => rows.put(PAPERLESS, customer_id, &()),
        CustomerEvent::PaperlessSet { paperless: false } | CustomerEvent::Erased { .. } => {
            rows.remove(PAPERLESS, customer_id);
            Ok(())
        }
        CustomerEvent::Registered { .. }
        | CustomerEvent::AccountAdded { .. }
        | CustomerEvent::Confirmed(_)
        | CustomerEvent::ContactAdded { .. }
        | CustomerEvent::ContactRemoved { .. }
        | CustomerEvent::PinSet { .. }
        | CustomerEvent::Authenticated { .. }
        | CustomerEvent::AuthenticationFailed { .. }
        | CustomerEvent::PortalLoginCreated { .. }
        | CustomerEvent::PortalLoginDisabled { .. }
        | CustomerEvent::PortalLoginEnabled { .. }
        | CustomerEvent::SegmentSet { .. }
        | CustomerEvent::SsnRecorded { .. }
        | CustomerEvent::SsnRevealed(_)
        | CustomerEvent::AgreementRecorded { .. } => Ok(()),
    }
}

fn autopay(event: &AutopayEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let source = match event {
        AutopayEvent::Set { source, .. } => Some(source.label.to_string()),
        AutopayEvent::Removed { .. } | AutopayEvent::CollectionFailed { may_retry: false, .. } => {
            None
        }
        AutopayEvent::CollectionRequested { .. } | AutopayEvent::CollectionFailed { .. } => {
            return Ok(());
        }
    };
    change(rows, event.account_id().as_str(), |payer| payer.autopay = source)
}

fn dunning(event: &DunningEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let suspends_on = match event {
        DunningEvent::StepTaken(StepTaken { suspends_on, .. }) => *suspends_on,
        DunningEvent::LadderEnded { .. }
        | DunningEvent::ArrangementMade { .. }
        | DunningEvent::Excluded { .. } => None,
        DunningEvent::ArrangementKept { .. }
        | DunningEvent::ArrangementBroken { .. }
        | DunningEvent::ChargeDisputed { .. }
        | DunningEvent::DisputeClosed { .. }
        | DunningEvent::Included { .. }
        | DunningEvent::PaymentDemanded { .. } => return Ok(()),
    };
    change(rows, event.account_id().as_str(), |payer| {
        payer.suspends_on = suspends_on.map(|on| on.to_string());
    })
}

/// What an invoice or a credit note brings is on its own statement.
fn posted(event: &LedgerEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let entry =
        |on: Date, description: String, amount| vec![Entry { on: Some(on), description, amount }];
    let (is_payment, entries) = match event {
        LedgerEvent::PaymentReceived { amount, method, received_on, .. } => {
            (true, entry(*received_on, format!("Payment, {}", method.name()), amount.minor))
        }
        LedgerEvent::PaymentReversed { amount, reason, reversed_on, .. } => {
            let text = format!("Payment came back: {reason}");
            (true, entry(*reversed_on, text, amount.negated().minor))
        }
        LedgerEvent::Refunded { amount, method, refunded_on, .. } => {
            let text = format!("Refund, {}", method.name());
            (true, entry(*refunded_on, text, amount.negated().minor))
        }
        LedgerEvent::RefundFailed { amount, failed_on, .. } => {
            (true, entry(*failed_on, "Refund was not given back".to_owned(), amount.minor))
        }
        LedgerEvent::Adjusted { amount, reason, .. } => {
            (false, entry(today::of(rows)?, format!("Adjustment: {reason}"), amount.minor))
        }
        LedgerEvent::Charged { lines, .. } => {
            let today = today::of(rows)?;
            let charged = lines.iter().map(|line| Entry {
                on: Some(today),
                description: line.description.to_string(),
                amount: line.amount.minor,
            });
            (false, charged.collect())
        }
        LedgerEvent::Invoiced { .. }
        | LedgerEvent::InvoiceCredited { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => return Ok(()),
    };
    change(rows, event.account_id().as_str(), |payer| {
        let kept = if is_payment { &mut payer.payments } else { &mut payer.adjustments };
        kept.extend(entries);
        let surplus = kept.len().saturating_sub(ENTRIES_MAX);
        kept.drain(..surplus);
    })
}

impl Payer {
    pub(super) fn find(rows: &Rows<'_>, account_id: &str) -> Result<Self, Fault> {
        existing(rows, TABLE, account_id)
    }

    pub(super) fn put(&self, rows: &mut Rows<'_>, account_id: &str) -> Result<(), Fault> {
        rows.put(TABLE, account_id, self)
    }

    /// Paper, unless the customer asked for none (F50).
    pub(super) fn delivery(&self, account_id: &str, rows: &Rows<'_>) -> Result<Delivery, Fault> {
        let alone = || format!("customer_{account_id}");
        let customer_id = self.customer_id.clone().unwrap_or_else(alone);
        Ok(match rows.get::<()>(PAPERLESS, customer_id)? {
            Some(()) => Delivery::Paperless,
            None => Delivery::Print,
        })
    }
}
