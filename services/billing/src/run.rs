//! How far is a run, and what came of it?

use contract::{event::time, view::Amount};
use domain::{
    Event,
    account::AccountId,
    autopay::AutopayEvent,
    biller::Biller,
    decision::DecisionEvent,
    dunning::DunningEvent,
    invoice::InvoiceEvent,
    ledger::Obstacle,
    money::Money,
    run::{RunEvent, RunKind},
    subscription::SubscriptionEvent,
};
use event_store::{CommandId, Recorded};
use jiff::civil::Date;
use projection::{Fault, Keys, Rows, Table, key};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{agenda, read::parse, recurring};

/// By run id.
pub(crate) const TABLE: Table = Table::new(b'k');
/// Kind of run and the command of a fact because of which accounts are asked, to the run's id: the
/// run's own, of which it has one for each piece, and the bills that leave another one to be made.
/// Once a run is opened those of closed ones are forgotten, but for the last, whose bills may still
/// be made.
const ASKED: Table = Table::new(b'u');
/// The bill run that awaits approval, under the empty key.
const AWAITING: Table = Table::new(b'K');

/// One run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunRow {
    pub(crate) run_id: String,
    kind: String,
    pub(crate) date: String,
    stage: Stage,
    /// What was due when it was opened: bills, steps, draws, campaigns. And each further bill of
    /// an account that had been parked.
    due: u64,
    /// What came of it: bills, steps, draws, campaigns.
    done: u64,
    /// Accounts that could not be billed, this time or again.
    parked: u64,
    /// Of all bills or draws.
    total: Amount,
    opened_at: String,
    last_at: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Stage {
    AwaitsApproval,
    Running,
    Closed,
}

