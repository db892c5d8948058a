//! Merging runs: their entries, in order, are written as one run, a few at a time.

use std::ops::Bound::Included;
use std::ops::ControlFlow;

use storage::{Scan, Table, Value};

use crate::IndexError;
use crate::chunk::{Cursor, Entry, Form, Space};
use crate::key::Fingerprint;
use crate::run::{Run, RunWriter};

/// Entries between two looks at what else there is to do: well below a millisecond.
const TURN_ENTRIES: usize = 1024;

/// What else there is to do is done in there; `Break` means that this is to be given up.
pub(crate) type Between<'a> = dyn FnMut() -> Result<ControlFlow<()>, IndexError> + 'a;

/// Writes the entries of `runs`.
pub(crate) fn copy(
    table: &dyn Table,
    runs: &[Run],
    writer: &mut RunWriter<'_>,
    between: &mut Between<'_>,
) -> Result<ControlFlow<()>, IndexError> {
    if copy_space(table, runs, writer, between, Space::Commands)?.is_break() {
        return Ok(ControlFlow::Break(()));
    }
    writer.begin_streams()?;
    copy_space(table, runs, writer, between, Space::Streams)
}

fn copy_space(
    table: &dyn Table,
    runs: &[Run],
    writer: &mut RunWriter<'_>,
    between: &mut Between<'_>,
    space: Space,
) -> Result<ControlFlow<()>, IndexError> {
    let sources = runs.iter().map(|run| Source::new(table, run.form(space)));
    let mut sources = sources.collect::<Result<Vec<_>, _>>()?;
    let mut turn = 0;
    // Of entries that are alike, the older run's comes first.
    while let Some(source) =
        sources.iter_mut().filter(|it| it.place.is_some()).min_by_key(|it| it.place)
    {
        if let Some(entry) = &source.entry {
            writer.push(entry, entry.steps(&source.chunk))?;
        }
        source.advance()?;
        turn += 1;
        if turn % TURN_ENTRIES == 0 && between()?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// A run that is read from its first entry to its last.
struct Source<'a> {
    form: Form,
    rows: Scan<'a>,
    chunk: Value,
    cursor: Cursor,
    entry: Option<Entry>,
    /// What the entry is ordered by.
    place: Option<(Fingerprint, u64)>,
}

impl<'a> Source<'a> {
    fn new(table: &'a dyn Table, form: Form) -> Result<Self, IndexError> {
        let (from, to) = (form.key(0, 0), form.key(Fingerprint::MAX, u64::MAX));
        let rows = table.scan(Included(&from), Included(&to));
        let cursor = Cursor::new(form, &from)?;
        let chunk = Value::default();
        let mut source = Self { form, rows, chunk, cursor, entry: None, place: None };
        source.advance()?;
        Ok(source)
    }

    fn advance(&mut self) -> Result<(), IndexError> {
        self.entry = self.cursor.next(&self.chunk)?;
        if self.entry.is_none()
            && let Some(row) = self.rows.next()
        {
            let (key, chunk) = row?;
            self.cursor = Cursor::new(self.form, &key)?;
            self.entry = self.cursor.next(&chunk)?;
            self.chunk = chunk;
        }
        let order = |entry: &Entry| (entry.fingerprint, entry.order(self.form.space));
        self.place = self.entry.as_ref().map(order);
        Ok(())
    }
}
