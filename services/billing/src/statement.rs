//! The statement of an invoice or a credit note as it is kept (F44, F50), with the digest of its
//! canonical JSON.
//!
//! What must stay true: a statement follows from what happened before it, so rows that are filled
//! again have the same digests; its parts add up. What is digested is the sealed form: names and
//! addresses are tokens, and the letterhead is left blank, because it is the biller's paper and
//! not a fact. Whoever shows a statement fills both in.

mod payer;
#[cfg(test)]
mod tests;

use ::statement::{
    Address, Autopay, Charge, ChargeGroup, Checked, Currency, Delivery, Entry, Kind, Letterhead,
    Paper, PastDue, Period, Statement,
};
use domain::{
    Event,
    account::AccountId,
    invoice::{InvoiceEvent, InvoiceLine, LineKind},
    money::Money,
};
use event_store::Recorded;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{
    balance, dunning,
    read::parse,
    site::{self, SiteRow},
};
use payer::Payer;

/// By number.
pub(crate) const TABLE: Table = Table::new(b'S');
/// What goes out on paper, by the bill day and the number.
pub(crate) const TO_PRINT: Table = Table::new(b'e');

/// Of what belongs to no service.
const ACCOUNT: &str = "Account";
/// What the ids of services begin with.
const SERVICES: &str = "service_";

/// A statement as it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatementRow {
    number: String,
    account_id: String,
    invoice_id: String,
    /// SHA-256 of the canonical JSON of the sealed statement, in hexadecimal digits.
    digest: String,
    /// Names and addresses are sealed, the letterhead is blank.
    statement: Statement,
}

/// A statement that goes out on paper.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToPrintRow {
    number: String,
    account_id: String,
}

/// What the events say of a statement, before the payer's part is added.
struct Bill<'a> {
    kind: Kind,
    number: String,
    corrects: Option<String>,
    account_id: &'a AccountId,
    /// The bill day; of a credit note, its date.
    cycle: Date,
    issued_on: Date,
    due_on: Date,
    /// What was owed before it, in minor units.
    owed_before: i64,
    lines: Vec<InvoiceLine>,
}

/// Remembers what a later statement says, and makes the statement when there is one.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    payer::apply(event, recorded, rows)?;
    let Event::Invoice(event) = event else { return Ok(()) };
    match event {
        InvoiceEvent::Issued(issued) => {
            let bill = Bill {
                kind: Kind::Invoice,
                number: issued.number.to_string(),
                corrects: None,
                account_id: &issued.account_id,
                cycle: issued.cycle,
                issued_on: issued.issued_on,
                due_on: issued.due_on,
                owed_before: issued.previous_balance.minor,
                lines: issued.lines.clone(),
            };
            keep(bill, recorded, rows)
        }
        InvoiceEvent::Credited { account_id, credit_note, credited_on, lines, .. } => {
            let standing = balance::find(rows, account_id.as_str())?.standing()?;
            let last_due = standing.open.last().map(|charge| charge.due_on);
            let invoice_id = &*recorded.event.stream;
            let corrects = invoice_id.split_once('_').map_or(invoice_id, |(_, number)| number);
            let negated =
                |line: &InvoiceLine| InvoiceLine { amount: line.amount.negated(), ..line.clone() };
            let bill = Bill {
                kind: Kind::CreditNote,
                number: credit_note.to_string(),
                corrects: Some(corrects.to_owned()),
                account_id,
                cycle: *credited_on,
                issued_on: *credited_on,
                due_on: last_due.map_or(*credited_on, |due_on| due_on.max(*credited_on)),
                owed_before: standing.balance(),
                lines: lines.iter().map(negated).collect(),
            };
            keep(bill, recorded, rows)
        }
    }
}

/// Keeps the statement of a bill; the next one begins where it ends.
fn keep(bill: Bill<'_>, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let account_id = bill.account_id.to_string();
    let (cycle, mut payer) = (bill.cycle, Payer::find(rows, &account_id)?);
    let statement = statement(bill, &mut payer, rows)?;
    payer.put(rows, &account_id)?;
    let checked = Checked::new(statement)
        .map_err(|mismatch| Fault::because("a statement does not add up", mismatch))?;
    let statement = checked.statement().clone();
    if statement.delivery == Delivery::Print {
        let (number, account_id) = (statement.number.clone(), account_id.clone());
        let key = format!("{cycle}/{number}");
        rows.put(TO_PRINT, key, &ToPrintRow { number, account_id })?;
    }
    let row = StatementRow {
        number: statement.number.clone(),
        account_id,
        invoice_id: recorded.event.stream.to_string(),
        digest: ::statement::digest(&statement.canonical_json()),
        statement,
    };
    rows.put(TABLE, &row.number, &row)
}

