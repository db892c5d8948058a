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

/// An index that belongs to the log, and what it knows of the journal.
pub(crate) struct Opened {
    pub(crate) index: Index,
    /// Everything up to here is in the index.
    pub(crate) checkpoint: Option<Tip>,
    /// The journal must reach at least to here.
    pub(crate) witness: Option<Tip>,
}

/// Opens the index of the log `name` in `dir`. What cannot be used is
/// set aside, and an empty index takes its place.
pub(crate) fn open(dir: &Path, name: &str, options: &Options) -> Result<Opened, OpenError> {
    if index::is_marked_damaged(dir) {
        set_aside(dir, "failed")?;
    }
    let reason = match open_patiently(dir, options).and_then(|index| examine(index, name)) {
        Ok(Some(opened)) => return Ok(opened),
        Ok(None) => "foreign",
        Err(error) if is_busy(&error) => return Err(failed(dir, error)),
        Err(error) => {
            tracing::warn!(index = %dir.display(), error = &error as &dyn std::error::Error,
                "index cannot be used");
            if matches!(error, IndexError::Panicked { .. }) { "panicked" } else { "unreadable" }
        }
    };
    set_aside(dir, reason)?;
    match open_patiently(dir, options).and_then(|index| examine(index, name)) {
        Ok(Some(opened)) => Ok(opened),
        Ok(None) => Err(failed(dir, IndexError::Entry)),
        Err(error) => Err(failed(dir, error)),
    }
}

/// None if the index belongs to something else.
fn examine(index: Index, name: &str) -> Result<Option<Opened>, IndexError> {
    match index.name()? {
        Some(found) if found == name.as_bytes() => {
            let (checkpoint, witness) = (index.checkpoint()?, index.witness()?);
            Ok(Some(Opened { index, checkpoint, witness }))
        }
        None if index.is_empty()? => {
            index.set_name(name)?;
            Ok(Some(Opened { index, checkpoint: None, witness: None }))
        }
        Some(_) | None => Ok(None),
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
