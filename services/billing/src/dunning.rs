//! Where does an account's dunning stand, which events led there, and what happens next on which
//! date?
//!
//! What must stay true: what happens next is reckoned by the domain, from the same standing that
//! core has.

mod row;

use domain::{
    Aggregate, Event,
    biller::Biller,
    dunning::{Arrangement, Dunning, DunningEvent, LadderEnd, Outlook, StepTaken, Waits},
    ledger::LedgerEvent,
    run::RunKind,
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};

use crate::{
    agenda::{self, Planned},
    autopay, balance,
};
pub(crate) use row::DunningRow;
use row::{Ahead, Entry, LEDGER, Next};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'n');
/// Most entries of the history that are shown; older ones are in the log.
const ENTRIES_MAX: usize = 60;

/// Changes the row of the account whose dunning, debts or autopay the event changes, and plans
/// what follows.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        Event::Dunning(event) => {
            let account_id = event.account_id().as_str();
            let before = find(rows, account_id)?;
            let after = before.dunning()?.evolve(event);
            let entry = told(event, before.dunning()?.arrangement.as_ref());
            let row = before.holding(&after).telling(entry, recorded, ENTRIES_MAX);
            restate(biller, account_id, row, rows)
        }
        Event::Ledger(event) if event.effect() != 0 => {
            let account_id = event.account_id().as_str();
            if let LedgerEvent::PaymentReceived { payment_id, .. } = event {
                autopay::note_payment(account_id, payment_id.as_str(), rows)?;
            }
            let row = find(rows, account_id)?.telling(posted(event), recorded, ENTRIES_MAX);
            restate(biller, account_id, row, rows)
        }
        Event::Autopay(event) => {
            autopay::note(event, rows)?;
            let account_id = event.account_id().as_str();
            let row = find(rows, account_id)?;
            restate(biller, account_id, row, rows)
        }
        Event::Ledger(_)
        | Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Subscription(_)
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

/// Where an account's dunning stands; where nothing has happened, nowhere.
pub(crate) fn find(rows: &Rows<'_>, account_id: &str) -> Result<DunningRow, Fault> {
    let row = rows.get(TABLE, account_id)?;
    Ok(row.unwrap_or_else(|| DunningRow::of(account_id)))
}

/// The same, in the domain's terms.
pub(crate) fn state(rows: &Rows<'_>, account_id: &str) -> Result<Dunning, Fault> {
    find(rows, account_id)?.dunning()
}

fn restate(
    biller: &Biller,
    account_id: &str,
    mut row: DunningRow,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let standing = balance::find(rows, account_id)?.standing()?;
    let dunning = row.dunning()?;
    let before = row.next.take().map(|next| Planned::on(next.on));
    row.next = dunning.outlook(biller, &standing).map(next);
    let after = row.next.as_ref().map(|next| Planned::on(&next.on));
    agenda::plan(rows, RunKind::Dunning, account_id, (before.as_ref(), after.as_ref()))?;
    autopay::plan(biller, account_id, &standing, &dunning, rows)?;
    // Whoever owes nothing and was never asked has nothing to explain.
    if row.was_never_asked() && row.next.is_none() {
        rows.remove(TABLE, account_id);
        return Ok(());
    }
    rows.put(TABLE, account_id, &row)
}

fn next(outlook: Outlook) -> Next {
    let on = outlook.on.to_string();
    match outlook.waits {
        Waits::Step { name, anchor, ahead } => Next {
            on,
            what: format!("step {name}, for what was due on {anchor}"),
            ahead: ahead
                .into_iter()
                .map(|(name, on)| Ahead { name: name.to_string(), on: on.to_string() })
                .collect(),
        },
        Waits::Promise { promised_on } => Next {
            on,
            what: format!("what was promised by {promised_on} is checked"),
            ahead: Vec::new(),
        },
    }
}

