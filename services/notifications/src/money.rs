//! Which events about bills and money a customer hears of (F50, F69, F77).
//!
//! What must stay true: a letter says what its event says; whoever gets paper gets no letter about
//! a statement.

use domain::{
    account::AccountId,
    autopay::AutopayEvent,
    biller::{Biller, DunningAction},
    dunning::DunningEvent,
    invoice::{InvoiceEvent, Issued},
    ledger::LedgerEvent,
    money::Money,
    subscription::{SubscriptionEvent, SubscriptionId},
};
use event_store::Recorded;
use projection::{Fault, Rows};

use crate::{
    addressee::{self, day},
    dunned, item,
    occasion::Occasion,
    template::{Promised, Template, Words},
};

/// A payment came, or did not hold.
pub(crate) fn ledger(event: &LedgerEvent) -> Option<Occasion> {
    let (account_id, template, words) = match event {
        LedgerEvent::PaymentReceived {
            account_id,
            payment_id,
            amount,
            method,
            received_on,
            invoice_id: _,
            reference: _,
        } => {
            let words = Words { method: Some(method.name()), ..paid(payment_id, *amount) };
            let date = Some(received_on.to_string());
            (account_id, Template::PaymentReceived, Words { date, ..words })
        }
        LedgerEvent::PaymentReversed {
            account_id,
            payment_id,
            amount,
            method,
            reason: _,
            reversed_on,
        } => {
            let words = Words { method: Some(method.name()), ..paid(payment_id, *amount) };
            let date = Some(reversed_on.to_string());
            (account_id, Template::PaymentReversed, Words { date, ..words })
        }
        LedgerEvent::Charged { .. }
        | LedgerEvent::Invoiced { .. }
        | LedgerEvent::InvoiceCredited { .. }
        | LedgerEvent::Refunded { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::RefundFailed { .. }
        | LedgerEvent::Adjusted { .. }
        | LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => return None,
    };
    Some(Occasion { account_id: account_id.to_string(), template, words })
}

fn paid(payment_id: &impl ToString, amount: Money) -> Words {
    let (payment, amount) = (Some(payment_id.to_string()), Some(amount.to_string()));
    Words { payment, amount, ..Words::default() }
}

/// A statement is there, for whoever gets no paper (F50).
pub(crate) fn invoice(event: &InvoiceEvent, rows: &Rows<'_>) -> Result<Option<Occasion>, Fault> {
    let InvoiceEvent::Issued(issued) = event else { return Ok(None) };
    let Issued { account_id, number, due_on, previous_balance, .. } = issued;
    if !addressee::is_paperless(rows, account_id.as_str())? {
        return Ok(None);
    }
    let due = previous_balance.plus(issued.total());
    let words = Words {
        number: Some(number.to_string()),
        amount: Some(due.to_string()),
        unpaid: due.minor > 0,
        date: Some(due_on.to_string()),
        ..Words::default()
    };
    let account_id = account_id.to_string();
    Ok(Some(Occasion { account_id, template: Template::StatementReady, words }))
}

/// The customer is asked to pay, or promised to (F77).
pub(crate) fn dunning(
    event: &DunningEvent,
    recorded: &Recorded,
    biller: &Biller,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    let (template, words) = match event {
        DunningEvent::StepTaken(step) => {
            if !step.actions.contains(&DunningAction::Email) {
                return Ok(None);
            }
            (Template::PastDue, dunned::words(step, biller, rows)?)
        }
        DunningEvent::ArrangementMade {
            account_id,
            arrangement_id,
            total,
            promises,
            by_manager,
            to_reinstate,
            covers_through: _,
        } => {
            let today = day(rows, recorded)?.parse().ok();
            let promised = promises.iter().map(|promise| Promised {
                amount: promise.amount.to_string(),
                date: promise.on.to_string(),
            });
            let words = Words {
                amount: Some(total.to_string()),
                promises: promised.collect(),
                reference: Some(arrangement_id.to_string()),
                to_reinstate: to_reinstate.map(|owed| owed.to_string()),
                ..dunned::arranged(account_id.as_str(), *by_manager, (biller, today), rows)?
            };
            (Template::ArrangementMade, words)
        }
        DunningEvent::ArrangementBroken {
            account_id,
            arrangement_id,
            promised_on,
            missing,
            to_reinstate,
        } => {
            let today = day(rows, recorded)?.parse().ok();
            let known = || dunned::owed(account_id.as_str(), rows);
            let words = Words {
                amount: Some(missing.to_string()),
                date: Some(promised_on.to_string()),
                reference: Some(arrangement_id.to_string()),
                to_reinstate: to_reinstate.map_or_else(known, |owed| Ok(Some(owed.to_string())))?,
                ..dunned::arranged(account_id.as_str(), false, (biller, today), rows)?
            };
            (Template::ArrangementBroken, words)
        }
        DunningEvent::LadderEnded { .. }
        | DunningEvent::ArrangementKept { .. }
        | DunningEvent::ChargeDisputed { .. }
        | DunningEvent::DisputeClosed { .. }
        | DunningEvent::Excluded { .. }
        | DunningEvent::Included { .. }
        | DunningEvent::PaymentDemanded { .. } => return Ok(None),
    };
    Ok(Some(Occasion { account_id: event.account_id().to_string(), template, words }))
}

/// Something was not collected (F48).
pub(crate) fn autopay(
    event: &AutopayEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    let AutopayEvent::CollectionFailed { account_id, collection_id, may_retry, .. } = event else {
        return Ok(None);
    };
    let words = Words {
        payment: Some(collection_id.to_string()),
        retry: *may_retry,
        date: Some(day(rows, recorded)?),
        ..Words::default()
    };
    let account_id = account_id.to_string();
    Ok(Some(Occasion { account_id, template: Template::CollectionFailed, words }))
}

/// A campaign ends and the price is another one (F69).
pub(crate) fn subscription(
    event: &SubscriptionEvent,
    stream: &str,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    let (template, words) = match event {
        SubscriptionEvent::Billed { through, .. } => {
            let changes = item::changes(stream, *through, rows)?;
            if changes.is_empty() {
                return Ok(None);
            }
            (Template::CampaignEnds, Words { changes, ..Words::default() })
        }
        SubscriptionEvent::CampaignExpired { item_id, on, monthly, .. } => {
            let (package, is_known) = item::known(rows, stream, item_id.as_str(), *monthly)?;
            if is_known {
                return Ok(None);
            }
            let (amount, date) = (Some(monthly.to_string()), Some(on.to_string()));
            (
                Template::CampaignOver,
                Words { package: Some(package), amount, date, ..Words::default() },
            )
        }
        SubscriptionEvent::Opened { .. }
        | SubscriptionEvent::ItemStarted { .. }
        | SubscriptionEvent::ItemChanged { .. }
        | SubscriptionEvent::ItemEnded { .. }
        | SubscriptionEvent::ItemRepriced { .. }
        | SubscriptionEvent::FeeCharged { .. }
        | SubscriptionEvent::BillDayChanged { .. }
        | SubscriptionEvent::ExemptionGranted { .. }
        | SubscriptionEvent::ExemptionRevoked
        | SubscriptionEvent::Unbilled { .. }
        | SubscriptionEvent::Waived { .. }
        | SubscriptionEvent::Parked { .. } => return Ok(None),
    };
    let id = SubscriptionId::parse(stream)
        .map_err(|error| Fault::because("a subscription's stream is no id", error))?;
    Ok(Some(Occasion { account_id: AccountId::of(&id).to_string(), template, words }))
}

#[cfg(test)]
mod tests;
