//! A day that is opened opens its runs; a run asks for its accounts a piece at a time. An account
//! that can be billed at last is billed by that run for every cycle that it missed, oldest first.
//!
//! What must stay true: a piece is bounded, whatever the number of accounts; the next one follows
//! from the fact that notes how far the run is, so a crash in between changes nothing. That fact is
//! asked for before the accounts of a piece are, so that the next piece is at hand when they are
//! done; two pieces at most are on their way. What was missed is asked for by the bill before it,
//! so nobody is asked for again who is parked.

use contract::pb::{
    autopay::v1::CollectPayment,
    dunning::v1::AdvanceDunning,
    ledger::v1::BillAccount,
    run::v1::{self as pb, CloseRun, ContinueRun, OpenRun},
    subscription::v1::ExpireCampaign,
};
use domain::{
    Event,
    calendar::CalendarEvent,
    run::{RunEvent, RunKind},
    text::CODE_CHARS_MAX,
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{CommandIntent, Fault, Intents, Rows};
use read_side::command;

use crate::{
    agenda::{self, Due},
    run,
};

const POLICY: &str = "run_the_day";
/// Accounts that are asked for because of one event.
const PIECE: usize = 2_000;
/// The step that goes on with a run, or ends it.
const NEXT: &str = "next";

/// Opens the runs of a day, and goes on with those that are open.
pub(crate) fn react(
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    match event {
        Event::Calendar(CalendarEvent::DayOpened { date, .. }) => open(*date, rows, intents),
        Event::Run(RunEvent::Opened { awaits_approval: true, .. } | RunEvent::Closed { .. }) => {
            Ok(())
        }
        Event::Run(RunEvent::Opened { kind, date, .. }) => go_on(*kind, *date, None, rows, intents),
        Event::Run(RunEvent::Approved) => {
            let (kind, date) = run::of_stream(rows, &recorded.event.stream)?;
            go_on(kind, date, None, rows, intents)
        }
        Event::Run(RunEvent::Continued { kind, date, after }) => {
            go_on(*kind, *date, Some(after.as_str()), rows, intents)
        }
        Event::Invoice(_) | Event::Subscription(_) => catch_up(event, recorded, rows, intents),
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
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

fn open(date: Date, rows: &Rows<'_>, intents: &mut Intents<'_>) -> Result<(), Fault> {
    for kind in RunKind::ALL {
        let waits = kind == RunKind::Bill && run::one_awaits_approval(rows)?;
        if waits || agenda::due(rows, kind, date, None, 1)?.is_empty() {
            continue;
        }
        let open = OpenRun { kind: number(kind), date: date.to_string() };
        intents.command(POLICY, kind.name(), command(&open));
    }
    Ok(())
}

fn go_on(
    kind: RunKind,
    date: Date,
    after: Option<&str>,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let due = agenda::due(rows, kind, date, after, PIECE)?;
    let (kind_number, date) = (number(kind), date.to_string());
    // Fewer than a piece are the last ones.
    let next = due.last().filter(|_| due.len() == PIECE);
    if let Some(last) = next {
        let (date, after) = (date.clone(), clipped(&last.cursor));
        let go_on = ContinueRun { kind: kind_number, date, after };
        intents.command(POLICY, NEXT, command(&go_on));
    }
    for due in &due {
        intents.command(POLICY, &due.cursor, wish(kind, due));
    }
    if next.is_none() {
        intents.command(POLICY, NEXT, command(&CloseRun { kind: kind_number, date }));
    }
    Ok(())
}

/// Bills an account for the cycle after a late one, if that is due on the day of the run as well.
fn catch_up(
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    if let Some((account_id, next)) = run::made_up_for(event, recorded, rows)? {
        let bill = BillAccount { account_id: account_id.to_string(), cycle: next.to_string() };
        intents.command(POLICY, &format!("{next} {account_id}"), command(&bill));
    }
    Ok(())
}

/// What a run asks of one account.
fn wish(kind: RunKind, due: &Due) -> CommandIntent {
    let account_id = due.account_of_item().to_owned();
    let about = due.about.clone();
    match kind {
        RunKind::Bill => command(&BillAccount { account_id, cycle: about }),
        RunKind::Payment => command(&CollectPayment { account_id }),
        RunKind::Dunning => command(&AdvanceDunning { account_id }),
        RunKind::Campaign => command(&ExpireCampaign { account_id, item_id: about }),
    }
}

/// As much of a cursor as a command carries: what comes before is asked again rather than left out.
fn clipped(cursor: &str) -> String {
    cursor.chars().take(CODE_CHARS_MAX).collect()
}

fn number(kind: RunKind) -> i32 {
    i32::from(match kind {
        RunKind::Bill => pb::RunKind::Bill,
        RunKind::Campaign => pb::RunKind::Campaign,
        RunKind::Payment => pb::RunKind::Payment,
        RunKind::Dunning => pb::RunKind::Dunning,
    })
}

#[cfg(test)]
mod tests;
