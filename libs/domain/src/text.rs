//! Codes and free text that people enter. Parsed once at the edge, trusted inside.

mod card_number;
mod ssn;

pub use card_number::holds_card_number;
pub use ssn::holds_ssn;

use std::{fmt, sync::Arc};

/// Longest code in characters: an id and a few words more, as in `site_88-request-1-failed`.
pub const CODE_CHARS_MAX: usize = 100;
/// Longest free text in characters.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// One of the operator's own codes: a Package ID, a service code, an order type, an address id.
/// 1 to 100 printable ASCII characters without a space at either end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Arc<str>);

/// Text for people: 1 to 2,000 characters, no control characters but line breaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text(Arc<str>);

/// Why a text is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Over the limit.
    #[error("must be at most {max} characters")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// A character that has no place there.
    #[error("must not hold control characters or, in a code, anything but printable ASCII")]
    Unprintable,
}

impl Code {
    /// Reads a code from outside.
    ///
    /// # Errors
    /// When it is empty, too long or not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text {
            _ if text.trim().is_empty() => Err(TextError::Empty),
            _ if text.len() > CODE_CHARS_MAX => Err(TextError::TooLong { max: CODE_CHARS_MAX }),
            _ if text.trim() != text => Err(TextError::Unprintable),
            _ if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
                Err(TextError::Unprintable)
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// The code itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Text {
    /// Reads a text from outside.
    ///
    /// # Errors
    /// When it is empty, too long or holds control characters.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text {
            _ if text.trim().is_empty() => Err(TextError::Empty),
            // Characters are counted only where there are bytes for too many.
            _ if text.len() > TEXT_CHARS_MAX && text.chars().count() > TEXT_CHARS_MAX => {
                Err(TextError::TooLong { max: TEXT_CHARS_MAX })
            }
            _ if text.chars().any(|char| char.is_control() && char != '\n') => {
                Err(TextError::Unprintable)
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Text, TextError};

    #[test]
    fn a_code_is_short_printable_ascii() {
        assert_eq!(Code::parse("HSD 1G").map(|code| code.to_string()), Ok("HSD 1G".into()));
        assert_eq!(Code::parse("  "), Err(TextError::Empty));
        assert_eq!(Code::parse(" HSD"), Err(TextError::Unprintable));
        assert_eq!(Code::parse("HSD\u{e9}"), Err(TextError::Unprintable));
        assert_eq!(Code::parse(&"x".repeat(101)), Err(TextError::TooLong { max: 100 }));
    }

    #[test]
    fn a_text_may_hold_any_language_and_line_breaks() {
        assert!(Text::parse("Señal débil\nReinició el módem").is_ok());
        assert_eq!(Text::parse("bell\u{7}"), Err(TextError::Unprintable));
        assert_eq!(Text::parse("\n \n"), Err(TextError::Empty));
    }
}
