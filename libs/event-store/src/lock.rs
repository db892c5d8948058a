//! The lock that makes the writer the only one: held as long as the file is open.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::OpenError;

/// Keeps other writers out until it is dropped, or the process ends.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `dir`, or names the process that holds it.
    pub(crate) fn take(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join("lock");
        let failed = |source| OpenError::Io { path: path.clone(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(path, &mut file)),
            Err(TryLockError::Error(source)) => return Err(OpenError::Io { path, source }),
        }
        file.set_len(0).map_err(failed)?;
        file.write_all(format!("process {}", std::process::id()).as_bytes()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

fn held(path: PathBuf, file: &mut File) -> OpenError {
    let mut owner = String::new();
    if file.read_to_string(&mut owner).is_err() || owner.is_empty() {
        owner = "a process that did not leave its name".to_owned();
    }
    OpenError::Locked { path, owner }
}
