//! What somebody looks for: words, filters, and where the page before ended; and who has the index.
//!
//! What must stay true: whatever is typed, it is read, or refused by the name of its field; no
//! refusal repeats it. What is looked for is personal data in the clear: it has no stored form and
//! never goes over the bus.

use std::collections::BTreeMap;

use domain::{biller::ServiceType, money::MINOR_MAX};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Invalid;

/// Longest text that is looked for, in characters.
pub const TEXT_CHARS_MAX: usize = 200;
/// Most words of it.
pub const WORDS_MAX: usize = 12;
/// Accounts on a page unless somebody says otherwise.
pub const PAGE_ROWS: usize = 20;
/// Most accounts on a page.
pub const PAGE_ROWS_MAX: usize = 100;
/// Ways in which a text can be found, each worse than the one before: more than there are.
const TIERS_MAX: u8 = 32;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Words; empty: whatever the filters leave.
    pub text: String,
    /// Only accounts with a service of this type.
    pub service_type: Option<Kind>,
    /// Only accounts with a service, of that type where one is named, that stands like this.
    pub status: Option<Standing>,
    /// Only accounts that owe more, or less.
    pub balance: Option<Balance>,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Most accounts on the page.
    pub limit: usize,
}

/// What kind of service (F65).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Data.
    Internet,
    /// Telephone.
    Voice,
    /// Television.
    Video,
    /// Digital television and what comes with it.
    Digital,
}

/// How a service stands, or an account without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// Ordered.
    Pending,
    /// In use.
    Active,
    /// In use, but no traffic flows at its site.
    Suspended,
    /// No more.
    Disconnected,
    /// The account has no service, and never had.
    None,
}

/// A bound of what is owed, in minor units; the bound itself is outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    /// More is owed.
    Above(i64),
    /// Less is owed; what is paid too much is less than nothing.
    Below(i64),
}

/// Where a page ended: how well the last account fitted, and which it was. Says nothing to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// How well, from 0.
    pub tier: u8,
    /// The account's number in the index; the accounts before it come next.
    pub ordinal: u32,
}

/// Who has the index, in the process that has the keys. Every text in an answer is sealed.
pub trait Finder: Send + Sync {
    /// A page of the accounts that fit: `found`, `next` and `more`.
    ///
    /// # Errors
    /// When the index cannot be read now.
    fn find(&self, question: &Question) -> Result<Value, Unanswered>;

    /// The cards of accounts, by their ids; none of whoever is not known, or was erased.
    ///
    /// # Errors
    /// As for [`Self::find`].
    fn cards(&self, account_ids: &[String]) -> Result<BTreeMap<String, Value>, Unanswered>;
}

/// Why there is no answer now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(pub String);

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Internet, Self::Voice, Self::Video, Self::Digital];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Internet => "internet",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Digital => "digital",
        }
    }
}

impl From<ServiceType> for Kind {
    fn from(service_type: ServiceType) -> Self {
        match service_type {
            ServiceType::Internet => Self::Internet,
            ServiceType::Voice => Self::Voice,
            ServiceType::Video => Self::Video,
            ServiceType::Digital => Self::Digital,
        }
    }
}

impl Standing {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Active, Self::Suspended, Self::Disconnected, Self::None];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Disconnected => "disconnected",
            Self::None => "none",
        }
    }
}

impl Balance {
    /// Whether what is owed lies within.
    #[must_use]
    pub fn holds(self, owed: i64) -> bool {
        match self {
            Self::Above(bound) => owed > bound,
            Self::Below(bound) => owed < bound,
        }
    }
}

impl Cursor {
    /// As it stands in an answer and in the next question.
    #[must_use]
    pub fn text(self) -> String {
        format!("{}-{}", self.tier, self.ordinal)
    }

    fn parse(text: &str) -> Option<Self> {
        let (tier, ordinal) = text.split_once('-')?;
        let cursor = Self { tier: tier.parse().ok()?, ordinal: ordinal.parse().ok()? };
        (cursor.tier < TIERS_MAX && cursor.text() == text).then_some(cursor)
    }
}

