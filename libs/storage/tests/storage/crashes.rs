//! What a power cut leaves of a simulated disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use storage::{Access, Fault, Simulated, Storage};

const SEEDS: u64 = 200;

fn path(name: &str) -> &Path {
    Path::new(name)
}

/// A file of three sectors of `a`, which was synced with its name.
fn synced(seed: u64) -> Simulated {
    let disk = Simulated::new(seed);
    let file = disk.open(path("/file"), Access::Create).unwrap();
    file.write_all_at(&[b'a'; 1536], 0).unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(path("/")).unwrap();
    disk
}

fn content(disk: &Simulated) -> Vec<u8> {
    storage::read(disk, path("/file")).unwrap()
}

#[test]
fn what_was_synced_is_there_and_what_was_not_is_there_in_any_of_its_sectors() {
    let mut seen = BTreeSet::new();
    for seed in 0..SEEDS {
        let disk = synced(seed);
        let file = disk.open(path("/file"), Access::Write).unwrap();
        file.write_all_at(&[b'b'; 1024], 300).unwrap();
        assert_eq!(content(&disk)[300..1324], [b'b'; 1024]);
        disk.crash();
        assert!(file.write_all_at(b"late", 0).is_err(), "a dead handle writes");
        let found = content(&disk);
        assert_eq!((&found[..300], &found[1324..]), (&[b'a'; 300][..], &[b'a'; 212][..]));
        let sectors = [&found[300..512], &found[512..1024], &found[1024..1324]];
        assert!(sectors.iter().all(|sector| sector.iter().all(|byte| *byte == sector[0])));
        seen.insert(sectors.map(|sector| sector[0]));
    }
    assert_eq!(seen.len(), 8, "every sector is written or not: {seen:?}");
}

#[test]
fn a_file_grows_only_by_what_reached_the_disk() {
    let mut lengths = BTreeSet::new();
    for seed in 0..SEEDS {
        let disk = synced(seed);
        let file = disk.open(path("/file"), Access::Write).unwrap();
        file.write_all_at(&[b'b'; 1024], 1536).unwrap();
        disk.crash();
        lengths.insert(content(&disk).len());
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [1536, 2048, 2560]);
}

#[test]
fn names_are_kept_in_their_order_and_surely_once_their_directory_is_synced() {
    let mut seen = BTreeSet::new();
    for seed in 0..SEEDS {
        let disk = synced(seed);
        disk.open(path("/new"), Access::Create).unwrap();
        disk.rename(path("/new"), path("/moved")).unwrap();
        disk.remove(path("/file")).unwrap();
        disk.crash();
        seen.insert(disk.list(path("/")).unwrap());
    }
    let states = [&["/file"][..], &["/file", "/moved"], &["/file", "/new"], &["/moved"]];
    let states = states.map(|state| state.iter().map(PathBuf::from).collect::<Vec<_>>());
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), states);
    let disk = synced(0);
    disk.rename(path("/file"), path("/moved")).unwrap();
    disk.sync_dir(path("/")).unwrap();
    disk.crash();
    assert_eq!(disk.files().into_keys().collect::<Vec<_>>(), [path("/moved")]);
}

#[test]
fn a_directory_that_was_made_is_there_and_a_lock_is_free() {
    let disk = Simulated::new(1);
    disk.create_dir(path("/a/b")).unwrap();
    let lock = path("/a/b/lock");
    let held = disk.lock(lock).unwrap();
    disk.crash();
    assert!(disk.exists(path("/a/b")) && disk.lock(lock).is_ok());
    drop(held);
}

#[test]
fn a_table_keeps_what_was_synced_and_first_changes_since() {
    let mut seen = BTreeSet::new();
    for seed in 0..SEEDS {
        let disk = Simulated::new(seed);
        let table = disk.table(path("/table"), 0).unwrap();
        table.put(b"a", b"1").unwrap();
        table.sync().unwrap();
        table.put(b"b", b"1").unwrap();
        let batch = [(b"c".to_vec(), Some(b"1".to_vec())), (b"a".to_vec(), None)];
        table.apply(&mut batch.into_iter()).unwrap();
        disk.crash();
        assert!(table.get(b"a").is_err(), "a dead handle reads");
        let table = disk.table(path("/table"), 0).unwrap();
        seen.insert([b"a", b"b", b"c"].map(|key| table.get(key).unwrap().is_some()));
    }
    let states = [[false, true, true], [true, false, false], [true, true, false]];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), states);
}

#[test]
fn the_power_fails_at_any_change_or_sync_and_stays_off_until_the_crash() {
    let disk = synced(1);
    let file = disk.open(path("/file"), Access::Write).unwrap();
    disk.fail_at(Fault::Power, 2);
    file.write_all_at(b"first", 0).unwrap();
    assert!(file.sync_data().is_err());
    assert!(disk.open(path("/file"), Access::Read).is_err());
    disk.crash();
    assert!(disk.open(path("/file"), Access::Read).is_ok());
    assert!(disk.heal());
}

#[test]
fn the_same_seed_forgets_the_same() {
    let after = |seed| {
        let disk = synced(seed);
        let file = disk.open(path("/file"), Access::Write).unwrap();
        file.write_all_at(&[b'b'; 1500], 0).unwrap();
        disk.open(path("/other"), Access::Create).unwrap();
        disk.crash();
        disk.files()
    };
    assert_eq!(after(7), after(7));
    assert!((0..20).any(|seed| after(seed) != after(7)));
}
