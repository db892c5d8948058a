//! Faults on demand: what fails, and at which call.

use std::io;

/// What can go wrong with a disk. A fault is armed for the n-th call of its kind, the next one
/// being the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One change fails (EIO): half of a write is done, nothing of a change of names or of a table.
    Write,
    /// One sync fails (EIO). What was written to the file is seen, may or may not be on the disk,
    /// and no later sync brings it there, as Linux has it. A table's changes stay unsynced.
    Sync,
    /// One read fails (EIO).
    Read,
    /// There is no room (ENOSPC) after n more bytes by which files grow or that tables are given.
    Full,
    /// Nothing can be changed any more (EROFS).
    ReadOnly,
    /// Nothing can be opened any more (EMFILE).
    Handles,
    /// A table is damaged: this call of it gives [`TableError::Panicked`](crate::TableError), and
    /// so does every later one, after a crash and in another directory, too. Healing does not
    /// mend it.
    Table,
    /// The power fails with this change or sync: it and every later call fail until
    /// [`Simulated::crash`](super::Simulated::crash) decides what of it is left.
    Power,
}

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Open,
    Read,
    Change,
    Sync,
    /// Anything with a table, besides what else it is.
    Table,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    at: u64,
    count: u64,
}

/// What is armed.
#[derive(Debug, Default)]
pub(super) struct Faults {
    armed: Vec<Armed>,
    /// Whether the power is off.
    dark: bool,
}

impl Fault {
    /// What the caller is told.
    pub(super) fn error(self) -> io::Error {
        // The numbers are Linux's: the texts are those that an operator sees.
        let errno = match self {
            Self::Write | Self::Sync | Self::Read | Self::Table => 5,
            Self::Full => 28,
            Self::ReadOnly => 30,
            Self::Handles => 24,
            Self::Power => return off(),
        };
        io::Error::from_raw_os_error(errno)
    }

    fn concerns(self, act: Act) -> bool {
        match self {
            Self::Write | Self::ReadOnly => act == Act::Change,
            Self::Sync => act == Act::Sync,
            Self::Read => act == Act::Read,
            Self::Handles => act == Act::Open,
            Self::Table => act == Act::Table,
            Self::Power => matches!(act, Act::Change | Act::Sync),
            Self::Full => false,
        }
    }

    fn lasts(self) -> bool {
        match self {
            Self::Full | Self::ReadOnly | Self::Handles => true,
            Self::Write | Self::Sync | Self::Read | Self::Table | Self::Power => false,
        }
    }
}

impl Armed {
    fn struck(&self) -> bool {
        if self.fault == Fault::Full { self.count > self.at } else { self.count >= self.at }
    }
}

impl Faults {
    pub(super) fn arm(&mut self, fault: Fault, at: u64) {
        self.armed.push(Armed { fault, at, count: 0 });
    }

    /// Takes all back; whether one had struck.
    pub(super) fn heal(&mut self) -> bool {
        let struck = self.armed.iter().any(Armed::struck);
        self.armed.clear();
        struck
    }

    /// Whether the power is off.
    pub(super) fn dark(&self) -> bool {
        self.dark
    }

    /// The power comes back.
    pub(super) fn light(&mut self) {
        self.dark = false;
    }

    /// Counts `act`; the fault that strikes it.
    pub(super) fn strike(&mut self, act: Act) -> Option<Fault> {
        let mut struck = None;
        for armed in self.armed.iter_mut().filter(|armed| armed.fault.concerns(act)) {
            armed.count += 1;
            let hit = if armed.fault.lasts() { armed.struck() } else { armed.count == armed.at };
            struck = struck.or(hit.then_some(armed.fault));
        }
        self.dark |= struck == Some(Fault::Power);
        struck
    }

    /// How many of `bytes` more there is room for.
    pub(super) fn room(&mut self, bytes: usize) -> usize {
        let mut room = bytes;
        for armed in self.armed.iter_mut().filter(|armed| armed.fault == Fault::Full) {
            let left = armed.at.saturating_sub(armed.count);
            room = room.min(usize::try_from(left).unwrap_or(usize::MAX));
            armed.count += bytes as u64;
        }
        room
    }
}

/// What a handle says whose machine was switched off.
pub(super) fn off() -> io::Error {
    io::Error::other("the machine was switched off")
}
