//! A processor's own name of a payment, and the reference that it stands for.
//!
//! What must stay true: one name has one reference for ever, and two names have two. Whoever
//! reports a payment hands on the name as it came.

use domain::{
    reference::{ProcessorName, ReferenceId},
    text::Text,
};
use sha2::{Digest as _, Sha256};

use crate::{Invalid, invalid::text};

/// Longest name in characters.
const CHARS_MAX: usize = 128;
/// Bytes of a digest that stand in the place of a name: two names share them once in 2^80.
const DIGEST_BYTES: usize = 20;

/// A name that a processor gives.
pub(super) fn name(field: &str, value: &str) -> Result<Text, Invalid> {
    let is_visible = value.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_visible || !(1..=CHARS_MAX).contains(&value.len()) {
        return Err(Invalid::new(field, "must be 1 to 128 visible ASCII characters"));
    }
    text(field, value)
}

/// A name with its reference.
pub(super) fn named(field: &str, value: &str) -> Result<ProcessorName, Invalid> {
    let name = name(field, value)?;
    // A name that is no part of an id is known by its digest.
    let id = ReferenceId::parse(&format!("reference_{value}"))
        .or_else(|_| ReferenceId::parse(&format!("reference_x-{}", digest(value))))
        .map_err(|error| Invalid::new(field, error))?;
    Ok(ProcessorName { name, id })
}

/// The reference that a processor's name of a payment stands for; `None` where it is no name.
#[must_use]
pub fn reference_of(name: &str) -> Option<ReferenceId> {
    named("reference", name).ok().map(|named| named.id)
}

fn digest(value: &str) -> String {
    hex::encode(&Sha256::digest(value)[..DIGEST_BYTES])
}

#[cfg(test)]
mod tests {
    use super::named;

    fn id(name: &str) -> Option<String> {
        named("reference", name).ok().map(|named| named.id.to_string())
    }

    #[test]
    fn a_name_has_one_reference_and_two_have_two() {
        assert_eq!(id("ch_1-A").as_deref(), Some("reference_ch_1-A"));
        // printf 'ch.1' | sha256sum
        let digested = "reference_x-a2fb13b47811a76ce19fbc2013fa75dc164178bf";
        assert_eq!(id("ch.1").as_deref(), Some(digested));
        let long = "c".repeat(128);
        let names = ["ch1", "ch.1", "ch:1", "ch/1", &long, &long[1..]];
        let ids: std::collections::BTreeSet<_> = names.iter().filter_map(|name| id(name)).collect();
        assert_eq!(ids.len(), names.len(), "{ids:?}");
    }

    #[test]
    fn what_no_processor_calls_a_payment_is_no_name() {
        for wrong in ["", "ch 1", "ch\n1", "ch\u{e9}", &"c".repeat(129)] {
            assert_eq!(id(wrong), None, "{wrong}");
        }
    }
}