impl Question {
    /// Reads the parameters `q`, `type`, `status`, `balance`, `after` and `limit`.
    ///
    /// # Errors
    /// The first that cannot be read, or that nothing is asked for.
    pub fn read(mut asked: BTreeMap<String, String>) -> Result<Self, Invalid> {
        let mut take = |name: &str| asked.remove(name).filter(|value| !value.is_empty());
        let text = take("q").map(|text| words(&text)).transpose()?;
        let service_type = take("type").map(|name| one_of("type", &name, Kind::ALL, Kind::name));
        let status =
            take("status").map(|name| one_of("status", &name, Standing::ALL, Standing::name));
        let question = Self {
            text: text.unwrap_or_default(),
            service_type: service_type.transpose()?,
            status: status.transpose()?,
            balance: take("balance").map(|bound| balance(&bound)).transpose()?,
            after: take("after").map(|after| cursor(&after)).transpose()?,
            limit: take("limit").map_or(Ok(PAGE_ROWS), |limit| rows(&limit))?,
        };
        if !asked.is_empty() {
            let problem = "takes q, type, status, balance, after and limit";
            return Err(Invalid::new("query", problem));
        }
        let is_filtered = question.service_type.is_some()
            || question.status.is_some()
            || question.balance.is_some();
        if question.text.is_empty() && !is_filtered {
            let problem = "is needed, or a filter: say a name, a number or an address, or one of \
                           type, status and balance";
            return Err(Invalid::new("q", problem));
        }
        Ok(question)
    }
}

fn words(text: &str) -> Result<String, Invalid> {
    let refused = |problem: String| Err(Invalid::new("q", problem));
    if text.len() > TEXT_CHARS_MAX && text.chars().count() > TEXT_CHARS_MAX {
        return refused(format!("must be at most {TEXT_CHARS_MAX} characters"));
    }
    if text.chars().any(|char| char.is_control() || char == char::REPLACEMENT_CHARACTER) {
        return refused("must not hold control characters, or what is no text".to_owned());
    }
    let words = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    match words.count() {
        0 if text.trim().is_empty() => Ok(String::new()),
        0 => refused("must hold a letter or a digit".to_owned()),
        words if words > WORDS_MAX => refused(format!("must be at most {WORDS_MAX} words")),
        _ => Ok(text.trim().to_owned()),
    }
}

fn one_of<T: Copy, const N: usize>(
    field: &str,
    typed: &str,
    all: [T; N],
    name: fn(T) -> &'static str,
) -> Result<T, Invalid> {
    all.into_iter()
        .find(|one| name(*one) == typed)
        .ok_or_else(|| Invalid::new(field, format!("must be one of {}", all.map(name).join(", "))))
}

/// `>49.99` or `<0`.
fn balance(text: &str) -> Result<Balance, Invalid> {
    let minor = text.get(1..).and_then(minor);
    match (text.as_bytes().first(), minor) {
        (Some(b'>'), Some(minor)) => Ok(Balance::Above(minor)),
        (Some(b'<'), Some(minor)) => Ok(Balance::Below(minor)),
        (_, _) => {
            let problem = "must be > or < and an amount, as in >49.99 for who owes more than that";
            Err(Invalid::new("balance", problem))
        }
    }
}

/// An amount in words of a person, in minor units: the currencies of our billers have two decimals.
fn minor(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(cents) || cents.len() != 2 {
        return None;
    }
    let minor = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)?;
    (minor <= MINOR_MAX).then_some(sign * minor)
}

fn cursor(text: &str) -> Result<Cursor, Invalid> {
    Cursor::parse(text)
        .ok_or_else(|| Invalid::new("after", "must be what the page before calls `next`"))
}

fn rows(text: &str) -> Result<usize, Invalid> {
    let rows = text.parse().ok().filter(|rows| (1..=PAGE_ROWS_MAX).contains(rows));
    rows.ok_or_else(|| Invalid::new("limit", format!("must be a number from 1 to {PAGE_ROWS_MAX}")))
}