/// The statement; payments and adjustments that it lists are taken from the payer.
fn statement(bill: Bill<'_>, payer: &mut Payer, rows: &Rows<'_>) -> Result<Statement, Fault> {
    let payments = std::mem::take(&mut payer.payments);
    let adjustments = std::mem::take(&mut payer.adjustments);
    let total = |amounts: &mut dyn Iterator<Item = i64>| amounts.fold(0, i64::saturating_add);
    let paid = total(&mut payments.iter().map(|entry| entry.amount));
    let adjusted = total(&mut adjustments.iter().map(|entry| entry.amount));
    let new = total(&mut bill.lines.iter().map(|line| line.amount.minor));
    let amount_due = bill.owed_before.saturating_add(new);
    let source = payer.autopay.clone().filter(|_| amount_due > 0);
    Ok(Statement {
        biller: blank(),
        kind: bill.kind,
        corrects: bill.corrects.clone(),
        account_id: bill.account_id.suffix().to_owned(),
        bill_to: payer.bill_to(),
        issued_on: bill.issued_on,
        due_on: bill.due_on,
        period: period(&bill),
        currency: currency(&bill.lines)?,
        previous_balance: bill.owed_before.saturating_add(paid).saturating_sub(adjusted),
        payments,
        adjustments,
        charges: groups(&bill.lines, rows)?,
        taxes: bill.lines.iter().filter(|line| line.kind == LineKind::Tax).map(tax).collect(),
        total_new_charges: new,
        amount_due,
        autopay: source.map(|method| Autopay { on: bill.due_on, method }),
        past_due: past_due(&bill, payer, rows)?.filter(|_| amount_due > 0),
        delivery: payer.delivery(bill.account_id.as_str(), rows)?,
        number: bill.number,
    })
}

/// The biller's paper is no fact.
fn blank() -> Letterhead {
    Letterhead {
        name: String::new(),
        address: Vec::new(),
        pay_by: String::new(),
        questions: String::new(),
        paper: Paper::Letter,
    }
}

fn currency(lines: &[InvoiceLine]) -> Result<Currency, Fault> {
    let money = lines.first().map(|line| line.amount);
    let Money { currency, .. } = money.ok_or_else(|| Fault::new("an invoice has no lines"))?;
    Currency::parse(currency.as_str())
        .map_err(|error| Fault::because("an invoice's currency has no letters", error))
}

/// The days that are billed; of what is charged once, the day of the bill.
fn period(bill: &Bill<'_>) -> Period {
    let spans = || bill.lines.iter().filter_map(|line| line.span);
    let from = spans().map(|(from, _)| from).min();
    let to = spans().map(|(_, to)| last_day(to)).max();
    Period { from: from.unwrap_or(bill.issued_on), to: to.unwrap_or(bill.issued_on) }
}

/// The day before.
fn last_day(end: Date) -> Date {
    end.saturating_sub(1.day())
}

/// What is charged, site by site; what belongs to none is the account's, at the end.
fn groups(lines: &[InvoiceLine], rows: &Rows<'_>) -> Result<Vec<ChargeGroup>, Fault> {
    let mut groups: Vec<ChargeGroup> = Vec::new();
    let mut others = Vec::new();
    for line in lines.iter().filter(|line| line.kind != LineKind::Tax) {
        let charge = Charge {
            description: line.description.to_string(),
            period: line.span.map(|(from, to)| Period { from, to: last_day(to) }),
            amount: line.amount.minor,
        };
        let Some(heading) = heading(line.item_id.as_str(), rows)? else {
            others.push(charge);
            continue;
        };
        match groups.iter_mut().find(|group| group.heading == heading) {
            Some(group) => group.charges.push(charge),
            None => groups.push(ChargeGroup { heading, charges: vec![charge] }),
        }
    }
    if !others.is_empty() {
        groups.push(ChargeGroup { heading: ACCOUNT.to_owned(), charges: others });
    }
    Ok(groups)
}

/// The address of the site at which a service is that an item belongs to. What comes with a
/// service is named after it, `service_5-MODEM`, and nothing else is.
fn heading(item_id: &str, rows: &Rows<'_>) -> Result<Option<String>, Fault> {
    if !item_id.starts_with(SERVICES) {
        return Ok(None);
    }
    let mut service_id = item_id;
    loop {
        if let Some(site_id) = site::of_service(rows, service_id)? {
            return Ok(Some(site::find(rows, &site_id)?.address));
        }
        let Some((before, _)) = service_id.rsplit_once('-') else { return Ok(None) };
        service_id = before;
    }
}

fn tax(line: &InvoiceLine) -> Entry {
    Entry { on: None, description: line.description.to_string(), amount: line.amount.minor }
}

/// What should have been paid before the statement's day.
fn past_due(bill: &Bill<'_>, payer: &Payer, rows: &Rows<'_>) -> Result<Option<PastDue>, Fault> {
    // Nothing is open where nothing is owed in all: most bills ask no further.
    if bill.owed_before <= 0 {
        return Ok(None);
    }
    let standing = balance::find(rows, bill.account_id.as_str())?.standing()?;
    let amount = standing.past_due(bill.issued_on);
    let since = standing.due_before(bill.issued_on).next().map(|charge| charge.due_on);
    let Some(since) = since.filter(|_| amount > 0) else { return Ok(None) };
    let sites = site::of_account(rows, bill.account_id.as_str())?;
    let suspended_on = payer.suspends_on.as_deref().map(parse).transpose()?;
    // Nobody suspends what is off already.
    let may_be = sites.iter().any(SiteRow::is_in_service);
    let suspended_on = suspended_on.filter(|on| may_be && *on > bill.issued_on);
    let reinstated_for = match sites.iter().any(|site| site.is_in_use() && site.is_off_for_money())
    {
        true => {
            let dunning = dunning::state(rows, bill.account_id.as_str())?;
            Some(dunning.owed(&standing, bill.issued_on)).filter(|owed| *owed > 0)
        }
        false => None,
    };
    Ok(Some(PastDue { amount, since, suspended_on, reinstated_for }))
}

impl Payer {
    /// To whom the statement goes: whom somebody named, or the holder at the first site.
    fn bill_to(&self) -> Address {
        match &self.bill_to {
            Some((name, address)) => Address { name: name.clone(), address: vec![address.clone()] },
            None => Address {
                name: self.holder.clone(),
                address: self.first_address.iter().cloned().collect(),
            },
        }
    }
}
