//! Task codes: what an agent types to get to a view or a command (F8). Operators' codes collide,
//! so each biller has its own.

use std::fmt;

use crate::text::{Code, Text};

/// Longest task code in characters.
pub const TASK_CODE_CHARS_MAX: usize = 8;

/// One or more capital letters and digits, as in `SC` or `04`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskCode(Code);

/// Why a text is no task code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {TASK_CODE_CHARS_MAX} capital letters and digits, as in SC or 04")]
pub struct TaskCodeError;

/// What a task code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What agents call it.
    pub title: Text,
    /// What it is good for, in a sentence.
    pub about: Text,
    /// Where it leads.
    pub leads_to: LeadsTo,
}

/// Where a task code leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadsTo {
    /// To a view of a service, for example `account` of `care`.
    View {
        /// Whose view it is.
        service: Code,
        /// Its name.
        view: Code,
    },
    /// To a command, for example `StartServiceChange`.
    Command(Code),
}

impl TaskCode {
    /// Reads a code as the biller's file holds it.
    ///
    /// # Errors
    /// When a character is none of those that are allowed, or there are too many.
    pub fn parse(text: &str) -> Result<Self, TaskCodeError> {
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if text.len() > TASK_CODE_CHARS_MAX || !text.bytes().all(allowed) {
            return Err(TaskCodeError);
        }
        Code::parse(text).map(Self).map_err(|_| TaskCodeError)
    }

    /// Reads a code as an agent types it: small letters are meant as capital ones.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn typed(text: &str) -> Result<Self, TaskCodeError> {
        Self::parse(&text.to_ascii_uppercase())
    }

    /// The code itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for TaskCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{TaskCode, TaskCodeError};

    #[test]
    fn f8_a_task_code_is_short_and_typed_in_either_case() {
        assert_eq!(TaskCode::typed("sc"), TaskCode::parse("SC"));
        assert_eq!(TaskCode::parse("04").map(|code| code.to_string()), Ok("04".to_owned()));
        for wrong in ["", "sc", "S C", "S/C", "LONGERTHAN8", "\u{d6}"] {
            assert_eq!(TaskCode::parse(wrong), Err(TaskCodeError), "{wrong}");
        }
    }
}
