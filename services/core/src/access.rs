//! Who asks, and how that is known: tokens that this Demarc has signed, and the logins behind them.
//!
//! What must stay true: a token counts at one biller, for one generation of its login and for a
//! time; whatever ends a login's sessions counts from the moment at which it is in the log; no
//! token and no password is in an error or a log line.

mod doors;
mod first;
mod logins;
mod tokens;

pub(crate) use doors::Doors;
pub(crate) use logins::Logins;
pub(crate) use tokens::{Tokens, follow as follow_keys, now};

use std::sync::Arc;

use domain::{
    actor::Actor,
    login::{Login, LoginId},
};
use identity::TokenError;

use crate::Core;

/// Whom the API believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever has a token. It may come from any machine.
    LogIn,
    /// A header that says who asks as well, from this machine only: for development, tests and the
    /// demonstration.
    TrustedHeader,
}

/// Somebody who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    /// Of the login, where there is one: of which its sessions can be ended.
    pub(crate) generation: Option<u32>,
    /// The password was temporary: nothing is allowed but to change it (F63).
    pub(crate) must_change: bool,
    /// What said so, to be looked at again where an answer takes long.
    pub(crate) token: Option<Arc<str>>,
}

/// Why a token is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It counts for nothing, here or anywhere.
    #[error("the token does not count: {0}. Log in again")]
    Token(#[from] TokenError),
    /// It is one for another biller.
    #[error("the token is for another biller: log in at this one")]
    OtherBiller,
    /// Its login has moved on.
    #[error("the session was ended: log in again")]
    Ended,
    /// Nobody may use the login.
    #[error("the login is locked: an administrator unlocks it")]
    Locked,
    /// The login cannot be looked up.
    #[error("the log cannot be read now: see core's log")]
    Unavailable,
}

impl Core {
    /// Whom a token tells of; `biller` is where it should count, or anywhere.
    pub(crate) async fn caller(
        &self,
        biller: Option<&str>,
        token: &str,
    ) -> Result<Caller, Refusal> {
        let claims = self.tokens().verify(token)?;
        if biller.is_some_and(|biller| biller != claims.aud) {
            return Err(Refusal::OtherBiller);
        }
        let desk = self.desk(&claims.aud).ok_or(Refusal::OtherBiller)?;
        let login_id = login_id(&claims.sub).ok_or(TokenError::Unreadable)?;
        let login = desk.logins.find(&login_id).await.ok_or(Refusal::Unavailable)?;
        match &*login {
            Login::Created(holder) if holder.locked => Err(Refusal::Locked),
            Login::Created(holder) if holder.generation == claims.generation => Ok(Caller {
                actor: Actor { name: login_id.name(), roles: holder.roles.clone() },
                generation: Some(claims.generation),
                must_change: claims.must_change,
                token: Some(token.into()),
            }),
            Login::Created(_) | Login::NotCreated => Err(Refusal::Ended),
        }
    }
}

impl Caller {
    /// Whoever says so, where that is believed.
    pub(crate) fn believed(actor: Actor) -> Self {
        Self { actor, generation: None, must_change: false, token: None }
    }
}

/// The login with a name as its holder types it.
pub(crate) fn login_id(name: &str) -> Option<LoginId> {
    LoginId::parse(&format!("login_{name}")).ok()
}
