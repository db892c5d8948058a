//! What a table promises, seen from outside.

use std::ops::Bound;

use storage::{Os, Storage, TableError};

#[test]
fn a_batch_and_single_changes_are_read_back_in_order_from_both_ends() {
    let dir = tempfile::tempdir().unwrap();
    let table = Os.table(&dir.path().join("t"), 1 << 20).unwrap();
    let batch = [(b"b".to_vec(), Some(b"2".to_vec())), (b"a".to_vec(), Some(b"1".to_vec()))];
    table.apply(&mut batch.into_iter()).unwrap();
    table.put(b"c", b"3").unwrap();
    table.remove(b"a").unwrap();
    table.sync().unwrap();
    let keys = |rows: storage::Scan<'_>| rows.map(|row| row.unwrap().0.to_vec()).collect();
    let forward: Vec<_> = keys(table.scan(Bound::Included(b"a"), Bound::Unbounded));
    let backward: Vec<_> =
        keys(Box::new(table.scan(Bound::Unbounded, Bound::Excluded(b"c")).rev()));
    assert_eq!(forward, [b"b", b"c"]);
    assert_eq!(backward, [b"b"]);
    assert_eq!(table.get(b"b").unwrap().as_deref(), Some(&b"2"[..]));
    assert_eq!(table.get(b"a").unwrap(), None);
}

#[test]
fn a_table_that_somebody_has_open_is_refused_as_busy() {
    let dir = tempfile::tempdir().unwrap();
    let _mine = Os.table(dir.path(), 1 << 20).unwrap();
    assert!(matches!(Os.table(dir.path(), 1 << 20), Err(TableError::Busy { .. })));
}

#[test]
fn a_file_is_replaced_whole_and_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pointer");
    storage::replace(&Os, &path, b"one").unwrap();
    storage::replace(&Os, &path, b"two").unwrap();
    assert_eq!(storage::read(&Os, &path).unwrap(), b"two");
    assert_eq!(Os.list(dir.path()).unwrap(), [path]);
}
