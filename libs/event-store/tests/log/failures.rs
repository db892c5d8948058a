//! A log that could not write is of no use any more: it says so, always in the same words.

use std::error::Error;
use std::fs;

use event_store::{AppendError, OpenError};

use crate::support::{event, filled, record};

#[test]
fn after_a_failed_append_every_later_one_fails_with_the_same_cause() {
    let (dir, mut log) = filled(3);
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    let mut failed = Vec::new();
    for n in 100..120 {
        let data = "x".repeat(200);
        let event = event(&format!("stream-{n}"), 0, &data);
        failed.extend(log.append(vec![record(n, 1, vec![event])]).err());
    }
    assert!(failed.len() > 5, "the segment had room for {} appends", 20 - failed.len());
    assert!(matches!(failed[0], AppendError::Roll { .. }));
    let texts: Vec<_> =
        failed.iter().map(|error| format!("{error}: {}", error.source().unwrap())).collect();
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
}

#[test]
fn a_log_has_a_name_of_bounded_length() {
    let dir = tempfile::tempdir().unwrap();
    let open = |name: &str| event_store::Log::open(dir.path(), name, Default::default());
    assert!(matches!(open(""), Err(OpenError::Name { .. })));
    assert!(matches!(open(&"n".repeat(88)), Err(OpenError::Name { .. })));
    assert!(open(&"n".repeat(87)).is_ok());
}
