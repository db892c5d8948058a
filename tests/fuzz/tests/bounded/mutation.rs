//! Inputs that are nearly right: pieces of a corpus, changed here and there by a fixed seed.

use storage::Chance;

/// Longest input in bytes.
const BYTES_MAX: usize = 16 << 10;
/// Numbers at which readers stumble.
const ODD: [u32; 8] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, u32::MAX];
/// Characters at which readers stumble.
const CHARS: [&str; 10] = ["\0", "\n", "\r\n", "\"", "\\", "é", "\u{202e}", " ", "-", "00000000"];

/// Mutations of a corpus without end.
pub(crate) struct Mutations<'a> {
    seeds: &'a [Vec<u8>],
    chance: Chance,
}

impl<'a> Mutations<'a> {
    pub(crate) fn of(seeds: &'a [Vec<u8>], seed: u64) -> Self {
        Self { seeds, chance: Chance::new(seed) }
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.chance.below(sides.max(1) as u64)).unwrap()
    }

    /// Where a piece of the input begins and ends.
    fn piece(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.roll(length);
        from..(from + 1 + self.roll(16)).min(length)
    }

    fn change(&mut self, data: &mut Vec<u8>) {
        let at = self.roll(data.len());
        let piece = self.piece(data.len());
        match self.roll(9) {
            0 if at < data.len() => data[at] ^= 1 << self.roll(8),
            1 if at < data.len() => data[at] = u8::try_from(self.roll(256)).unwrap(),
            2 => {
                let odd = ODD[self.roll(ODD.len())].to_le_bytes();
                data.iter_mut().skip(at).zip(odd).for_each(|(byte, odd)| *byte = odd);
            }
            3 => {
                let text = CHARS[self.roll(CHARS.len())];
                data.splice(at..at, text.bytes());
            }
            4 => drop(data.splice(piece, [])),
            5 => {
                let again = data[piece].to_vec();
                data.splice(at..at, again);
            }
            6 => data.truncate(at),
            7 => {
                let nth = self.roll(self.seeds.len());
                let other = &self.seeds[nth];
                let from = self.roll(other.len());
                data.truncate(at);
                data.extend_from_slice(&other[from.min(other.len())..]);
            }
            _ => {
                let byte = u8::try_from(self.roll(256)).unwrap();
                data.insert(at.min(data.len()), byte);
            }
        }
        data.truncate(BYTES_MAX);
    }
}

impl Iterator for Mutations<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let nth = self.roll(self.seeds.len());
        let mut data = self.seeds.get(nth)?.clone();
        for _ in 0..=self.roll(6) {
            self.change(&mut data);
        }
        Some(data)
    }
}
