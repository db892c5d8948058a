//! Personal data as rules see it: sealed before it gets here, compared, stored, never read.
//!
//! What must stay true: equal texts of one customer are equal here; nothing in this crate opens
//! one. Who may read it is decided where it leaves the house.

use std::{fmt, sync::Arc};

use crate::text::Text;

/// Longest sealed text in bytes: the longest free text, four bytes a character, in base64, with
/// its owner's name.
pub const SEALED_BYTES_MAX: usize = 12_000;

/// Personal data, or free text about a customer, that only the vault opens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sealed(Arc<str>);

/// Why a text is not sealed personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Nothing in it.
    #[error("must not be empty")]
    Empty,
    /// Over the limit.
    #[error("is too long")]
    TooLong,
}

impl Sealed {
    /// Takes what the vault made.
    ///
    /// # Errors
    /// When it is empty or longer than anything that the vault makes.
    pub fn parse(token: &str) -> Result<Self, SealedError> {
        match token {
            "" => Err(SealedError::Empty),
            _ if token.len() > SEALED_BYTES_MAX => Err(SealedError::TooLong),
            _ => Ok(Self(token.into())),
        }
    }

    /// A sentence of Demarc's own, without personal data: it stands among sealed ones as it is.
    #[must_use]
    pub fn plain(sentence: &Text) -> Self {
        Self(sentence.as_str().into())
    }

    /// The token, for whoever stores or opens it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({})", self.0)
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{SEALED_BYTES_MAX, Sealed, SealedError};

    #[test]
    fn what_the_vault_makes_is_taken_as_it_is() {
        let token = "{sealed:customer_7:wVj_-x}";
        assert_eq!(Sealed::parse(token).unwrap().as_str(), token);
        assert_eq!(Sealed::parse(""), Err(SealedError::Empty));
        assert_eq!(Sealed::parse(&"x".repeat(SEALED_BYTES_MAX + 1)), Err(SealedError::TooLong));
    }
}
