//! The key that tokens are signed with, and the public keys that they are verified with, in a
//! directory of their own.
//!
//! `session.key` is the private key, `retired/<kid>.pub` a public key that is no longer signed with
//! and the second until which it is known. What must stay true: the private key can be read by its
//! owner only; a key that is retired verifies until the last token that it has signed is over.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde_json::{Value, json};

use crate::token::{self, Claims, PROGRAM_SECONDS_MAX, TokenError};

const PRIVATE: &str = "session.key";
const RETIRED: &str = "retired";

/// The keys of one Demarc.
#[derive(Debug)]
pub struct Keyring {
    dir: PathBuf,
    keys: RwLock<Keys>,
}

struct Keys {
    kid: String,
    signing: SigningKey,
    /// Those that are retired, and until which second they are known.
    retired: BTreeMap<String, (VerifyingKey, i64)>,
}

/// What becomes of the key that was signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retired {
    /// It verifies what it has signed until that is over.
    Known,
    /// It is forgotten, with all that were retired before: whatever was signed counts no more.
    Forgotten,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is no key.
    #[error("{path} is no key: remove it, and whoever is logged in logs in again")]
    NoKey {
        /// Which.
        path: PathBuf,
    },
    /// Others could read it.
    #[error("{path} can be read by others, who could sign tokens with it: chmod 600, and rotate")]
    ReadByOthers {
        /// Which.
        path: PathBuf,
    },
    /// There is no randomness.
    #[error("the machine has no randomness to make a key of")]
    NoRandomness,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Keyring {
    /// The keys in a directory. The first one is made.
    ///
    /// # Errors
    /// When a file cannot be read or written, or others could read the private key.
    pub fn open(dir: &Path) -> Result<Self, KeyError> {
        if !dir.join(PRIVATE).exists() {
            make_dir(dir)?;
            write_private(dir, &new_key()?)?;
        }
        Ok(Self { dir: dir.to_owned(), keys: RwLock::new(read(dir)?) })
    }

    /// Reads the keys again: somebody may have rotated them.
    ///
    /// # Errors
    /// When a file cannot be read; the keys are those of before then.
    pub fn reload(&self) -> Result<(), KeyError> {
        let keys = read(&self.dir)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Signs a token.
    #[must_use]
    pub fn sign(&self, claims: &Claims) -> String {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        token::sign(&keys.signing, &keys.kid, claims)
    }

    /// What a token says, if it was signed with one of the keys and counts `now`, in seconds.
    ///
    /// # Errors
    /// Why it counts for nothing.
    pub fn verify(&self, token: &str, now: i64) -> Result<Claims, TokenError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        token::verify(token, now, |kid| keys.public(kid, now))
    }

    /// The name of the key that is signed with.
    #[must_use]
    pub fn kid(&self) -> String {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).kid.clone()
    }

    /// The public keys as a JSON Web Key Set (RFC 7517), for whoever verifies tokens by himself.
    #[must_use]
    pub fn public(&self, now: i64) -> Value {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let known = keys.retired.iter().filter(|(_, (_, until))| now < *until);
        let mut all = vec![public_key(&keys.kid, &keys.signing.verifying_key())];
        all.extend(known.map(|(kid, (key, _))| public_key(kid, key)));
        json!({ "keys": all })
    }
}

impl Keys {
    fn public(&self, kid: &str, now: i64) -> Option<VerifyingKey> {
        if kid == self.kid {
            return Some(self.signing.verifying_key());
        }
        let (key, until) = self.retired.get(kid)?;
        (now < *until).then_some(*key)
    }
}

/// Gives the directory another key to sign with, `now`, in seconds. Gives its name.
///
/// # Errors
/// When a file cannot be read or written.
pub fn rotate(dir: &Path, now: i64, retired: Retired) -> Result<String, KeyError> {
    let keys = read(dir)?;
    let folder = dir.join(RETIRED);
    match retired {
        Retired::Known => {
            make_dir(&folder)?;
            let public = hex::encode(keys.signing.verifying_key().to_bytes());
            let until = now.saturating_add(PROGRAM_SECONDS_MAX);
            write(&folder.join(format!("{}.pub", keys.kid)), &format!("{public} {until}\n"))?;
        }
        Retired::Forgotten if folder.exists() => {
            fs::remove_dir_all(&folder).map_err(|source| failed(&folder, source))?;
        }
        Retired::Forgotten => {}
    }
    let key = new_key()?;
    write_private(dir, &key)?;
    Ok(kid(&key.verifying_key()))
}

