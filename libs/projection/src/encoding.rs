//! How bytes and ids stand in JSON rows: as text a person can read and search for.

/// Bytes as hexadecimal digits.
pub(crate) mod hex_bytes {
    use bytes::Bytes;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(from)?;
        hex::decode(text).map(Bytes::from).map_err(D::Error::custom)
    }
}

/// A command id as UUID text.
pub(crate) mod command_id {
    use event_store::CommandId;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(id: &CommandId, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<CommandId, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A chain hash as hexadecimal digits.
pub(crate) mod hash {
    use event_store::Hash;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(hash.0))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        let mut hash = [0; 32];
        hex::decode_to_slice(String::deserialize(from)?, &mut hash).map_err(D::Error::custom)?;
        Ok(Hash(hash))
    }
}
