//! What a customer was told of what is past due: which steps, and when that service is suspended.
//!
//! What must stay true: a suspension is one occasion, however many events tell of it: whoever was
//! told that it comes hears no more of it on that day.

use domain::{
    biller::{Biller, DunningAction},
    dunning::StepTaken,
    site::{SiteEvent, SuspensionReason},
    subscription::SubscriptionEvent,
    text::Code,
};
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::template::{LateFee, Words};

/// Account or site, to the day on which the customer was told of its suspension.
const TOLD: Table = Table::new(b'u');
/// Account, to the steps that were taken about one debt.
const STEPS: Table = Table::new(b'n');
/// Accounts that are billed: no fee is charged to others.
const BILLED: Table = Table::new(b'b');

/// Steps that were taken about a debt, in whatever ladder.
#[derive(Debug, Serialize, Deserialize)]
struct StepsRow {
    /// The debt's due date.
    anchor: String,
    names: Vec<String>,
}

/// Remembers a step.
pub(crate) fn step(step: &StepTaken, day: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let account_id = step.account_id.as_str();
    if suspends(step) && step.actions.contains(&DunningAction::Email) {
        rows.put(TOLD, account_id, &day)?;
    }
    let before = taken(step, rows)?;
    let new = || StepsRow { anchor: step.anchor.to_string(), names: Vec::new() };
    let mut row = before.unwrap_or_else(new);
    if !row.names.iter().any(|name| *name == step.name.as_str()) {
        row.names.push(step.name.to_string());
    }
    rows.put(STEPS, account_id, &row)
}

/// The steps that were taken about the debt that a step is about.
fn taken(step: &StepTaken, rows: &Rows<'_>) -> Result<Option<StepsRow>, Fault> {
    let row: Option<StepsRow> = rows.get(STEPS, step.account_id.as_str())?;
    Ok(row.filter(|row| row.anchor == step.anchor.to_string()))
}

/// Remembers that a customer was told of a site, until service comes back: the next suspension is
/// another one.
pub(crate) fn site(
    event: &SiteEvent,
    (account_id, site_id): (&str, &str),
    day: &str,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        SiteEvent::SuspensionRequested { .. } => rows.put(TOLD, site_id, &day),
        SiteEvent::ReinstatementRequested { .. } => {
            rows.remove(TOLD, site_id);
            rows.remove(TOLD, account_id);
            Ok(())
        }
        SiteEvent::Registered { .. }
        | SiteEvent::NocRequestAcknowledged { .. }
        | SiteEvent::Suspended { .. }
        | SiteEvent::Reinstated { .. }
        | SiteEvent::NocRequestFailed { .. } => Ok(()),
    }
}

/// Remembers who is billed.
pub(crate) fn billed(event: &SubscriptionEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let SubscriptionEvent::Opened { account_id, .. } = event else { return Ok(()) };
    rows.put(BILLED, account_id.as_str(), &true)
}

/// Whether the customer was told on a day that a site is suspended: by a step, or when it was
/// asked for.
pub(crate) fn is_told(
    reason: SuspensionReason,
    (account_id, site_id): (&str, &str),
    day: &str,
    rows: &Rows<'_>,
) -> Result<bool, Fault> {
    let told = |whom: &str| Ok::<_, Fault>(rows.get::<String>(TOLD, whom)?.as_deref() == Some(day));
    let by_step = reason == SuspensionReason::NonPayment && told(account_id)?;
    Ok(by_step || told(site_id)?)
}

/// What a step of dunning says, and what it costs and will cost.
pub(crate) fn words(step: &StepTaken, biller: &Biller, rows: &Rows<'_>) -> Result<Words, Fault> {
    let account_id = step.account_id.as_str();
    let taken = taken(step, rows)?;
    let is_charged =
        |name: &Code| taken.iter().flat_map(|row| &row.names).any(|taken| *taken == name.as_str());
    let is_billed = rows.get::<bool>(BILLED, account_id)?.unwrap_or_default();
    let late_fee = |name: &Code, on: Date| {
        let plan = biller.dunning.steps.iter().find(|plan| plan.name == *name)?;
        let fee = plan.late_fee.as_ref().filter(|_| is_billed && !is_charged(name))?;
        Some(LateFee { amount: fee_on(biller, fee, on)?, date: on.to_string() })
    };
    let ahead = step.ahead.iter().filter_map(|(name, on)| late_fee(name, *on));
    Ok(Words {
        amount: Some(step.past_due.to_string()),
        date: Some(step.taken_on.to_string()),
        suspends: step.suspends_on.map(|on| on.to_string()),
        suspended: suspends(step),
        late_fee: late_fee(&step.name, step.taken_on),
        late_fees_ahead: ahead.collect(),
        reconnect_fee: step.suspends_on.and_then(|on| reconnect_fee(biller, on)),
        ..Words::default()
    })
}

/// What it costs to have service back.
pub(crate) fn reconnect_fee(biller: &Biller, on: Date) -> Option<String> {
    fee_on(biller, biller.dunning.reconnect_fee.as_ref()?, on)
}

fn fee_on(biller: &Biller, fee: &Code, on: Date) -> Option<String> {
    Some(biller.catalog.fees.get(fee)?.amount.on(on)?.value.to_string())
}

fn suspends(step: &StepTaken) -> bool {
    step.actions.contains(&DunningAction::Suspend)
}
