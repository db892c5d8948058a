//! Core opens the biller's days: every one, in order, once.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

use std::{path::Path, sync::Arc, time::Duration};

use bus::Bus;
use contract::{AsItIs, command};
use core_service::{Calendar, Running, Submission};
use domain::{Event, actor::Actor, calendar::CalendarEvent};
use event_store::{Block, CommandId};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use service::{Context, clock};
use tokio_util::sync::CancellationToken;

const BILLER: &str = "northeast";

async fn core(bus: &Bus, data: &Path, calendar: Calendar) -> Running {
    let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED).unwrap());
    let context = Context { bus: bus.clone(), data: data.to_owned() };
    core_service::start(&context, &[biller], calendar, CancellationToken::new()).await.unwrap()
}

fn today() -> Date {
    let zone = TimeZone::get("America/New_York").unwrap();
    Timestamp::from_microsecond(clock::now_micros()).unwrap().to_zoned(zone).date()
}

/// The dates of the first `count` events, which are all days.
async fn first_days(bus: &Bus, count: usize) -> Vec<Date> {
    let mut feed = bus.follow(BILLER, "test").await.unwrap();
    let last = u64::try_from(count).unwrap();
    let grown = async { while feed.next(last - 1).await.unwrap().is_empty() {} };
    tokio::time::timeout(Duration::from_secs(30), grown).await.unwrap();
    let blocks = feed.read(1, usize::MAX).await.unwrap();
    let recorded = blocks.iter().flat_map(Block::events).map(Result::unwrap);
    let date = |recorded: event_store::Recorded| {
        let event = contract::decode(&recorded.event.kind, &recorded.event.data).unwrap();
        let Event::Calendar(CalendarEvent::DayOpened { date, .. }) = event else {
            panic!("not a day: {event:?}")
        };
        date
    };
    recorded.map(date).collect()
}

async fn open_day(running: &Running, date: Date) {
    let command = command::named("OpenDay").unwrap();
    let body = format!(r#"{{"date":"{date}"}}"#);
    let submission = Submission {
        name: command.name,
        command: command.from_json(body.as_bytes(), &AsItIs).unwrap(),
        actor: Actor::parse("test; roles=service").unwrap(),
        id: CommandId([9; 16]),
        causation: None,
        correlation: None,
        traceparent: None,
    };
    running.core.submit(BILLER, submission).await.unwrap();
}

#[tokio::test]
async fn the_first_day_is_today_in_the_billers_zone() {
    let (bus, dir) = (Bus::in_process(), tempfile::tempdir().unwrap());
    let running = core(&bus, dir.path(), Calendar::Clock).await;
    assert_eq!(first_days(&bus, 1).await, [today()]);
    running.shutdown().await;
}

#[tokio::test]
async fn days_that_were_missed_are_opened_in_order() {
    let (bus, dir) = (Bus::in_process(), tempfile::tempdir().unwrap());
    let last = today().checked_sub(3.days()).unwrap();
    let running = core(&bus, dir.path(), Calendar::Manual).await;
    open_day(&running, last).await;
    running.shutdown().await;
    // The bus still reads the log that is about to be opened again.
    drop(bus);

    let bus = Bus::in_process();
    let running = core(&bus, dir.path(), Calendar::Clock).await;
    let expected: Vec<_> = last.series(1.day()).take(4).collect();
    assert_eq!(first_days(&bus, 4).await, expected);
    running.shutdown().await;
}
