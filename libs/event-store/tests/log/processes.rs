//! More than one process: a second writer is refused, and a killed one loses nothing that it
//! acknowledged.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use event_store::{CommandId, Log, OpenError, Options, verify};
use storage::Chance;

use crate::support::{copy_dir, segments};

/// The `soak` command appends until it is killed, and prints each position that it acknowledges.
fn soak(dir: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_segment"))
        .args(["soak".as_ref(), dir.as_os_str()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_second_writer_is_refused_by_the_name_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = soak(dir.path());
    let first = BufReader::new(child.stdout.as_mut().unwrap()).lines().next();
    assert!(first.unwrap().is_ok());
    let refused = Log::open(dir.path(), "soak", Options::default()).err();
    let owner = format!("process {}", child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    let Some(OpenError::Locked { owner: named, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(named, owner);
}

/// A number that looks random and can be repeated.
fn mixed(round: u64) -> u64 {
    Chance::new(round).number()
}

/// Lets a writer append until `round`'s moment, which may come before it has opened the log, while
/// it spills or while it rolls; gives the last position that it acknowledged, or 0.
fn kill_at_any_moment(dir: &Path, round: u64) -> u64 {
    let mut child = soak(dir);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let count = usize::try_from(mixed(round) % 60).unwrap();
    let before = lines.by_ref().take(count).last();
    thread::sleep(Duration::from_micros(mixed(round + 1000) % 3000));
    child.kill().unwrap();
    child.wait().unwrap();
    // A line that the kill cut in the middle was not printed.
    let printed = before.into_iter().chain(lines).filter_map(|line| line.parse().ok());
    printed.max().unwrap_or(0)
}

/// Looks for everything up to `acknowledged`, once and in order; what was there at `before` was
/// looked at then. Gives the position where the log ends.
fn kept(dir: &Path, before: u64, acknowledged: u64) -> Result<u64, String> {
    let options = Options { segment_bytes: 64 << 10, spill_events: 100, ..Options::default() };
    let log = Log::open(dir, "soak", options).map_err(|error| format!("{error:?}"))?;
    let reader = log.reader();
    let head = reader.head();
    if head.position < acknowledged {
        return Err(format!("{acknowledged} was acknowledged, {} is the last", head.position));
    }
    let known = |n: u64| reader.find_command(CommandId(u128::from(n).to_be_bytes())).unwrap();
    let in_place = |n: u64| known(n).is_some_and(|record| record.first_position == n);
    if let Some(wrong) = (before + 1..=head.position).find(|n| !in_place(*n)) {
        return Err(format!("command {wrong} is not at its position"));
    }
    let versions = (0..50).map(|n| reader.stream_version(&format!("soak-{n}")).unwrap());
    let versions = versions.sum::<u64>();
    drop((reader, log));
    let verified = verify(dir, |_| ()).map_err(|error| format!("{error:?}"))?.head;
    if (verified, versions) == (head, head.position) {
        Ok(head.position)
    } else {
        Err(format!("{head:?} was opened, {verified:?} verified, {versions} versions counted"))
    }
}

#[test]
fn a_writer_that_is_killed_a_hundred_times_loses_nothing_that_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let (mut acknowledged, mut head) = (0, 0);
    for round in 0..100 {
        acknowledged = kill_at_any_moment(dir.path(), round).max(acknowledged);
        let before = head;
        head = kept(dir.path(), before, acknowledged).unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(kept(dir.path(), 0, acknowledged), Ok(head));
    assert!(acknowledged > 2000, "{acknowledged} were acknowledged");
    assert!(segments(dir.path()).len() > 3, "it did not roll");
}

#[test]
fn control_a_log_that_is_older_than_its_last_answer_is_noticed() {
    let (dir, old) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = kill_at_any_moment(dir.path(), 3);
    copy_dir(dir.path(), &old.path().join("log"));
    let last = kill_at_any_moment(dir.path(), 5);
    assert!(first < last, "{first} {last}");
    assert!(kept(dir.path(), 0, last).is_ok());
    assert!(kept(&old.path().join("log"), 0, last).is_err());
}
