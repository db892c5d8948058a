//! What argon2 made of a password, as a PHC string. Nothing leads back from it, but whoever has it
//! can try passwords at leisure: it is never shown.

use std::{fmt, sync::Arc};

/// Longest PHC string in characters.
const CHARS_MAX: usize = 200;
/// Memory that was used, in KiB: less is cheap to try, more could stop whoever verifies it.
const MEMORY_KIB: std::ops::RangeInclusive<u32> = 19_456..=262_144;
/// How often it was gone through.
const PASSES: std::ops::RangeInclusive<u32> = 2..=10;
/// Lanes that were used side by side.
const LANES: std::ops::RangeInclusive<u32> = 1..=4;

/// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Arc<str>);

/// Why a text is not the hash of a password. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be what argon2id made of the password, as a PHC string, with 19456 to 262144 KiB, 2 to \
     10 passes and 1 to 4 lanes; never the password itself"
)]
pub struct PasswordHashError;

impl PasswordHash {
    /// Reads a hash from outside.
    ///
    /// # Errors
    /// When it is none, or one that is too cheap or too expensive to verify.
    pub fn parse(text: &str) -> Result<Self, PasswordHashError> {
        let parts: Vec<_> = text.split('$').collect();
        let ["", "argon2id", "v=19", costs, salt, hash] = parts.as_slice() else {
            return Err(PasswordHashError);
        };
        let is_base64 = |text: &str| {
            let of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
            text.bytes().all(of_base64)
        };
        let is_long_enough = salt.len() >= 16 && hash.len() >= 32 && text.len() <= CHARS_MAX;
        if is_long_enough && is_base64(salt) && is_base64(hash) && are_allowed(costs) {
            return Ok(Self(text.into()));
        }
        Err(PasswordHashError)
    }

    /// A hash as a fact holds it: empty where it was left out for whoever may not see it, which no
    /// password opens.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The PHC string: for whoever verifies a password or stores the hash, and nobody else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn are_allowed(costs: &str) -> bool {
    let costs: Vec<_> = costs.split(',').collect();
    let [memory, passes, lanes] = costs.as_slice() else { return false };
    let number = |text: &str, name: &str| text.strip_prefix(name)?.parse::<u32>().ok();
    number(memory, "m=").is_some_and(|kib| MEMORY_KIB.contains(&kib))
        && number(passes, "t=").is_some_and(|passes| PASSES.contains(&passes))
        && number(lanes, "p=").is_some_and(|lanes| LANES.contains(&lanes))
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::{PasswordHash, PasswordHashError};

    const SALT: &str = "c2FsdHNhbHRzYWx0c2FsdA";
    const HASH: &str = "0zXgKc1sY4q0aWJ8m2V5b3N0bm90aGluZ2F0YWxsISE";

    #[test]
    fn a_hash_of_argon2id_is_read_and_never_shown() {
        let text = format!("$argon2id$v=19$m=19456,t=2,p=1${SALT}${HASH}");
        let hash = PasswordHash::parse(&text).unwrap();
        assert_eq!(hash.reveal(), text);
        assert_eq!(format!("{hash:?}"), "PasswordHash(not shown)");
    }

    #[test]
    fn a_password_and_a_hash_that_is_too_cheap_or_too_expensive_are_refused() {
        for text in [
            String::new(),
            "correct horse battery".to_owned(),
            format!("$argon2i$v=19$m=19456,t=2,p=1${SALT}${HASH}"),
            format!("$argon2id$v=19$m=8,t=2,p=1${SALT}${HASH}"),
            format!("$argon2id$v=19$m=4194304,t=2,p=1${SALT}${HASH}"),
            format!("$argon2id$v=19$m=19456,t=1000,p=1${SALT}${HASH}"),
            format!("$argon2id$v=19$m=19456,t=2,p=9${SALT}${HASH}"),
            format!("$argon2id$v=19$m=19456,t=2${SALT}${HASH}"),
            format!("$argon2id$v=19$m=19456,t=2,p=1$short${HASH}"),
            format!("$argon2id$v=19$m=19456,t=2,p=1${SALT}${HASH}${HASH}"),
            format!("$argon2id$v=19$m=19456,t=2,p=1${SALT}${}", HASH.repeat(9)),
        ] {
            assert_eq!(PasswordHash::parse(&text), Err(PasswordHashError), "{text}");
        }
    }
}
