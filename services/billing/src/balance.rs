//! What does a customer owe, what of it is past due, and when does that suspend?
//!
//! What must stay true: a day that is opened touches only the accounts whose debts it makes past
//! due; the others' rows are right as they are.

mod index;
mod row;

use contract::view::Amount;
use domain::{
    Aggregate, Event,
    account::{AccountEvent, AccountId},
    biller::Biller,
    calendar::CalendarEvent,
    ledger::LedgerEvent,
    site::{ReinstatementGrounds, SiteEvent},
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use read_side::existing;

use crate::{lines::method_words, site};
use row::{BalanceRow, Payment};

pub(crate) use index::to_suspend;

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'b');
/// The last opened day, under the empty key.
const TODAY: Table = Table::new(b't');

/// Changes the rows of the accounts whose debts the event changes.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Account(AccountEvent::Opened { .. }) => {
            rows.put(TABLE, stream, &BalanceRow::opened(biller, stream))
        }
        Event::Ledger(event) => post(biller, event, rows),
        Event::Calendar(CalendarEvent::DayOpened { date, .. }) => open_day(biller, *date, rows),
        Event::Site(SiteEvent::ReinstatementRequested {
            grounds: ReinstatementGrounds::PaymentArrangement,
            ..
        }) => arrange(biller, stream, rows),
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
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

/// Whether nothing that was due before the last opened day is owed (F86).
pub(crate) fn is_paid_in_full(rows: &Rows<'_>, account_id: &str) -> Result<bool, Fault> {
    let row: BalanceRow = existing(rows, TABLE, account_id)?;
    Ok(row.past_due.minor == 0)
}

fn post(biller: &Biller, event: &LedgerEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let account_id = match event {
        LedgerEvent::Charged { account_id, .. }
        | LedgerEvent::PaymentReceived { account_id, .. } => account_id,
    };
    let before: BalanceRow = existing(rows, TABLE, account_id.as_str())?;
    let ledger = before.ledger(biller, account_id)?.evolve(event);
    let mut after = before.holding(biller, &ledger, today(rows)?);
    if let LedgerEvent::PaymentReceived { payment_id, amount, method, received_on, .. } = event {
        after.last_payment = Some(Payment {
            payment_id: payment_id.to_string(),
            amount: Amount::from(*amount),
            method: method_words(*method).to_owned(),
            received_on: received_on.to_string(),
        });
    }
    index::replace(rows, &before, &after)
}

/// What was due before `date`, and not before the day that was opened last, is past due now.
fn open_day(biller: &Biller, date: Date, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let last = today(rows)?;
    rows.put(TODAY, "", &date.to_string())?;
    for account_id in index::due(rows, last, date)? {
        let before: BalanceRow = existing(rows, TABLE, &account_id)?;
        restate(biller, &before, before.clone(), rows)?;
    }
    Ok(())
}

/// A manager made an arrangement for what is past due (F86).
fn arrange(biller: &Biller, site_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let before: BalanceRow = existing(rows, TABLE, &site::find(rows, site_id)?.account_id)?;
    let mut arranged = before.clone();
    arranged.arranged_before = Some(today(rows)?.to_string());
    restate(biller, &before, arranged, rows)
}

/// The same debts, as they stand today.
fn restate(
    biller: &Biller,
    before: &BalanceRow,
    row: BalanceRow,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let account_id = AccountId::parse(&row.account_id)
        .map_err(|error| Fault::because("the key of a balance is no account", error))?;
    let ledger = row.ledger(biller, &account_id)?;
    index::replace(rows, before, &row.holding(biller, &ledger, today(rows)?))
}

/// The last opened day; before the first one nothing is past due.
fn today(rows: &Rows<'_>) -> Result<Date, Fault> {
    match rows.get::<String>(TODAY, "")? {
        Some(date) => parse(&date),
        None => Ok(Date::MIN),
    }
}

