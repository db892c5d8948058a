//! What a customer was told of what is past due: which steps, and when that service is suspended.
//!
//! What must stay true: a suspension is one occasion, however many events tell of it: whoever was
//! told that it comes hears no more of it on that day. To whom service is off already, letters say
//! so, and the sum for which it comes back.

use domain::{
    biller::{Biller, DunningAction},
    dunning::{DunningEvent, StepTaken, late_fee_id},
    ledger::LedgerEvent,
    money::Money,
    site::{SiteEvent, SuspensionReason},
    subscription::SubscriptionEvent,
    text::Code,
};
use jiff::civil::Date;
use projection::{Fault, Rows, Table};

use crate::{
    line::{self, Lines},
    template::{LateFee, ReconnectFee, Words},
};

/// Account or site, to the day on which the customer was told of its suspension.
const TOLD: Table = Table::new(b'u');
/// Account, to the late fees that it was charged.
const FEES: Table = Table::new(b'n');
/// Account, to what has to be paid before suspended service comes back, as long as it is that.
const OWED: Table = Table::new(b'd');
/// Accounts that are billed: no fee is charged to others.
const BILLED: Table = Table::new(b'b');

/// Late fees of an account that are remembered; who climbs as many ladders about one debt hears of
/// its first fee again.
const FEES_MAX: usize = 50;

/// Remembers what dunning said and asks for.
pub(crate) fn dunning(event: &DunningEvent, day: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let account_id = event.account_id().as_str();
    let owed = match event {
        DunningEvent::StepTaken(step) => {
            if suspends(step) && step.actions.contains(&DunningAction::Email) {
                rows.put(TOLD, account_id, &day)?;
            }
            step.to_reinstate
        }
        DunningEvent::ArrangementMade { to_reinstate, .. }
        | DunningEvent::PaymentDemanded { to_reinstate, .. }
        | DunningEvent::ArrangementBroken { to_reinstate: to_reinstate @ Some(_), .. } => {
            *to_reinstate
        }
        DunningEvent::ChargeDisputed { .. } | DunningEvent::DisputeClosed { .. } => None,
        DunningEvent::LadderEnded { .. }
        | DunningEvent::ArrangementKept { .. }
        | DunningEvent::ArrangementBroken { to_reinstate: None, .. }
        | DunningEvent::Excluded { .. }
        | DunningEvent::Included { .. } => return Ok(()),
    };
    match owed {
        Some(owed) => rows.put(OWED, account_id, &owed.to_string()),
        None => {
            rows.remove(OWED, account_id);
            Ok(())
        }
    }
}

/// Forgets what has to be paid once something is paid, credited or owed again: it is another sum.
pub(crate) fn ledger(event: &LedgerEvent, rows: &mut Rows<'_>) {
    let is_reversal = matches!(event, LedgerEvent::PaymentReversed { .. });
    if event.effect() < 0 || is_reversal {
        rows.remove(OWED, event.account_id().as_str());
    }
}

/// What has to be paid before suspended service comes back, if it is known.
pub(crate) fn owed(account_id: &str, rows: &Rows<'_>) -> Result<Option<String>, Fault> {
    rows.get(OWED, account_id)
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

/// Remembers who is billed, and for which late fees.
pub(crate) fn billed(
    event: &SubscriptionEvent,
    (account_id, biller): (&str, &Biller),
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        SubscriptionEvent::Opened { .. } => rows.put(BILLED, account_id, &true),
        SubscriptionEvent::FeeCharged { fee } => {
            let mut late_fees = biller.dunning.steps.iter().filter_map(|it| it.late_fee.as_ref());
            if !late_fees.any(|product| *product == fee.product) {
                return Ok(());
            }
            let mut charged = charged(account_id, rows)?;
            charged.insert(0, fee.charge_id.to_string());
            charged.truncate(FEES_MAX);
            rows.put(FEES, account_id, &charged)
        }
        SubscriptionEvent::ItemStarted { .. }
        | SubscriptionEvent::ItemChanged { .. }
        | SubscriptionEvent::ItemEnded { .. }
        | SubscriptionEvent::ItemRepriced { .. }
        | SubscriptionEvent::CampaignExpired { .. }
        | SubscriptionEvent::BillDayChanged { .. }
        | SubscriptionEvent::ExemptionGranted { .. }
        | SubscriptionEvent::ExemptionRevoked
        | SubscriptionEvent::Billed { .. }
        | SubscriptionEvent::Unbilled { .. }
        | SubscriptionEvent::Waived { .. }
        | SubscriptionEvent::Parked { .. } => Ok(()),
    }
}

