//! How a sealed text looks among others: `{sealed:customer_7:wVj...}`.
//!
//! What must stay true: a token says whose it is and where it ends, so that it can stand inside
//! another text, a letter for example, and still be found and opened.

use std::fmt;

/// How every token begins. No text that comes from outside may hold it: it would be taken for one.
pub const MARK: &str = "{sealed:";

/// Whether a text is, or holds, what looks like a token.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.contains(MARK)
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// Whose key seals it.
    pub(crate) owner: &'a str,
    /// The sealed text in base64; empty when it was dropped, not sealed.
    pub(crate) sealed: &'a str,
}

impl<'a> Token<'a> {
    /// The first token in a text, with what stands before and after it.
    pub(crate) fn first_in(text: &'a str) -> Option<(&'a str, Self, &'a str)> {
        let mut searched = 0;
        loop {
            let start = searched + text[searched..].find(MARK)?;
            let inside = start + MARK.len();
            if let Some((token, after)) = Self::read(&text[inside..]) {
                return Some((&text[..start], token, after));
            }
            searched = inside;
        }
    }

    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let (inside, after) = text.split_once('}')?;
        let (owner, sealed) = inside.split_once(':')?;
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let whole = !owner.is_empty() && owner.bytes().chain(sealed.bytes()).all(is_safe);
        whole.then_some((Self { owner, sealed }, after))
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        [MARK, self.owner, ":", self.sealed, "}"].iter().try_for_each(|part| f.write_str(part))
    }
}
