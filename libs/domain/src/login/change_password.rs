//! Change a password: its holder chooses one that nobody else knows (F63). Whether the one before
//! was known is looked into where passwords are, at the edge: the rule sees hashes only.

use super::{Credential, LoginEvent, LoginId, LoginRejection, PasswordHash, is_own};
use crate::{Decide, Desk, Fact, Rejection};

/// Give one's own login another password.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// Which.
    pub login_id: LoginId,
    /// The hash that the password before it was verified against.
    pub before: PasswordHash,
    /// Of the new password.
    pub password: PasswordHash,
}

impl Decide for ChangePassword {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if !is_own(desk, &self.login_id) {
            return Err(LoginRejection::NotYours.into());
        }
        let holder = desk.get(&self.login_id).holder()?;
        let known = holder.password()?;
        let is_done = holder.credential
            == Credential::Password { hash: self.password.clone(), temporary: false };
        match known {
            _ if is_done => Ok(vec![]),
            _ if holder.locked => Err(LoginRejection::Locked.into()),
            known if *known != self.before => Err(LoginRejection::ChangedMeanwhile.into()),
            _ => {
                let changed = LoginEvent::PasswordChanged { password: self.password.clone() };
                Ok(vec![changed.on(&self.login_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ChangePassword;
    use crate::{
        login::{LoginEvent, LoginRejection},
        testing::{
            fixtures::{login, login_id, password, program},
            given,
        },
    };

    fn change(before: &str, word: &str) -> ChangePassword {
        let (before, password) = (password(before), password(word));
        ChangePassword { login_id: login_id(), before, password }
    }

    #[test]
    fn f63_its_holder_changes_a_temporary_password() {
        let changed = LoginEvent::PasswordChanged { password: password("own") };
        given(login("first")).when(change("first", "own")).then([changed.on(&login_id())]);
    }

    #[test]
    fn nobody_else_chooses_the_password_of_a_login() {
        given(login("first"))
            .by("admin; roles=administrator")
            .when(change("first", "own"))
            .then_rejected(LoginRejection::NotYours);
        given([]).when(change("first", "own")).then_rejected(LoginRejection::NotCreated);
        given(program()).when(change("first", "own")).then_rejected(LoginRejection::HasNoPassword);
    }

    #[test]
    fn a_password_that_was_reset_or_locked_meanwhile_is_not_changed() {
        given(login("first"))
            .and([LoginEvent::PasswordReset { password: password("second") }.on(&login_id())])
            .when(change("first", "own"))
            .then_rejected(LoginRejection::ChangedMeanwhile);
        given(login("first"))
            .and([LoginEvent::Locked.on(&login_id())])
            .when(change("first", "own"))
            .then_rejected(LoginRejection::Locked);
    }
}
