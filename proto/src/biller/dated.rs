//! Values with versions: `"39.99"`, or a list of `{ from = "2027-01-01", value = "42.99" }`, the
//! first of which may have no date.

use std::fmt;

use domain::biller::{Dated, Version};
use jiff::civil::Date;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};

use super::{
    mistakes::{Mistakes, Read, each},
    value,
};

/// One value for ever, or versions of it.
pub(super) enum DatedFile {
    Always(String),
    Versions(Vec<VersionFile>),
}

/// What holds from a date on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionFile {
    from: Option<String>,
    value: String,
}

/// An enum without a tag would forget which version is wrong, and on which line it is.
impl<'de> Deserialize<'de> for DatedFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrVersions)
    }
}

struct TextOrVersions;

impl<'de> Visitor<'de> for TextOrVersions {
    type Value = DatedFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = "{ from = \"2027-01-01\", value = \"42.99\" }";
        write!(f, "a text as in \"39.99\", or a list of versions as in {version}")
    }

    fn visit_str<E>(self, text: &str) -> Result<DatedFile, E> {
        Ok(DatedFile::Always(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, versions: A) -> Result<DatedFile, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(versions)).map(DatedFile::Versions)
    }
}

impl DatedFile {
    pub(super) fn read<T>(
        &self,
        key: &str,
        read: impl Fn(&str, &str) -> Read<T>,
    ) -> Read<Dated<T>> {
        let versions = match self {
            Self::Always(text) => return read(key, text).map(Dated::always),
            Self::Versions(versions) => versions,
        };
        let version = |(at, version): (usize, &VersionFile)| {
            let key = format!("{key}[{at}]");
            let mut mistakes = Mistakes::default();
            let from = optional_date(&format!("{key}.from"), version.from.as_deref());
            let from = mistakes.take(from);
            let value = mistakes.take(read(&format!("{key}.value"), &version.value));
            let version = || Some(Version { from: from?, value: value? });
            mistakes.or(version())
        };
        let versions = each(versions.iter().enumerate().map(version))?;
        let problem = "must hold at least one version, each from a later date than the one before";
        Dated::versions(versions).ok_or_else(|| value(key, problem).reckoned_with(key))
    }
}

/// A date that may be absent.
pub(super) fn optional_date(key: &str, text: Option<&str>) -> Read<Option<Date>> {
    let read =
        |text: &str| text.parse().map_err(|_| value(key, "must be a date as in \"2027-01-01\""));
    text.map(read).transpose()
}
