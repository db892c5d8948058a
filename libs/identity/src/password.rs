//! Passwords: which are good enough, what is stored of them, and temporary ones (F63).
//!
//! Hashing is made to be slow and to take memory: it belongs on no thread that others wait for.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier},
};

/// Shortest password in characters.
pub const CHARS_MIN: usize = 12;
/// Longest password in bytes.
pub const BYTES_MAX: usize = 128;
/// Different characters that a password has at least.
const DIFFERENT_MIN: usize = 5;

/// What everybody tries first, without what is usually put before and behind it.
const COMMON: [&str; 24] = [
    "abcdefghijkl",
    "administrator",
    "changemechangeme",
    "changemenow",
    "correcthorsebatterystaple",
    "demarcdemarc",
    "iloveyouiloveyou",
    "letmeinletmein",
    "letmeinnow",
    "passwordpassword",
    "password",
    "qwertyqwerty",
    "qwertyuiop",
    "qwertyuiopasdfghjkl",
    "secretsecret",
    "sunshinesunshine",
    "temporary",
    "temporarypassword",
    "trustno",
    "welcomewelcome",
    "welcome",
    "asdfghjkl",
    "zaqxswcde",
    "qazwsxedc",
];

/// Characters of a temporary password: none that is taken for another one.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789_";

/// Why a password is not good enough, as a field's problem: `must be ...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too few characters.
    #[error("must be at least {CHARS_MIN} characters")]
    Short,
    /// Too many.
    #[error("must be at most {BYTES_MAX} bytes")]
    Long,
    /// Nobody can type it.
    #[error("must not hold control characters")]
    Unprintable,
    /// Whoever knows the name knows the password.
    #[error("must not hold the login's name")]
    Name,
    /// One of those that are tried first.
    #[error("must not be one that everybody tries first")]
    Common,
    /// A few characters again and again.
    #[error("must hold at least {DIFFERENT_MIN} different characters")]
    Monotonous,
    /// Somebody's number at the tax office.
    #[error("must not hold a social security number")]
    SocialSecurityNumber,
}

/// Demands that a password is good enough for a login.
///
/// # Errors
/// What is wrong with it.
pub fn demand_good(name: &str, password: &str) -> Result<(), Weak> {
    let lower = password.to_lowercase();
    let letters: String = lower.chars().filter(|char| char.is_alphabetic()).collect();
    let mut different: Vec<_> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    match password {
        _ if password.chars().count() < CHARS_MIN => Err(Weak::Short),
        _ if password.len() > BYTES_MAX => Err(Weak::Long),
        _ if password.chars().any(char::is_control) => Err(Weak::Unprintable),
        _ if name.len() > 2 && lower.contains(&name.to_lowercase()) => Err(Weak::Name),
        _ if holds_social_security_number(password) => Err(Weak::SocialSecurityNumber),
        _ if different.len() < DIFFERENT_MIN => Err(Weak::Monotonous),
        _ if COMMON.contains(&letters.as_str()) || is_counted(&lower) => Err(Weak::Common),
        _ => Ok(()),
    }
}

/// `123-45-6789`, or the same without its dashes, and no digit before or behind it.
fn holds_social_security_number(password: &str) -> bool {
    let mut digits = password.split(|char: char| !char.is_ascii_digit() && char != '-');
    digits.any(|run| {
        let lengths: Vec<_> = run.split('-').map(str::len).collect();
        lengths == [9] || lengths.windows(3).any(|part| part == [3, 2, 4])
    })
}

/// `123456789012` and its like.
fn is_counted(password: &str) -> bool {
    let bytes = password.as_bytes();
    bytes.iter().all(u8::is_ascii_digit)
        && bytes.windows(2).all(|pair| (pair[0] - b'0' + 1) % 10 == (pair[1] - b'0') % 10)
}

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password was not hashed: there is no memory or no randomness")]
pub struct HashError;

/// What is stored of a password: a PHC string of argon2id. Slow on purpose.
///
/// # Errors
/// When the machine has no memory or no randomness left.
pub fn hash(password: &str) -> Result<String, HashError> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| HashError)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that the hash was made of. As slow as `hash`.
#[must_use]
pub fn is_right(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// A hash that no password opens, as expensive to try as any: whoever asks about a login that is
/// not there waits as long.
pub const OF_NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$\
                             AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A temporary password that nobody can guess: `k7m2p-9xwad-...`, 100 bits.
///
/// # Errors
/// When the machine has no randomness.
pub fn temporary() -> Result<String, HashError> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|_| HashError)?;
    let char = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let groups = bytes.chunks(5).map(|group| group.iter().map(char).collect::<String>());
    Ok(groups.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::{OF_NOBODY, Weak, demand_good, hash, is_right, temporary};

    #[test]
    fn f63_a_password_is_long_no_name_and_none_that_is_tried_first() {
        let weak = |password: &str| demand_good("jane", password).unwrap_err();
        assert_eq!(demand_good("jane", "a walk to the old mill"), Ok(()));
        assert_eq!(demand_good("jane", "Señal débil en el 7"), Ok(()));
        assert_eq!(weak("short"), Weak::Short);
        assert_eq!(weak(&"long and longer ".repeat(9)), Weak::Long);
        assert_eq!(weak("bell\u{7}bell bell bell"), Weak::Unprintable);
        assert_eq!(weak("I am Jane of Orem"), Weak::Name);
        assert_eq!(weak("Password1234!"), Weak::Common);
        assert_eq!(weak("123456789012"), Weak::Common);
        assert_eq!(weak("aabbaabbaabb"), Weak::Monotonous);
        assert_eq!(weak("my ssn 123-45-6789"), Weak::SocialSecurityNumber);
        assert_eq!(weak("my ssn 123456789"), Weak::SocialSecurityNumber);
        assert_eq!(demand_good("jane", "order 1234567890 done"), Ok(()));
    }

    #[test]
    fn only_the_password_opens_its_hash() {
        let stored = hash("a walk to the old mill").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(is_right("a walk to the old mill", &stored));
        assert!(!is_right("a walk to the old mall", &stored));
        for nothing in ["", "x", OF_NOBODY] {
            assert!(!is_right("", nothing) && !is_right("nobody", nothing), "{nothing}");
        }
    }

    #[test]
    fn a_temporary_password_is_good_enough_and_never_the_same() {
        let (one, other) = (temporary().unwrap(), temporary().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.len(), demand_good("admin", &one)), (23, Ok(())));
    }
}
