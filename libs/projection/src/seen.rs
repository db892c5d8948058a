//! The rows that were read of the base last.
//!
//! Most events ask for the same few rows, such as the day that is open, and for a row of their own
//! several times. A search in the base costs more than comparing a handful of keys.
//!
//! What must stay true: it lives as long as nobody changes what is remembered in the base. The
//! tables that the sender changes beside a batch are not remembered.

use std::cell::RefCell;

use storage::Value;

use crate::rows::Table;

/// How many rows are remembered: what an event asks for more than once, and the day.
const ROWS_MAX: usize = 12;

/// A few rows, or that there are none.
#[derive(Default)]
pub(crate) struct Seen(RefCell<Rows>);

/// Keys and values; what was asked for last is at the end.
type Rows = Vec<(Vec<u8>, Option<Value>)>;

impl Seen {
    /// What the base holds; it is read where it is not remembered.
    ///
    /// # Errors
    /// Whatever `read` fails with, of which nothing is remembered.
    pub(crate) fn find<E>(
        &self,
        table: Table,
        whole: &[u8],
        read: impl FnOnce() -> Result<Option<Value>, E>,
    ) -> Result<Option<Value>, E> {
        if table.is_shared() {
            return read();
        }
        let mut rows = self.0.borrow_mut();
        if let Some(at) = rows.iter().rposition(|(key, _)| key == whole) {
            rows[at..].rotate_left(1);
            return Ok(rows.last().and_then(|(_, value)| value.clone()));
        }
        let value = read()?;
        if rows.len() == ROWS_MAX {
            rows.remove(0);
        }
        rows.push((whole.to_vec(), value.clone()));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{ROWS_MAX, Seen};
    use crate::rows::{META, Table};

    const TABLE: Table = Table::new(b'x');

    /// Asks for rows one after the other; how often the base was asked.
    fn reads(table: Table, keys: impl IntoIterator<Item = usize>) -> usize {
        let (seen, count) = (Seen::default(), Cell::new(0));
        for key in keys {
            let read = || {
                count.set(count.get() + 1);
                Ok::<_, ()>((key % 2 == 0).then(|| key.to_be_bytes().as_slice().into()))
            };
            let found = seen.find(table, &key.to_be_bytes(), read).unwrap();
            let expected = (key % 2 == 0).then(|| key.to_be_bytes().to_vec());
            assert_eq!(found.map(|value| value.to_vec()), expected, "what was read of {key}");
        }
        count.get()
    }

    #[test]
    fn a_row_that_was_just_read_is_not_read_again_nor_is_one_that_is_not_there() {
        assert_eq!(reads(TABLE, [2, 2, 1, 1, 2]), 2);
    }

    #[test]
    fn what_was_asked_for_longest_ago_is_forgotten_first() {
        assert_eq!(reads(TABLE, (0..=ROWS_MAX).chain([ROWS_MAX, 1])), ROWS_MAX + 1);
        assert_eq!(reads(TABLE, (0..=ROWS_MAX).chain([0])), ROWS_MAX + 2);
        let asked_again = (0..ROWS_MAX).chain([0, ROWS_MAX, 0, 1]);
        assert_eq!(reads(TABLE, asked_again), ROWS_MAX + 2, "the second one was forgotten");
    }

    #[test]
    fn what_others_change_is_read_every_time() {
        assert_eq!(reads(META, [2, 2, 2]), 3);
    }

    #[test]
    fn nothing_is_remembered_of_a_read_that_failed() {
        let seen = Seen::default();
        assert_eq!(seen.find(TABLE, b"a", || Err("broken")), Err("broken"));
        let value: storage::Value = b"there".into();
        assert_eq!(seen.find(TABLE, b"a", || Ok::<_, ()>(Some(value.clone()))), Ok(Some(value)));
    }
}
