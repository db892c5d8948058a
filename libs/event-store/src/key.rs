//! What commands and streams are called in the index: hashes under a secret key, so that nobody
//! can choose names that collide.

use siphasher::sip128::SipHasher13;

use crate::CommandId;

/// 128 bits that stand for a command or for a stream. In memory they are its identity: among
/// 10^10 names two are alike once in 10^18 logs. The index on disk keeps a [`Fingerprint`] of
/// them, which is a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) high: u64,
    pub(crate) low: u64,
}

/// The first 40 bits of a key. Others may have the same.
pub(crate) type Fingerprint = u64;

/// Bytes of a fingerprint where it is written out.
pub(crate) const FINGERPRINT_BYTES: usize = 5;

impl Key {
    /// Its fingerprint.
    pub(crate) fn fingerprint(self) -> Fingerprint {
        self.high >> (64 - 8 * FINGERPRINT_BYTES)
    }
}

/// Makes keys of names. The same secret gives the same keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys(SipHasher13);

impl Keys {
    /// Keys that nobody can foresee who does not know `secret`.
    pub(crate) fn new(secret: &[u8; 16]) -> Self {
        Self(SipHasher13::new_with_key(secret))
    }

    /// The key of a command.
    pub(crate) fn command(&self, id: CommandId) -> Key {
        self.of(&id.0)
    }

    /// The key of a stream.
    pub(crate) fn stream(&self, name: &str) -> Key {
        self.of(name.as_bytes())
    }

    fn of(&self, bytes: &[u8]) -> Key {
        let (high, low) = self.0.hash(bytes).as_u64();
        Key { high, low }
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;
    use crate::CommandId;

    /// The tests of the log rely on these names.
    #[test]
    fn control_the_names_that_are_to_look_alike_do() {
        let keys = Keys::new(&[7; 16]);
        let [one, other] = ["twin-42586", "twin-3934583"].map(|name| keys.stream(name));
        assert!(one != other && one.fingerprint() == other.fingerprint());
        let commands = [58_517_u128, 3_157_271].map(|n| CommandId(n.to_be_bytes()));
        let [one, other] = commands.map(|id| keys.command(id));
        assert!(one != other && one.fingerprint() == other.fingerprint());
    }
}
