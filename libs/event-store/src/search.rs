//! Looking something up in the index: the filters say which runs may have it, a chunk of each
//! gives candidates, and the record in the journal decides, which the caller reads.

use std::ops::Bound::Included;
use std::ops::Range;

use storage::Scan;

use crate::chunk::{Cursor, ENTRY_EVENTS_MAX, Entry, Form, Space, first_fingerprint};
use crate::filter::Probe;
use crate::index::{Index, LiveRun};
use crate::key::{Fingerprint, Key};
use crate::{IndexError, ReadError};

impl LiveRun {
    fn may_contain(&self, probe: Probe) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.may_contain(probe))
    }
}

impl Index {
    /// What `check` makes of the first entry that it recognises, youngest first.
    pub(crate) fn youngest<T>(
        &self,
        space: Space,
        key: Key,
        mut check: impl FnMut(&Entry) -> Result<Option<T>, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let fingerprint = key.fingerprint();
        let probe = Probe::new(space, fingerprint);
        for live in self.live().iter().rev().filter(|live| live.may_contain(probe)) {
            let found = self.youngest_in(live.run.form(space), fingerprint, &mut check)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn youngest_in<T>(
        &self,
        form: Form,
        fingerprint: Fingerprint,
        check: &mut impl FnMut(&Entry) -> Result<Option<T>, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let (from, to) = (form.key(0, 0), form.key(fingerprint, u64::MAX));
        for row in self.table.scan(Included(&from), Included(&to)).rev() {
            let (key, chunk) = row.map_err(IndexError::from)?;
            let entries = matching(form, fingerprint, &key, &chunk)?;
            let mut known = entries.iter().rev().filter_map(|entry| check(entry).transpose());
            if let Some(found) = known.next() {
                return found.map(Some);
            }
            if first_fingerprint(&key)? < fingerprint {
                break;
            }
        }
        Ok(None)
    }

    /// The addresses of at most `max` events of the stream, of `versions`, oldest first. They may
    /// be of other streams unless `names` tells them apart by a record's address.
    pub(crate) fn stream(
        &self,
        stream: Key,
        versions: &Range<u64>,
        max: usize,
        names: &mut dyn FnMut(u64) -> Result<bool, ReadError>,
    ) -> Result<Vec<u64>, ReadError> {
        let fingerprint = stream.fingerprint();
        let probe = Probe::new(Space::Streams, fingerprint);
        let mut addresses = Vec::new();
        for live in self.live().iter().filter(|live| live.may_contain(probe)) {
            if addresses.len() == max {
                break;
            }
            let form = live.run.form(Space::Streams);
            let mut rows = self.chunks(form, fingerprint, versions)?;
            while addresses.len() < max
                && let Some(row) = rows.next()
            {
                let (key, chunk) = row.map_err(IndexError::from)?;
                let mut entries = matching(form, fingerprint, &key, &chunk)?;
                entries.retain(|entry| overlaps(entry, versions));
                let found = within(&entries, &chunk, versions, names)?;
                let room = max - addresses.len();
                addresses.extend(found.into_iter().take(room));
            }
        }
        Ok(addresses)
    }

    /// The chunks that may have these versions of a stream.
    fn chunks(
        &self,
        form: Form,
        fingerprint: Fingerprint,
        versions: &Range<u64>,
    ) -> Result<Scan<'_>, IndexError> {
        // The entry that holds the first version begins at most so many versions before it.
        let oldest = versions.start.saturating_sub(ENTRY_EVENTS_MAX as u64 - 1);
        let (from, to) = (form.key(fingerprint, oldest), form.key(fingerprint, versions.end));
        let first = form.key(0, 0);
        let before = self.table.scan(Included(&first), Included(&from)).next_back().transpose()?;
        let from = before.map_or_else(|| from.to_vec(), |(key, _)| key.to_vec());
        Ok(self.table.scan(Included(&from), Included(&to)))
    }
}

fn overlaps(entry: &Entry, versions: &Range<u64>) -> bool {
    entry.version < versions.end && entry.last_version() >= versions.start
}

/// The addresses of those events of the entries that are of `versions`.
fn within(
    entries: &[Entry],
    chunk: &[u8],
    versions: &Range<u64>,
    names: &mut dyn FnMut(u64) -> Result<bool, ReadError>,
) -> Result<Vec<u64>, ReadError> {
    let mut found = Vec::new();
    for entry in entries {
        if names(entry.address)? {
            let events = (entry.version..).zip(entry.addresses(chunk)?);
            let events = events.filter(|(version, _)| versions.contains(version));
            found.extend(events.map(|(_, address)| address));
        }
    }
    Ok(found)
}

/// The entries of a chunk that have the fingerprint.
fn matching(
    form: Form,
    fingerprint: Fingerprint,
    key: &[u8],
    chunk: &[u8],
) -> Result<Vec<Entry>, IndexError> {
    let mut cursor = Cursor::new(form, key)?;
    let mut entries = Vec::new();
    while let Some(entry) = cursor.next(chunk)?
        && entry.fingerprint <= fingerprint
    {
        if entry.fingerprint == fingerprint {
            entries.push(entry);
        }
    }
    Ok(entries)
}
