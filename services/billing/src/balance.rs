//! What does a customer owe, what of it is past due, and what paid what?
//!
//! What must stay true: a day that is opened touches only the accounts whose debts it makes past
//! due; the others' rows are right as they are.

mod index;
mod row;

use contract::view::Amount;
use domain::{
    Event,
    account::AccountEvent,
    biller::Biller,
    calendar::CalendarEvent,
    ledger::{LedgerEvent, Standing},
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use read_side::existing;

use crate::today;
pub(crate) use index::DUE;
pub(crate) use row::BalanceRow;
use row::Payment;

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'b');

/// Where a ledger stood before an entry, and where it stands since.
pub(crate) struct Posted {
    pub(crate) before: Standing,
    pub(crate) after: Standing,
}

/// Changes the rows of the accounts whose debts the event changes. What an entry did to a ledger
/// is handed on to the books.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<Option<Posted>, Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Account(AccountEvent::Opened { .. }) => {
            rows.put(TABLE, stream, &BalanceRow::opened(biller, stream))?;
            Ok(None)
        }
        Event::Ledger(event) => post(biller, event, rows),
        Event::Calendar(CalendarEvent::DayOpened { date, .. }) => {
            open_day(biller, *date, rows)?;
            Ok(None)
        }
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(None),
    }
}

/// The row of an account.
pub(crate) fn find(rows: &Rows<'_>, account_id: &str) -> Result<BalanceRow, Fault> {
    existing(rows, TABLE, account_id)
}

fn post(
    biller: &Biller,
    event: &LedgerEvent,
    rows: &mut Rows<'_>,
) -> Result<Option<Posted>, Fault> {
    let is_dispute =
        matches!(event, LedgerEvent::ChargeDisputed { .. } | LedgerEvent::DisputeClosed { .. });
    if event.effect() == 0 && !is_dispute {
        return Ok(None);
    }
    let before = find(rows, event.account_id().as_str())?;
    let stood = before.standing()?;
    let mut standing = stood.clone();
    standing.post(event);
    let mut after = before.holding(biller, &standing, today::of(rows)?);
    note_payment(event, &mut after);
    index::replace(rows, &before, &after)?;
    Ok(Some(Posted { before: stood, after: standing }))
}

/// The last payment, and whether it held.
fn note_payment(event: &LedgerEvent, row: &mut BalanceRow) {
    if let LedgerEvent::PaymentReceived { payment_id, amount, method, received_on, .. } = event {
        row.last_payment = Some(Payment {
            payment_id: payment_id.to_string(),
            amount: Amount::from(*amount),
            method: method.name().to_owned(),
            received_on: received_on.to_string(),
            reversed_on: None,
        });
    }
    if let LedgerEvent::PaymentReversed { payment_id, reversed_on, .. } = event {
        let last = row.last_payment.as_mut();
        if let Some(last) = last.filter(|last| last.payment_id == payment_id.as_str()) {
            last.reversed_on = Some(reversed_on.to_string());
        }
    }
}

/// What was due before `date`, and not before the day that was opened last, is past due now.
fn open_day(biller: &Biller, date: Date, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let last = today::of(rows)?;
    for account_id in index::due(rows, last, date)? {
        let before = find(rows, &account_id)?;
        let after = before.holding(biller, &before.standing()?, date);
        rows.put(TABLE, &account_id, &after)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
