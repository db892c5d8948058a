//! Where does an account's dunning stand, which events led there, and what happens next on which
//! date?
//!
//! What must stay true: what happens next is reckoned by the domain, from the same standing that
//! core has.

mod explained;
mod row;
mod told;

use domain::{
    Aggregate, Event,
    account::AccountId,
    biller::{Biller, DunningAction, DunningStep},
    dunning::{Dunning, DunningEvent, Outlook, Waits, late_fee_id},
    ledger::{LedgerEvent, OpenCharge, Standing},
    money::Money,
    run::RunKind,
    site::SiteEvent,
    subscription::{SubscriptionEvent, SubscriptionId},
    text::Code,
};
use event_store::Recorded;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Rows, Table};

use crate::{
    agenda::{self, Planned},
    autopay,
    balance::{self, Posted},
    recurring, run, site, today,
};
pub(crate) use explained::explained;
pub(crate) use row::DunningRow;
use row::{Ahead, FeeRow, Next};

/// The view's name.
pub(crate) const NAME: &str = "dunning";
/// By account id.
pub(crate) const TABLE: Table = Table::new(b'n');

/// Changes the row of the account whose dunning, debts, autopay or traffic the event changes, and
/// plans what follows.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    posted: Option<&Posted>,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        Event::Dunning(event) => {
            let account_id = event.account_id().as_str();
            let before = find(rows, account_id)?;
            let stood = before.dunning()?;
            let left = left(biller, event, &stood, rows)?;
            let entry = told::dunning(event, &stood, left);
            let after = stood.evolve(event);
            let (row, today) = (before.holding(biller.currency, &after), today::of(rows)?);
            let row = row.telling(entry, today, recorded);
            restate(biller, row, &standing(rows, account_id)?, rows)
        }
        Event::Ledger(event) => match posted {
            Some(Posted { after, .. }) if event.effect() != 0 => {
                of_ledger(biller, (event, after), recorded, rows)
            }
            Some(_) | None => Ok(()),
        },
        Event::Autopay(event) => {
            autopay::note(event, rows)?;
            let account_id = event.account_id().as_str();
            restate(biller, find(rows, account_id)?, &standing(rows, account_id)?, rows)
        }
        Event::Site(event) => of_site(biller, event, recorded, rows),
        Event::Subscription(SubscriptionEvent::FeeCharged { fee }) => {
            let Some(entry) = told::fee(biller, fee) else { return Ok(()) };
            let account_id = account_of(&recorded.event.stream)?;
            let row = find(rows, account_id.as_str())?;
            let row = row.charging(FeeRow::of(fee));
            let row = row.telling(entry, today::of(rows)?, recorded);
            restate(biller, row, &standing(rows, account_id.as_str())?, rows)
        }
        Event::Subscription(_)
        | Event::Customer(_)
        | Event::Account(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
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

/// What is owed or paid is a part of the story, and decides what comes next.
fn of_ledger(
    biller: &Biller,
    (event, after): (&LedgerEvent, &Standing),
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let account_id = event.account_id().as_str();
    if let LedgerEvent::PaymentReceived { payment_id, .. } = event {
        autopay::note_payment(account_id, payment_id.as_str(), rows)?;
    }
    let (row, today) = (find(rows, account_id)?, today::of(rows)?);
    restate(biller, row.telling(told::ledger(event), today, recorded), after, rows)
}

/// A site whose traffic stops, or comes back, because of money is a part of the story.
fn of_site(
    biller: &Biller,
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let site = site::find(rows, &recorded.event.stream)?;
    let Some(entry) = told::site(&site.site_id, event).filter(|_| site.is_about_money()) else {
        return Ok(());
    };
    let row = find(rows, &site.account_id)?.telling(entry, today::of(rows)?, recorded);
    restate(biller, row, &standing(rows, &site.account_id)?, rows)
}

/// What is open, for it is disputed, of what an arrangement covers that is over by this; or of what
/// was disputed and is decided by it.
fn left(
    biller: &Biller,
    event: &DunningEvent,
    stood: &Dunning,
    rows: &Rows<'_>,
) -> Result<Option<Money>, Fault> {
    let is_left: &dyn Fn(&OpenCharge) -> bool = match (event, &stood.arrangement) {
        (DunningEvent::ArrangementKept { .. }, Some(it)) => &|charge| it.covers(charge),
        (DunningEvent::DisputeClosed { charge_id, .. }, _) => {
            &|charge| charge.charge_id == *charge_id
        }
        _ => return Ok(None),
    };
    let standing = standing(rows, event.account_id().as_str())?;
    let left = standing.open.iter().filter(|charge| is_left(charge));
    let left = left.map(|charge| charge.remaining).fold(0, i64::saturating_add);
    Ok((left > 0).then_some(Money::new(biller.currency, left)))
}

/// The account of a subscription's stream.
fn account_of(stream: &str) -> Result<AccountId, Fault> {
    let id = SubscriptionId::parse(stream)
        .map_err(|error| Fault::because("a subscription's stream is no id", error))?;
    Ok(AccountId::of(&id))
}

/// What an account owes.
fn standing(rows: &Rows<'_>, account_id: &str) -> Result<Standing, Fault> {
    balance::find(rows, account_id)?.standing()
}

fn restate(
    biller: &Biller,
    mut row: DunningRow,
    standing: &Standing,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let dunning = row.dunning()?;
    let before = row.planned_on.take().map(Planned::on);
    let outlook = dunning.outlook(biller, standing);
    row.planned_on = outlook.as_ref().map(|outlook| outlook.on.to_string());
    row.next = None;
    row.next = next(biller, &row, (&dunning, standing, outlook), rows)?;
    // What comes after that is told when somebody asks: nearly every bill writes this row.
    row.next.iter_mut().for_each(|next| next.ahead.clear());
    let after = row.planned_on.as_ref().map(Planned::on);
    let account_id = &*row.account_id;
    agenda::plan(rows, RunKind::Dunning, account_id, (before.as_ref(), after.as_ref()))?;
    autopay::plan(biller, account_id, standing, &dunning, rows)?;
    // Whoever owes nothing and was never asked has nothing to explain.
    if dunning == *Dunning::UNKNOWN && row.was_never_asked() && row.next.is_none() {
        rows.remove(TABLE, account_id);
        return Ok(());
    }
    rows.put(TABLE, account_id, &row)
}

/// What happens next, and when: never on a day that is over. What has become due late is looked at
/// by the next run: today's has been, or there is none. A run of today that is to come was known of
/// before today, when the row was written.
fn next(
    biller: &Biller,
    row: &DunningRow,
    (dunning, standing, outlook): (&Dunning, &Standing, Option<Outlook>),
    rows: &Rows<'_>,
) -> Result<Option<Next>, Fault> {
    let (Some(outlook), today) = (outlook, today::of(rows)?) else { return Ok(None) };
    // Fees are charged to a subscription.
    let is_billed = recurring::is_billed(rows, &row.account_id)?;
    let in_words = |outlook| in_words(biller, row, outlook, is_billed);
    if outlook.on > today {
        return Ok(Some(in_words(outlook)));
    }
    let was_known = row.next.as_ref().is_some_and(|next| next.on <= today.to_string());
    let is_late = match run::is_closed(rows, RunKind::Dunning, today)? {
        Some(is_closed) => is_closed,
        None => !was_known,
    };
    let from = if is_late { today.saturating_add(1.day()) } else { today };
    Ok(dunning.outlook_from(biller, standing, from).map(in_words))
}

fn in_words(biller: &Biller, row: &DunningRow, outlook: Outlook, is_billed: bool) -> Next {
    let on = outlook.on.to_string();
    match outlook.waits {
        Waits::Step { name, anchor, ahead } => {
            let plan = biller.dunning.steps.iter().find(|step| step.name == name);
            let doing = plan.map_or_else(String::new, |plan| {
                let is_new = |fee: &Code| !row.was_charged(&late_fee_id(&name, anchor, fee));
                let late_fee = plan.late_fee.as_ref().filter(|fee| is_billed && is_new(fee));
                doing(biller, plan, late_fee, outlook.on)
            });
            Next {
                on,
                what: format!("step {name}, for what was due on {anchor}{doing}"),
                ahead: ahead
                    .into_iter()
                    .map(|(name, on)| Ahead { name: name.to_string(), on: on.to_string() })
                    .collect(),
            }
        }
        Waits::Promise { promised_on } => Next {
            on,
            what: format!("what was promised by {promised_on} is checked"),
            ahead: Vec::new(),
        },
    }
}

/// What a step does and costs: one debt costs its fee once, however many ladders there are.
fn doing(biller: &Biller, step: &DunningStep, late_fee: Option<&Code>, on: Date) -> String {
    let actions = step.actions.iter().map(|action| match action {
        DunningAction::Ticket => "a ticket is written".to_owned(),
        DunningAction::Email => "an e-mail is sent".to_owned(),
        DunningAction::Call => "the customer is called".to_owned(),
        DunningAction::Suspend => "sites in service are suspended".to_owned(),
    });
    let late_fee = late_fee.and_then(|fee| {
        let fee = biller.catalog.fees.get(fee)?;
        Some(format!("{} of {} is charged", fee.name, fee.amount.on(on)?.value))
    });
    let doing: Vec<_> = actions.chain(late_fee).collect();
    if doing.is_empty() { String::new() } else { format!(": {}", doing.join(", ")) }
}

#[cfg(test)]
mod tests;
