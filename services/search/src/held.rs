//! The terms that an account is found by, so that they can be taken back when their text is not
//! readable any more.
//!
//! ```text
//! for every part: length of its name · name · count (2 bytes) · terms (8 bytes each)
//! ```
//!
//! What must stay true: an account is on the list of exactly the terms in its row; a term that two
//! parts have in common leaves the list with the last of them.

use std::collections::BTreeSet;

use projection::{Fault, Rows, Table};

use crate::{postings, spelling};

/// By the account's number in the index.
const TABLE: Table = Table::new(b't');

/// What makes an account found: the account itself, a site, a device, and so on.
#[derive(Debug, Default)]
struct Held(Vec<Part>);

#[derive(Debug)]
struct Part {
    /// A noun's id, or a word of ours.
    name: String,
    terms: BTreeSet<u64>,
}

/// From now on a part of the account is found by these terms, and by none where there are none.
pub(crate) fn replace(
    rows: &mut Rows<'_>,
    ordinal: u32,
    part: &str,
    terms: BTreeSet<u64>,
) -> Result<(), Fault> {
    let mut held = Held::read(rows, ordinal)?;
    let before = held.take(part);
    let others = held.all();
    for gone in before.difference(&terms).filter(|term| !others.contains(term)) {
        take_off(rows, *gone, ordinal)?;
    }
    for new in terms.difference(&before).filter(|term| !others.contains(term)) {
        postings::add(rows, *new, ordinal)?;
    }
    if !terms.is_empty() {
        held.0.push(Part { name: part.to_owned(), terms });
    }
    rows.put_bytes(TABLE, ordinal.to_be_bytes(), held.encoded()?);
    Ok(())
}

/// The account is found by nothing any more.
pub(crate) fn forget(rows: &mut Rows<'_>, ordinal: u32) -> Result<(), Fault> {
    for term in Held::read(rows, ordinal)?.all() {
        take_off(rows, term, ordinal)?;
    }
    rows.remove(TABLE, ordinal.to_be_bytes());
    Ok(())
}

/// How a word is spelled is forgotten with the last account that has it.
fn take_off(rows: &mut Rows<'_>, term: u64, ordinal: u32) -> Result<(), Fault> {
    match postings::remove(rows, term, ordinal)? {
        true => spelling::forget(rows, term),
        false => Ok(()),
    }
}

impl Held {
    fn read(rows: &Rows<'_>, ordinal: u32) -> Result<Self, Fault> {
        let Some(bytes) = rows.get_bytes(TABLE, ordinal.to_be_bytes())? else {
            return Ok(Self::default());
        };
        Self::decoded(&bytes).ok_or_else(|| Fault::new("the terms of an account are damaged"))
    }

    fn take(&mut self, name: &str) -> BTreeSet<u64> {
        let at = self.0.iter().position(|part| part.name == name);
        at.map(|at| self.0.remove(at).terms).unwrap_or_default()
    }

    fn all(&self) -> BTreeSet<u64> {
        self.0.iter().flat_map(|part| part.terms.iter().copied()).collect()
    }

    fn encoded(&self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        let too_much = |_| Fault::new("a part of an account has too many terms");
        for Part { name, terms } in &self.0 {
            bytes.push(u8::try_from(name.len()).map_err(too_much)?);
            bytes.extend_from_slice(name.as_bytes());
            let count = u16::try_from(terms.len()).map_err(too_much)?;
            bytes.extend_from_slice(&count.to_be_bytes());
            bytes.extend(terms.iter().flat_map(|term| term.to_be_bytes()));
        }
        Ok(bytes)
    }

    fn decoded(mut bytes: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        while let Some((length, rest)) = bytes.split_first() {
            let (name, rest) = rest.split_at_checked(usize::from(*length))?;
            let (count, rest) = rest.split_first_chunk()?;
            let count = usize::from(u16::from_be_bytes(*count));
            let (terms, rest) = rest.split_at_checked(count * size_of::<u64>())?;
            let (terms, _) = terms.as_chunks();
            let terms = terms.iter().map(|term| u64::from_be_bytes(*term)).collect();
            parts.push(Part { name: String::from_utf8(name.to_vec()).ok()?, terms });
            bytes = rest;
        }
        Some(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use projection::Rows;

    use super::{Held, forget, replace};
    use crate::postings;

    fn on_lists(rows: &Rows<'_>) -> Vec<u64> {
        let is_listed = |term: &u64| postings::newest(rows, *term).unwrap() == Some(5);
        (0..10).filter(is_listed).collect()
    }

    #[test]
    fn a_term_of_two_parts_stays_until_both_are_gone() {
        let mut rows = Rows::in_memory();
        let mut set = |part: &str, terms: &[u64]| {
            replace(&mut rows, 5, part, terms.iter().copied().collect()).unwrap();
            on_lists(&rows)
        };
        assert_eq!(set("account", &[1, 2, 3]), [1, 2, 3]);
        assert_eq!(set("site_88", &[3, 4]), [1, 2, 3, 4]);
        assert_eq!(set("account", &[1, 5]), [1, 3, 4, 5]);
        assert_eq!(set("site_88", &[]), [1, 5]);
        forget(&mut rows, 5).unwrap();
        assert_eq!(on_lists(&rows), [0; 0]);
        assert!(rows.dump().unwrap().is_empty());
    }

    #[test]
    fn what_was_cut_short_is_not_read() {
        let mut held = Held::default();
        held.0.push(super::Part { name: "site_88".to_owned(), terms: BTreeSet::from([1, 2]) });
        let bytes = held.encoded().unwrap();
        assert_eq!(Held::decoded(&bytes).unwrap().all(), BTreeSet::from([1, 2]));
        for end in 1..bytes.len() {
            assert!(Held::decoded(&bytes[..end]).is_none(), "{end}");
        }
    }
}
