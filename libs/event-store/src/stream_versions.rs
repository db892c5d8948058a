//! The versions of the streams that were written last, so that the writer rarely has to look
//! them up. The memory is reserved once and taken from the system only where it is used: there is
//! nothing to grow, to move or to free while commands wait.

use crate::key::Key;

/// Streams that share a place; the one written longest ago makes room.
const WAYS: usize = 8;

/// 96 bits of the stream's key, the others follow from its place; then its version, 0 if empty.
type Slot = [u64; 2];

/// Stream versions that the writer remembers. They are always right: nobody else writes.
pub(crate) struct StreamVersions {
    sets: Vec<[Slot; WAYS]>,
}

impl StreamVersions {
    /// Remembers at most `streams_max`, rounded down to a multiple of eight.
    pub(crate) fn new(streams_max: usize) -> Self {
        Self { sets: vec![[[0; 2]; WAYS]; streams_max / WAYS] }
    }

    /// The version of a stream, if it is remembered.
    pub(crate) fn get(&self, stream: Key) -> Option<u64> {
        let set = self.sets.get(place(stream, self.sets.len()))?;
        let slot = set.iter().find(|slot| is_of(slot, stream))?;
        Some(slot[1] & u64::from(u32::MAX))
    }

    /// Remembers that a stream is at `version`.
    pub(crate) fn set(&mut self, stream: Key, version: u64) {
        let place = place(stream, self.sets.len());
        let Some(set) = self.sets.get_mut(place) else { return };
        let known = set.iter().position(|slot| is_of(slot, stream)).unwrap_or(WAYS - 1);
        set[..=known].rotate_right(1);
        // A version of more than 32 bits is not remembered.
        let version = u32::try_from(version).map_or(0, u64::from);
        set[0] = [stream.high, stream.low << 32 | version];
    }
}

fn is_of(slot: &Slot, stream: Key) -> bool {
    let version = slot[1] & u64::from(u32::MAX);
    slot[0] == stream.high && slot[1] >> 32 == stream.low & u64::from(u32::MAX) && version != 0
}

fn place(stream: Key, sets: usize) -> usize {
    let place = ((stream.low >> 32) * sets as u64) >> 32;
    usize::try_from(place).expect("less than the number of sets")
}

#[cfg(test)]
mod tests {
    use super::StreamVersions;
    use crate::key::Key;

    fn key(n: u64) -> Key {
        Key { high: n, low: n << 1 }
    }

    #[test]
    fn the_stream_written_longest_ago_is_forgotten_first() {
        let mut versions = StreamVersions::new(8);
        (1..=8).for_each(|n| versions.set(key(n), n));
        versions.set(key(1), 100);
        versions.set(key(9), 9);
        assert_eq!(versions.get(key(1)), Some(100));
        assert_eq!(versions.get(key(2)), None);
        assert!((3..=9).all(|n| versions.get(key(n)) == Some(n)));
    }

    #[test]
    fn nothing_is_remembered_without_room() {
        let mut versions = StreamVersions::new(0);
        versions.set(key(1), 1);
        assert_eq!(versions.get(key(1)), None);
    }

    #[test]
    fn a_version_that_does_not_fit_is_looked_up_instead() {
        let mut versions = StreamVersions::new(8);
        versions.set(key(1), u64::from(u32::MAX) + 1);
        assert_eq!(versions.get(key(1)), None);
        versions.set(key(1), u64::from(u32::MAX));
        assert_eq!(versions.get(key(1)), Some(u64::from(u32::MAX)));
    }
}
