//! How far is a run, and what came of it?

use contract::{event::time, view::Amount};
use domain::{
    Event,
    autopay::AutopayEvent,
    biller::Biller,
    dunning::DunningEvent,
    invoice::InvoiceEvent,
    money::Money,
    run::{RunEvent, RunKind},
    subscription::SubscriptionEvent,
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{agenda, today};

/// By run id.
pub(crate) const TABLE: Table = Table::new(b'k');
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
    /// Accounts that were due when it was opened.
    due: u64,
    /// What came of it: bills, steps, draws, campaigns.
    done: u64,
    /// Accounts that could not be billed.
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
            count(rows, RunKind::Bill, issued.cycle, recorded, |row| row.add(total))
        }
        Event::Subscription(SubscriptionEvent::Billed { invoice: None, cycle, .. }) => {
            count(rows, RunKind::Bill, *cycle, recorded, |row| row.add(nothing))
        }
        Event::Subscription(SubscriptionEvent::Parked { cycle, .. }) => {
            count(rows, RunKind::Bill, *cycle, recorded, |row| row.parked += 1)
        }
        Event::Subscription(SubscriptionEvent::CampaignExpired { .. }) => {
            let on = today::of(rows)?;
            count(rows, RunKind::Campaign, on, recorded, |row| row.add(nothing))
        }
        Event::Dunning(DunningEvent::StepTaken(step)) => {
            count(rows, RunKind::Dunning, step.taken_on, recorded, |row| row.add(step.past_due))
        }
        Event::Autopay(AutopayEvent::CollectionRequested { on, amount, .. }) => {
            count(rows, RunKind::Payment, *on, recorded, |row| row.add(*amount))
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
    let row: RunRow = existing(rows, TABLE, stream)?;
    let kind = RunKind::ALL.into_iter().find(|kind| kind.name() == row.kind);
    let kind = kind.ok_or_else(|| Fault::new("a row's run is of no kind"))?;
    Ok((kind, crate::read::parse(&row.date)?))
}

/// Whether a bill run awaits approval: no other one is opened meanwhile.
pub(crate) fn one_awaits_approval(rows: &Rows<'_>) -> Result<bool, Fault> {
    Ok(rows.get::<String>(AWAITING, "")?.is_some())
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
                due: u64::try_from(agenda::count(rows, *kind, *date)?).unwrap_or(u64::MAX),
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
    match event {
        RunEvent::Opened { .. } | RunEvent::Continued { .. } => {}
        RunEvent::Approved => {
            rows.remove(AWAITING, "");
            row.stage = Stage::Running;
        }
        RunEvent::Closed { .. } => row.stage = Stage::Closed,
    }
    row.last_at = at;
    rows.put(TABLE, run_id, &row)
}

/// Counts what came of a run; what belongs to none is not counted.
fn count(
    rows: &mut Rows<'_>,
    kind: RunKind,
    date: Date,
    recorded: &Recorded,
    change: impl FnOnce(&mut RunRow),
) -> Result<(), Fault> {
    let run_id = kind.on(date);
    let Some(mut row) = rows.get::<RunRow>(TABLE, run_id.as_str())? else { return Ok(()) };
    change(&mut row);
    row.last_at = time(recorded.meta.committed_at);
    rows.put(TABLE, run_id.as_str(), &row)
}

impl RunRow {
    fn add(&mut self, amount: Money) {
        self.done += 1;
        let total = Money { minor: self.total.minor.saturating_add(amount.minor), ..amount };
        self.total = Amount::from(total);
    }
}
