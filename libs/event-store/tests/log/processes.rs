//! More than one process: a second writer is refused, and a killed one loses nothing that it
//! acknowledged.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use event_store::{CommandId, Log, OpenError, Options, verify};

/// The `soak` command appends until it is killed, and prints each position that it acknowledges.
fn soak(dir: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_segment"))
        .args(["soak".as_ref(), dir.as_os_str()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Reads acknowledged positions until `count` of them came, kills the writer, and gives the last.
fn kill_after(mut child: Child, count: usize) -> u64 {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let before = lines.by_ref().take(count).last().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // What was printed before the kill was acknowledged, too.
    lines.filter_map(|line| line.parse().ok()).last().unwrap_or(before.parse().unwrap())
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

#[test]
fn a_killed_writer_loses_nothing_that_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 1..=6 {
        let last = kill_after(soak(dir.path()), round * 60);
        acknowledged = acknowledged.max(last);
        let log = Log::open(dir.path(), "soak", Options::default()).unwrap();
        let reader = log.reader();
        let head = reader.head();
        assert!(head.position >= acknowledged, "{} < {acknowledged}", head.position);
        let known = |n: u64| reader.find_command(CommandId(u128::from(n).to_be_bytes())).unwrap();
        assert!((1..=head.position).all(|n| known(n).is_some_and(|it| it.first_position == n)));
        let versions = (0..50).map(|n| reader.stream_version(&format!("soak-{n}")).unwrap());
        assert_eq!(versions.sum::<u64>(), head.position);
        drop((reader, log));
        assert_eq!(verify(dir.path(), |_| ()).unwrap().head, head);
    }
    assert!(acknowledged > 300, "{acknowledged} were acknowledged");
}