/// What happened, in a sentence, and to which arrangement that stood.
fn told(event: &DunningEvent, stood: Option<&Arrangement>) -> Entry {
    match event {
        DunningEvent::StepTaken(StepTaken { ladder, anchor, name, past_due, taken_on, .. }) => {
            let what = format!(
                "Step {name} of ladder {ladder} taken on {taken_on}: {past_due} past due, the \
                 oldest since {anchor}"
            );
            Entry::of("step", what)
        }
        DunningEvent::LadderEnded { ladder, because, .. } => {
            let why = match because {
                LadderEnd::Settled => "what started it is paid or disputed",
                LadderEnd::Excluded => "the account is excluded",
                LadderEnd::PromiseBroken => "all steps were taken, and a promise was broken since",
            };
            Entry::of("end", format!("Ladder {ladder} ended: {why}"))
        }
        DunningEvent::ArrangementMade { arrangement_id, total, promises, by_manager, .. } => {
            let promised: Vec<_> =
                promises.iter().map(|it| format!("{} by {}", it.amount, it.on)).collect();
            let instead = stood.map(|it| format!(" instead of {}", it.arrangement_id));
            let instead = instead.unwrap_or_default();
            let promised = promised.join(", ");
            let reach = match by_manager {
                true => "",
                false => "; no manager made it, so it reinstates nobody",
            };
            let what =
                format!("Arrangement {arrangement_id}{instead} for {total}: {promised}{reach}");
            Entry::of("arrangement", what)
        }
        DunningEvent::ArrangementKept { arrangement_id, .. } => {
            Entry::of("arrangement", format!("Arrangement {arrangement_id} kept"))
        }
        DunningEvent::ArrangementBroken { arrangement_id, promised_on, missing, .. } => {
            let what = format!(
                "Arrangement {arrangement_id} broken: {missing} missing of what was promised by \
                 {promised_on}"
            );
            Entry::of("arrangement", what)
        }
        DunningEvent::ChargeDisputed { charge_id, reason, while_suspended, .. } => {
            let stays =
                if *while_suspended { "; the suspension stays until it is decided" } else { "" };
            Entry::of("dispute", format!("{charge_id} disputed: {reason}{stays}"))
        }
        DunningEvent::DisputeClosed { charge_id, .. } => {
            Entry::of("dispute", format!("The dispute about {charge_id} is decided"))
        }
        DunningEvent::Excluded { reason, until, .. } => {
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            Entry::of("exclusion", format!("Excluded{until}: {reason}"))
        }
        DunningEvent::Included { .. } => Entry::of("exclusion", "Included again".to_owned()),
        DunningEvent::PaymentDemanded { through, .. } => {
            let what = format!("Suspended by hand for what was due by {through}");
            Entry::of("suspension", what)
        }
    }
}

fn posted(event: &LedgerEvent) -> Entry {
    let what = match event {
        LedgerEvent::Charged { charge_id, due_on, .. } => {
            format!("Charge {charge_id}, due on {due_on}")
        }
        LedgerEvent::Invoiced { invoice_id, total, due_on, .. } => {
            format!("{invoice_id} of {total}, due on {due_on}")
        }
        LedgerEvent::InvoiceCredited { invoice_id, credit_note, .. } => {
            format!("{invoice_id} credited by {credit_note}")
        }
        LedgerEvent::PaymentReceived { payment_id, amount, received_on, .. } => {
            format!("Payment {payment_id} of {amount}, received on {received_on}")
        }
        LedgerEvent::PaymentReversed { payment_id, amount, reason, .. } => {
            format!("Payment {payment_id} of {amount} reversed: {reason}")
        }
        LedgerEvent::Refunded { refund_id, amount, .. } => {
            format!("Refund {refund_id} of {amount}")
        }
        LedgerEvent::RefundConfirmed { refund_id, .. } => {
            format!("Refund {refund_id} was given back")
        }
        LedgerEvent::RefundFailed { refund_id, amount, code, .. } => {
            format!("Refund {refund_id} of {amount} was not given back: {code}")
        }
        LedgerEvent::Adjusted { adjustment_id, amount, reason, .. } => {
            format!("Adjustment {adjustment_id} of {amount}: {reason}")
        }
        LedgerEvent::AdjustmentRequested { adjustment_id, .. }
        | LedgerEvent::AdjustmentDeclined { adjustment_id, .. } => {
            format!("Adjustment {adjustment_id}")
        }
        LedgerEvent::ChargeDisputed { charge_id, .. }
        | LedgerEvent::DisputeClosed { charge_id, .. } => format!("Dispute about {charge_id}"),
    };
    Entry::of(LEDGER, what)
}

#[cfg(test)]
mod tests;
