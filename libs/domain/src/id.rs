//! Ids of nouns. An id is also the name of the noun's stream in the log: `site_88`, `order_1001`.
//!
//! What must stay true: an id holds only characters that are safe in a NATS subject, a path and a
//! log line; whatever noun is named after another one (`Id::of`), its name can be read again.
//! Senders choose ids and must not put personal data into them: no rule can tell.

use std::{cmp, fmt, hash, marker::PhantomData, sync::Arc};

use crate::{Aggregate, text::Code};

/// Longest id in characters that a sender chooses, prefix included.
pub const ID_CHARS_MAX: usize = 64;

/// Names one `A`: its category, an underscore, and 1 or more of `A-Z a-z 0-9 - _`.
pub struct Id<A>(Arc<str>, PhantomData<fn() -> A>);

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be `{prefix}_` and letters, digits, `-` or `_`, at most {ID_CHARS_MAX} characters")]
pub struct IdError {
    /// The category that the id should start with.
    pub prefix: &'static str,
}

impl<A: Aggregate> Id<A> {
    /// Reads an id from outside.
    ///
    /// # Errors
    /// When the category is another, or a character is not allowed.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let suffix = text.strip_prefix(A::CATEGORY).and_then(|rest| rest.strip_prefix('_'));
        match suffix {
            Some(suffix) if is_safe(suffix) && text.len() <= A::ID_CHARS_MAX => {
                Ok(Self(text.into(), PhantomData))
            }
            Some(_) | None => Err(IdError { prefix: A::CATEGORY }),
        }
    }

    /// The id of the `A` that belongs to another noun, for example an account's ledger.
    #[must_use]
    pub fn of<B: Aggregate>(other: &Id<B>) -> Self {
        Self(format!("{}_{}", A::CATEGORY, other.suffix()).into(), PhantomData)
    }

    /// What follows the category.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.0[A::CATEGORY.len() + 1..]
    }
}

impl<A> Id<A> {
    /// The id as one of the codes that name things within a noun.
    #[must_use]
    pub fn code(&self) -> Code {
        Code::parse(&self.0).expect("an id is printable ASCII and shorter than a code may be")
    }

    /// The whole id, which is the stream's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_safe(suffix: &str) -> bool {
    !suffix.is_empty()
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

// Derives would ask the same of `A`, which is only a name here.
impl<A> Clone for Id<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<A> PartialEq for Id<A> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<A> Eq for Id<A> {}

impl<A> PartialOrd for Id<A> {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<A> Ord for Id<A> {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<A> hash::Hash for Id<A> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<A> fmt::Debug for Id<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<A> fmt::Display for Id<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{ID_CHARS_MAX, Id};
    use crate::{
        account::Account, autopay::Autopay, dunning::Dunning, ledger::Ledger, site::Site,
        subscription::Subscription,
    };

    #[test]
    fn an_id_carries_its_category_and_is_safe_in_a_subject() {
        assert!(Id::<Site>::parse("site_88").is_ok());
        for wrong in ["", "88", "site_", "site-88", "order_1", "site_a.b", "site_*", "site_a b"] {
            assert!(Id::<Site>::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Id::<Site>::parse(&format!("site_{}", "9".repeat(60))).is_err());
    }

    #[test]
    fn a_ledger_is_named_after_its_account() {
        let account = Id::<crate::account::Account>::parse("account_7").unwrap();
        assert_eq!(Id::<Ledger>::of(&account).as_str(), "ledger_7");
    }

    proptest! {
        #[test]
        fn what_is_named_after_an_account_is_read_again(suffix in "[A-Za-z0-9_-]{1,60}") {
            let account = format!("account_{suffix}");
            let Ok(account) = Id::<Account>::parse(&account) else {
                assert!(account.len() > ID_CHARS_MAX);
                return Ok(());
            };
            let subscription = Id::<Subscription>::of(&account);
            assert_eq!(Id::parse(subscription.as_str()), Ok(subscription.clone()));
            assert_eq!(Id::<Account>::of(&subscription), account);
            let ledger = Id::<Ledger>::of(&account);
            assert_eq!(Id::parse(ledger.as_str()), Ok(ledger));
            let dunning = Id::<Dunning>::of(&account);
            assert_eq!(Id::parse(dunning.as_str()), Ok(dunning));
            let autopay = Id::<Autopay>::of(&account);
            assert_eq!(Id::parse(autopay.as_str()), Ok(autopay));
        }
    }
}
