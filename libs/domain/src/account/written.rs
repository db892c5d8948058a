//! What was written about a customer, as far as rules ask for it: which ids were used lately, and
//! which flashes must be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    order::OrderRejection,
    remembered::{Fingerprint, Remembered},
    text::Code,
};

/// Most ids of comments, memos, e-mails and cleared flashes that are remembered, of each kind.
///
/// Commands that are delivered again are answered by their command id, for ever. Whoever says the
/// same thing anew under its old id, after so many newer ones, says it a second time.
pub const REMEMBERED_MAX: usize = 64;
/// Most flashes that an account has at a time.
pub const FLASHES_MAX: usize = 10;

/// What was written about a customer, within bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The newest comments (F36).
    pub comments: Remembered,
    /// The newest memos (F40).
    pub memos: Remembered,
    /// The newest e-mails (F61).
    pub emails: Remembered,
    /// Flashes that must be read now, by their ids (F9).
    pub flashes: BTreeMap<Code, Fingerprint>,
    /// The flashes that were cleared last.
    pub cleared: Remembered,
    /// Where statements go, if not to the holder (F58).
    pub bill_to: Option<Fingerprint>,
}

impl Written {
    /// What of it an agent has read before a change: every flash that there is (F9). Ids that are
    /// none, or no longer, do no harm.
    pub(crate) fn acknowledged(
        &self,
        read: &BTreeSet<Code>,
    ) -> Result<BTreeSet<Code>, OrderRejection> {
        let unread: Vec<_> = self.flashes.keys().filter(|id| !read.contains(id)).cloned().collect();
        if unread.is_empty() {
            Ok(self.flashes.keys().cloned().collect())
        } else {
            Err(OrderRejection::FlashesNotAcknowledged { flash_ids: unread })
        }
    }
}
