//! Opens the biller's days, so that time enters the rules as data.
//!
//! What must stay true: days open in order and none is left out, however long the process was down;
//! a rule never reads a clock.

use std::time::Duration;

use contract::{AsItIs, command};
use domain::{Event, actor::Actor, calendar::CalendarEvent};
use event_store::CommandId;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde_json::json;
use service::{clock, error};

use crate::{Answer, Core, Decision, Submission};

/// How often the clock looks at the date.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// The stream of the calendar.
const STREAM: &str = "calendar_days";

/// Runs until it is aborted.
pub(crate) async fn run(core: Core, biller: String) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = catch_up(&core, &biller).await {
            let cause = error::chain(error.as_ref());
            tracing::warn!(biller, cause, "the day was not opened");
        }
    }
}

async fn catch_up(core: &Core, biller: &str) -> anyhow::Result<()> {
    let Some(desk) = core.desk(biller) else { return Ok(()) };
    let zone = TimeZone::get(&desk.biller.zone)?;
    let today = Timestamp::from_microsecond(clock::now_micros())?.to_zoned(zone).date();
    let mut next = match last_opened(core, biller)? {
        Some(date) => date.checked_add(1.day())?,
        None => today,
    };
    while next <= today {
        let answer = core.submit(biller, open_day(biller, next)?).await?;
        let opened = matches!(
            &answer,
            Answer::Decided { decision: Decision::Accepted(_) | Decision::Fulfilled, .. }
        );
        // The next day would leave this one out for ever.
        anyhow::ensure!(opened, "{next} was answered with {answer:?}");
        next = next.checked_add(1.day())?;
    }
    Ok(())
}

fn last_opened(core: &Core, biller: &str) -> anyhow::Result<Option<Date>> {
    let Some(desk) = core.desk(biller) else { return Ok(None) };
    let version = desk.reader.stream_version(STREAM)?;
    let last = desk.reader.read_stream(STREAM, version.max(1), 1)?;
    let Some(last) = last.first() else { return Ok(None) };
    let event = contract::decode(&last.event.kind, &last.event.data)?;
    let Event::Calendar(CalendarEvent::DayOpened { date, .. }) = event else {
        anyhow::bail!("{STREAM} holds something else than days");
    };
    Ok(Some(date))
}

/// The same day has the same command id, so a crash in between is harmless.
fn open_day(biller: &str, date: Date) -> anyhow::Result<Submission> {
    let command = command::named("OpenDay").ok_or_else(|| anyhow::anyhow!("no OpenDay"))?;
    let name = format!("demarc/{biller}/open-day/{date}");
    let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes());
    let body = json!({ "date": date.to_string() }).to_string();
    Ok(Submission {
        name: command.name,
        command: command.from_json(body.as_bytes(), &AsItIs)?,
        actor: Actor::parse("calendar; roles=service")?,
        id: CommandId(id.into_bytes()),
        causation: None,
        correlation: None,
        traceparent: None,
    })
}
