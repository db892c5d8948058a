//! What a processor is asked, and what it answers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Currency, ProcessorError};

/// Largest amount of one movement, in minor units.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000;
/// Longest id and reference in characters.
const NAME_CHARS_MAX: usize = 128;
/// Longest token in characters.
const TOKEN_CHARS_MAX: usize = 256;
/// Longest code of a refusal in characters.
const CODE_CHARS_MAX: usize = 64;
/// The code of a refusal whose own is none.
const UNSPECIFIED: &str = "unspecified";

/// Money to be drawn.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection {
    /// The key under which it is done once: 1 to 128 letters, digits, `-`, `_`, `.` or `:`.
    pub id: String,
    /// The processor's own name of a card or a bank account: 1 to 256 visible characters.
    pub token: String,
    /// 1 to [`AMOUNT_MINOR_MAX`] minor units.
    pub amount_minor: i64,
    /// Of the amount.
    pub currency: Currency,
    /// What a statement shows and a person finds it by: 1 to 128 visible characters or spaces. No
    /// personal data.
    pub reference: String,
}

/// What became of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Outcome {
    /// The money was drawn.
    Paid {
        /// The processor's name of the movement; a refund names it.
        reference: String,
    },
    /// The money was not drawn, and under this id it never will be.
    Declined {
        /// Why, in the processor's words: 1 to 64 small letters, digits, `_`, `-` or `.`.
        code: String,
        /// Whether it may be tried later under another id. Whoever tries a card again that may not
        /// be tried pays for it.
        #[serde(default)]
        may_retry: bool,
    },
    /// It is on its way; a webhook tells what became of it.
    Pending {
        /// The processor's name of the movement.
        reference: String,
    },
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refund {
    /// The key under which it is done once, as for a collection; no collection has it.
    pub id: String,
    /// The processor's name of the movement that is given back: 1 to 128 visible characters.
    pub reference: String,
    /// 1 to [`AMOUNT_MINOR_MAX`] minor units; with other refunds no more than was drawn.
    pub amount_minor: i64,
    /// Of the amount: that of the collection.
    pub currency: Currency,
}

/// What became of a refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RefundOutcome {
    /// The money was given back.
    Refunded {
        /// The processor's name of this movement.
        reference: String,
    },
    /// The money was not given back, and under this id it never will be.
    Refused {
        /// Why, as for a declined collection.
        code: String,
    },
    /// It is on its way; a webhook tells what became of it.
    Pending {
        /// The processor's name of this movement.
        reference: String,
    },
}

impl Collection {
    /// # Errors
    /// [`ProcessorError::Unfit`] when no processor should see it.
    pub(crate) fn demand_fit(&self) -> Result<(), ProcessorError> {
        demand_id(&self.id)?;
        demand_amount(self.amount_minor)?;
        let is_visible = is_visible(&self.token, TOKEN_CHARS_MAX);
        demand(is_visible, "token", "is not 1 to 256 visible characters")?;
        demand(!is_card_number(&self.token), "token", "is a card number, and no token of one")?;
        demand_reference(&self.reference)
    }
}

impl Refund {
    /// # Errors
    /// [`ProcessorError::Unfit`] when no processor should see it.
    pub(crate) fn demand_fit(&self) -> Result<(), ProcessorError> {
        demand_id(&self.id)?;
        demand_amount(self.amount_minor)?;
        demand(is_name(&self.reference), "reference", "is not 1 to 128 visible characters")
    }
}

impl Outcome {
    /// What a processor said, in words that are fit for a log; `None` where it has no name for what
    /// it moved.
    pub(crate) fn tidied(self) -> Option<Self> {
        match self {
            Self::Declined { code, may_retry } => {
                Some(Self::Declined { code: tidied_code(code), may_retry })
            }
            Self::Paid { reference } => is_name(&reference).then_some(Self::Paid { reference }),
            Self::Pending { reference } => {
                is_name(&reference).then_some(Self::Pending { reference })
            }
        }
    }

    /// A refusal of which nothing else is known. It may not be tried again: nobody said it may.
    pub(crate) fn declined_unspecified() -> Self {
        Self::Declined { code: UNSPECIFIED.to_owned(), may_retry: false }
    }
}

