//! Which words of names are nearly the same: for a word with a letter less, the words that are it.
//!
//! Words, not accounts: a name that ten thousand have is written down once.
//!
//! What must stay true: a word is known as long as an account has it, and forgotten with the last.

use projection::{Fault, Rows, Table};

/// By a word's term: the terms under which the word stands in [`NEAR`].
const WORDS: Table = Table::new(b'w');
/// By the term of what two words may have in common: the terms of the words.
const NEAR: Table = Table::new(b'n');
/// Most words that have something in common: where there are more, it says nothing.
const WORDS_MAX: usize = 64;

/// From now on a word is found by what is nearly it.
pub(crate) fn learn(rows: &mut Rows<'_>, word: u64, near: &[u64]) -> Result<(), Fault> {
    if rows.get_bytes(WORDS, word.to_be_bytes())?.is_some() {
        return Ok(());
    }
    rows.put_bytes(WORDS, word.to_be_bytes(), encoded(near));
    for term in near {
        let mut words = read(rows, NEAR, *term)?;
        if words.len() < WORDS_MAX && !words.contains(&word) {
            words.push(word);
            rows.put_bytes(NEAR, term.to_be_bytes(), encoded(&words));
        }
    }
    Ok(())
}

/// Nobody has the word any more.
pub(crate) fn forget(rows: &mut Rows<'_>, word: u64) -> Result<(), Fault> {
    for term in read(rows, WORDS, word)? {
        let mut words = read(rows, NEAR, term)?;
        words.retain(|other| *other != word);
        match words.is_empty() {
            true => rows.remove(NEAR, term.to_be_bytes()),
            false => rows.put_bytes(NEAR, term.to_be_bytes(), encoded(&words)),
        }
    }
    rows.remove(WORDS, word.to_be_bytes());
    Ok(())
}

/// The words that something may be a slip of.
pub(crate) fn near(rows: &Rows<'_>, term: u64) -> Result<Vec<u64>, Fault> {
    read(rows, NEAR, term)
}

fn read(rows: &Rows<'_>, table: Table, key: u64) -> Result<Vec<u64>, Fault> {
    let Some(bytes) = rows.get_bytes(table, key.to_be_bytes())? else { return Ok(Vec::new()) };
    let (terms, rest) = bytes.as_chunks();
    match rest.is_empty() {
        true => Ok(terms.iter().map(|term| u64::from_be_bytes(*term)).collect()),
        false => Err(Fault::new("a list of words is damaged")),
    }
}

fn encoded(terms: &[u64]) -> Vec<u8> {
    terms.iter().flat_map(|term| term.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use projection::Rows;

    use super::{WORDS_MAX, forget, learn, near};

    #[test]
    fn words_have_in_common_what_is_nearly_both_until_one_is_forgotten() {
        let mut rows = Rows::in_memory();
        learn(&mut rows, 1, &[10, 11]).unwrap();
        learn(&mut rows, 2, &[11, 12]).unwrap();
        learn(&mut rows, 2, &[13]).unwrap();
        assert_eq!(near(&rows, 11).unwrap(), [1, 2]);
        assert_eq!(near(&rows, 13).unwrap(), [0; 0], "it was known");
        forget(&mut rows, 1).unwrap();
        assert_eq!((near(&rows, 10).unwrap(), near(&rows, 11).unwrap()), (vec![], vec![2]));
        forget(&mut rows, 2).unwrap();
        forget(&mut rows, 3).unwrap();
        assert!(rows.dump().unwrap().is_empty());
    }

    #[test]
    fn what_very_many_words_have_in_common_has_an_end() {
        let mut rows = Rows::in_memory();
        (0..100).for_each(|word| learn(&mut rows, word, &[7]).unwrap());
        assert_eq!(near(&rows, 7).unwrap().len(), WORDS_MAX);
        (0..100).for_each(|word| forget(&mut rows, word).unwrap());
        assert!(rows.dump().unwrap().is_empty());
    }
}
