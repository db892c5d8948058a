//! The index directory: opened, or set aside under a name that says why and begun again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use storage::{Storage, TableError};

use crate::index::{self, Index};
use crate::{IndexError, OpenError, Options};

/// What the name of an index begins with that was set aside.
const ASIDE: &str = "index.damaged-";

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

/// Moves the directory to `index.damaged-<reason>`. Only the last one is kept: on a full disk one
/// copy after another would take what is left.
fn set_aside(storage: &dyn Storage, dir: &Path, reason: &str) -> Result<(), OpenError> {
    if !storage.exists(dir) {
        return Ok(());
    }
    let aside = dir.with_file_name(format!("{ASIDE}{reason}"));
    let moved = || {
        let siblings = storage.list(dir.parent().unwrap_or(Path::new(".")))?;
        let is_old = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default();
            name.as_encoded_bytes().starts_with(ASIDE.as_bytes())
        };
        siblings.iter().filter(is_old).try_for_each(|old| storage.remove(old))?;
        storage.rename(dir, &aside)
    };
    moved().map_err(|source| OpenError::Io { path: aside.clone(), source })?;
    tracing::warn!(index = %dir.display(), aside = %aside.display(), "index set aside");
    Ok(())
}
