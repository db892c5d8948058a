//! A login: who may speak to one biller's Demarc, in which roles, and with which password (F63).
//!
//! What must stay true: no password is ever here, only what argon2 made of it; a password that
//! somebody else has chosen is temporary; failed attempts lock the login and then leave no more
//! facts, so that a stranger cannot fill the log.

mod attempt;
mod change_password;
mod create;
mod end_sessions;
mod issue_token;
mod lock;
mod log_in;
mod password_hash;
mod rejection;
mod reset_password;
mod set_roles;

pub use attempt::RecordFailedAttempt;
pub use change_password::ChangePassword;
pub use create::{CreateLogin, CreateProgram};
pub use end_sessions::EndSessions;
pub use issue_token::IssueToken;
pub use lock::{LockLogin, UnlockLogin};
pub use log_in::RecordLogIn;
pub use password_hash::{PasswordHash, PasswordHashError};
pub use rejection::LoginRejection;
pub use reset_password::ResetPassword;
pub use set_roles::SetRoles;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{Aggregate, Desk, Event, Fact, Id, Noun, actor::Role, text::Code};

/// Names a login: `login_` and the name that its holder types, which the operator chooses and
/// which is no personal data.
pub type LoginId = Id<Login>;

/// Failed attempts in a row that lock a login.
pub const ATTEMPTS_MAX: u32 = 5;
/// How long they lock it, in seconds.
pub const LOCK_OUT_SECONDS: i64 = 15 * 60;

/// Facts about one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginEvent {
    /// Somebody may log in, with a temporary password (F63).
    Created {
        /// What its holder acts as.
        roles: BTreeSet<Role>,
        /// Of the temporary password.
        password: PasswordHash,
    },
    /// A program may act, with tokens that are signed for it; nobody can log in.
    ProgramCreated {
        /// What it acts as.
        roles: BTreeSet<Role>,
    },
    /// Its holder has chosen a password.
    PasswordChanged {
        /// Of the password.
        password: PasswordHash,
    },
    /// Somebody else has chosen a password, a temporary one (F63).
    PasswordReset {
        /// Of the temporary password.
        password: PasswordHash,
    },
    /// Its holder acts as something else from here on.
    RolesSet {
        /// As what.
        roles: BTreeSet<Role>,
    },
    /// Nobody may use it.
    Locked,
    /// Its holder may use it again.
    Unlocked,
    /// What was signed for it until now counts no more.
    SessionsEnded,
    /// A token was signed for a program.
    TokenIssued {
        /// Until when it counts.
        until: Timestamp,
    },
    /// Somebody has logged in.
    LoggedIn {
        /// When.
        at: Timestamp,
    },
    /// Somebody has tried a wrong password.
    AttemptFailed {
        /// When.
        at: Timestamp,
    },
    /// Somebody has tried too often.
    LockedOut {
        /// Until when nobody can log in.
        until: Timestamp,
    },
}

/// Where a login stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// Nobody created it.
    NotCreated,
    /// Somebody or something may act.
    Created(Holder),
}

/// What is known about a login that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What it acts as.
    pub roles: BTreeSet<Role>,
    /// How it shows who it is.
    pub credential: Credential,
    /// Grows with everything that ends its sessions: what was signed for an earlier one counts no
    /// more.
    pub generation: u32,
    /// An administrator has locked it.
    pub locked: bool,
    /// Failed attempts since the last one that did not fail, or that locked it.
    pub failures: u32,
    /// The last failed attempt.
    pub failed_at: Option<Timestamp>,
    /// Until when nobody can log in, whoever tries.
    pub locked_out_until: Option<Timestamp>,
    /// The last time that somebody logged in, as far as it was recorded.
    pub logged_in_at: Option<Timestamp>,
    /// Until when the last token counts that was signed for it, if it is a program's.
    pub token_until: Option<Timestamp>,
}

/// How somebody shows who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// With a password.
    Password {
        /// What argon2 made of it.
        hash: PasswordHash,
        /// Somebody else has chosen it: it opens nothing but its own change (F63).
        temporary: bool,
    },
    /// Not at all: a program is given a token.
    Token,
}

