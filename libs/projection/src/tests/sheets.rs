//! What one event wants of very many: written together, each closed on its own, whatever the
//! sender does to some of them meanwhile.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use event_store::CommandId;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use storage::{Simulated, Storage};

use crate::attempt::{self, Landed, Landing};
use crate::changes::Changes;
use crate::config::Limits;
use crate::intents::{Action, Intent, IntentState, OpenIntent, Wish};
use crate::lane::Lane;
use crate::outbox;
use crate::rows::{DUE, INTENTS, Keys, MARKS, PARKED, Rows, SHEET_IDS, SHEETS, Table};
use crate::store::{Checkpoint, Size, Store};

const NOW: i64 = 1_000_000;
/// When whatever has failed is due again.
const LATER: i64 = i64::MAX;
const ALL: usize = usize::MAX;
/// The command of the event that wants many things.
const CAUSE: CommandId = CommandId([7; 16]);

fn store_on(disk: &Simulated) -> Store {
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    Store::open(&storage, Path::new("/rows"), 1 << 20).unwrap()
}

fn id(number: u32) -> CommandId {
    // As random as real ones.
    let spread = u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    CommandId(spread.to_be_bytes())
}

fn wish(number: u32) -> Wish {
    let noun = "book".into();
    let body = Bytes::copy_from_slice(&number.to_be_bytes());
    let intent = Intent {
        policy: "lend_on_ask".into(),
        step: number.to_string(),
        action: Action::Command { noun, verb: "lend".into(), body },
        key: None,
        due: i64::MIN,
        position: 5,
        place: number,
        causation: CAUSE,
        correlation: id(9_999),
        traceparent: Some("00-1-2-01".into()),
        attempts: 0,
        last_error: None,
        report: None,
        state: IntentState::Open,
    };
    Wish::Open(id(number), Box::new(intent))
}

fn commit(store: &Store, staged: Changes) {
    let sealed = store.sealed(staged, &Checkpoint::default()).unwrap();
    store.commit(&sealed, Size::Small).unwrap();
}

