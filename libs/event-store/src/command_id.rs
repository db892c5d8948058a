//! The id that makes a command idempotent: 16 bytes, written as UUID text.

use std::fmt;
use std::str::FromStr;

/// The identity of a command: the same id is the same command, for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub [u8; 16]);

/// The text is not a UUID of the form 8-4-4-4-12.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a command id: 32 hex digits as 8-4-4-4-12 are needed")]
pub struct ParseCommandIdError {
    /// What was given.
    pub text: String,
}

/// Where the dashes stand in the text.
const DASHES: [usize; 4] = [8, 13, 18, 23];

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut digits, mut text) = ([0; 32], [b'-'; 36]);
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        let places = (0..text.len()).filter(|place| !DASHES.contains(place));
        places.zip(digits).for_each(|(place, digit)| text[place] = digit);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CommandId {
    type Err = ParseCommandIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseCommandIdError { text: text.to_owned() };
        let bytes = text.as_bytes();
        if bytes.len() != 36 || DASHES.iter().any(|&at| bytes[at] != b'-') {
            return Err(refused());
        }
        let digits: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != b'-').collect();
        let mut id = [0; 16];
        hex::decode_to_slice(&digits, &mut id).map_err(|_| refused())?;
        Ok(Self(id))
    }
}

#[cfg(test)]
mod tests {
    use super::CommandId;

    #[test]
    fn an_id_reads_back_from_its_own_text() {
        let id = CommandId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(id.to_string(), "00010203-0405-0607-0809-0a0b0c0d0eff");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn text_that_is_no_uuid_is_refused_with_the_text() {
        let refused = "0001020304050607-0809-0a0b0c0d0eff--".parse::<CommandId>().unwrap_err();
        assert_eq!(refused.text, "0001020304050607-0809-0a0b0c0d0eff--");
        assert!("é0010203-0405-0607-0809-0a0b0c0d0ef".parse::<CommandId>().is_err());
    }
}
