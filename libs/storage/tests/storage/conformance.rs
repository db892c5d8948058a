//! The machine's file system and the simulated disk keep the same promises.

use std::io;
use std::ops::Bound;
use std::path::Path;

use storage::{Access, LockError, Os, Simulated, Storage, TableError};

fn on_both(check: impl Fn(&dyn Storage, &Path)) {
    let dir = tempfile::tempdir().unwrap();
    check(&Os, dir.path());
    let simulated = Simulated::new(1);
    simulated.create_dir(Path::new("/store")).unwrap();
    check(&simulated, Path::new("/store"));
}

#[test]
fn a_batch_and_single_changes_are_read_back_in_order_from_both_ends() {
    on_both(|storage, dir| {
        let table = storage.table(&dir.join("t"), 1 << 20).unwrap();
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
    });
}

#[test]
fn a_range_that_is_read_from_both_ends_gives_each_row_once() {
    on_both(|storage, dir| {
        let table = storage.table(&dir.join("t"), 1 << 20).unwrap();
        for key in 0..5 {
            table.put(&[key], &[key]).unwrap();
        }
        let mut rows = table.scan(Bound::Included(&[1]), Bound::Included(&[4]));
        let mut key = |back: bool| {
            let row = if back { rows.next_back() } else { rows.next() };
            row.map(|row| row.unwrap().0[0])
        };
        let keys = [false, true, true, false, false, true].map(&mut key);
        assert_eq!(keys, [Some(1), Some(4), Some(3), Some(2), None, None]);
        assert!(table.scan(Bound::Included(&[9]), Bound::Unbounded).next().is_none());
    });
}

#[test]
fn a_table_that_somebody_has_open_is_refused_as_busy_and_free_afterwards() {
    on_both(|storage, dir| {
        let mine = storage.table(dir, 1 << 20).unwrap();
        mine.put(b"a", b"1").unwrap();
        assert!(matches!(storage.table(dir, 1 << 20), Err(TableError::Busy { .. })));
        drop(mine);
        let again = storage.table(dir, 1 << 20).unwrap();
        assert_eq!(again.get(b"a").unwrap().as_deref(), Some(&b"1"[..]));
    });
}

#[test]
fn a_table_goes_where_its_directory_goes() {
    on_both(|storage, dir| {
        let (from, to) = (dir.join("from"), dir.join("to"));
        storage.table(&from, 1 << 20).unwrap().put(b"a", b"1").unwrap();
        storage.rename(&from, &to).unwrap();
        let table = storage.table(&to, 1 << 20).unwrap();
        assert_eq!(table.get(b"a").unwrap().as_deref(), Some(&b"1"[..]));
        drop(table);
        storage.remove(&to).unwrap();
        assert!(storage.table(&to, 1 << 20).unwrap().get(b"a").unwrap().is_none());
    });
}

#[test]
fn a_file_is_replaced_whole_and_reads_back() {
    on_both(|storage, dir| {
        let path = dir.join("pointer");
        storage::replace(storage, &path, b"one").unwrap();
        storage::replace(storage, &path, b"two").unwrap();
        assert_eq!(storage::read(storage, &path).unwrap(), b"two");
        assert_eq!(storage.list(dir).unwrap(), [path]);
    });
}

#[test]
fn a_file_reads_what_was_written_where_it_was_written() {
    on_both(|storage, dir| {
        let path = dir.join("file");
        let file = storage.open(&path, Access::Create).unwrap();
        file.write_all_at(b"end", 600).unwrap();
        file.write_all_at(b"start", 0).unwrap();
        file.sync_data().unwrap();
        let same = storage.open(&path, Access::Read).unwrap();
        let (mut bytes, mut beyond) = ([9; 8], [0; 2]);
        same.read_exact_at(&mut bytes, 595).unwrap();
        assert_eq!((&bytes, same.length().unwrap()), (b"\0\0\0\0\0end", 603));
        let short = same.read_exact_at(&mut beyond, 602).unwrap_err();
        assert_eq!(short.kind(), io::ErrorKind::UnexpectedEof);
        assert!(same.read_exact_at(&mut [], 9999).is_ok());
        assert!(same.write_all_at(b"no", 0).is_err());
        storage.open(&path, Access::Create).unwrap();
        assert_eq!(storage.open(&path, Access::Write).unwrap().length().unwrap(), 0);
    });
}

#[test]
fn what_is_not_there_is_said_to_be_not_there() {
    on_both(|storage, dir| {
        let (missing, kind) = (dir.join("missing"), Some(io::ErrorKind::NotFound));
        let open = |access| storage.open(&missing, access).err().map(|error| error.kind());
        assert_eq!((open(Access::Read), open(Access::Write)), (kind, kind));
        assert_eq!(storage.list(&missing).err().map(|error| error.kind()), kind);
        assert_eq!(storage.remove(&missing).err().map(|error| error.kind()), kind);
        assert_eq!(storage.rename(&missing, dir).err().map(|error| error.kind()), kind);
        assert_eq!(storage.sync_dir(&missing).err().map(|error| error.kind()), kind);
        assert!(!storage.exists(&missing) && storage.exists(dir));
        let inside = storage.open(&missing.join("file"), Access::Create);
        assert_eq!(inside.err().map(|error| error.kind()), kind);
    });
}

#[test]
fn a_directory_takes_what_is_in_it_along_and_lists_it_in_order() {
    on_both(|storage, dir| {
        let (from, to) = (dir.join("a/b"), dir.join("c"));
        storage.create_dir(&from).unwrap();
        storage.create_dir(&from).unwrap();
        for name in ["2", "1"] {
            storage.open(&from.join(name), Access::Create).unwrap();
        }
        storage.rename(&from, &to).unwrap();
        assert_eq!(storage.list(&to).unwrap(), [to.join("1"), to.join("2")]);
        assert_eq!(storage.list(dir).unwrap(), [dir.join("a"), to.clone()]);
        assert!(storage.list(&dir.join("a")).unwrap().is_empty());
        storage.remove(&to).unwrap();
        assert!(!storage.exists(&to) && !storage.exists(&to.join("1")));
    });
}

#[test]
fn a_lock_names_its_holder_and_ends_with_it() {
    on_both(|storage, dir| {
        let path = dir.join("lock");
        let held = storage.lock(&path).unwrap();
        let Err(LockError::Held { owner, .. }) = storage.lock(&path) else { panic!("two have it") };
        assert_eq!(owner, format!("process {}", std::process::id()));
        drop(held);
        assert!(storage.lock(&path).is_ok());
    });
}