/// The late fees that an account was charged, newest first.
fn charged(account_id: &str, rows: &Rows<'_>) -> Result<Vec<String>, Fault> {
    Ok(rows.get(FEES, account_id)?.unwrap_or_default())
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

/// What a step of dunning says, and what it costs and will cost: to whom service is off already no
/// suspension is announced.
pub(crate) fn words(step: &StepTaken, biller: &Biller, rows: &Rows<'_>) -> Result<Words, Fault> {
    let account_id = step.account_id.as_str();
    let charged = charged(account_id, rows)?;
    let is_billed = is_billed(account_id, rows)?;
    let late_fee = |name: &Code, on: Date| {
        let plan = biller.dunning.steps.iter().find(|plan| plan.name == *name)?;
        let product = plan.late_fee.as_ref().filter(|_| is_billed)?;
        let charge_id = late_fee_id(name, step.anchor, product);
        if charged.iter().any(|charged| *charged == charge_id.as_str()) {
            return None;
        }
        Some(LateFee { amount: fee_on(biller, product, on)?.to_string(), date: on.to_string() })
    };
    let ahead = step.ahead.iter().filter_map(|(name, on)| late_fee(name, *on));
    let Lines { on, off } = line::of_account(rows, account_id)?;
    let suspends_on = step.suspends_on.filter(|_| !on.is_empty());
    let stopped = off.len() + suspends_on.map_or(0, |_| on.len());
    let reconnected_on = suspends_on.unwrap_or(step.taken_on);
    Ok(Words {
        amount: Some(step.past_due.to_string()),
        date: Some(step.taken_on.to_string()),
        suspends: suspends_on.map(|on| on.to_string()),
        suspended: suspends(step) && !on.is_empty(),
        off: line::at(&off),
        on: line::at(&on),
        to_reinstate: step.to_reinstate.map(|owed| owed.to_string()),
        late_fee: late_fee(&step.name, step.taken_on),
        late_fees_ahead: ahead.collect(),
        reconnect_fee: reconnect_fee((account_id, stopped), biller, reconnected_on, rows)?,
        ..Words::default()
    })
}

/// What an arrangement says to whom service is off: a manager's brings it back, another one, and
/// one that is broken, does not (F86).
pub(crate) fn arranged(
    account_id: &str,
    by_manager: bool,
    (biller, today): (&Biller, Option<Date>),
    rows: &Rows<'_>,
) -> Result<Words, Fault> {
    let Lines { off, .. } = line::of_account(rows, account_id)?;
    let fee = today.map(|today| reconnect_fee((account_id, off.len()), biller, today, rows));
    let reconnect_fee = fee.transpose()?.flatten();
    Ok(Words { off: line::at(&off), by_manager, reconnect_fee, ..Words::default() })
}

/// What it costs an account to have service back at so many sites: for each of them the same (F89).
pub(crate) fn reconnect_fee(
    (account_id, sites): (&str, usize),
    biller: &Biller,
    on: Date,
    rows: &Rows<'_>,
) -> Result<Option<ReconnectFee>, Fault> {
    let amount = biller.dunning.reconnect_fee.as_ref().and_then(|fee| fee_on(biller, fee, on));
    let times = i64::try_from(sites).ok().filter(|times| *times > 0);
    let Some((amount, times)) = amount.zip(times) else { return Ok(None) };
    let total = Money { minor: amount.minor.saturating_mul(times), ..amount };
    let fee = ReconnectFee { sites, amount: amount.to_string(), total: total.to_string() };
    Ok(is_billed(account_id, rows)?.then_some(fee))
}

/// Whether an account has a subscription: no fee is charged to others.
fn is_billed(account_id: &str, rows: &Rows<'_>) -> Result<bool, Fault> {
    Ok(rows.get(BILLED, account_id)?.unwrap_or_default())
}

fn fee_on(biller: &Biller, fee: &Code, on: Date) -> Option<Money> {
    Some(biller.catalog.fees.get(fee)?.amount.on(on)?.value)
}

fn suspends(step: &StepTaken) -> bool {
    step.actions.contains(&DunningAction::Suspend)
}
