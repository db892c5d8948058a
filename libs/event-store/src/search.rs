//! Looking something up in the index: the filters say which runs may have it, a chunk of each
//! gives candidates, and the record in the journal decides, which the caller reads.

use std::ops::Bound::Included;
use std::ops::{Range, RangeInclusive};

use storage::{Row, Scan, TableError};

use crate::chunk::{Cursor, ENTRY_EVENTS_MAX, Form, KEY_BYTES, Space};
use crate::filter::Probe;
use crate::index::{Index, LiveRun};
use crate::key::{Fingerprint, Key};
use crate::{IndexError, ReadError};

impl LiveRun {
    fn may_contain(&self, probe: Probe) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.may_contain(probe))
    }
}

/// An entry that has the fingerprint: a command's record, or consecutive events of a stream.
struct Found {
    /// The version of the first event; 0 for a command.
    version: u64,
    /// The address of each event's record.
    addresses: Vec<u64>,
}

impl Index {
    /// What `check` makes of the address of the first record that it recognises.
    pub(crate) fn command<T>(
        &self,
        command: Key,
        mut check: impl FnMut(u64) -> Result<Option<T>, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let fingerprint = command.fingerprint();
        let probe = Probe::new(Space::Commands, fingerprint);
        for live in self.live().iter().rev().filter(|live| live.may_contain(probe)) {
            let found = Backwards::new(self, live.run.form(Space::Commands), fingerprint);
            let mut checked = found.filter_map(|found| match found {
                Ok(found) => check(found.addresses[0]).transpose(),
                Err(error) => Some(Err(error.into())),
            });
            if let Some(checked) = checked.next() {
                return checked.map(Some);
            }
        }
        Ok(None)
    }

    /// The version of the stream's newest event, and the address of its record. `is_its` says
    /// whether the stream's event of a version is in the record at an address.
    pub(crate) fn newest(
        &self,
        stream: Key,
        is_its: &mut dyn FnMut(u64, u64) -> Result<bool, ReadError>,
    ) -> Result<Option<(u64, u64)>, ReadError> {
        let fingerprint = stream.fingerprint();
        let probe = Probe::new(Space::Streams, fingerprint);
        for live in self.live().iter().rev().filter(|live| live.may_contain(probe)) {
            let found = Backwards::new(self, live.run.form(Space::Streams), fingerprint);
            let last = newest(found, is_its)?;
            if last.is_some() {
                return Ok(last);
            }
        }
        Ok(None)
    }

    /// The versions and the records' addresses of the stream's events, of `versions`. There may be
    /// others in between, of streams that look alike.
    pub(crate) fn stream(
        &self,
        stream: Key,
        versions: &Range<u64>,
    ) -> Result<Vec<(u64, u64)>, IndexError> {
        let fingerprint = stream.fingerprint();
        let probe = Probe::new(Space::Streams, fingerprint);
        // The entry that holds the first version begins at most so many versions before it.
        let oldest = versions.start.saturating_sub(ENTRY_EVENTS_MAX as u64 - 1);
        let mut events = Vec::new();
        for live in self.live().iter().filter(|live| live.may_contain(probe)) {
            let form = live.run.form(Space::Streams);
            let found = Backwards::between(self, form, fingerprint, oldest..=versions.end);
            let found = found.collect::<Result<Vec<_>, _>>()?;
            let found = found.into_iter().rev();
            let found = found.flat_map(|found| (found.version..).zip(found.addresses));
            events.extend(found.filter(|(version, _)| versions.contains(version)));
        }
        Ok(events)
    }
}

/// The last version that any of the entries knows, which come last first, and its address.
fn newest(
    entries: impl Iterator<Item = Result<Found, IndexError>>,
    is_its: &mut dyn FnMut(u64, u64) -> Result<bool, ReadError>,
) -> Result<Option<(u64, u64)>, ReadError> {
    let mut newest: Option<(u64, u64)> = None;
    for entry in entries {
        let Found { version: first, addresses } = entry?;
        // Where a record has events of two streams that look alike, the other's entry may be
        // right about this one, too. But this one's own may know more, if it comes close enough.
        let known = newest.map(|(version, _)| version);
        if known.is_some_and(|known| first + ENTRY_EVENTS_MAX as u64 <= known) {
            break;
        }
        let version = first + addresses.len() as u64 - 1;
        let address = addresses[addresses.len() - 1];
        if Some(version) > known && is_its(version, address)? {
            newest = Some((version, address));
        }
    }
    Ok(newest)
}

