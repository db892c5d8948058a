//! What the proto files say about themselves: nouns, the facts of each, and every command.
//!
//! What must stay true: names are read from the descriptors, never typed a second time.

use std::{collections::HashMap, sync::LazyLock};

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorSet};

static DESCRIPTORS: LazyLock<FileDescriptorSet> = LazyLock::new(|| {
    let bytes: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
    FileDescriptorSet::decode(bytes).expect("the build script wrote valid descriptors")
});

/// The compiled proto files.
#[must_use]
pub fn descriptors() -> &'static FileDescriptorSet {
    &DESCRIPTORS
}

/// One kind of fact that can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactType {
    /// For example `site`.
    pub noun: String,
    /// For example `suspended`: the last part of its subject.
    pub verb: String,
    /// Full name of its message, for example `demarc.site.v1.SiteSuspended`.
    pub kind: String,
    /// Number of its field in the noun's `oneof`.
    pub number: u32,
}

static FACTS: LazyLock<Vec<FactType>> = LazyLock::new(|| {
    let mut facts = Vec::new();
    for file in &DESCRIPTORS.file {
        let noun = noun_of(file.package());
        let wrappers = file.message_type.iter().filter(|message| is_wrapper(message, noun));
        for field in wrappers.flat_map(|message| &message.field) {
            facts.push(FactType {
                noun: noun.to_owned(),
                verb: field.name().to_owned(),
                kind: field.type_name().trim_start_matches('.').to_owned(),
                number: u32::try_from(field.number()).expect("field numbers are positive"),
            });
        }
    }
    facts
});

static BY_KIND: LazyLock<HashMap<&'static str, &'static FactType>> =
    LazyLock::new(|| FACTS.iter().map(|fact| (fact.kind.as_str(), fact)).collect());

/// Every kind of fact, noun by noun.
#[must_use]
pub fn facts() -> &'static [FactType] {
    &FACTS
}

/// The kind of fact with this full name.
#[must_use]
pub fn fact(kind: &str) -> Option<&'static FactType> {
    BY_KIND.get(kind).copied()
}

/// The kind of fact in an encoded `<Noun>Event`, found by the number of its first field.
pub(crate) fn fact_in(noun: &str, data: &[u8]) -> Option<&'static FactType> {
    let mut data = data;
    let (number, _) = prost::encoding::decode_key(&mut data).ok()?;
    FACTS.iter().find(|fact| fact.noun == noun && fact.number == number)
}

/// `site` of `demarc.site.v1`.
#[must_use]
pub fn noun_of(package: &str) -> &str {
    package.split('.').nth(1).unwrap_or_default()
}

fn is_wrapper(message: &DescriptorProto, noun: &str) -> bool {
    message.name().to_lowercase() == format!("{noun}event")
}

/// `suspend` of `SuspendSite` in `site`, `record_charge` of `RecordCharge` in `ledger`.
#[must_use]
pub fn verb_of(command: &str, noun: &str) -> String {
    let mut snake = String::new();
    for char in command.chars() {
        if char.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    match snake.strip_suffix(&format!("_{noun}")) {
        Some(verb) => verb.to_owned(),
        None => snake,
    }
}

#[cfg(test)]
mod tests {
    use super::{fact, facts, verb_of};

    #[test]
    fn a_fact_knows_its_noun_and_its_past_verb() {
        let fact = fact("demarc.site.v1.SiteSuspended").unwrap();
        assert_eq!((fact.noun.as_str(), fact.verb.as_str()), ("site", "suspended"));
        assert!(facts().len() > 20);
    }

    #[test]
    fn a_command_loses_its_noun_in_its_verb() {
        assert_eq!(verb_of("SuspendSite", "site"), "suspend");
        assert_eq!(verb_of("RecordCharge", "ledger"), "record_charge");
        assert_eq!(verb_of("AcknowledgeNocRequest", "site"), "acknowledge_noc_request");
    }
}
