//! A key that is shown to nobody.

use std::fmt;

/// A key of ours at a processor, or one that webhooks are signed with. `Debug` does not show it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a key as it was configured.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The key itself, for whoever uses it and for nothing else.
    pub(crate) fn revealed(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
