//! Where the sled directories of a read model lie, and which of them answers.
//!
//! ```text
//! <dir>/v3.live                       the name of the directory that answers, replaced by a rename
//! <dir>/v3-000002/                    that directory
//! <dir>/v3-000003/                    being filled; worthless unless the pointer says otherwise
//! <dir>/v3-000001.damaged-1795293277-could-not-be-opened/
//! ```
//!
//! A crash at any point leaves a pointer to a whole directory or none at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    root: PathBuf,
    version: u32,
}

impl Directory {
    pub(crate) fn new(root: &Path, version: u32) -> Result<Directory, DirectoryError> {
        fs::create_dir_all(root).map_err(failed(root, "created"))?;
        Ok(Directory { root: root.to_owned(), version })
    }

    /// The directory that answers, if the pointer names one that exists.
    pub(crate) fn live(&self) -> Option<PathBuf> {
        let name = fs::read_to_string(self.pointer()).ok()?;
        let own = name.trim().starts_with(&format!("v{}-", self.version));
        let path = self.root.join(name.trim());
        (own && path.is_dir()).then_some(path)
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
        let draft = self.root.join(format!("v{}.live.draft", self.version));
        let mut file = fs::File::create(&draft).map_err(failed(&draft, "created"))?;
        file.write_all(name.as_bytes()).map_err(failed(&draft, "written"))?;
        file.sync_all().map_err(failed(&draft, "synced"))?;
        fs::rename(&draft, self.pointer()).map_err(failed(&draft, "renamed"))?;
        let root = fs::File::open(&self.root).map_err(failed(&self.root, "opened"))?;
        root.sync_all().map_err(failed(&self.root, "synced"))
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
        fs::rename(damaged, &aside).map_err(failed(damaged, "set aside"))?;
        Ok(aside)
    }

    /// Removes half-filled directories of this version; they are worthless.
    pub(crate) fn remove_unfinished(&self) -> Result<(), DirectoryError> {
        let live = self.live();
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
            let removed =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(failed(&path, "removed"))?;
        }
        Ok(())
    }

    fn pointer(&self) -> PathBuf {
        self.root.join(format!("v{}.live", self.version))
    }

    fn names(&self) -> Result<Vec<String>, DirectoryError> {
        let entries = fs::read_dir(&self.root).map_err(failed(&self.root, "listed"))?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<io::Result<_>>().map_err(failed(&self.root, "listed"))
    }
}

/// `v`, a number, then `-` or `.`: nothing else in the directory is touched.
fn is_ours(name: &str) -> bool {
    let Some(rest) = name.strip_prefix('v') else { return false };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    after.len() < rest.len() && (after.starts_with('-') || after.starts_with('.'))
}
