//! Tokens: JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037), the one form that every
//! language has a library for. Read strictly: one algorithm, and a key that is named.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

/// Longest token in bytes: all roles and the longest names fit.
pub const BYTES_MAX: usize = 2_048;
/// How long a session lasts, in seconds.
pub const SESSION_SECONDS: i64 = 12 * 3_600;
/// How long a program's token lasts at most, in seconds.
pub const PROGRAM_SECONDS_MAX: i64 = 366 * 86_400;

/// Who signs.
const ISSUER: &str = "demarc";
const ALGORITHM: &str = "EdDSA";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who has signed it: Demarc.
    iss: String,
    /// The biller: it counts at no other.
    pub aud: String,
    /// Name of the login, `jane` of `login_jane`.
    pub sub: String,
    /// What the login acts as.
    pub roles: Vec<String>,
    /// Of the login; an older one counts no more.
    pub generation: u32,
    /// When it was signed, in seconds since 1970.
    pub iat: i64,
    /// From when on it counts no more, in seconds since 1970.
    pub exp: i64,
    /// The password was temporary: nothing is allowed but to change it (F63).
    pub must_change: bool,
}

/// Of whom a token tells, and until when.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The biller.
    pub biller: String,
    /// Name of the login.
    pub name: String,
    /// What it acts as.
    pub roles: Vec<String>,
    /// Of the login.
    pub generation: u32,
    /// Nothing is allowed but to change the password (F63).
    pub must_change: bool,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// Why a token counts for nothing. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token of ours.
    #[error("it is no token of Demarc")]
    Unreadable,
    /// The key that it names is not known, or no longer.
    #[error("the key that it was signed with is not known here, or no longer")]
    UnknownKey,
    /// It was not signed with that key.
    #[error("its signature is wrong")]
    Forged,
    /// Its time is over.
    #[error("its time is over")]
    Expired,
}

impl Claims {
    /// What a token says that is signed `now` and counts for so many seconds.
    #[must_use]
    pub fn new(bearer: Bearer, now: i64, seconds: i64) -> Self {
        let Bearer { biller, name, roles, generation, must_change } = bearer;
        Self {
            iss: ISSUER.to_owned(),
            aud: biller,
            sub: name,
            roles,
            generation,
            iat: now,
            exp: now.saturating_add(seconds),
            must_change,
        }
    }
}

/// Signs claims with a key that has this name.
pub(crate) fn sign(key: &SigningKey, kid: &str, claims: &Claims) -> String {
    let header = Header { alg: ALGORITHM.into(), typ: "JWT".into(), kid: kid.to_owned() };
    let signed = format!("{}.{}", encoded(&header), encoded(claims));
    let signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", BASE64.encode(signature.to_bytes()))
}

/// What a token says, if it was signed with a key that is known by its name, and counts `now`.
pub(crate) fn verify(
    token: &str,
    now: i64,
    key: impl FnOnce(&str) -> Option<VerifyingKey>,
) -> Result<Claims, TokenError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Unreadable)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenError::Unreadable)?;
    if token.len() > BYTES_MAX {
        return Err(TokenError::Unreadable);
    }
    let header: Header = decoded(header)?;
    if header.alg != ALGORITHM || header.typ != "JWT" {
        return Err(TokenError::Unreadable);
    }
    let key = key(&header.kid).ok_or(TokenError::UnknownKey)?;
    let signature = BASE64.decode(signature).map_err(|_| TokenError::Unreadable)?;
    let signature = Signature::from_slice(&signature).map_err(|_| TokenError::Unreadable)?;
    key.verify_strict(signed.as_bytes(), &signature).map_err(|_| TokenError::Forged)?;
    let claims: Claims = decoded(claims)?;
    match claims {
        claims if claims.iss != ISSUER => Err(TokenError::Unreadable),
        claims if claims.exp <= now => Err(TokenError::Expired),
        claims => Ok(claims),
    }
}

fn encoded<T: Serialize>(part: &T) -> String {
    BASE64.encode(serde_json::to_vec(part).expect("it has only texts, numbers and flags"))
}

fn decoded<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = BASE64.decode(part).map_err(|_| TokenError::Unreadable)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Unreadable)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
    use ed25519_dalek::{SigningKey, VerifyingKey};

    use super::{Bearer, Claims, TokenError, sign, verify};

    const NOW: i64 = 1_790_000_000;

    fn claims() -> Claims {
        let bearer = Bearer {
            biller: "northeast".into(),
            name: "jane".into(),
            roles: vec!["agent".into()],
            generation: 1,
            must_change: false,
        };
        Claims::new(bearer, NOW, 60)
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn known(kid: &str) -> Option<VerifyingKey> {
        (kid == "k1").then(|| key().verifying_key())
    }

    #[test]
    fn a_token_says_what_was_signed_until_its_time_is_over() {
        let token = sign(&key(), "k1", &claims());
        assert_eq!(verify(&token, NOW, known), Ok(claims()));
        assert_eq!(verify(&token, NOW + 59, known), Ok(claims()));
        assert_eq!(verify(&token, NOW + 60, known), Err(TokenError::Expired));
    }

    #[test]
    fn what_was_signed_by_others_or_changed_counts_for_nothing() {
        let forged = sign(&SigningKey::from_bytes(&[8; 32]), "k1", &claims());
        assert_eq!(verify(&forged, NOW, known), Err(TokenError::Forged));
        let unknown = sign(&key(), "k2", &claims());
        assert_eq!(verify(&unknown, NOW, known), Err(TokenError::UnknownKey));

        let token = sign(&key(), "k1", &claims());
        let parts: Vec<_> = token.split('.').collect();
        let mut more = claims();
        more.roles.push("administrator".into());
        let claims = BASE64.encode(serde_json::to_vec(&more).unwrap());
        let changed = format!("{}.{claims}.{}", parts[0], parts[2]);
        assert_eq!(verify(&changed, NOW, known), Err(TokenError::Forged));
        let none = BASE64.encode(r#"{"alg":"none","typ":"JWT","kid":"k1"}"#);
        let unsigned = format!("{none}.{}.", parts[1]);
        assert_eq!(verify(&unsigned, NOW, known), Err(TokenError::Unreadable));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let long = "a".repeat(5_000);
        for text in ["", ".", "..", "a.b.c", "e30.e30.", &long, &format!("{long}.{long}.{long}")] {
            assert_eq!(verify(text, NOW, known), Err(TokenError::Unreadable), "{text}");
        }
    }
}
