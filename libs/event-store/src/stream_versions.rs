//! The versions of the streams that were written last, so that the writer rarely has to look
//! them up. Bounded: when the younger half is full, the older half is forgotten.

use rustc_hash::FxHashMap;

/// Stream versions that the writer remembers. They are always right: nobody else writes.
pub(crate) struct StreamVersions {
    young: FxHashMap<Box<str>, u64>,
    old: FxHashMap<Box<str>, u64>,
    half_max: usize,
}

impl StreamVersions {
    /// Remembers at most `streams_max`.
    pub(crate) fn new(streams_max: usize) -> Self {
        let half_max = streams_max / 2;
        Self { young: FxHashMap::default(), old: FxHashMap::default(), half_max }
    }

    /// The version of `stream`, if it is remembered.
    pub(crate) fn get(&self, stream: &str) -> Option<u64> {
        self.young.get(stream).or_else(|| self.old.get(stream)).copied()
    }

    /// Remembers that `stream` is at `version`.
    pub(crate) fn set(&mut self, stream: &str, version: u64) {
        if let Some(known) = self.young.get_mut(stream) {
            *known = version;
            return;
        }
        if self.young.len() >= self.half_max {
            self.old = std::mem::take(&mut self.young);
        }
        let name = self.old.remove_entry(stream).map_or_else(|| stream.into(), |(name, _)| name);
        self.young.insert(name, version);
    }
}

#[cfg(test)]
mod tests {
    use super::StreamVersions;

    #[test]
    fn the_stream_written_longest_ago_is_forgotten_first() {
        let mut versions = StreamVersions::new(4);
        ["a", "b", "a", "c", "a", "d", "e"].into_iter().zip(1..).for_each(|(stream, version)| {
            versions.set(stream, version);
        });
        let known = ["a", "b", "c", "d", "e"].map(|stream| versions.get(stream));
        assert_eq!(known, [Some(5), None, Some(4), Some(6), Some(7)]);
    }
}
