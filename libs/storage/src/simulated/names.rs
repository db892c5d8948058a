//! The names of files and directories: what is seen, what is on the disk, and the changes in
//! between, which are kept in their order, as ext4 keeps them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::chance::Chance;

/// Which file or directory a name stands for.
pub(super) type Node = u64;

/// What happens to a name.
#[derive(Debug)]
pub(super) enum Change {
    Link(PathBuf, Node),
    Unlink(PathBuf),
    Rename(PathBuf, PathBuf),
}

/// All names.
#[derive(Debug, Default)]
pub(super) struct Names {
    seen: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    pending: Vec<Change>,
}

impl Names {
    pub(super) fn get(&self, path: &Path) -> Option<Node> {
        self.seen.get(path).copied()
    }

    /// Everything that is seen, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Path, Node)> {
        self.seen.iter().map(|(path, node)| (path.as_path(), *node))
    }

    /// What lies directly in a directory.
    pub(super) fn children(&self, dir: &Path) -> Vec<PathBuf> {
        let inside = self.seen.keys().filter(|path| path.parent() == Some(dir));
        inside.cloned().collect()
    }

    /// A path and everything below it, what is deepest last.
    pub(super) fn subtree(&self, path: &Path) -> Vec<PathBuf> {
        subtree(&self.seen, path)
    }

    pub(super) fn change(&mut self, change: Change) {
        apply(&mut self.seen, &change);
        self.pending.push(change);
    }

    /// Makes what happened in `dir` durable, and all that happened before it.
    pub(super) fn sync(&mut self, dir: &Path) {
        let last = self.pending.iter().rposition(|change| change.touches(dir));
        self.keep(last.map_or(0, |last| last + 1));
    }

    /// The power was cut: any number of first changes is there.
    pub(super) fn crash(&mut self, chance: &mut Chance) {
        self.keep(chance.prefix(self.pending.len()));
        self.pending.clear();
        self.seen.clone_from(&self.durable);
    }

    fn keep(&mut self, count: usize) {
        for change in self.pending.drain(..count) {
            apply(&mut self.durable, &change);
        }
    }
}

impl Change {
    fn touches(&self, dir: &Path) -> bool {
        let lies_in = |path: &Path| path.parent() == Some(dir);
        match self {
            Self::Link(path, _) | Self::Unlink(path) => lies_in(path),
            Self::Rename(from, to) => lies_in(from) || lies_in(to),
        }
    }
}

fn subtree(names: &BTreeMap<PathBuf, Node>, path: &Path) -> Vec<PathBuf> {
    let from = names.range(path.to_owned()..);
    from.map(|(path, _)| path).take_while(|below| below.starts_with(path)).cloned().collect()
}

fn apply(names: &mut BTreeMap<PathBuf, Node>, change: &Change) {
    match change {
        Change::Link(path, node) => {
            names.insert(path.clone(), *node);
        }
        Change::Unlink(path) => {
            names.remove(path);
        }
        Change::Rename(from, to) => {
            for path in subtree(names, from) {
                let below = path.strip_prefix(from).expect("it begins with it");
                // Joining an empty path would end the name with a slash.
                let to = if below.as_os_str().is_empty() { to.clone() } else { to.join(below) };
                if let Some(node) = names.remove(&path) {
                    names.insert(to, node);
                }
            }
        }
    }
}
