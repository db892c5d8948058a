//! A series of numbers without gaps: invoices, credit notes. There is no verb: whoever needs a
//! number takes the next one in the record that uses it.
//!
//! What must stay true: a number is taken together with what it numbers or not at all, so there
//! are no gaps; the newest fact says everything.

use crate::{Aggregate, Desk, Event, Fact, Id, Noun, text::Code};

/// Digits of a number; from 100,000,000 on they are more.
const DIGITS_MIN: usize = 8;

/// Names a series.
pub type SeriesId = Id<Series>;

/// Facts about one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesEvent {
    /// A number is in use.
    NumberTaken {
        /// 1, 2, 3, ...
        number: u64,
    },
}

/// Where a series stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// The last number; 0 before the first one.
    pub last: u64,
}

/// What is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// `I00000001`.
    Invoice,
    /// `C00000001`.
    CreditNote,
}

impl Numbered {
    fn series(self) -> SeriesId {
        let name = match self {
            Self::Invoice => "series_invoice",
            Self::CreditNote => "series_credit-note",
        };
        SeriesId::parse(name).expect("the name starts with the category")
    }

    const ALL: [Self; 2] = [Self::Invoice, Self::CreditNote];

    fn letter(self) -> char {
        match self {
            Self::Invoice => 'I',
            Self::CreditNote => 'C',
        }
    }
}

/// The next number of a series, and the fact that takes it.
#[must_use]
pub(crate) fn next(desk: &Desk<'_>, numbered: Numbered) -> (Code, Fact) {
    let series = numbered.series();
    let number = desk.get(&series).last + 1;
    let name = format!("{}{number:0DIGITS_MIN$}", numbered.letter());
    let code = Code::parse(&name).expect("a letter and digits are a code");
    (code, Fact::new(&series, Event::Series(SeriesEvent::NumberTaken { number })))
}

/// Whether a code is such as [`next`] makes: nothing else may be called so.
#[must_use]
pub(crate) fn is_numbered(code: &Code) -> bool {
    Numbered::ALL.into_iter().any(|numbered| {
        let digits = code.as_str().strip_prefix(numbered.letter());
        digits.is_some_and(|digits| {
            digits.len() >= DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

impl Aggregate for Series {
    const CATEGORY: &'static str = "series";
    const UNKNOWN: &'static Self = &Self { last: 0 };
    const NEWEST_FACT_SUFFICES: bool = true;
    type Event = SeriesEvent;

    fn evolve(self, event: &SeriesEvent) -> Self {
        match event {
            SeriesEvent::NumberTaken { number } => Self { last: *number },
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Series(series) = noun { Some(series) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Series(series) = noun { Some(series) } else { None }
    }
}
