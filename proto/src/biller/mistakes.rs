//! What is wrong with a biller's file, and on which line.
//!
//! What must stay true: every mistake is told that can be found in spite of the others, from the
//! file's beginning to its end; a key that is missing is told by the line of its table.

use std::{fmt::Display, mem};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What the parser says of a key that its table has already.
const TWICE: &str = "duplicate key";

/// What is wrong with a biller's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillerError {
    /// Not TOML, or not these keys.
    #[error("line {line}: {problem}")]
    Toml {
        /// Counted from 1.
        line: usize,
        /// What it must be, with the path of the key where there is one.
        problem: String,
    },
    /// A value that cannot be.
    #[error("line {line}: {key} {problem}")]
    Value {
        /// Counted from 1.
        line: usize,
        /// Path of the key, as in `dunning.steps[1].after_due`.
        key: String,
        /// What it must be.
        problem: String,
    },
}

impl BillerError {
    /// Its line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Toml { line, .. } | Self::Value { line, .. } => *line,
        }
    }

    /// Which key must be what, without the line.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Toml { problem, .. } => problem.clone(),
            Self::Value { key, problem, .. } => format!("{key} {problem}"),
        }
    }
}

/// What was read, or what prevents it.
pub(super) type Read<T> = Result<T, Mistakes>;

/// Keys, and what is wrong with each.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<Mistake>);

#[derive(Debug)]
struct Mistake {
    key: String,
    problem: String,
    /// Other keys without which it could not be known.
    reckoned_with: Vec<String>,
    /// The tables of which it could be known only by what names they have.
    named_in: Vec<String>,
}

impl Mistakes {
    /// One mistake.
    pub(super) fn of(key: &str, problem: impl Display) -> Self {
        Self(vec![Mistake {
            key: key.to_owned(),
            problem: problem.to_string(),
            reckoned_with: Vec::new(),
            named_in: Vec::new(),
        }])
    }

    /// The same, which could be known only by the value of another key as well.
    pub(super) fn reckoned_with(mut self, key: &str) -> Self {
        self.0.iter_mut().for_each(|mistake| mistake.reckoned_with.push(key.to_owned()));
        self
    }

    /// The same, which could be known only by what names a table has.
    pub(super) fn named_in(mut self, table: &str) -> Self {
        self.0.iter_mut().for_each(|mistake| mistake.named_in.push(table.to_owned()));
        self
    }

    /// What was read; where it was not, what prevents it is one of these mistakes.
    pub(super) fn take<T>(&mut self, read: Read<T>) -> Option<T> {
        read.map_err(|wrong| self.0.extend(wrong.0)).ok()
    }

    /// What was made of all that was taken, if there was no mistake in any of it.
    pub(super) fn or<T>(self, made: Option<T>) -> Read<T> {
        made.filter(|_| self.0.is_empty()).ok_or(self)
    }

    /// Those that are known also where something else stands in the place of these keys.
    ///
    /// Each comes with the table in which it is.
    pub(super) fn apart_from(mut self, mended: &[(String, String)]) -> Self {
        let is_in = |key: &str, other: &str| {
            let rest = key.strip_prefix(other);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.0.retain(|mistake| {
            let with = &mistake.reckoned_with;
            let in_tables = &mistake.named_in;
            !mended.iter().any(|(key, table)| {
                is_in(&mistake.key, key)
                    || with.iter().any(|it| is_in(it, key) || is_in(key, it))
                    || in_tables.iter().any(|it| is_in(it, key) || it == table)
            })
        });
        self
    }
}

/// All of them, or what is wrong with each that could not be read.
pub(super) fn each<T, All: FromIterator<T>>(reads: impl IntoIterator<Item = Read<T>>) -> Read<All> {
    let mut mistakes = Mistakes::default();
    let all = reads.into_iter().filter_map(|read| mistakes.take(read)).collect();
    mistakes.or(Some(all))
}

/// A file as TOML, in which every key has its place.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) root: Spanned<DeTable<'a>>,
    /// Keys that are there twice: the first of them is what the root has.
    pub(super) twice: Vec<BillerError>,
}

impl<'a> Document<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Vec<BillerError>> {
        let (root, mut errors) = DeTable::parse_recoverable(text);
        errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
        let told = |error: &toml::de::Error| {
            let line = line(text, error.span().map_or(0, |span| span.start));
            BillerError::Toml { line, problem: error.message().to_owned() }
        };
        let (twice, broken): (Vec<_>, Vec<_>) =
            errors.iter().partition(|error| error.message() == TWICE);
        if broken.is_empty() {
            return Ok(Self { text, root, twice: twice.into_iter().map(told).collect() });
        }
        let mut broken: Vec<_> = broken.into_iter().map(told).collect();
        broken.dedup_by_key(|error| error.line());
        // After a list that does not end all lines seem broken: those are that are so by
        // themselves.
        let mut seemed = false;
        broken.retain(|error| {
            let line = text.lines().nth(error.line().saturating_sub(1));
            let is_broken = line.is_some_and(|line| DeTable::parse(line).is_err());
            is_broken || !mem::replace(&mut seemed, true)
        });
        Err(broken)
    }

    /// The mistakes with their lines, in the order of those.
    pub(super) fn told(&self, mistakes: Mistakes) -> Vec<BillerError> {
        let told = |Mistake { key, problem, .. }: Mistake| {
            let line = self.line_of(&key);
            BillerError::Value { line, key, problem }
        };
        let mut told: Vec<_> = mistakes.0.into_iter().map(told).collect();
        told.sort_by_key(BillerError::line);
        told
    }

    /// The line of a key, or of the last part of its path that there is.
    pub(super) fn line_of(&self, key: &str) -> usize {
        line(self.text, place_in(self.root.get_ref(), key, 0))
    }
}

/// The line on which a character is.
pub(super) fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    1 + before.filter(|byte| **byte == b'\n').count()
}

/// Where the rest of a path is in a table that is itself at `at`. A key may hold dots.
fn place_in(table: &DeTable<'_>, path: &str, at: usize) -> usize {
    let begins = table.iter().filter_map(|(name, value)| {
        let rest = path.strip_prefix(name.get_ref().as_ref())?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some((name, value, rest))
    });
    match begins.max_by_key(|(name, ..)| name.get_ref().len()) {
        Some((name, value, rest)) => place_of(value, rest, name.span().start),
        None => at,
    }
}

fn place_of(value: &Spanned<DeValue<'_>>, path: &str, at: usize) -> usize {
    match value.get_ref() {
        DeValue::Table(table) => {
            path.strip_prefix('.').map_or(at, |path| place_in(table, path, at))
        }
        DeValue::Array(items) => {
            let inside = path.strip_prefix('[').and_then(|path| path.split_once(']'));
            let item = inside.and_then(|(nth, rest)| {
                let nth: usize = nth.parse().ok()?;
                Some((items.get(nth)?, rest))
            });
            item.map_or(at, |(item, rest)| place_of(item, rest, item.span().start))
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => at,
    }
}