fn parse(date: &str) -> Result<Date, Fault> {
    date.parse().map_err(|error: jiff::Error| Fault::because("a row's date is no date", error))
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        site::{ReinstatementGrounds, SiteEvent, SuspensionReason},
        testing::fixtures::{account, day, debt, site_id, suspended_site, usd},
    };
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::testing::{paid, story};

    fn shown(facts: Vec<Fact>, then: impl IntoIterator<Item = Fact>) -> Value {
        story().and(facts).and(then).row(TABLE, "account_7")
    }

    fn amount(minor: i64) -> Value {
        json!({ "minor": minor, "currency": "USD", "text": usd(minor).to_string() })
    }

    #[test]
    fn a_new_account_owes_nothing() {
        let expected = json!({
            "accountId": "account_7",
            "balance": amount(0),
            "pastDue": amount(0),
            "openCharges": [],
            "credit": amount(0),
            "lastPayment": null,
            "arrangedBefore": null,
            "suspendsOn": null,
        });
        assert_eq!(shown(account(), []), expected);
    }

    #[test]
    fn f79_the_balance_shows_what_is_past_due_and_when_it_suspends() {
        let (old, new) = (debt(6_999, date(2026, 3, 5)), debt(4_999, date(2026, 4, 5)));
        let expected = json!({
            "accountId": "account_7",
            "balance": amount(10_998),
            "pastDue": amount(5_999),
            "openCharges": [
                { "dueOn": "2026-03-05", "remaining": amount(5_999) },
                { "dueOn": "2026-04-05", "remaining": amount(4_999) },
            ],
            "credit": amount(0),
            "lastPayment": {
                "paymentId": "p-1",
                "amount": amount(1_000),
                "method": "card",
                "receivedOn": "2026-03-16",
            },
            "arrangedBefore": null,
            "suspendsOn": "2026-03-18",
        });
        assert_eq!(shown(account(), [new, old, paid("p-1", 1_000)]), expected);
    }

    #[test]
    fn what_is_paid_too_much_is_credit_and_pays_the_next_charge() {
        let row = shown(account(), [paid("p-1", 500)]);
        assert_eq!((&row["balance"], &row["credit"]), (&amount(-500), &amount(500)));
        let row = shown(account(), [paid("p-1", 500), debt(600, date(2026, 4, 5))]);
        assert_eq!((&row["balance"], &row["credit"]), (&amount(100), &amount(0)));
    }

    #[test]
    fn f75_a_charge_is_past_due_from_the_day_after_its_due_date() {
        let charged = debt(4_999, date(2026, 3, 18));
        let due = shown(account(), [charged.clone(), day(date(2026, 3, 18))]);
        assert_eq!(due["pastDue"], amount(0));
        let days = [charged, day(date(2026, 3, 18)), day(date(2026, 3, 19))];
        assert_eq!(shown(account(), days)["pastDue"], amount(4_999));
    }

    #[test]
    fn a_day_that_was_skipped_is_made_up_for() {
        let days = [debt(4_999, date(2026, 3, 17)), day(date(2026, 3, 30))];
        assert_eq!(shown(account(), days)["pastDue"], amount(4_999));
    }

    #[test]
    fn f86_an_arranged_debt_no_longer_suspends() {
        let grounds = ReinstatementGrounds::PaymentArrangement;
        let arranged = SiteEvent::ReinstatementRequested { request: 2, grounds }.on(&site_id());
        let owed = [debt(6_999, date(2026, 3, 5)), arranged];
        let row = shown(suspended_site(SuspensionReason::NonPayment), owed.clone());
        assert_eq!((&row["pastDue"], &row["suspendsOn"]), (&amount(6_999), &Value::Null));
        assert_eq!(row["arrangedBefore"], "2026-03-16");
        let owed = owed.into_iter().chain([debt(4_999, date(2026, 4, 5))]);
        let row = shown(suspended_site(SuspensionReason::NonPayment), owed);
        assert_eq!(row["suspendsOn"], "2026-04-20", "the next debt is not arranged");
    }
}
