//! NATS, the relay and the services behind it break in every way that an operator or a crash can
//! bring about, while a town lives on: every read model ends equal to a fresh rebuild, and every
//! intent was sent once.

use std::{fs, time::Duration};

use anyhow::ensure;
use e2e::{SERVICES, World};

use super::{
    judge::{done_once, mailed_once, same_rows},
    town::Town,
};

mod controls;

/// The streams of the biller.
const STREAMS: [&str; 3] = ["LOG_northeast", "EVENTS_northeast", "JSON_northeast"];

/// What breaks while the town lives.
type Fault = fn(&mut World, &Town) -> anyhow::Result<()>;

/// Lets a town live through a fault, then checks everything.
fn survives(fault: Fault) -> anyhow::Result<()> {
    let mut world = World::seven_processes()?;
    let (town, api) = (Town::default(), world.api.clone());
    std::thread::scope(|scope| {
        let living = scope.spawn(|| town.live(&api));
        fault(&mut world, &town)?;
        living.join().expect("the town does not panic")
    })?;
    world.settled()?;
    is_as_if_nothing_had_happened(&mut world)
}

/// Every intent was sent once, the streams hold the whole log, and whoever begins anew comes to
/// the same rows and does nothing again.
fn is_as_if_nothing_had_happened(world: &mut World) -> anyhow::Result<()> {
    let (rows, log) = (world.api.rows()?, world.api.events(None)?);
    let mail = world.data().join("mail/northeast/mail.ndjson");
    done_once(&log)?;
    mailed_once(&fs::read_to_string(&mail)?, &log)?;
    for stream in STREAMS {
        hold_the_log(world, stream, log.len())?;
    }
    world.kill();
    for service in SERVICES {
        fs::remove_dir_all(world.data().join(service))?;
    }
    world.start_again()?;
    world.settled()?;
    same_rows(&rows, &world.api.rows()?)?;
    ensure!(world.api.events(None)?.len() == log.len(), "a rebuild has sent something again");
    mailed_once(&fs::read_to_string(&mail)?, &log)
}

/// Waits until a stream ends where the log ends; nothing between is missing.
fn hold_the_log(world: &mut World, stream: &str, head: usize) -> anyhow::Result<()> {
    let nats = world.nats()?;
    let head = u64::try_from(head)?;
    let stored = nats.until_stored(stream, head)?;
    if stream != STREAMS[0] {
        let mut positions: Vec<_> = stored.iter().map(|message| message.position).collect();
        positions.sort_unstable();
        positions.dedup();
        ensure!(positions.into_iter().eq(1..=head), "{stream} has gaps");
    }
    Ok(())
}

#[test]
fn nothing_breaks() -> anyhow::Result<()> {
    survives(|_, _| Ok(()))
}

#[test]
fn the_server_is_stopped_and_started_again() -> anyhow::Result<()> {
    survives(|world, town| {
        for percent in [20, 60] {
            town.reach(percent)?;
            world.nats()?.kill()?;
            town.reach(percent + 3)?;
            world.nats()?.start_again()?;
        }
        town.reach(92)?;
        world.nats()?.kill()?;
        world.nats()?.start_again()
    })
}

#[test]
fn the_server_is_paused_for_a_minute() -> anyhow::Result<()> {
    survives(|world, town| {
        town.reach(60)?;
        world.nats()?.pause()?;
        std::thread::sleep(Duration::from_secs(60));
        world.nats()?.go_on()
    })
}

#[test]
fn the_server_loses_its_storage() -> anyhow::Result<()> {
    survives(|world, town| {
        for percent in [40, 92] {
            town.reach(percent)?;
            world.nats()?.kill()?;
            world.nats()?.start_again_wiped()?;
        }
        Ok(())
    })
}

#[test]
fn an_operator_deletes_the_streams() -> anyhow::Result<()> {
    survives(|world, town| {
        for (percent, stream) in [30, 50, 70].into_iter().zip(STREAMS) {
            town.reach(percent)?;
            world.nats()?.delete_stream(stream)?;
        }
        town.reach(92)?;
        STREAMS.iter().try_for_each(|stream| world.nats()?.delete_stream(stream))
    })
}

#[test]
fn an_operator_restores_an_older_state_of_the_streams() -> anyhow::Result<()> {
    survives(|world, town| {
        town.reach(30)?;
        world.nats()?.kill()?;
        let backup = world.nats()?.backup()?;
        world.nats()?.start_again()?;
        town.reach(92)?;
        world.nats()?.kill()?;
        world.nats()?.restore(backup.path())?;
        world.nats()?.start_again()
    })
}

#[test]
fn somebody_publishes_old_messages_again_in_another_order() -> anyhow::Result<()> {
    survives(|world, town| {
        for percent in [30, 60, 92] {
            town.reach(percent)?;
            for stream in STREAMS {
                let stored = world.nats()?.stored(stream)?;
                let some = stored.iter().rev().step_by(3).take(20);
                some.into_iter().try_for_each(|message| world.nats()?.publish(message))?;
            }
        }
        Ok(())
    })
}

#[test]
fn the_relay_is_killed_between_publishing_and_hearing_of_it() -> anyhow::Result<()> {
    survives(|world, town| {
        for percent in [20, 35, 50, 65, 80, 92] {
            town.reach(percent)?;
            world.kill_one("core");
            world.start_again()?;
        }
        Ok(())
    })
}

#[test]
fn services_are_killed_between_applying_and_acknowledging() -> anyhow::Result<()> {
    survives(|world, town| {
        for (percent, service) in (10..).step_by(14).zip(SERVICES) {
            town.reach(percent)?;
            world.kill_one(service);
            world.start_again()?;
        }
        town.reach(92)?;
        SERVICES.iter().for_each(|service| world.kill_one(service));
        world.start_again()?;
        // To the server, nobody has ever acknowledged anything.
        SERVICES.iter().try_for_each(|service| world.nats()?.delete_consumer(STREAMS[0], service))
    })
}
