//! Faults strike where they are told to, and say what a machine says.

use std::io;
use std::path::Path;

use storage::{Access, Fault, Simulated, Storage, TableError};

const FILE: &str = "/file";

fn disk() -> Simulated {
    let disk = Simulated::new(3);
    storage::replace(&disk, Path::new(FILE), &[b'a'; 10]).unwrap();
    disk
}

fn write(disk: &Simulated, bytes: &[u8]) -> Option<io::ErrorKind> {
    let file = disk.open(Path::new(FILE), Access::Write);
    let written = file.and_then(|file| file.write_all_at(bytes, 8));
    written.err().map(|error| error.kind())
}

#[test]
fn a_write_fails_once_and_half_of_it_is_done() {
    let disk = disk();
    disk.fail_at(Fault::Write, 2);
    assert_eq!(write(&disk, b"b"), None);
    assert!(write(&disk, b"cccc").is_some());
    assert_eq!(storage::read(&disk, Path::new(FILE)).unwrap(), b"aaaaaaaacc");
    assert_eq!(write(&disk, b"dddd"), None);
    assert!(disk.heal() && !disk.heal());
}

#[test]
fn a_disk_is_full_only_for_what_grows_and_until_there_is_room() {
    let disk = disk();
    disk.fail_at(Fault::Full, 3);
    assert_eq!(write(&disk, b"bbb"), None);
    assert_eq!(write(&disk, b"bbb"), None);
    assert_eq!(write(&disk, b"ccccccc"), Some(io::ErrorKind::StorageFull));
    assert_eq!(storage::read(&disk, Path::new(FILE)).unwrap(), b"aaaaaaaaccccc");
    assert_eq!(write(&disk, b"dddddd"), Some(io::ErrorKind::StorageFull));
    let table = disk.table(Path::new("/table"), 0).unwrap();
    assert!(matches!(table.put(b"a", b"1"), Err(TableError::Io { .. })));
    assert!(disk.heal());
    assert_eq!((write(&disk, b"dddddd"), table.put(b"a", b"1").is_ok()), (None, true));
}

#[test]
fn a_disk_that_is_read_only_can_be_read() {
    let disk = disk();
    let table = disk.table(Path::new("/table"), 0).unwrap();
    disk.fail_at(Fault::ReadOnly, 1);
    let kind = Some(io::ErrorKind::ReadOnlyFilesystem);
    assert_eq!((write(&disk, b"b"), write(&disk, b"b")), (kind, kind));
    let new = disk.open(Path::new("/new"), Access::Create);
    assert_eq!(new.err().map(|error| error.kind()), kind);
    assert!(disk.remove(Path::new(FILE)).is_err() && table.put(b"a", b"1").is_err());
    assert_eq!(storage::read(&disk, Path::new(FILE)).unwrap(), [b'a'; 10]);
    assert!(table.get(b"a").unwrap().is_none());
}

#[test]
fn too_many_open_files_hinder_opening_and_nothing_else() {
    let disk = disk();
    let file = disk.open(Path::new(FILE), Access::Write).unwrap();
    disk.fail_at(Fault::Handles, 1);
    let refused = disk.open(Path::new(FILE), Access::Read).err();
    assert_eq!(refused.and_then(|error| error.raw_os_error()), Some(24));
    assert!(disk.table(Path::new("/table"), 0).is_err());
    assert!(disk.lock(Path::new("/lock")).is_err() && disk.sync_dir(Path::new("/")).is_err());
    assert!(file.write_all_at(b"b", 0).is_ok() && file.sync_data().is_ok());
}

#[test]
fn a_read_fails_once() {
    let disk = disk();
    let file = disk.open(Path::new(FILE), Access::Read).unwrap();
    disk.fail_at(Fault::Read, 2);
    let read = || file.read_exact_at(&mut [0], 0).is_ok();
    assert_eq!([read(), read(), read()], [true, false, true]);
}

#[test]
fn what_a_failed_sync_forgot_is_seen_until_the_power_fails_however_often_it_is_synced() {
    let lost = |seed| {
        let disk = Simulated::new(seed);
        storage::replace(&disk, Path::new(FILE), b"old").unwrap();
        let file = disk.open(Path::new(FILE), Access::Write).unwrap();
        file.write_all_at(b"new", 0).unwrap();
        disk.fail_at(Fault::Sync, 1);
        assert!(file.sync_data().is_err());
        assert!(file.sync_data().is_ok());
        assert_eq!(storage::read(&disk, Path::new(FILE)).unwrap(), b"new");
        disk.crash();
        storage::read(&disk, Path::new(FILE)).unwrap() == b"old"
    };
    let lost = (0..40).filter(|seed| lost(*seed)).count();
    assert!((5..35).contains(&lost), "{lost} of 40 were lost");
}

#[test]
fn a_damaged_table_panics_wherever_it_is_moved_to_and_others_do_not() {
    let disk = disk();
    let [dir, aside] = ["/table", "/aside"].map(Path::new);
    let table = disk.table(dir, 0).unwrap();
    disk.fail_at(Fault::Table, 2);
    assert!(table.put(b"a", b"1").is_ok());
    assert!(matches!(table.get(b"a"), Err(TableError::Panicked { .. })));
    drop(table);
    disk.heal();
    disk.rename(dir, aside).unwrap();
    assert!(matches!(disk.table(aside, 0), Err(TableError::Panicked { .. })));
    assert!(disk.table(dir, 0).is_ok());
}
