//! The names that were probably meant.

/// The candidates with the fewest letters to change, if they are near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let distances = candidates
        .into_iter()
        .map(|candidate| (changes(&name, &candidate.to_lowercase()), candidate))
        .filter(|(changes, _)| *changes <= name.len().div_ceil(2));
    let (mut fewest, mut found) = (usize::MAX, Vec::new());
    for (changes, candidate) in distances {
        if changes < fewest {
            fewest = changes;
            found.clear();
        }
        if changes == fewest {
            found.push(candidate);
        }
    }
    found
}

/// How many letters must be added, removed or replaced (Levenshtein).
fn changes(from: &str, to: &str) -> usize {
    let mut before: Vec<usize> = (0..=to.chars().count()).collect();
    for (row, a) in from.chars().enumerate() {
        let mut now = vec![row + 1];
        for (column, b) in to.chars().enumerate() {
            let replaced = before[column] + usize::from(a != b);
            now.push(replaced.min(before[column + 1] + 1).min(now[column] + 1));
        }
        before = now;
    }
    before.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{changes, nearest};

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        let names = ["SuspendSite", "UnsuspendSite", "OpenDay"];
        assert_eq!(nearest("suspendsite", names), ["SuspendSite"]);
        assert_eq!(nearest("OpenDya", names), ["OpenDay"]);
        assert_eq!(nearest("SuspendSites", names), ["SuspendSite"]);
        assert_eq!(nearest("Xyz", names), Vec::<&str>::new());
    }

    #[test]
    fn all_that_are_equally_near_are_named() {
        assert_eq!(nearest("SX", ["SC", "CC", "SS", "04"]), ["SC", "SS"]);
    }

    #[test]
    fn changes_are_counted_as_levenshtein_did() {
        assert_eq!(changes("kitten", "sitting"), 3);
        assert_eq!(changes("", "abc"), 3);
        assert_eq!(changes("same", "same"), 0);
    }
}