fn read(dir: &Path) -> Result<Keys, KeyError> {
    let path = dir.join(PRIVATE);
    let permissions = fs::metadata(&path).map_err(|source| failed(&path, source))?.permissions();
    if permissions.mode() & 0o077 != 0 {
        return Err(KeyError::ReadByOthers { path });
    }
    let seed = fs::read_to_string(&path).map_err(|source| failed(&path, source))?;
    let signing = bytes(&seed).ok_or(KeyError::NoKey { path })?;
    let signing = SigningKey::from_bytes(&signing);
    Ok(Keys { kid: kid(&signing.verifying_key()), signing, retired: read_retired(dir)? })
}

fn read_retired(dir: &Path) -> Result<BTreeMap<String, (VerifyingKey, i64)>, KeyError> {
    let folder = dir.join(RETIRED);
    let mut retired = BTreeMap::new();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(retired),
        Err(source) => return Err(failed(&folder, source)),
    };
    for entry in entries {
        let path = entry.map_err(|source| failed(&folder, source))?.path();
        if path.extension().is_none_or(|extension| extension != "pub") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|source| failed(&path, source))?;
        let (key, until) = read_public(&text).ok_or(KeyError::NoKey { path })?;
        retired.insert(kid(&key), (key, until));
    }
    Ok(retired)
}

fn read_public(text: &str) -> Option<(VerifyingKey, i64)> {
    let (key, until) = text.split_once(' ')?;
    let key = VerifyingKey::from_bytes(&bytes(key)?).ok()?;
    Some((key, until.trim().parse().ok()?))
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    hex::decode(text.trim()).ok()?.try_into().ok()
}

fn new_key() -> Result<SigningKey, KeyError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| KeyError::NoRandomness)?;
    Ok(SigningKey::from_bytes(&seed))
}

/// A key is named after its first bytes.
fn kid(key: &VerifyingKey) -> String {
    hex::encode(&key.to_bytes()[..8])
}

fn public_key(kid: &str, key: &VerifyingKey) -> Value {
    let x = BASE64.encode(key.to_bytes());
    json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x })
}

fn write_private(dir: &Path, key: &SigningKey) -> Result<(), KeyError> {
    write(&dir.join(PRIVATE), &format!("{}\n", hex::encode(key.to_bytes())))
}

/// Gives a file another content, whole or not at all, that its owner alone can read.
fn write(path: &Path, content: &str) -> Result<(), KeyError> {
    let draft = path.with_extension("draft");
    let written = (|| {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    })();
    written.map_err(|source| failed(path, source))
}

fn make_dir(dir: &Path) -> Result<(), KeyError> {
    let made = fs::create_dir_all(dir)
        .and_then(|()| fs::set_permissions(dir, Permissions::from_mode(0o700)));
    made.map_err(|source| failed(dir, source))
}

fn failed(path: &Path, source: io::Error) -> KeyError {
    KeyError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt as _,
    };

    use super::{KeyError, Keyring, Retired, rotate};
    use crate::token::{Bearer, Claims, PROGRAM_SECONDS_MAX, TokenError};

    const NOW: i64 = 1_790_000_000;

    fn claims() -> Claims {
        let bearer = Bearer {
            biller: "northeast".into(),
            name: "jane".into(),
            roles: vec!["agent".into()],
            generation: 1,
            must_change: false,
        };
        Claims::new(bearer, NOW, PROGRAM_SECONDS_MAX)
    }

    #[test]
    fn the_key_is_made_once_and_nobody_else_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("core/keys");
        let (first, again) = (Keyring::open(&keys).unwrap(), Keyring::open(&keys).unwrap());
        assert_eq!(again.verify(&first.sign(&claims()), NOW), Ok(claims()));
        let file = keys.join("session.key");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{first:?}").contains(fs::read_to_string(&file).unwrap().trim()));

        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Keyring::open(&keys), Err(KeyError::ReadByOthers { .. })));
    }

    #[test]
    fn what_a_retired_key_has_signed_counts_until_it_is_over() {
        let dir = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(dir.path()).unwrap();
        let (before, token) = (keyring.kid(), keyring.sign(&claims()));
        let kid = rotate(dir.path(), NOW, Retired::Known).unwrap();
        keyring.reload().unwrap();
        assert!(keyring.kid() == kid && kid != before);
        assert_eq!(keyring.verify(&token, NOW), Ok(claims()));
        assert_eq!(keyring.public(NOW)["keys"].as_array().map(Vec::len), Some(2));
        let over = NOW + PROGRAM_SECONDS_MAX;
        assert_eq!(keyring.verify(&token, over), Err(TokenError::UnknownKey));
        assert_eq!(keyring.public(over)["keys"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn what_a_forgotten_key_has_signed_counts_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(dir.path()).unwrap();
        let token = keyring.sign(&claims());
        rotate(dir.path(), NOW, Retired::Known).unwrap();
        rotate(dir.path(), NOW, Retired::Forgotten).unwrap();
        keyring.reload().unwrap();
        assert_eq!(keyring.verify(&token, NOW), Err(TokenError::UnknownKey));
    }
}