fn change<T>(store: &Store, change: impl FnOnce(&mut Rows<'_>) -> T) -> T {
    let mut rows = store.rows(Changes::default());
    let changed = change(&mut rows);
    commit(store, rows.into_changes());
    changed
}

fn want(store: &Store, count: u32) -> i64 {
    let wishes = (0..count).map(wish).collect();
    change(store, |rows| outbox::carry_out(CAUSE, wishes, rows).unwrap())
}

fn close(store: &Store, number: u32) -> i64 {
    change(store, |rows| outbox::close(id(number), Some(CAUSE), rows).unwrap())
}

fn land(store: &Store, number: u32, landing: Landing) {
    let landed = Landed { id: id(number), landing, effect: None };
    attempt::record(store, vec![landed], NOW, &Limits::default()).unwrap();
}

fn failed() -> Landing {
    Landing::Failed("no answer".into())
}

fn take(store: &Store, now: i64, limit: usize) -> Vec<CommandId> {
    let due = store.take_due(Lane::Commands, now, limit).unwrap();
    due.intents.into_iter().map(|(id, _)| id).collect()
}

fn count(store: &Store, table: Table) -> usize {
    store.query(|rows| Ok(rows.keys(table, Keys::all()).count())).unwrap()
}

/// Rows of intents of every kind.
fn left(store: &Store) -> usize {
    [INTENTS, DUE, PARKED, SHEET_IDS, SHEETS, MARKS].map(|table| count(store, table)).iter().sum()
}

fn open(store: &Store) -> Vec<CommandId> {
    let open = store.query(|rows| OpenIntent::all(rows, ALL)).unwrap();
    open.into_iter().map(|intent| intent.id).collect()
}

#[test]
fn what_is_wanted_of_many_is_a_few_rows_and_taken_in_order_each_once() {
    let store = store_on(&Simulated::new(1));
    assert_eq!(want(&store, 200), 200);
    assert_eq!((count(&store, INTENTS), count(&store, DUE), count(&store, SHEETS)), (0, 0, 4));
    assert_eq!(open(&store).len(), 200);
    assert_eq!(take(&store, NOW, 100), (0..100).map(id).collect::<Vec<_>>());
    assert_eq!(take(&store, NOW, 90), (100..190).map(id).collect::<Vec<_>>());
    let due = store.take_due(Lane::Commands, NOW, ALL).unwrap();
    let Wish::Open(_, wished) = wish(190) else { unreachable!("it is opened") };
    assert_eq!(due.intents[0], (id(190), *wished), "whole, as it was wanted");
    assert_eq!((due.intents.len(), due.next), (10, None));
    assert_eq!(take(&store, LATER, ALL), []);
}

/// An intent of an event at another position, in a row of its own.
fn want_beside(store: &Store, number: u32, position: u64) {
    let Wish::Open(id, mut beside) = wish(number) else { unreachable!("it is opened") };
    beside.position = position;
    change(store, |rows| outbox::write(id, &beside, rows).unwrap());
}

#[test]
fn what_is_on_a_sheet_and_what_is_not_is_taken_in_the_order_of_the_log() {
    let disk = Simulated::new(1);
    let store = store_on(&disk);
    want_beside(&store, 901, 6);
    want(&store, 100);
    want_beside(&store, 900, 4);
    let expected = [900].into_iter().chain(0..100).chain([901]).map(id).collect::<Vec<_>>();
    let taken = [take(&store, NOW, 50), take(&store, NOW, 51), take(&store, NOW, ALL)].concat();
    assert_eq!(taken, expected);
    drop(store);
    assert_eq!(take(&store_on(&disk), NOW, ALL), expected, "nor does a restart change it");
}

#[test]
fn of_what_an_event_wants_twice_the_last_counts() {
    let store = store_on(&Simulated::new(1));
    let mut wishes = (0..20).map(wish).collect::<Vec<_>>();
    let Wish::Open(_, mut last) = wish(3) else { unreachable!("it is opened") };
    last.step = "the last".into();
    wishes.push(Wish::Open(id(3), last.clone()));
    assert_eq!(change(&store, |rows| outbox::carry_out(CAUSE, wishes, rows).unwrap()), 20);
    let due = store.take_due(Lane::Commands, NOW, ALL).unwrap().intents;
    assert_eq!(due.iter().find(|(taken, _)| *taken == id(3)), Some(&(id(3), *last)));
    (0..20).for_each(|number| assert_eq!(close(&store, number), -1));
    assert_eq!(left(&store), 0);
}

#[test]
fn the_last_one_that_is_closed_takes_the_sheet_with_it() {
    let store = store_on(&Simulated::new(1));
    want(&store, 100);
    take(&store, NOW, ALL);
    for number in (0..100).rev() {
        assert_eq!(close(&store, number), -1);
        assert_eq!(close(&store, number), 0, "a second record closes nothing");
        assert!(!store.underway().has(id(number)));
    }
    assert_eq!(left(&store), 0);
}

#[test]
fn few_are_written_one_by_one_and_so_is_an_effect_and_what_has_a_key_or_a_time() {
    let store = store_on(&Simulated::new(1));
    want(&store, 15);
    assert_eq!((count(&store, INTENTS), count(&store, SHEETS)), (15, 0));
    let store = store_on(&Simulated::new(1));
    let mut wishes = (0..20).map(wish).collect::<Vec<_>>();
    let Wish::Open(_, late) = &mut wishes[3] else { unreachable!("it is opened") };
    late.due = NOW + 1;
    let Wish::Open(_, keyed) = &mut wishes[4] else { unreachable!("it is opened") };
    keyed.key = Some("remind".into());
    let Wish::Open(_, effect) = &mut wishes[5] else { unreachable!("it is opened") };
    effect.action = Action::Effect { kind: "mail".into(), body: Bytes::new() };
    change(&store, |rows| outbox::carry_out(CAUSE, wishes, rows).unwrap());
    assert_eq!((count(&store, INTENTS), count(&store, SHEETS)), (3, 1));
    assert_eq!(take(&store, NOW, ALL).len(), 18);
    assert_eq!(take(&store, NOW + 1, ALL), [id(3)]);
    let performed = store.take_due(Lane::Effects, NOW, ALL).unwrap().intents;
    assert_eq!(performed.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [id(5)]);
}

#[test]
fn another_event_of_the_command_is_written_one_by_one() {
    let store = store_on(&Simulated::new(1));
    want(&store, 20);
    let wishes = (20..40).map(wish).collect();
    assert_eq!(change(&store, |rows| outbox::carry_out(CAUSE, wishes, rows).unwrap()), 20);
    assert_eq!((count(&store, INTENTS), count(&store, SHEETS)), (20, 1));
    (0..40).for_each(|number| assert_eq!(close(&store, number), -1));
    assert_eq!(left(&store), 0);
}

#[test]
fn what_failed_is_taken_again_when_it_is_due_again_and_once() {
    let store = store_on(&Simulated::new(1));
    want(&store, 20);
    take(&store, NOW, ALL);
    land(&store, 3, failed());
    land(&store, 4, Landing::Parked("odd".into()));
    assert_eq!(take(&store, NOW, ALL), []);
    store.underway().look_again();
    assert_eq!(take(&store, NOW, ALL), []);
    assert_eq!(open(&store).len(), 20, "nobody counts twice");
    assert_eq!(take(&store, LATER, ALL), [id(3)]);
    store.release_parked().unwrap();
    assert_eq!(take(&store, LATER, ALL), [id(4)]);
    (0..20).for_each(|number| assert_eq!(close(&store, number), -1));
    assert_eq!(left(&store), 0);
}

#[test]
fn what_is_put_aside_while_its_record_is_staged_leaves_nothing_behind() {
    for again in [false, true] {
        let store = store_on(&Simulated::new(1));
        want(&store, 20);
        take(&store, NOW, ALL);
        let mut rows = store.rows(Changes::default());
        assert_eq!(outbox::close(id(3), Some(CAUSE), &mut rows).unwrap(), -1);
        let staged = rows.into_changes();
        land(&store, 3, if again { failed() } else { Landing::Parked("odd".into()) });
        assert_eq!(take(&store, LATER, ALL).len(), usize::from(again));
        commit(&store, staged);
        store.underway().look_again();
        assert_eq!(take(&store, LATER, ALL), []);
        assert_eq!((count(&store, INTENTS), count(&store, PARKED), count(&store, DUE)), (0, 0, 0));
        assert!(!store.underway().has(id(3)));
    }
}

#[test]
fn what_is_put_aside_between_two_events_of_its_record_is_counted_once() {
    for number in [3, 19] {
        let store = store_on(&Simulated::new(1));
        want(&store, 20);
        take(&store, NOW, ALL);
        // The nineteenth is the last one, which takes the sheet with it.
        (0..number).for_each(|before| assert_eq!(close(&store, before), -1));
        let mut rows = store.rows(Changes::default());
        assert_eq!(outbox::close(id(number), Some(CAUSE), &mut rows).unwrap(), -1);
        let staged = rows.into_changes();
        land(&store, number, failed());
        let mut rows = store.rows(staged);
        rows.changes().begin();
        assert_eq!(outbox::close(id(number), Some(CAUSE), &mut rows).unwrap(), 0);
        rows.changes().undo();
        assert_eq!(outbox::close(id(number), Some(CAUSE), &mut rows).unwrap(), 0);
        commit(&store, rows.into_changes());
        (number + 1..20).for_each(|after| assert_eq!(close(&store, after), -1));
        assert_eq!(left(&store), 0);
    }
}

#[test]
fn what_is_put_aside_while_the_first_event_of_its_record_is_written_is_counted_once() {
    let store = store_on(&Simulated::new(1));
    want(&store, 20);
    take(&store, NOW, ALL);
    let mut rows = store.rows(Changes::default());
    assert_eq!(outbox::close(id(3), Some(CAUSE), &mut rows).unwrap(), -1);
    let unwritten = Arc::new(rows.into_changes());
    land(&store, 3, failed());
    let mut rows = store.rows(Changes::default()).with_unwritten(Some(unwritten));
    assert_eq!(outbox::close(id(3), Some(CAUSE), &mut rows).unwrap(), 0);
}

#[test]
fn an_event_that_faults_closes_nothing() {
    let store = store_on(&Simulated::new(1));
    want(&store, 20);
    take(&store, NOW, ALL);
    change(&store, |rows| {
        rows.changes().begin();
        outbox::close(id(3), Some(CAUSE), rows).unwrap();
        rows.changes().undo();
    });
    assert!(store.underway().has(id(3)));
    assert_eq!(open(&store).len(), 20);
}

#[test]
fn whoever_starts_again_takes_what_is_still_open() {
    let disk = Simulated::new(1);
    let store = store_on(&disk);
    want(&store, 100);
    take(&store, NOW, 70);
    (10..100).for_each(|number| assert_eq!(close(&store, number), -1));
    drop(store);
    let store = store_on(&disk);
    assert_eq!(take(&store, NOW, ALL), (0..10).map(id).collect::<Vec<_>>());
}

#[test]
fn rebuilt_rows_take_over_what_is_underway_and_what_was_done_to_it() {
    let (old, new) = (store_on(&Simulated::new(1)), store_on(&Simulated::new(2)));
    want(&old, 20);
    take(&old, NOW, 10);
    land(&old, 2, failed());
    want(&new, 20);
    (3..6).for_each(|number| assert_eq!(close(&new, number), -1));
    let touched = old.touched().unwrap();
    new.amend(crate::rebuild::carry_over(touched)).unwrap();
    new.take_over(&old).unwrap();
    assert_eq!(take(&new, NOW, ALL), (10..20).map(id).collect::<Vec<_>>());
    assert_eq!(take(&new, LATER, ALL), [id(2)]);
    assert_eq!((0..20).map(|number| close(&new, number)).sum::<i64>(), -17);
    assert_eq!(left(&new), 0);
}

/// What may happen to intents, in any order.
#[derive(Clone, Debug)]
enum Deed {
    Take(usize),
    Land(u32, bool),
    Stage(u32),
    Commit,
    Restart,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1_usize..30).prop_map(Deed::Take),
        (0_u32..40, any::<bool>()).prop_map(|(number, parks)| Deed::Land(number, parks)),
        (0_u32..40).prop_map(Deed::Stage),
        (0_u32..1).prop_map(|_| Deed::Commit),
        (0_u32..1).prop_map(|_| Deed::Restart),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_each_is_open_until_it_is_closed_and_nothing_is_left(
        deeds in vec(deed(), 0..60)
    ) {
        let disk = Simulated::new(1);
        let mut store = store_on(&disk);
        want(&store, 40);
        let (mut is_open, mut underway) = ((0..40).collect::<BTreeSet<_>>(), BTreeSet::new());
        let mut staged: Option<Changes> = None;
        let mut closing = BTreeSet::new();
        let end = [Deed::Commit, Deed::Restart];
        for deed in deeds.into_iter().chain(end) {
            match deed {
                Deed::Take(limit) => {
                    for taken in take(&store, LATER, limit) {
                        assert!(underway.insert(taken), "nobody is taken twice");
                    }
                }
                Deed::Land(number, parks) if underway.contains(&id(number)) => {
                    let parked = || Landing::Parked("odd".into());
                    land(&store, number, if parks { parked() } else { failed() });
                    underway.remove(&id(number));
                }
                Deed::Land(..) => {}
                Deed::Stage(number) => {
                    let mut rows = store.rows(staged.take().unwrap_or_default());
                    let growth = outbox::close(id(number), Some(CAUSE), &mut rows).unwrap();
                    let was_open = is_open.contains(&number) && closing.insert(number);
                    assert_eq!(growth, if was_open { -1 } else { 0 });
                    staged = Some(rows.into_changes());
                }
                Deed::Commit => {
                    commit(&store, staged.take().unwrap_or_default());
                    for number in std::mem::take(&mut closing) {
                        is_open.remove(&number);
                        underway.remove(&id(number));
                    }
                }
                Deed::Restart => {
                    drop(store);
                    store = store_on(&disk);
                    (staged, closing, underway) = (None, BTreeSet::new(), BTreeSet::new());
                }
            }
            let open = open(&store).into_iter().collect::<BTreeSet<_>>();
            assert_eq!(open, is_open.iter().map(|number| id(*number)).collect());
        }
        store.release_parked().unwrap();
        let taken = take(&store, LATER, ALL).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(taken, is_open.iter().map(|number| id(*number)).collect());
        is_open.into_iter().for_each(|number| assert_eq!(close(&store, number), -1));
        store.underway().look_again();
        assert_eq!(take(&store, LATER, ALL), []);
        assert_eq!(left(&store), 0);
    }
}
