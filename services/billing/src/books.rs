//! The books: what customers owe and paid, as a double-entry journal, sums per account of the
//! books, and months that are closed.
//!
//! What must stay true: every entry carries the day on which it is recorded, the last opened one.
//! Days are opened forwards only, so a month that is over never gets another entry, and its period
//! is written once. An entry adds a row to the journal and changes one small row for each account
//! of the books that it touches, however many there were before it.

mod journal;
mod period;
mod sums;

use domain::{
    Event,
    biller::Biller,
    calendar::CalendarEvent,
    invoice::{InvoiceEvent, Issued},
    ledger::books::{self, Posting},
};
use event_store::Recorded;
use jiff::civil::{Date, date};
use projection::{Fault, Rows};

use crate::{balance::Posted, today};
pub(crate) use journal::TABLE as JOURNAL;
pub(crate) use period::TABLE as PERIODS;
pub(crate) use sums::TABLE as TRIAL_BALANCE;

/// The day of what is recorded before the first day is opened.
const BEFORE_THE_FIRST: Date = date(1, 1, 1);

/// What the books say about an event, beside its amounts.
struct Entry<'a> {
    /// The customer's.
    account_id: &'a str,
    /// In words, without personal data.
    what: String,
    postings: Vec<Posting>,
}

/// Enters what the event did to the books; a new month closes the one before it. Runs before
/// [`today`] takes note of the day.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    posted: Option<&Posted>,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match (event, posted) {
        (Event::Ledger(event), Some(Posted { before, after })) => {
            let entry = Entry {
                account_id: event.account_id().as_str(),
                what: journal::what(event),
                postings: books::of_ledger(before, event, after),
            };
            enter(biller, &entry, recorded, rows)
        }
        (Event::Invoice(event), _) => enter(biller, &of_invoice(event), recorded, rows),
        (Event::Calendar(CalendarEvent::DayOpened { date, .. }), _) => {
            period::close(biller, *date, recorded.position, rows)
        }
        // Nothing moved.
        (Event::Ledger(_), None)
        | (
            Event::Customer(_)
            | Event::Account(_)
            | Event::Site(_)
            | Event::Device(_)
            | Event::Service(_)
            | Event::Order(_)
            | Event::Subscription(_)
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
            | Event::Decision(_),
            _,
        ) => Ok(()),
    }
}

fn of_invoice(event: &InvoiceEvent) -> Entry<'_> {
    let (account_id, what) = match event {
        InvoiceEvent::Issued(Issued { account_id, number, .. }) => {
            (account_id, format!("Invoice {number}"))
        }
        InvoiceEvent::Credited { account_id, credit_note, .. } => {
            (account_id, format!("Credit note {credit_note}"))
        }
    };
    Entry { account_id: account_id.as_str(), what, postings: books::of_invoice(event) }
}

/// An event that moves nothing has no entry.
fn enter(
    biller: &Biller,
    entry: &Entry<'_>,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    if entry.postings.is_empty() {
        return Ok(());
    }
    let day = day(rows)?;
    journal::put(biller, entry, day, recorded, rows)?;
    entry.postings.iter().try_for_each(|posting| sums::add(biller, posting, day, rows))
}

/// The day that entries carry now.
fn day(rows: &Rows<'_>) -> Result<Date, Fault> {
    Ok(today::of(rows)?.max(BEFORE_THE_FIRST))
}

/// `2026-11`.
fn month(day: Date) -> String {
    day.strftime("%Y-%m").to_string()
}

#[cfg(test)]
mod story_tests;
#[cfg(test)]
mod tests;
