//! Lock a login, and unlock it: an administrator decides who may use Demarc at all.

use super::{LoginEvent, LoginId, LoginRejection, is_own};
use crate::{Decide, Desk, Fact, Rejection};

/// Let nobody use a login; its sessions end.
#[derive(Clone, Debug)]
pub struct LockLogin {
    /// Which.
    pub login_id: LoginId,
}

/// Let its holder use a login again, also after too many failed attempts.
#[derive(Clone, Debug)]
pub struct UnlockLogin {
    /// Which.
    pub login_id: LoginId,
}

impl Decide for LockLogin {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let holder = desk.get(&self.login_id).holder()?;
        match holder.locked {
            true => Ok(vec![]),
            false if is_own(desk, &self.login_id) => Err(LoginRejection::YourOwn.into()),
            false => Ok(vec![LoginEvent::Locked.on(&self.login_id)]),
        }
    }
}

impl Decide for UnlockLogin {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let holder = desk.get(&self.login_id).holder()?;
        if holder.locked || holder.failures > 0 || holder.locked_out_until.is_some() {
            return Ok(vec![LoginEvent::Unlocked.on(&self.login_id)]);
        }
        Ok(vec![])
    }
}

#[cfg(test)]
mod tests {
    use super::{LockLogin, UnlockLogin};
    use crate::{
        login::{LoginEvent, LoginRejection},
        testing::{
            fixtures::{locked_out, login, login_id},
            given,
        },
    };

    #[test]
    fn a_login_is_locked_and_unlocked() {
        let (lock, unlock) =
            (LockLogin { login_id: login_id() }, UnlockLogin { login_id: login_id() });
        let unlocked = LoginEvent::Unlocked.on(&login_id());
        given(login("first"))
            .by("admin")
            .when(lock.clone())
            .then([LoginEvent::Locked.on(&login_id())]);
        let locked = given(login("first")).by("admin").after(lock);
        locked.when(unlock.clone()).then([unlocked.clone()]);
        given(locked_out()).by("admin").when(unlock.clone()).then([unlocked]);
        given(login("first")).by("admin").when(unlock).then([]);
    }

    #[test]
    fn nobody_locks_the_own_login() {
        given(login("first"))
            .when(LockLogin { login_id: login_id() })
            .then_rejected(LoginRejection::YourOwn);
        given([])
            .when(LockLogin { login_id: login_id() })
            .then_rejected(LoginRejection::NotCreated);
    }
}
