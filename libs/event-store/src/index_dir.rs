//! The index directory: opened, or set aside under a name that says why and begun again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::index::{self, Index};
use crate::shared::Tip;
use crate::{IndexError, OpenError, Options};

/// sled lets go of its lock some time after the last handle is dropped: how often to look, and
/// how long to pause in between. Five seconds in all.
const LOCK_ATTEMPTS_MAX: u32 = 500;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Opens the index of the log `name` in `dir` and reads its checkpoint. What cannot be used is
/// set aside, and an empty index takes its place.
pub(crate) fn open(
    dir: &Path,
    name: &str,
    options: &Options,
) -> Result<(Index, Option<Tip>), OpenError> {
    if let Some(reason) = index::damage_mark(dir) {
        set_aside(dir, &reason)?;
    }
    let reason = match open_patiently(dir, options).and_then(|index| examine(index, name)) {
        Ok(Examined::Usable(index, tip)) => return Ok((index, tip)),
        Ok(Examined::Foreign) => "foreign",
        Err(error) if is_busy(&error) => return Err(failed(dir, error)),
        Err(error) => {
            tracing::warn!(index = %dir.display(), error = &error as &dyn std::error::Error,
                "index cannot be used");
            if matches!(error, IndexError::Panicked { .. }) { "panicked" } else { "unreadable" }
        }
    };
    set_aside(dir, reason)?;
    match open_patiently(dir, options).and_then(|index| examine(index, name)) {
        Ok(Examined::Usable(index, tip)) => Ok((index, tip)),
        Ok(Examined::Foreign) => Err(failed(dir, IndexError::Entry)),
        Err(error) => Err(failed(dir, error)),
    }
}

enum Examined {
    Usable(Index, Option<Tip>),
    Foreign,
}

fn examine(index: Index, name: &str) -> Result<Examined, IndexError> {
    match index.name()? {
        Some(found) if found == name.as_bytes() => {
            let tip = index.checkpoint()?;
            Ok(Examined::Usable(index, tip))
        }
        None if index.is_empty()? => {
            index.set_name(name)?;
            Ok(Examined::Usable(index, None))
        }
        Some(_) | None => Ok(Examined::Foreign),
    }
}

fn failed(dir: &Path, source: IndexError) -> OpenError {
    OpenError::Index { path: dir.to_owned(), source: Arc::new(source) }
}

/// sled gives this one a text only.
fn is_busy(error: &IndexError) -> bool {
    matches!(error, IndexError::Sled { source: sled::Error::Io(io), .. }
        if io.to_string().contains("could not acquire lock"))
}

fn open_patiently(dir: &Path, options: &Options) -> Result<Index, IndexError> {
    let mut attempts = 1;
    loop {
        match Index::open(dir, options) {
            Err(error) if is_busy(&error) && attempts < LOCK_ATTEMPTS_MAX => {
                attempts += 1;
                thread::sleep(LOCK_PAUSE);
            }
            opened => return opened,
        }
    }
}

/// Moves the directory to `index.damaged-<reason>-<n>`.
fn set_aside(dir: &Path, reason: &str) -> Result<(), OpenError> {
    let aside = (1..).map(|n| aside_name(dir, reason, n)).find(|path| !path.exists());
    let aside = aside.expect("there is always another number");
    match fs::rename(dir, &aside) {
        Ok(()) => {
            tracing::warn!(index = %dir.display(), aside = %aside.display(), "index set aside");
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(OpenError::Io { path: aside, source }),
    }
}

fn aside_name(dir: &Path, reason: &str, n: u32) -> PathBuf {
    dir.with_file_name(format!("index.damaged-{reason}-{n}"))
}
