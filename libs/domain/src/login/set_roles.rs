//! Set the roles of a login: its sessions end, because what was signed names the former ones.

use std::collections::BTreeSet;

use super::{LoginEvent, LoginId, LoginRejection, is_own};
use crate::{Decide, Desk, Fact, Rejection, actor::Role};

/// Let a login act as something else.
#[derive(Clone, Debug)]
pub struct SetRoles {
    /// Which.
    pub login_id: LoginId,
    /// What it acts as from here on.
    pub roles: BTreeSet<Role>,
}

impl Decide for SetRoles {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let holder = desk.get(&self.login_id).holder()?;
        if holder.roles == self.roles {
            return Ok(vec![]);
        }
        if is_own(desk, &self.login_id) && !self.roles.contains(&Role::Administrator) {
            return Err(LoginRejection::YourOwn.into());
        }
        let set = LoginEvent::RolesSet { roles: self.roles.clone() };
        Ok(vec![set.on(&self.login_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::SetRoles;
    use crate::{
        actor::Role,
        login::{LoginEvent, LoginRejection},
        testing::{
            fixtures::{login, login_id},
            given,
        },
    };

    fn set(role: Role) -> SetRoles {
        SetRoles { login_id: login_id(), roles: [role].into() }
    }

    #[test]
    fn roles_are_set_once() {
        let lead = LoginEvent::RolesSet { roles: [Role::Lead].into() }.on(&login_id());
        given(login("first")).by("admin").when(set(Role::Lead)).then([lead]);
        given(login("first")).by("admin").when(set(Role::Agent)).then([]);
        given([]).by("admin").when(set(Role::Agent)).then_rejected(LoginRejection::NotCreated);
    }

    #[test]
    fn an_administrator_stays_one_until_another_one_says_otherwise() {
        given(login("first"))
            .by("jane; roles=administrator")
            .when(set(Role::Lead))
            .then_rejected(LoginRejection::YourOwn);
    }
}