#[cfg(test)]
mod tests {
    use proptest::{
        collection::btree_map,
        prelude::{any, proptest},
    };

    use super::{Balance, Cursor, Kind, PAGE_ROWS, Question, Standing};
    use crate::Invalid;

    fn read(asked: &[(&str, &str)]) -> Result<Question, Invalid> {
        let asked = asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Question::read(asked.collect())
    }

    fn refused(name: &str, value: &str) -> String {
        let refused = read(&[("status", "active"), (name, value)]).unwrap_err();
        assert_eq!(refused.field, name, "{value:?}");
        refused.problem
    }

    #[test]
    fn f64_words_and_filters_are_read() {
        let question = read(&[
            ("q", " ana lopez "),
            ("type", "internet"),
            ("status", "suspended"),
            ("balance", ">49.99"),
            ("after", "2-17"),
            ("limit", "5"),
        ]);
        let expected = Question {
            text: "ana lopez".to_owned(),
            service_type: Some(Kind::Internet),
            status: Some(Standing::Suspended),
            balance: Some(Balance::Above(4_999)),
            after: Some(Cursor { tier: 2, ordinal: 17 }),
            limit: 5,
        };
        assert_eq!(question, Ok(expected));
        let only = read(&[("q", ""), ("balance", "<-1")]).unwrap();
        assert_eq!((only.text.as_str(), only.balance), ("", Some(Balance::Below(-100))));
        assert_eq!(only.limit, PAGE_ROWS);
    }

    #[test]
    fn f64_who_asks_for_nothing_is_told_what_to_ask_for() {
        for nothing in [&[][..], &[("q", "")], &[("q", "  ")], &[("limit", "3")]] {
            let refused = read(nothing).unwrap_err();
            assert_eq!(refused.field, "q");
            assert!(refused.problem.contains("a filter"), "{refused}");
        }
    }

    #[test]
    fn f64_what_cannot_be_read_is_refused_by_its_name_and_not_repeated() {
        let endless = "x".repeat(10_000);
        for wrong in [endless.as_str(), "a\u{0}b", "a\u{1b}[31m", "\u{fffd}", "?!", "\u{200b}"] {
            assert!(!refused("q", wrong).contains(wrong), "{wrong:?}");
        }
        assert!(refused("q", &"a ".repeat(13)).contains("12 words"));
        assert!(refused("type", "bread").contains("internet, voice, video, digital"));
        assert!(read(&[("status", "late")]).unwrap_err().problem.contains("suspended"));
        for wrong in ["100", ">", ">x", ">1.5", "=1", ">1e9", "> 1", ">99999999999999", "é1", ">-"]
        {
            assert!(refused("balance", wrong).contains(">49.99"), "{wrong}");
        }
        for wrong in ["1", "x-1", "1-", "99-1", "0-4294967296", "01-1", "+1-1", "1-1-1"] {
            assert!(refused("after", wrong).contains("next"), "{wrong}");
        }
        for wrong in ["0", "101", "-1", "ten"] {
            assert!(refused("limit", wrong).contains("1 to 100"), "{wrong}");
        }
        assert_eq!(read(&[("q", "ana"), ("colour", "red")]).unwrap_err().field, "query");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused_by_a_name(
            asked in btree_map("q|type|status|balance|after|limit", ".{0,40}", 0..6)
        ) {
            match Question::read(asked.clone()) {
                Ok(question) => {
                    let asks = question.service_type.is_some() || question.balance.is_some();
                    let asks = asks || question.status.is_some() || !question.text.is_empty();
                    assert!(asks && (1..=100).contains(&question.limit));
                }
                Err(refused) => {
                    assert!(asked.contains_key(&refused.field) || refused.field == "q");
                    assert!(refused.problem.is_ascii());
                }
            }
        }

        #[test]
        fn a_cursor_is_read_as_it_was_written(tier in 0_u8..32, ordinal in any::<u32>()) {
            let cursor = Cursor { tier, ordinal };
            assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
        }
    }
}
