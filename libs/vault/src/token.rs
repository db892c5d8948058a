//! How a sealed text looks among others: `{sealed:customer_7:wVj...}`, and a secret beside what is
//! shown in its place: `{secret:customer_7:bT0...:kQx...}`.
//!
//! What must stay true: a token says whose it is and where it ends, so that it can stand inside
//! another text, a letter for example, and still be found and opened.

use std::fmt;

/// How every token of a text begins. No text that comes from outside may hold it: it would be taken
/// for one.
pub const MARK: &str = "{sealed:";
/// How every token of a secret begins; the same holds for it.
pub const SECRET_MARK: &str = "{secret:";

/// Whether a text is, or holds, what looks like a token.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.contains(MARK) || text.contains(SECRET_MARK)
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// Whose key seals it.
    pub(crate) owner: &'a str,
    /// What is shown, sealed, in base64; empty when it was dropped, not sealed.
    pub(crate) sealed: &'a str,
    /// What is not shown with the rest, sealed, in base64; `None`: there is nothing of the kind.
    pub(crate) secret: Option<&'a str>,
}

impl<'a> Token<'a> {
    /// The first token in a text, with what stands before and after it.
    pub(crate) fn first_in(text: &'a str) -> Option<(&'a str, Self, &'a str)> {
        let mut searched = 0;
        loop {
            let rest = &text[searched..];
            let found = [MARK, SECRET_MARK].into_iter().filter_map(|mark| {
                let start = rest.find(mark)?;
                Some((searched + start, mark))
            });
            let (start, mark) = found.min()?;
            let inside = start + mark.len();
            if let Some((token, after)) = Self::read(mark, &text[inside..]) {
                return Some((&text[..start], token, after));
            }
            searched = inside;
        }
    }

    fn read(mark: &str, text: &'a str) -> Option<(Self, &'a str)> {
        let (inside, after) = text.split_once('}')?;
        let (owner, sealed) = inside.split_once(':')?;
        let (sealed, secret) = match mark {
            SECRET_MARK => sealed.split_once(':').map(|(shown, secret)| (shown, Some(secret)))?,
            _ => (sealed, None),
        };
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let mut bytes = owner.bytes().chain(sealed.bytes()).chain(secret.unwrap_or("").bytes());
        let whole = !owner.is_empty() && bytes.all(is_safe);
        whole.then_some((Self { owner, sealed, secret }, after))
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write = |parts: &[&str]| parts.iter().try_for_each(|part| f.write_str(part));
        match self.secret {
            None => write(&[MARK, self.owner, ":", self.sealed, "}"]),
            Some(secret) => write(&[SECRET_MARK, self.owner, ":", self.sealed, ":", secret, "}"]),
        }
    }
}
