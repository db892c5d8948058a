//! Create a login: for somebody, with a temporary password (F63), or for a program.

use std::collections::BTreeSet;

use super::{Credential, Holder, Login, LoginEvent, LoginId, LoginRejection, PasswordHash};
use crate::{Decide, Desk, Fact, Rejection, actor::Role};

/// Let somebody log in.
#[derive(Clone, Debug)]
pub struct CreateLogin {
    /// Which.
    pub login_id: LoginId,
    /// What its holder acts as.
    pub roles: BTreeSet<Role>,
    /// Of the temporary password.
    pub password: PasswordHash,
}

/// Let a program act, with tokens.
#[derive(Clone, Debug)]
pub struct CreateProgram {
    /// Which.
    pub login_id: LoginId,
    /// What it acts as.
    pub roles: BTreeSet<Role>,
}

impl Decide for CreateLogin {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let password = self.password.clone();
        let wanted = Credential::Password { hash: password.clone(), temporary: true };
        create(desk, &self.login_id, &Holder::new(&self.roles, wanted), || LoginEvent::Created {
            roles: self.roles.clone(),
            password,
        })
    }
}

impl Decide for CreateProgram {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let wanted = Holder::new(&self.roles, Credential::Token);
        create(desk, &self.login_id, &wanted, || LoginEvent::ProgramCreated {
            roles: self.roles.clone(),
        })
    }
}

fn create(
    desk: &Desk<'_>,
    login_id: &LoginId,
    wanted: &Holder,
    created: impl FnOnce() -> LoginEvent,
) -> Result<Vec<Fact>, Rejection> {
    match desk.get(login_id) {
        Login::NotCreated => Ok(vec![created().on(login_id)]),
        Login::Created(holder)
            if holder.roles == wanted.roles && holder.credential == wanted.credential =>
        {
            Ok(vec![])
        }
        Login::Created(_) => Err(LoginRejection::CreatedOtherwise.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{CreateLogin, CreateProgram};
    use crate::{
        actor::Role,
        login::{LoginEvent, LoginRejection},
        testing::{
            fixtures::{login, login_id, password},
            given,
        },
    };

    const ADMIN: &str = "admin; roles=administrator";

    fn create(word: &str) -> CreateLogin {
        let (roles, password) = ([Role::Agent].into(), password(word));
        CreateLogin { login_id: login_id(), roles, password }
    }

    #[test]
    fn f63_a_login_begins_with_a_temporary_password() {
        let created =
            LoginEvent::Created { roles: [Role::Agent].into(), password: password("first") };
        given([]).by(ADMIN).when(create("first")).then([created.on(&login_id())]);
    }

    #[test]
    fn a_login_is_created_once() {
        given(login("first")).by(ADMIN).when(create("first")).then([]);
        given(login("first"))
            .by(ADMIN)
            .when(create("other"))
            .then_rejected(LoginRejection::CreatedOtherwise);
        let program = CreateProgram { login_id: login_id(), roles: [Role::Agent].into() };
        given(login("first"))
            .by(ADMIN)
            .when(program.clone())
            .then_rejected(LoginRejection::CreatedOtherwise);
        let created = LoginEvent::ProgramCreated { roles: [Role::Agent].into() };
        given([]).by(ADMIN).when(program).then([created.on(&login_id())]);
    }
}
