//! What has not the shape of a biller's file: a key that is missing or that nobody knows, a value
//! of the wrong type.
//!
//! What must stay true: one of them hides no other. In the place of what cannot be read stands what
//! the shipped biller has there, or nothing where it has nothing, so that all else can be; nothing
//! is told of that, nor of what is reckoned with it.

use std::ops::Range;

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    SHIPPED,
    mistakes::{BillerError, Document, Mistakes, line},
};

/// Most mistakes of this kind that are looked for in one file.
const MISTAKES_MAX: usize = 500;

/// A part of a key's path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Nth(usize),
}

/// A file in which not everything could be read.
pub(super) struct Misshapen<T> {
    /// Why, each with its line.
    pub(super) mistakes: Vec<BillerError>,
    /// All else, if there is enough of it.
    pub(super) rest: Option<T>,
    /// Which keys they are about.
    told_of: Vec<Vec<Part>>,
    /// Where it holds what the file does not say.
    mended: Vec<Vec<Part>>,
}

/// What a document says.
pub(super) fn read<'a, T: Deserialize<'a>>(document: &Document<'a>) -> Result<T, Misshapen<T>> {
    let mut root = document.root.clone();
    let mut misshapen =
        Misshapen { mistakes: Vec::new(), rest: None, told_of: Vec::new(), mended: Vec::new() };
    while misshapen.mistakes.len() < MISTAKES_MAX {
        let error = match T::deserialize(toml::Deserializer::from(root.clone())) {
            Ok(file) if misshapen.mistakes.is_empty() => return Ok(file),
            Ok(file) => {
                misshapen.rest = Some(file);
                break;
            }
            Err(error) => error,
        };
        if !misshapen.mend(document, root.get_mut(), &error) {
            break;
        }
    }
    Err(misshapen)
}

impl<T> Misshapen<T> {
    /// Notes a mistake and puts something else in its place; whether that could be done.
    fn mend<'a>(
        &mut self,
        document: &Document<'a>,
        root: &mut DeTable<'a>,
        error: &toml::de::Error,
    ) -> bool {
        let span = error.span().unwrap_or_default();
        let found = path_in(document.root.get_ref(), &span);
        let mut path = found.clone().unwrap_or_default();
        let missing = quoted(error.message(), "missing field `");
        path.extend(missing.map(|field| Part::Key(field.to_owned())));
        // What was put there was not what had to be: more around it is put in its place.
        let again = self.told_of.iter().filter(|told| **told == path).count();
        if again == 0 {
            let problem = match found {
                Some(key) => format!("{}: {}", written(&key), error.message()),
                None => error.message().to_owned(),
            };
            self.mistakes
                .push(BillerError::Toml { line: line(document.text, span.start), problem });
        }
        if path.is_empty() {
            return false;
        }
        self.told_of.push(path.clone());
        if quoted(error.message(), "unknown field `").is_some() {
            put(root, &path, None);
            return again == 0;
        }
        let Ok(shipped) = DeTable::parse(SHIPPED) else { return false };
        let part = &path[..path.len().saturating_sub(again)];
        put(root, part, like(shipped.get_ref(), part).cloned());
        self.mended.push(part.to_vec());
        !part.is_empty()
    }

    /// Of the mistakes in the rest those that what was put there has no part in.
    pub(super) fn told(&self, mistakes: Mistakes) -> Mistakes {
        let mended = self.mended.iter().filter_map(|path| {
            let (_, table) = path.split_last()?;
            Some((written(path), written(table)))
        });
        mistakes.apart_from(&mended.collect::<Vec<_>>())
    }
}

/// What stands between a beginning and the next backtick.
fn quoted<'m>(message: &'m str, beginning: &str) -> Option<&'m str> {
    message.strip_prefix(beginning)?.split_once('`').map(|(quoted, _)| quoted)
}

/// A path as it is told: `dunning.steps[1].after_due`.
fn written(path: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Key(key) => format!(".{key}"),
        Part::Nth(nth) => format!("[{nth}]"),
    };
    let written: String = path.iter().map(part).collect();
    written.strip_prefix('.').map(str::to_owned).unwrap_or(written)
}

/// The path of the key that is exactly there, or whose value is.
fn path_in(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<Part>> {
    table.iter().find_map(|(name, value)| {
        let key = || Part::Key(name.get_ref().to_string());
        if name.span() == *span {
            return Some(vec![key()]);
        }
        path_of(value, span).map(|rest| [vec![key()], rest].concat())
    })
}

fn path_of(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<Vec<Part>> {
    let inner = match value.get_ref() {
        DeValue::Table(table) => path_in(table, span),
        DeValue::Array(items) => items.iter().enumerate().find_map(|(nth, item)| {
            path_of(item, span).map(|rest| [vec![Part::Nth(nth)], rest].concat())
        }),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => None,
    };
    inner.or_else(|| (value.span() == *span).then(Vec::new))
}

/// What a table has at a path, or at one that is like it: in another package, say.
fn like<'t, 'a>(table: &'t DeTable<'a>, path: &[Part]) -> Option<&'t Spanned<DeValue<'a>>> {
    let (Part::Key(key), rest) = path.split_first()? else { return None };
    match table.get(key.as_str()) {
        Some(named) => like_of(named, rest),
        None if rest.is_empty() => None,
        None => table.values().find_map(|entry| like_of(entry, rest)),
    }
}

fn like_of<'t, 'a>(
    value: &'t Spanned<DeValue<'a>>,
    path: &[Part],
) -> Option<&'t Spanned<DeValue<'a>>> {
    match (value.get_ref(), path) {
        (_, []) => Some(value),
        (DeValue::Table(table), [Part::Key(_), ..]) => like(table, path),
        (DeValue::Array(items), [Part::Nth(nth), rest @ ..]) => {
            items.get(*nth).or(items.first()).and_then(|item| like_of(item, rest))
        }
        _ => None,
    }
}

/// Puts a value at a path, or nothing.
fn put<'a>(table: &mut DeTable<'a>, path: &[Part], value: Option<Spanned<DeValue<'a>>>) {
    match (path, value) {
        ([Part::Key(key)], None) => {
            table.remove(key.as_str());
        }
        ([Part::Key(key)], Some(value)) => {
            table.insert(Spanned::new(0..0, key.clone().into()), value);
        }
        ([Part::Key(key), rest @ ..], value) => {
            if let Some(inner) = table.get_mut(key.as_str()) {
                put_in(inner, rest, value);
            }
        }
        ([] | [Part::Nth(_), ..], _) => {}
    }
}

fn put_in<'a>(
    place: &mut Spanned<DeValue<'a>>,
    path: &[Part],
    value: Option<Spanned<DeValue<'a>>>,
) {
    match (place.get_mut(), path, value) {
        (_, [], Some(value)) => *place = value,
        (DeValue::Table(table), [Part::Key(_), ..], value) => put(table, path, value),
        (DeValue::Array(items), [Part::Nth(nth), rest @ ..], value) => {
            if let Some(item) = items.get_mut(*nth) {
                put_in(item, rest, value);
            }
        }
        _ => {}
    }
}
