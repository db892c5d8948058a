//! Keys of lists. The rows of a list are shown in the order of their keys, so who wants those of
//! one account asks for keys that begin with `account_7/`.

/// A key in the list of one account or the like, under which the newest comes first.
pub(crate) fn newest_first(of: &str, position: u64) -> String {
    format!("{of}/{:020}", u64::MAX - position)
}

/// A key in the list of one queue or the like, under which the oldest comes first.
pub(crate) fn oldest_first(of: &str, position: u64) -> String {
    format!("{of}/{position:020}")
}

#[cfg(test)]
mod tests {
    use super::{newest_first, oldest_first};

    #[test]
    fn keys_sort_as_positions_do_and_lists_do_not_mix() {
        assert!(newest_first("account_7", 10) < newest_first("account_7", 9));
        assert!(oldest_first("NOC", 9) < oldest_first("NOC", 10));
        assert!(newest_first("account_7", 1) < newest_first("account_70", u64::MAX));
    }
}