/// The entries of a run that have a fingerprint, from the last to the first.
struct Backwards<'a> {
    form: Form,
    fingerprint: Fingerprint,
    /// The chunks that may have them.
    rows: Scan<'a>,
    /// What is left of the last chunk that was read.
    chunk: Vec<Found>,
    /// The first key that a chunk with one of them can have, but for the chunk before it.
    first: [u8; KEY_BYTES],
    /// Whether no chunk before it can have any.
    complete: bool,
}

impl<'a> Backwards<'a> {
    fn new(index: &'a Index, form: Form, fingerprint: Fingerprint) -> Self {
        Self::between(index, form, fingerprint, 0..=u64::MAX)
    }

    /// Those whose order is between these, and perhaps some others.
    fn between(
        index: &'a Index,
        form: Form,
        fingerprint: Fingerprint,
        orders: RangeInclusive<u64>,
    ) -> Self {
        let [first, last] = [orders.start(), orders.end()].map(|it| form.key(fingerprint, *it));
        let rows = index.table.scan(Included(&form.key(0, 0)), Included(&last));
        Self { form, fingerprint, rows, chunk: Vec::new(), first, complete: false }
    }

    fn read(&mut self, row: Result<Row, TableError>) -> Result<(), IndexError> {
        let (key, chunk) = row?;
        self.complete = key.as_ref() <= self.first.as_slice();
        self.chunk = matching(self.form, self.fingerprint, &key, &chunk)?;
        Ok(())
    }
}

impl Iterator for Backwards<'_> {
    type Item = Result<Found, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.chunk.is_empty() && !self.complete {
            let row = self.rows.next_back()?;
            if let Err(error) = self.read(row) {
                self.complete = true;
                return Some(Err(error));
            }
        }
        self.chunk.pop().map(Ok)
    }
}

/// The entries of a chunk that have the fingerprint.
fn matching(
    form: Form,
    fingerprint: Fingerprint,
    key: &[u8],
    chunk: &[u8],
) -> Result<Vec<Found>, IndexError> {
    let mut cursor = Cursor::new(form, key)?;
    let mut found = Vec::new();
    while let Some(entry) = cursor.next(chunk)?
        && entry.fingerprint <= fingerprint
    {
        if entry.fingerprint == fingerprint {
            found.push(Found { version: entry.version, addresses: entry.addresses(chunk)? });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::generation::Generation;
    use crate::index::Index;
    use crate::key::Key;
    use crate::shared::Tip;
    use crate::{Options, ReadError};

    /// What is found of `wanted` by a caller to whom every entry is right if `trusts`, and only
    /// the one at address 5000 if not.
    fn found(wanted: Key, trusts: bool) -> Option<u64> {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open(dir.path(), "acme", &Options::default()).unwrap().unwrap();
        let mut generation = Generation::after(Tip::genesis("acme"), 10);
        generation.tip.end += 10_000;
        for (low, address) in [(1, 5000), (2, 6000)] {
            generation.commands.insert(Key { high: 1 << 63, low }, address);
        }
        index.write(&generation).unwrap();
        let check = |address| {
            let right = trusts || address == 5000;
            Ok::<_, ReadError>(right.then_some(address))
        };
        index.command(wanted, check).unwrap()
    }

    #[test]
    fn a_candidate_that_the_caller_does_not_recognise_is_passed_over() {
        assert_eq!(found(Key { high: 1 << 63, low: 1 }, false), Some(5000));
        assert_eq!(found(Key { high: 1 << 62, low: 1 }, false), None);
    }

    #[test]
    fn control_whoever_trusts_fingerprints_takes_one_for_the_other() {
        assert_eq!(found(Key { high: 1 << 63, low: 1 }, true), Some(6000));
        assert_eq!(found(Key { high: 1 << 63, low: 3 }, true), Some(6000));
    }
}
