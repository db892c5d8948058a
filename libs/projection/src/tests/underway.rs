//! What the sender takes: all that is due, each once, and without going through the rest again.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use event_store::CommandId;
use storage::{Fault, Simulated, Storage};

use crate::attempt::{self, Landed, Landing};
use crate::changes::Changes;
use crate::config::Limits;
use crate::intents::{Action, Intent, IntentState, Report, Wish};
use crate::lane::Lane;
use crate::outbox;
use crate::rows::{DUE, EFFECTS_DUE, INTENTS, Keys, PARKED};
use crate::store::{Checkpoint, Size, Store};

const NOW: i64 = 1_000_000;
const ALL: usize = usize::MAX;

fn store_on(disk: &Simulated, dir: &str) -> Store {
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    Store::open(&storage, Path::new(dir), 1 << 20).unwrap()
}

fn store() -> Store {
    store_on(&Simulated::new(1), "/rows")
}

fn id(number: u64) -> CommandId {
    // As random as real ones.
    CommandId(
        (u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes(),
    )
}

fn intent(position: u64, due: i64) -> Intent {
    let action = Action::Command { noun: "book".into(), verb: "lend".into(), body: Bytes::new() };
    Intent {
        policy: "lend_on_ask".into(),
        step: "lend".into(),
        action,
        key: None,
        due,
        position,
        place: 0,
        causation: id(1),
        correlation: id(1),
        traceparent: None,
        attempts: 0,
        last_error: None,
        report: None,
        state: IntentState::Open,
    }
}

fn change(store: &Store, change: impl FnOnce(&mut crate::Rows<'_>)) {
    let mut rows = store.rows(Changes::default());
    change(&mut rows);
    let sealed = store.sealed(rows.into_changes(), &Checkpoint::default()).unwrap();
    store.commit(&sealed, Size::Small).unwrap();
}

fn open(store: &Store, number: u64, due: i64) {
    change(store, |rows| outbox::write(id(number), &intent(number, due), rows).unwrap());
}

fn close(store: &Store, number: u64) {
    change(store, |rows| assert_eq!(outbox::close(id(number), None, rows).unwrap(), -1));
}

fn land(store: &Store, number: u64, landing: Landing) {
    let landed = Landed { id: id(number), landing, effect: None };
    attempt::record(store, vec![landed], NOW, &Limits::default()).unwrap();
}

fn take(store: &Store, now: i64, limit: usize) -> Vec<CommandId> {
    take_on(Lane::Commands, store, now, limit)
}

fn take_on(lane: Lane, store: &Store, now: i64, limit: usize) -> Vec<CommandId> {
    let due = store.take_due(lane, now, limit).unwrap();
    due.intents.into_iter().map(|(id, _)| id).collect()
}

fn effect(number: u64) -> Intent {
    let action = Action::Effect { kind: "mail".into(), body: Bytes::new() };
    Intent { action, ..intent(number, i64::MIN) }
}

fn performed() -> Landing {
    let (noun, verb) = ("book".into(), "note_mail".into());
    Landing::Performed(Report { noun, verb, body: Bytes::new() })
}

/// Rows of intents of every kind.
fn left(store: &Store) -> usize {
    let count = |table| store.query(|rows| Ok(rows.keys(table, Keys::all()).count())).unwrap();
    [INTENTS, DUE, EFFECTS_DUE, PARKED].map(count).iter().sum()
}

#[test]
fn everything_due_is_taken_once_and_in_the_order_of_the_log() {
    let store = store();
    (1..=300).for_each(|number| open(&store, number, i64::MIN));
    assert_eq!(take(&store, NOW, 100), (1..=100).map(id).collect::<Vec<_>>());
    assert_eq!(take(&store, NOW, 100), (101..=200).map(id).collect::<Vec<_>>());
    assert_eq!(take(&store, NOW, ALL), (201..=300).map(id).collect::<Vec<_>>());
    open(&store, 301, i64::MIN);
    assert_eq!(take(&store, NOW, ALL), [id(301)]);
    assert_eq!(take(&store, NOW, ALL), []);
}

#[test]
fn what_is_underway_is_not_gone_through_again() {
    let store = store();
    (1..=300).for_each(|number| open(&store, number, i64::MIN));
    take(&store, NOW, ALL);
    let next = store.underway().next(Lane::Commands).to_vec();
    let entries =
        store.query(|rows| rows.keys(DUE, Keys::from(&next)).collect::<Result<Vec<_>, _>>());
    assert_eq!(entries.unwrap(), Vec::<Vec<u8>>::new());
}

#[test]
fn what_is_due_later_is_told_and_what_is_due_before_it_is_found_all_the_same() {
    let store = store();
    open(&store, 1, NOW + 5);
    let due = store.take_due(Lane::Commands, NOW, ALL).unwrap();
    assert_eq!((due.intents.len(), due.next), (0, Some(NOW + 5)));
    open(&store, 2, NOW);
    assert_eq!(take(&store, NOW, ALL), [id(2)]);
    // Earlier than what was looked at already.
    open(&store, 3, NOW - 5);
    assert_eq!(take(&store, NOW, ALL), [id(3)]);
    assert_eq!(take(&store, NOW + 5, ALL), [id(1)]);
}

#[test]
fn what_is_answered_stays_underway_until_its_record_closes_it() {
    let store = store();
    open(&store, 1, i64::MIN);
    take(&store, NOW, ALL);
    land(&store, 1, Landing::Answered);
    // Whatever makes the sender look from the beginning.
    store.underway().look_again();
    assert_eq!(take(&store, NOW, ALL), []);
    assert!(store.underway().has(id(1)));
    close(&store, 1);
    assert!(!store.underway().has(id(1)), "nothing is held for ever");
}

#[test]
fn what_failed_is_taken_again_when_it_is_due_again() {
    let store = store();
    (1..=2).for_each(|number| open(&store, number, i64::MIN));
    take(&store, NOW, ALL);
    land(&store, 1, Landing::Failed("no answer".into()));
    assert_eq!(take(&store, NOW, ALL), []);
    assert_eq!(take(&store, NOW + 1_000_000, ALL), [id(1)]);
}

#[test]
fn what_was_parked_is_taken_again_when_it_is_released() {
    let store = store();
    (1..=2).for_each(|number| open(&store, number, i64::MIN));
    take(&store, NOW, ALL);
    land(&store, 1, Landing::Parked("odd".into()));
    assert_eq!(take(&store, NOW, ALL), []);
    store.release_parked().unwrap();
    assert_eq!(take(&store, NOW, ALL), [id(1)]);
}

#[test]
fn what_is_put_aside_while_its_record_is_staged_leaves_nothing_behind() {
    let store = store();
    open(&store, 1, i64::MIN);
    take(&store, NOW, ALL);
    let mut rows = store.rows(Changes::default());
    assert_eq!(outbox::close(id(1), None, &mut rows).unwrap(), -1);
    let staged = rows.into_changes();
    land(&store, 1, Landing::Parked("odd".into()));
    let parked = || store.query(|rows| Ok(rows.keys(PARKED, Keys::all()).count())).unwrap();
    assert_eq!(parked(), 1);
    let sealed = store.sealed(staged, &Checkpoint::default()).unwrap();
    store.commit(&sealed, Size::Small).unwrap();
    assert_eq!(parked(), 0);
    assert_eq!(store.parked(ALL).unwrap(), []);
}

#[test]
fn what_failed_and_could_not_be_written_is_taken_again() {
    let disk = Simulated::new(1);
    let store = store_on(&disk, "/rows");
    open(&store, 1, i64::MIN);
    take(&store, NOW, ALL);
    disk.fail_at(Fault::Write, 1);
    let landing = Landing::Failed("no answer".into());
    let failed = Landed { id: id(1), landing, effect: None };
    attempt::record(&store, vec![failed], NOW, &Limits::default()).unwrap_err();
    disk.heal();
    assert_eq!(take(&store, NOW, ALL), [id(1)]);
}

#[test]
fn entries_of_an_earlier_version_count_and_leave_nothing_behind() {
    let disk = Simulated::new(1);
    let store = store_on(&disk, "/rows");
    change(&store, |rows| {
        for number in 1..=2 {
            rows.put(INTENTS, id(number).0, &intent(number, NOW)).unwrap();
            let old =
                [&(NOW.cast_unsigned() ^ (1 << 63)).to_be_bytes()[..], &id(number).0].concat();
            rows.put(DUE, old, &()).unwrap();
        }
        let answered = serde_json::to_string(&intent(3, NOW)).unwrap();
        let answered = answered.replace(r#""open""#, r#""answered""#);
        rows.put_bytes(INTENTS, id(3).0, answered.into_bytes());
    });
    let mut taken = take(&store, NOW, ALL);
    taken.sort();
    let mut both = [id(1), id(2)];
    both.sort();
    assert_eq!(taken, both, "the third was answered");
    (1..=3).for_each(|number| close(&store, number));
    drop(store);
    let store = store_on(&disk, "/rows");
    assert_eq!(take(&store, NOW, ALL), []);
    assert_eq!(store.query(|rows| Ok(rows.keys(DUE, Keys::all()).count())).unwrap(), 0);
}

#[test]
fn what_is_performed_has_a_lane_of_its_own_and_its_report_waits_with_commands() {
    let store = store();
    change(&store, |rows| {
        (1..=3).for_each(|number| outbox::write(id(number), &effect(number), rows).unwrap());
    });
    open(&store, 4, i64::MIN);
    assert_eq!(take(&store, NOW, ALL), [id(4)]);
    assert_eq!(take_on(Lane::Effects, &store, NOW, 2), [1, 2].map(id));
    land(&store, 1, performed());
    land(&store, 2, Landing::Failed("no answer".into()));
    assert_eq!(take_on(Lane::Effects, &store, NOW, ALL), [id(3)]);
    assert_eq!(take(&store, NOW, ALL), [id(1)]);
    assert_eq!(take_on(Lane::Effects, &store, NOW + 1_000_000, ALL), [id(2)]);
    land(&store, 2, Landing::Parked("odd".into()));
    store.release_parked().unwrap();
    assert_eq!(take_on(Lane::Effects, &store, NOW, ALL), [id(2)]);
    (1..=4).for_each(|number| close(&store, number));
    assert_eq!(left(&store), 0);
}

#[test]
fn what_was_performed_is_not_cancelled_and_leaves_the_key_to_what_comes_after_it() {
    let store = store();
    let keyed = |number| {
        let opened = Intent { key: Some("letter".into()), ..effect(number) };
        vec![Wish::Open(id(number), Box::new(opened))]
    };
    let carry_out = |wishes| {
        change(&store, |rows| outbox::carry_out(id(9), wishes, rows).map(|_| ()).unwrap());
    };
    carry_out(keyed(1));
    take_on(Lane::Effects, &store, NOW, ALL);
    land(&store, 1, performed());
    carry_out(vec![Wish::Cancel("letter".into())]);
    assert_eq!(take(&store, NOW, ALL), [id(1)], "it is reported");
    carry_out(keyed(2));
    close(&store, 1);
    carry_out(vec![Wish::Cancel("letter".into())]);
    assert_eq!(left(&store), 0, "the second one was cancelled");
}

#[test]
fn what_is_performed_while_its_cancellation_is_staged_or_after_it_is_reported_late() {
    for is_written_first in [false, true] {
        let store = store();
        let keyed = Intent { key: Some("letter".into()), ..effect(1) };
        let wishes = vec![Wish::Open(id(1), Box::new(keyed.clone()))];
        change(&store, |rows| outbox::carry_out(id(9), wishes, rows).map(|_| ()).unwrap());
        take_on(Lane::Effects, &store, NOW, ALL);
        let mut rows = store.rows(Changes::default());
        let cancel = vec![Wish::Cancel("letter".into())];
        assert_eq!(outbox::carry_out(id(9), cancel, &mut rows).unwrap(), -1);
        let sealed = store.sealed(rows.into_changes(), &Checkpoint::default()).unwrap();
        let landed = Landed { id: id(1), landing: performed(), effect: Some(keyed) };
        let record = || attempt::record(&store, vec![landed], NOW, &Limits::default()).unwrap();
        let commit = || store.commit(&sealed, Size::Small).unwrap();
        if is_written_first {
            commit();
            record();
        } else {
            record();
            commit();
        }
        let late = store.take_late();
        assert_eq!(late.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [id(1)]);
        assert!(late[0].1.report.is_some());
        assert_eq!(take(&store, NOW, ALL), []);
        assert_eq!((left(&store), store.take_late()), (0, vec![]));
    }
}

#[test]
fn an_effect_of_an_earlier_version_waits_among_the_commands_and_leaves_nothing_behind() {
    let store = store();
    change(&store, |rows| {
        for number in 1..=2 {
            rows.put(INTENTS, id(number).0, &effect(number)).unwrap();
            rows.put(DUE, outbox::due_key(id(number), &effect(number)), &()).unwrap();
        }
    });
    assert_eq!(take(&store, NOW, ALL), [1, 2].map(id));
    land(&store, 1, Landing::Failed("no answer".into()));
    land(&store, 2, performed());
    assert_eq!(take(&store, NOW, ALL), [id(2)]);
    assert_eq!(take_on(Lane::Effects, &store, NOW + 1_000_000, ALL), [id(1)]);
    (1..=2).for_each(|number| close(&store, number));
    store.underway().look_again();
    Lane::ALL.iter().for_each(|lane| assert_eq!(take_on(*lane, &store, NOW, ALL), []));
    assert_eq!(left(&store), 0);
}

#[test]
fn rebuilt_rows_take_over_what_is_underway_and_still_open() {
    let disk = Simulated::new(1);
    let (old, new) = (store_on(&disk, "/old"), store_on(&disk, "/new"));
    (1..=3).for_each(|number| open(&old, number, i64::MIN));
    take(&old, NOW, 2);
    // The first one is closed in them.
    (2..=3).for_each(|number| open(&new, number, i64::MIN));
    new.take_over(&old).unwrap();
    assert!(!new.underway().has(id(1)));
    assert_eq!(take(&new, NOW, ALL), [id(3)]);
}
