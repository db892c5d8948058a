//! Where the tables of a read model lie, and which of them answers.
//!
//! ```text
//! <dir>/v3.live                       the name of the directory that answers, replaced by a rename
//! <dir>/v3-000002/                    that directory
//! <dir>/v3-000003/                    being filled; worthless unless the pointer says otherwise
//! <dir>/v3-000001.damaged-1795293277-could-not-be-opened/
//! ```
//!
//! A crash at any point leaves a pointer to a whole directory or none at all.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use storage::Storage;

/// What stands between the name of a directory and why it was set aside.
const DAMAGED: &str = ".damaged-";

/// A directory on disk could not be arranged.
#[derive(Debug, thiserror::Error)]
#[error("{} could not be {attempted}", path.display())]
pub(crate) struct DirectoryError {
    path: PathBuf,
    attempted: &'static str,
    #[source]
    source: io::Error,
}

fn failed(path: &Path, attempted: &'static str) -> impl FnOnce(io::Error) -> DirectoryError {
    let path = path.to_owned();
    move |source| DirectoryError { path, attempted, source }
}

/// The directories of one version of a read model.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) storage: Arc<dyn Storage>,
    root: PathBuf,
    version: u32,
}

impl Directory {
    pub(crate) fn new(
        storage: &Arc<dyn Storage>,
        root: &Path,
        version: u32,
    ) -> Result<Directory, DirectoryError> {
        storage.create_dir(root).map_err(failed(root, "created"))?;
        Ok(Directory { storage: Arc::clone(storage), root: root.to_owned(), version })
    }

    /// The directory that answers, if the pointer names one that exists. A pointer that cannot be
    /// read is no reason to begin again, and even less to remove what it names.
    pub(crate) fn live(&self) -> Result<Option<PathBuf>, DirectoryError> {
        let pointer = self.pointer();
        if !self.storage.exists(&pointer) {
            return Ok(None);
        }
        let name = storage::read(&*self.storage, &pointer).map_err(failed(&pointer, "read"))?;
        let name = String::from_utf8_lossy(&name);
        let own = name.trim().starts_with(&format!("v{}-", self.version));
        let path = self.root.join(name.trim());
        Ok((own && self.storage.exists(&path)).then_some(path))
    }

    /// A name that no directory has or had.
    pub(crate) fn unused(&self) -> Result<PathBuf, DirectoryError> {
        let start = format!("v{}-", self.version);
        let numbers = self.names()?.into_iter().filter_map(|name| {
            let rest = name.strip_prefix(&start)?;
            rest.split('.').next()?.parse::<u64>().ok()
        });
        let next = numbers.max().unwrap_or(0) + 1;
        Ok(self.root.join(format!("{start}{next:06}")))
    }

    /// From now on this directory answers.
    pub(crate) fn point_to(&self, live: &Path) -> Result<(), DirectoryError> {
        let name = live.file_name().unwrap_or_default().to_string_lossy();
        let pointer = self.pointer();
        storage::replace(&*self.storage, &pointer, name.as_bytes())
            .map_err(failed(&pointer, "replaced"))
    }

    /// Keeps a damaged directory under a name that says when and why.
    pub(crate) fn set_aside(
        &self,
        damaged: &Path,
        now_seconds: i64,
        why: &str,
    ) -> Result<PathBuf, DirectoryError> {
        let why: String = why
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .take(80)
            .collect();
        let why = why.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
        let name = damaged.file_name().unwrap_or_default().to_string_lossy();
        let aside = self.root.join(format!("{name}{DAMAGED}{now_seconds}-{why}"));
        self.storage.rename(damaged, &aside).map_err(failed(damaged, "set aside"))?;
        Ok(aside)
    }

    /// Removes half-filled directories of this version; they are worthless.
    pub(crate) fn remove_unfinished(&self) -> Result<(), DirectoryError> {
        let live = self.live()?;
        let start = format!("v{}-", self.version);
        self.remove(|name, path| name.starts_with(&start) && Some(path) != live.as_deref())
    }

    /// Removes the directories and pointers of other versions.
    pub(crate) fn remove_other_versions(&self) -> Result<(), DirectoryError> {
        let own = [format!("v{}-", self.version), format!("v{}.", self.version)];
        self.remove(|name, _| is_ours(name) && !own.iter().any(|own| name.starts_with(own)))
    }

    fn remove(&self, which: impl Fn(&str, &Path) -> bool) -> Result<(), DirectoryError> {
        for name in self.names()? {
            let path = self.root.join(&name);
            if name.contains(DAMAGED) || !which(&name, &path) {
                continue;
            }
            self.storage.remove(&path).map_err(failed(&path, "removed"))?;
        }
        Ok(())
    }

    fn pointer(&self) -> PathBuf {
        self.root.join(format!("v{}.live", self.version))
    }

    fn names(&self) -> Result<Vec<String>, DirectoryError> {
        let paths = self.storage.list(&self.root).map_err(failed(&self.root, "listed"))?;
        let names = paths.iter().filter_map(|path| path.file_name());
        Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
    }
}

/// `v`, a number, then `-` or `.`: nothing else in the directory is touched.
fn is_ours(name: &str) -> bool {
    let Some(rest) = name.strip_prefix('v') else { return false };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    after.len() < rest.len() && (after.starts_with('-') || after.starts_with('.'))
}
