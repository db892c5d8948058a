//! Who somebody is: passwords and their hashes, and the tokens that are signed for whoever has
//! shown one.
//!
//! What must stay true: a password and a private key are in no error, no log line and no `Debug`;
//! who has only the public key can verify a token and cannot make one. Time enters as data.

pub mod keys;
pub mod password;
pub mod token;

pub use keys::{KeyError, Keyring, Retired};
pub use token::{Claims, TokenError};