/// Changes the row of the run that the event is about, or belongs to.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let nothing = Money::new(biller.currency, 0);
    match event {
        Event::Run(event) => of_run(biller, event, recorded, rows),
        Event::Invoice(InvoiceEvent::Issued(issued)) => {
            let total = issued.total();
            count(rows, RunKind::Bill, recorded, |row| row.add(total))?;
            go_on(event, recorded, rows)
        }
        Event::Subscription(SubscriptionEvent::Billed { invoice: None, .. }) => {
            count(rows, RunKind::Bill, recorded, |row| row.add(nothing))?;
            go_on(event, recorded, rows)
        }
        Event::Subscription(SubscriptionEvent::Parked { .. }) => {
            count(rows, RunKind::Bill, recorded, |row| row.parked += 1)
        }
        // It is parked already, and for the same reason.
        Event::Decision(DecisionEvent::Rejected { code, .. }) if Obstacle::is_told_by(code) => {
            count(rows, RunKind::Bill, recorded, |row| row.parked += 1)
        }
        Event::Subscription(SubscriptionEvent::CampaignExpired { .. }) => {
            count(rows, RunKind::Campaign, recorded, |row| row.add(nothing))
        }
        Event::Dunning(DunningEvent::StepTaken(step)) => {
            count(rows, RunKind::Dunning, recorded, |row| row.add(step.past_due))
        }
        Event::Autopay(AutopayEvent::CollectionRequested { amount, .. }) => {
            count(rows, RunKind::Payment, recorded, |row| row.add(*amount))
        }
        Event::Invoice(InvoiceEvent::Credited { .. })
        | Event::Subscription(_)
        | Event::Dunning(_)
        | Event::Autopay(_)
        | Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Series(_)
        | Event::Reference(_)
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

/// Kind and day of a run.
pub(crate) fn of_stream(rows: &Rows<'_>, stream: &str) -> Result<(RunKind, Date), Fault> {
    existing::<RunRow>(rows, TABLE, stream)?.of()
}

/// The account that a run bills once more because of a late bill that it has made, and the cycle
/// that it bills then: the next one, if that is due on the day of the run as well.
pub(crate) fn made_up_for(
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
) -> Result<Option<(AccountId, Date)>, Fault> {
    let Some((account_id, cycle)) = late_bill(event, recorded)? else { return Ok(None) };
    let Some(run) = that_asked(rows, RunKind::Bill, recorded)? else { return Ok(None) };
    let (_, date) = run.of()?;
    if date <= cycle {
        return Ok(None);
    }
    let next = recurring::cycle_after(rows, &account_id, cycle)?;
    Ok(next.filter(|next| *next <= date).map(|next| (account_id, next)))
}

/// A bill that may be late, and its cycle. One that is made on its day costs no look at a row.
fn late_bill(event: &Event, recorded: &Recorded) -> Result<Option<(AccountId, Date)>, Fault> {
    if let Event::Invoice(InvoiceEvent::Issued(issued)) = event {
        let is_late = issued.cycle < issued.issued_on;
        return Ok(is_late.then(|| (issued.account_id.clone(), issued.cycle)));
    }
    if let Event::Subscription(SubscriptionEvent::Billed { invoice: None, cycle, .. }) = event {
        return Ok(Some((recurring::account_of(&recorded.event.stream)?, *cycle)));
    }
    Ok(None)
}

/// Whether a bill run awaits approval: no other one is opened meanwhile.
pub(crate) fn one_awaits_approval(rows: &Rows<'_>) -> Result<bool, Fault> {
    Ok(rows.get::<String>(AWAITING, "")?.is_some())
}

/// Whether every account of a day's run was asked for; `None`: there is no such run.
pub(crate) fn is_closed(rows: &Rows<'_>, kind: RunKind, date: Date) -> Result<Option<bool>, Fault> {
    let row: Option<RunRow> = rows.get(TABLE, kind.on(date).as_str())?;
    Ok(row.map(|row| row.stage == Stage::Closed))
}

fn of_run(
    biller: &Biller,
    event: &RunEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let run_id = &*recorded.event.stream;
    let at = time(recorded.meta.committed_at);
    let mut row: RunRow = match event {
        RunEvent::Opened { kind, date, awaits_approval } => {
            if *awaits_approval {
                rows.put(AWAITING, "", &run_id)?;
            }
            RunRow {
                run_id: run_id.to_owned(),
                kind: kind.name().to_owned(),
                date: date.to_string(),
                stage: if *awaits_approval { Stage::AwaitsApproval } else { Stage::Running },
                due: agenda::count(rows, *kind, *date)?,
                done: 0,
                parked: 0,
                total: Amount::from(Money::new(biller.currency, 0)),
                opened_at: at.clone(),
                last_at: at.clone(),
            }
        }
        RunEvent::Approved | RunEvent::Continued { .. } | RunEvent::Closed { .. } => {
            existing(rows, TABLE, run_id)?
        }
    };
    if let RunEvent::Opened { kind, .. } = event {
        forget_closed(*kind, rows)?;
    }
    match event {
        RunEvent::Opened { .. } | RunEvent::Continued { .. } => {}
        RunEvent::Approved => {
            rows.remove(AWAITING, "");
            row.stage = Stage::Running;
        }
        RunEvent::Closed { .. } => row.stage = Stage::Closed,
    }
    row.last_at = at;
    let (kind, _) = row.of()?;
    rows.put(ASKED, asked(kind, recorded.meta.command_id), &run_id)?;
    rows.put(TABLE, run_id, &row)
}

/// Counts what came of a run; what came of something else is not counted.
fn count(
    rows: &mut Rows<'_>,
    kind: RunKind,
    recorded: &Recorded,
    change: impl FnOnce(&mut RunRow),
) -> Result<(), Fault> {
    let Some(mut row) = that_asked(rows, kind, recorded)? else { return Ok(()) };
    change(&mut row);
    row.last_at = time(recorded.meta.committed_at);
    rows.put(TABLE, &row.run_id, &row)
}

/// The run that asked for what happened; `None`: somebody else did.
fn that_asked(
    rows: &Rows<'_>,
    kind: RunKind,
    recorded: &Recorded,
) -> Result<Option<RunRow>, Fault> {
    let Some(causation) = recorded.meta.causation else { return Ok(None) };
    let run_id = rows.get::<String>(ASKED, asked(kind, causation))?;
    run_id.map(|run_id| existing(rows, TABLE, &run_id)).transpose()
}

/// A bill after which the run bills the account for another cycle is a fact because of which the
/// account is asked.
fn go_on(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let kind = RunKind::Bill;
    if made_up_for(event, recorded, rows)?.is_none() {
        return Ok(());
    }
    let Some(mut row) = that_asked(rows, kind, recorded)? else { return Ok(()) };
    row.due += 1;
    rows.put(ASKED, asked(kind, recorded.meta.command_id), &row.run_id)?;
    rows.put(TABLE, &row.run_id, &row)
}

fn asked(kind: RunKind, command_id: CommandId) -> Vec<u8> {
    key([kind.name(), &command_id.to_string()])
}

/// Forgets what runs asked that are closed, but for the last one of them: some of its bills may
/// still be made.
fn forget_closed(kind: RunKind, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let keys = Keys::prefix(key([kind.name(), ""]));
    let mut closed = Vec::new();
    for asked in rows.scan::<String>(ASKED, keys, usize::MAX) {
        let (key, run_id) = asked?;
        let row: RunRow = existing(rows, TABLE, &run_id)?;
        if row.stage == Stage::Closed {
            closed.push((row.date, key));
        }
    }
    let last = closed.iter().map(|(date, _)| date.clone()).max();
    closed.retain(|(date, _)| Some(date) < last.as_ref());
    closed.into_iter().for_each(|(_, key)| rows.remove(ASKED, key));
    Ok(())
}

impl RunRow {
    /// Its kind and day.
    fn of(&self) -> Result<(RunKind, Date), Fault> {
        let kind = RunKind::ALL.into_iter().find(|kind| kind.name() == self.kind);
        let kind = kind.ok_or_else(|| Fault::new("a row's run is of no kind"))?;
        Ok((kind, parse(&self.date)?))
    }

    fn add(&mut self, amount: Money) {
        self.done += 1;
        self.total.minor = self.total.minor.saturating_add(amount.minor);
    }
}

#[cfg(test)]
mod tests;
