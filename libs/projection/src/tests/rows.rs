//! Rows: what is staged is read over what is stored, in key order, both ways.

use std::sync::Arc;

use storage::Storage;

use crate::changes::Changes;
use crate::rows::{Keys, Rows, Table, key};
use crate::store::{Checkpoint, Size, Store};

const T: Table = Table::new(b't');
const U: Table = Table::new(b'u');

fn keys(rows: &Rows<'_>, keys: Keys, limit: usize) -> Vec<String> {
    let found = rows.scan::<u32>(T, keys, limit).map(|row| row.unwrap().0);
    found.map(|key| String::from_utf8(key).unwrap()).collect()
}

fn commit(store: &Store, changes: Changes) {
    let sealed = store.sealed(changes, &Checkpoint::default()).unwrap();
    store.commit(&sealed, Size::Small).unwrap();
}

/// Stored a, b, c, d; then b changed, c removed, bb added, and a neighbouring table filled.
fn with_rows(check: impl FnOnce(&Rows<'_>)) {
    let temp = tempfile::tempdir().unwrap();
    let os: Arc<dyn Storage> = Arc::new(storage::Os);
    let store = Store::open(&os, &temp.path().join("v1-000001"), 1 << 20).unwrap();
    let mut rows = store.rows(Changes::default());
    ["a", "b", "c", "d"].iter().for_each(|key| rows.put(T, key, &1).unwrap());
    rows.put(U, "a", &9).unwrap();
    commit(&store, rows.into_changes());

    let mut rows = store.rows(Changes::default());
    rows.put(T, "b", &2).unwrap();
    rows.put(T, "bb", &3).unwrap();
    rows.remove(T, "c");
    check(&rows);
}

#[test]
fn a_scan_merges_what_is_staged_with_what_is_stored() {
    with_rows(|rows| {
        assert_eq!(keys(rows, Keys::all(), 9), ["a", "b", "bb", "d"]);
        assert_eq!(keys(rows, Keys::all().backwards(), 9), ["d", "bb", "b", "a"]);
        assert_eq!(keys(rows, Keys::prefix("b"), 9), ["b", "bb"]);
        assert_eq!(keys(rows, Keys::between("b", "d"), 9), ["b", "bb"]);
        assert_eq!(keys(rows, Keys::all(), 2), ["a", "b"]);
    });
}

#[test]
fn pages_follow_each_other_in_both_directions() {
    with_rows(|rows| {
        assert_eq!(keys(rows, Keys::all().after("b"), 9), ["bb", "d"]);
        assert_eq!(keys(rows, Keys::all().after("d"), 9), [""; 0]);
        assert_eq!(keys(rows, Keys::all().backwards().after("bb"), 9), ["b", "a"]);
        assert_eq!(keys(rows, Keys::prefix("b").after("z"), 9), [""; 0]);
        assert_eq!(keys(rows, Keys::between("d", "a"), 9), [""; 0]);
    });
}

#[test]
fn a_row_is_read_as_it_was_last_written() {
    with_rows(|rows| {
        assert_eq!(rows.get::<u32>(T, "a").unwrap(), Some(1));
        assert_eq!(rows.get::<u32>(T, "b").unwrap(), Some(2));
        assert_eq!(rows.get::<u32>(T, "c").unwrap(), None);
        assert_eq!(rows.get::<u32>(T, "x").unwrap(), None);
    });
}

#[test]
fn a_row_of_another_form_is_a_fault_that_names_the_row() {
    with_rows(|rows| {
        let fault = rows.get::<String>(T, "a").unwrap_err();
        assert_eq!(fault.to_string(), "row ta is not decoded");
    });
}

#[test]
fn what_is_on_its_way_to_the_store_lies_between_what_is_stored_and_what_is_staged() {
    let temp = tempfile::tempdir().unwrap();
    let os: Arc<dyn Storage> = Arc::new(storage::Os);
    let store = Store::open(&os, &temp.path().join("v1-000001"), 1 << 20).unwrap();
    let mut rows = store.rows(Changes::default());
    ["a", "b", "c", "d", "e"].iter().for_each(|key| rows.put(T, key, &1).unwrap());
    commit(&store, rows.into_changes());

    let mut rows = store.rows(Changes::default());
    ["b", "bb", "c"].iter().for_each(|key| rows.put(T, key, &2).unwrap());
    rows.remove(T, "d");
    rows.remove(T, "e");
    let unwritten = Arc::new(store.sealed(rows.into_changes(), &Checkpoint::default()).unwrap());
    let look = || {
        let rows = store.rows(Changes::default()).with_unwritten(Some(Arc::clone(&unwritten)));
        let mut rows = rows;
        rows.put(T, "c", &3).unwrap();
        rows.put(T, "e", &3).unwrap();
        rows.remove(T, "bb");
        let all = |keys| {
            let scanned = rows.scan::<u32>(T, keys, 9).map(Result::unwrap);
            scanned.map(|(key, row)| (String::from_utf8(key).unwrap(), row)).collect::<Vec<_>>()
        };
        let expected = [("a", 1), ("b", 2), ("c", 3), ("e", 3)];
        let mut expected: Vec<_> = expected.map(|(key, row)| (key.to_owned(), row)).into();
        assert_eq!(all(Keys::all()), expected);
        expected.reverse();
        assert_eq!(all(Keys::all().backwards()), expected);
        for (key, row) in expected {
            assert_eq!(rows.get::<u32>(T, key).unwrap(), Some(row));
        }
        assert_eq!(rows.get::<u32>(T, "bb").unwrap(), None);
        assert_eq!(rows.get::<u32>(T, "d").unwrap(), None);
    };
    look();
    store.commit(&unwritten, Size::Small).unwrap();
    look();
}

#[test]
fn a_table_of_bytes_is_read_and_scanned_like_any_other() {
    let temp = tempfile::tempdir().unwrap();
    let os: Arc<dyn Storage> = Arc::new(storage::Os);
    let store = Store::open(&os, &temp.path().join("v1-000001"), 1 << 20).unwrap();
    let mut rows = store.rows(Changes::default());
    rows.put_bytes(T, [0, 1], vec![0xff]);
    rows.put_bytes(T, [0, 2], vec![]);
    commit(&store, rows.into_changes());

    let mut rows = store.rows(Changes::default());
    rows.put_bytes(T, [0, 3], vec![3]);
    rows.remove(T, [0, 2]);
    assert_eq!(rows.get_bytes(T, [0, 1]).unwrap(), Some(vec![0xff]));
    assert_eq!(rows.get_bytes(T, [0, 2]).unwrap(), None);
    let scanned = rows.scan_bytes(T, Keys::prefix([0]).backwards(), 9);
    let scanned: Vec<_> = scanned.map(Result::unwrap).collect();
    assert_eq!(scanned, [(vec![0, 3], vec![3]), (vec![0, 1], vec![0xff])]);
}

#[test]
fn updating_what_does_not_exist_does_nothing() {
    let mut rows = Rows::in_memory();
    assert!(!rows.update(T, "a", |row: &mut u32| *row += 1).unwrap());
    rows.upsert(T, "a", |row: &mut u32| *row += 1).unwrap();
    assert!(rows.update(T, "a", |row: &mut u32| *row += 1).unwrap());
    assert_eq!(rows.get::<u32>(T, "a").unwrap(), Some(2));
}

#[test]
fn a_key_of_parts_sorts_by_its_parts() {
    assert!(key(["a", "z"]) < key(["a1", "b"]));
    assert_eq!(key(["a", "b"]), b"a\0b");
}
