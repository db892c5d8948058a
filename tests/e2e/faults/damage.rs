//! Bytes of the index and of the read models flip or are cut off: what is damaged is set aside
//! under a name that says why, and comes back from the log.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use e2e::{SERVICES, World};
use event_store::{Log, Options};

use super::{
    judge::{done_once, mailed_once, same_rows},
    town::Town,
};

/// What happens to one file.
type Harm = fn(&mut Vec<u8>);

/// One round each: every directory is harmed in the same way.
const HARMS: [(&str, Harm); 6] = [
    ("a byte at the front flips", |bytes| flip(bytes, 1)),
    ("a byte in the first quarter flips", |bytes| flip(bytes, 25)),
    ("a byte in the middle flips", |bytes| flip(bytes, 50)),
    ("a byte near the end flips", |bytes| flip(bytes, 95)),
    ("the second half is cut off", |bytes| bytes.truncate(bytes.len() / 2)),
    ("everything is cut off", Vec::clear),
];

/// Harms that cut something off.
const CUTS: usize = 2;

fn flip(bytes: &mut [u8], percent: usize) {
    let at = bytes.len() * percent / 100;
    if let Some(byte) = bytes.get_mut(at) {
        *byte = !*byte;
    }
}

/// A town that has lived, and the process that served it killed.
fn lived() -> anyhow::Result<World> {
    let world = World::one_process()?;
    Town::default().live(&world.api)?;
    world.settled()?;
    Ok(world)
}

/// Fills the index of the log, which otherwise waits for many more events.
fn spill(world: &World) -> anyhow::Result<()> {
    let options = Options { spill_events: 16, ..Options::default() };
    drop(Log::open(&world.data().join("core/northeast"), "northeast", options)?);
    Ok(())
}

/// The directories of sled that answer now.
fn directories(world: &World) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![world.data().join("core/northeast/index")];
    for service in SERVICES {
        let root = world.data().join(service).join("northeast");
        let names = fs::read_dir(&root)?.map(|entry| Ok(entry?.file_name().into_string()));
        let names = names.collect::<std::io::Result<Result<Vec<_>, _>>>()?;
        let names = names.ok().context("our names are text")?;
        let live = names.iter().find(|name| name.ends_with(".live")).context("one answers")?;
        found.push(root.join(fs::read_to_string(root.join(live))?.trim()));
    }
    Ok(found)
}

/// The names under which damaged directories are kept.
fn set_aside(dir: &Path) -> anyhow::Result<Vec<String>> {
    let beside = dir.parent().context("it lies in another")?;
    let names = fs::read_dir(beside)?.map(|entry| Ok(entry?.file_name()));
    let names = names.collect::<std::io::Result<Vec<_>>>()?;
    let names = names.into_iter().map(|name| name.to_string_lossy().into_owned());
    Ok(names.filter(|name| name.contains(".damaged-")).collect())
}

#[test]
fn damaged_directories_are_set_aside_and_come_back_from_the_log() -> anyhow::Result<()> {
    let mut world = lived()?;
    let (rows, log) = (world.api.rows()?, world.api.events(None)?);
    for (harm, harmed) in HARMS {
        world.stop()?;
        spill(&world)?;
        let directories = directories(&world)?;
        for dir in &directories {
            let mut bytes = fs::read(dir.join("db"))?;
            harmed(&mut bytes);
            fs::write(dir.join("db"), bytes)?;
        }
        world.start_again()?;
        world.settled().context(harm)?;
        same_rows(&rows, &world.api.rows()?).context(harm)?;
        ensure!(world.api.events(None)?.len() == log.len(), "{harm}: something was sent again");
        // Whatever the index has forgotten, a command is known by its id.
        Town::default().live(&world.api).context(harm)?;
        ensure!(world.api.events(None)?.len() == log.len(), "{harm}: a command was done again");
    }
    let mail = fs::read_to_string(world.data().join("mail/northeast/mail.ndjson"))?;
    done_once(&log)?;
    mailed_once(&mail, &log)?;
    named(&directories(&world)?)
}

/// Most harms were noticed, and what was set aside says when and why.
fn named(directories: &[PathBuf]) -> anyhow::Result<()> {
    let [index, read_models @ ..] = directories else { bail!("core has an index") };
    ensure!(set_aside(index)? == ["index.damaged-unreadable"], "{:?}", set_aside(index)?);
    let mut noticed = 0;
    for dir in read_models {
        let aside = set_aside(dir)?;
        // What is cut off is noticed; a byte that flips where nothing is kept harms nobody.
        ensure!(aside.len() >= CUTS, "{}: {aside:?}", dir.display());
        noticed += aside.len();
        let is_named = |name: &String| {
            let (_, said) = name.split_once(".damaged-").unwrap_or_default();
            let (seconds, why) = said.split_once('-').unwrap_or_default();
            seconds.parse::<u64>().is_ok() && why.contains('-')
        };
        ensure!(aside.iter().all(is_named), "{aside:?}");
    }
    let most = read_models.len() * HARMS.len() / 2;
    ensure!(noticed >= most, "{noticed} of at least {most} harms were noticed");
    Ok(())
}

#[test]
fn control_a_directory_that_is_whole_is_not_set_aside() -> anyhow::Result<()> {
    let mut world = lived()?;
    world.stop()?;
    spill(&world)?;
    let before = directories(&world)?;
    world.start_again()?;
    world.settled()?;
    ensure!(directories(&world)? == before, "another directory answers");
    for dir in before {
        ensure!(set_aside(&dir)?.is_empty(), "{}", dir.display());
    }
    Ok(())
}
