//! Reset a password: an administrator gives somebody a temporary one again (F63).

use super::{Credential, LoginEvent, LoginId, LoginRejection, PasswordHash, is_own};
use crate::{Decide, Desk, Fact, Rejection};

/// Give a login a temporary password.
#[derive(Clone, Debug)]
pub struct ResetPassword {
    /// Which.
    pub login_id: LoginId,
    /// Of the temporary password.
    pub password: PasswordHash,
}

impl Decide for ResetPassword {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let holder = desk.get(&self.login_id).holder()?;
        holder.password()?;
        if is_own(desk, &self.login_id) {
            return Err(LoginRejection::YourOwn.into());
        }
        let wanted = Credential::Password { hash: self.password.clone(), temporary: true };
        if holder.credential == wanted && holder.failures == 0 && holder.locked_out_until.is_none()
        {
            return Ok(vec![]);
        }
        let reset = LoginEvent::PasswordReset { password: self.password.clone() };
        Ok(vec![reset.on(&self.login_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::ResetPassword;
    use crate::{
        login::{ChangePassword, LoginEvent, LoginRejection},
        testing::{
            fixtures::{locked_out, login, login_id, password, program},
            given,
        },
    };

    fn reset() -> ResetPassword {
        ResetPassword { login_id: login_id(), password: password("again") }
    }

    #[test]
    fn f63_a_password_that_was_reset_is_temporary_and_opens_a_login_that_was_locked_out() {
        let own = ChangePassword {
            login_id: login_id(),
            before: password("first"),
            password: password("own"),
        };
        let reset_to = LoginEvent::PasswordReset { password: password("again") };
        given(login("first"))
            .after(own)
            .by("admin")
            .when(reset())
            .then([reset_to.clone().on(&login_id())]);
        given(locked_out()).by("admin").when(reset()).then([reset_to.on(&login_id())]);
    }

    #[test]
    fn who_has_no_password_gets_none() {
        given([]).when(reset()).then_rejected(LoginRejection::NotCreated);
        given(program()).when(reset()).then_rejected(LoginRejection::HasNoPassword);
        given(login("first")).when(reset()).then_rejected(LoginRejection::YourOwn);
    }
}
