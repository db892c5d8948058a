//! The index directory: opened, or set aside under a name that says why and begun again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use storage::{Storage, TableError};

use crate::index::{self, Index};
use crate::{IndexError, OpenError, Options};

/// Opens the index of the log `name` in `dir`. What cannot be used is
/// set aside, and an empty index takes its place.
pub(crate) fn open(dir: &Path, name: &str, options: &Options) -> Result<Index, OpenError> {
    let storage = options.storage.as_ref();
    if index::is_marked_damaged(storage, dir) {
        set_aside(storage, dir, "failed")?;
    }
    let reason = match Index::open(dir, name, options) {
        Ok(Some(index)) => return Ok(index),
        Ok(None) => "foreign",
        Err(error @ IndexError::Table(TableError::Busy { .. })) => return Err(failed(dir, error)),
        Err(error) => {
            tracing::warn!(index = %dir.display(), error = &error as &dyn std::error::Error,
                "index cannot be used");
            let panicked = matches!(error, IndexError::Table(TableError::Panicked { .. }));
            if panicked { "panicked" } else { "unreadable" }
        }
    };
    set_aside(storage, dir, reason)?;
    match Index::open(dir, name, options) {
        Ok(Some(index)) => Ok(index),
        Ok(None) => Err(failed(dir, IndexError::Entry)),
        Err(error) => Err(failed(dir, error)),
    }
}

fn failed(dir: &Path, source: IndexError) -> OpenError {
    OpenError::Index { path: dir.to_owned(), source: Arc::new(source) }
}

/// Moves the directory to `index.damaged-<reason>-<n>`.
fn set_aside(storage: &dyn Storage, dir: &Path, reason: &str) -> Result<(), OpenError> {
    if !storage.exists(dir) {
        return Ok(());
    }
    let aside = (1..).map(|n| aside_name(dir, reason, n)).find(|path| !storage.exists(path));
    let aside = aside.expect("there is always another number");
    let moved = storage.rename(dir, &aside);
    moved.map_err(|source| OpenError::Io { path: aside.clone(), source })?;
    tracing::warn!(index = %dir.display(), aside = %aside.display(), "index set aside");
    Ok(())
}

fn aside_name(dir: &Path, reason: &str, n: u32) -> PathBuf {
    dir.with_file_name(format!("index.damaged-{reason}-{n}"))
}