impl LoginEvent {
    /// This fact, about that login.
    #[must_use]
    pub fn on(self, login_id: &LoginId) -> Fact {
        Fact::new(login_id, Event::Login(self))
    }
}

impl Login {
    /// What is known about it.
    ///
    /// # Errors
    /// When nobody created it.
    pub fn holder(&self) -> Result<&Holder, LoginRejection> {
        match self {
            Self::NotCreated => Err(LoginRejection::NotCreated),
            Self::Created(holder) => Ok(holder),
        }
    }
}

impl Holder {
    fn new(roles: &BTreeSet<Role>, credential: Credential) -> Self {
        Self {
            roles: roles.clone(),
            credential,
            generation: 1,
            locked: false,
            failures: 0,
            failed_at: None,
            locked_out_until: None,
            logged_in_at: None,
            token_until: None,
        }
    }

    /// Refuses where nobody may log in now.
    ///
    /// # Errors
    /// Who or what has locked it.
    pub fn demand_unlocked(&self, at: Timestamp) -> Result<(), LoginRejection> {
        match self.locked_out_until {
            _ if self.locked => Err(LoginRejection::Locked),
            Some(until) if at < until => Err(LoginRejection::LockedOut),
            Some(_) | None => Ok(()),
        }
    }

    fn password(&self) -> Result<&PasswordHash, LoginRejection> {
        match &self.credential {
            Credential::Password { hash, .. } => Ok(hash),
            Credential::Token => Err(LoginRejection::HasNoPassword),
        }
    }

    fn ends_sessions(&mut self) {
        self.generation = self.generation.saturating_add(1);
    }

    fn is_free_again(&mut self) {
        (self.failures, self.locked_out_until) = (0, None);
    }

    fn evolve(&mut self, event: &LoginEvent) {
        match event {
            LoginEvent::Created { .. } | LoginEvent::ProgramCreated { .. } => {}
            LoginEvent::PasswordChanged { password } => {
                self.credential = Credential::Password { hash: password.clone(), temporary: false };
                self.ends_sessions();
            }
            LoginEvent::PasswordReset { password } => {
                self.credential = Credential::Password { hash: password.clone(), temporary: true };
                self.is_free_again();
                self.ends_sessions();
            }
            LoginEvent::RolesSet { roles } => {
                self.roles.clone_from(roles);
                self.ends_sessions();
            }
            LoginEvent::Locked => {
                self.locked = true;
                self.ends_sessions();
            }
            LoginEvent::Unlocked => {
                self.locked = false;
                self.is_free_again();
            }
            LoginEvent::SessionsEnded => self.ends_sessions(),
            LoginEvent::TokenIssued { until } => self.token_until = Some(*until),
            LoginEvent::LoggedIn { at } => {
                self.logged_in_at = Some(*at);
                self.is_free_again();
            }
            LoginEvent::AttemptFailed { at } => {
                self.failures = self.failures.saturating_add(1);
                self.failed_at = Some(*at);
            }
            LoginEvent::LockedOut { until } => {
                self.failures = 0;
                self.locked_out_until = Some(*until);
            }
        }
    }
}

impl LoginId {
    /// The name of its holder as an actor: `jane` of `login_jane`.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn name(&self) -> Code {
        Code::parse(self.suffix()).expect("what is safe in an id is safe in a code")
    }
}

/// Whether it is the login of whoever asks.
fn is_own(desk: &Desk<'_>, login_id: &LoginId) -> bool {
    desk.actor.name.as_str() == login_id.suffix()
}

impl Aggregate for Login {
    const CATEGORY: &'static str = "login";
    const UNKNOWN: &'static Self = &Self::NotCreated;
    type Event = LoginEvent;

    fn evolve(mut self, event: &LoginEvent) -> Self {
        match (&mut self, event) {
            (_, LoginEvent::Created { roles, password }) => {
                let hash = password.clone();
                let credential = Credential::Password { hash, temporary: true };
                return Self::Created(Holder::new(roles, credential));
            }
            (_, LoginEvent::ProgramCreated { roles }) => {
                return Self::Created(Holder::new(roles, Credential::Token));
            }
            (Self::Created(holder), event) => holder.evolve(event),
            (Self::NotCreated, _) => {}
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Login(login) = noun { Some(login) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Login(login) = noun { Some(login) } else { None }
    }
}