impl RefundOutcome {
    /// As for [`Outcome::tidied`].
    pub(crate) fn tidied(self) -> Option<Self> {
        match self {
            Self::Refused { code } => Some(Self::Refused { code: tidied_code(code) }),
            Self::Refunded { reference } => {
                is_name(&reference).then_some(Self::Refunded { reference })
            }
            Self::Pending { reference } => {
                is_name(&reference).then_some(Self::Pending { reference })
            }
        }
    }

    /// A refusal of which nothing else is known.
    pub(crate) fn refused_unspecified() -> Self {
        Self::Refused { code: UNSPECIFIED.to_owned() }
    }
}

/// Shows all but the token.
impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection")
            .field("id", &self.id)
            .field("amount_minor", &self.amount_minor)
            .field("currency", &self.currency)
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}

/// Whether a text is an id: it stands in a header and in a key of a table.
pub(crate) fn is_id(text: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=NAME_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_safe)
}

/// Whether a text is a processor's name of a movement.
pub(crate) fn is_name(text: &str) -> bool {
    is_visible(text, NAME_CHARS_MAX)
}

/// Whether an amount is one that moves.
pub(crate) fn is_amount(minor: i64) -> bool {
    (1..=AMOUNT_MINOR_MAX).contains(&minor)
}

/// A code that is fit for a log, whatever the processor said.
pub(crate) fn tidied_code(code: String) -> String {
    let is_safe =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    let is_fit = (1..=CODE_CHARS_MAX).contains(&code.len()) && code.bytes().all(is_safe);
    if is_fit { code } else { UNSPECIFIED.to_owned() }
}

/// Whether a text is 13 to 19 digits that pass Luhn, also with hyphens.
fn is_card_number(text: &str) -> bool {
    let digits: Option<Vec<u32>> =
        text.chars().filter(|letter| *letter != '-').map(|letter| letter.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (13..=19).contains(&digits.len())) else {
        return false;
    };
    let weighed = digits.iter().rev().enumerate().map(|(place, digit)| match place % 2 {
        0 => *digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    });
    weighed.sum::<u32>() % 10 == 0
}

fn is_visible(text: &str, chars_max: usize) -> bool {
    (1..=chars_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn demand_id(id: &str) -> Result<(), ProcessorError> {
    demand(is_id(id), "id", "is not 1 to 128 letters, digits, `-`, `_`, `.` or `:`")
}

fn demand_amount(minor: i64) -> Result<(), ProcessorError> {
    demand(is_amount(minor), "amount_minor", "is not 1 to 1000000000000 minor units")
}

fn demand_reference(reference: &str) -> Result<(), ProcessorError> {
    let is_shown = |byte: u8| (b' '..=b'~').contains(&byte);
    let is_fit = (1..=NAME_CHARS_MAX).contains(&reference.len()) && reference.bytes().all(is_shown);
    demand(is_fit, "reference", "is not 1 to 128 visible characters or spaces")
}

fn demand(holds: bool, field: &'static str, problem: &'static str) -> Result<(), ProcessorError> {
    if holds { Ok(()) } else { Err(ProcessorError::Unfit { field, problem }) }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, is_card_number};

    #[test]
    fn a_card_number_is_no_token() {
        for number in ["4242424242424242", "4000-0566-5566-5556", "378282246310005"] {
            assert!(is_card_number(number), "{number}");
        }
        for token in ["4242424242424241", "tok_4242424242424242", "424242424242", "", "tok_ok"] {
            assert!(!is_card_number(token), "{token}");
        }
    }

    #[test]
    fn what_a_processor_says_is_fit_for_a_log() {
        let declined = |code: &str| Outcome::Declined { code: code.to_owned(), may_retry: true };
        assert_eq!(declined("do_not_honor").tidied(), Some(declined("do_not_honor")));
        for code in ["", "card of Ana", "a\nb", &"x".repeat(65)] {
            assert_eq!(declined(code).tidied(), Some(declined("unspecified")), "{code}");
        }
        for reference in ["", "ch 1", "ch\n1", &"x".repeat(129)].map(str::to_owned) {
            assert_eq!(Outcome::Paid { reference: reference.clone() }.tidied(), None);
            assert_eq!(Outcome::Pending { reference }.tidied(), None);
        }
    }
}
