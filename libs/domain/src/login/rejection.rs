//! What prevents a wish about a login.

use crate::Rejection;

/// What prevents a wish about a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRejection {
    /// Nobody created it.
    #[error("there is no such login: create it")]
    NotCreated,
    /// It is there, with other data.
    #[error("the login exists: set its roles or reset its password")]
    CreatedOtherwise,
    /// Programs have tokens.
    #[error("the login is a program's, which has no password: have a token signed for it")]
    HasNoPassword,
    /// Whoever has a password logs in.
    #[error("the login is somebody's, who logs in: create one for the program")]
    IsNoProgram,
    /// An administrator has locked it.
    #[error("the login is locked: an administrator unlocks it")]
    Locked,
    /// Too many failed attempts.
    #[error("the login is locked after too many failed attempts: wait, or have it unlocked")]
    LockedOut,
    /// A password is chosen by whoever uses it.
    #[error("only its own holder does this: an administrator resets the password")]
    NotYours,
    /// An administrator who locks himself out needs another one.
    #[error("this is your own login: another administrator has to do it")]
    YourOwn,
    /// Whoever asks has shown a password that is no longer the login's.
    #[error("the password was changed or reset meanwhile: log in again")]
    ChangedMeanwhile,
}

impl LoginRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotCreated => "login.not_created",
            Self::CreatedOtherwise => "login.created_otherwise",
            Self::HasNoPassword => "login.has_no_password",
            Self::IsNoProgram => "login.is_no_program",
            Self::Locked => "login.locked",
            Self::LockedOut => "login.locked_out",
            Self::NotYours => "login.not_yours",
            Self::YourOwn => "login.your_own",
            Self::ChangedMeanwhile => "login.changed_meanwhile",
        }
    }
}

impl From<LoginRejection> for Rejection {
    fn from(rejection: LoginRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}
