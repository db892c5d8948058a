//! Logins between protobuf and the domain.
//!
//! What must stay true: no password is in a message, only its hash; and the hash is left out of
//! whatever leaves the log.

use std::collections::BTreeSet;

use domain::{
    actor::Role,
    login::{
        CreateLogin, CreateProgram, EndSessions, LockLogin, LoginEvent, PasswordHash,
        ResetPassword, SetRoles, UnlockLogin,
    },
};
use jiff::Timestamp;

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{id, required},
    pb::login::v1::{self as pb, login_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::CreateLogin>(),
    CommandType::of::<pb::CreateProgram>(),
    CommandType::of::<pb::ResetPassword>(),
    CommandType::of::<pb::SetRoles>(),
    CommandType::of::<pb::LockLogin>(),
    CommandType::of::<pb::UnlockLogin>(),
    CommandType::of::<pb::EndSessions>(),
];

impl CommandMessage for pb::CreateLogin {
    type Rule = CreateLogin;
}

impl TryFrom<pb::CreateLogin> for CreateLogin {
    type Error = Invalid;

    fn try_from(message: pb::CreateLogin) -> Result<Self, Invalid> {
        Ok(Self {
            login_id: id("loginId", &message.login_id)?,
            roles: some_roles(&message.roles)?,
            password: password_hash(&message.password_hash)?,
        })
    }
}

impl CommandMessage for pb::CreateProgram {
    type Rule = CreateProgram;
}

impl TryFrom<pb::CreateProgram> for CreateProgram {
    type Error = Invalid;

    fn try_from(message: pb::CreateProgram) -> Result<Self, Invalid> {
        Ok(Self { login_id: id("loginId", &message.login_id)?, roles: some_roles(&message.roles)? })
    }
}

impl CommandMessage for pb::ResetPassword {
    type Rule = ResetPassword;
}

impl TryFrom<pb::ResetPassword> for ResetPassword {
    type Error = Invalid;

    fn try_from(message: pb::ResetPassword) -> Result<Self, Invalid> {
        Ok(Self {
            login_id: id("loginId", &message.login_id)?,
            password: password_hash(&message.password_hash)?,
        })
    }
}

impl CommandMessage for pb::SetRoles {
    type Rule = SetRoles;
}

impl TryFrom<pb::SetRoles> for SetRoles {
    type Error = Invalid;

    fn try_from(message: pb::SetRoles) -> Result<Self, Invalid> {
        Ok(Self { login_id: id("loginId", &message.login_id)?, roles: some_roles(&message.roles)? })
    }
}

impl CommandMessage for pb::LockLogin {
    type Rule = LockLogin;
}

impl TryFrom<pb::LockLogin> for LockLogin {
    type Error = Invalid;

    fn try_from(message: pb::LockLogin) -> Result<Self, Invalid> {
        Ok(Self { login_id: id("loginId", &message.login_id)? })
    }
}

impl CommandMessage for pb::UnlockLogin {
    type Rule = UnlockLogin;
}

impl TryFrom<pb::UnlockLogin> for UnlockLogin {
    type Error = Invalid;

    fn try_from(message: pb::UnlockLogin) -> Result<Self, Invalid> {
        Ok(Self { login_id: id("loginId", &message.login_id)? })
    }
}

impl CommandMessage for pb::EndSessions {
    type Rule = EndSessions;
}

impl TryFrom<pb::EndSessions> for EndSessions {
    type Error = Invalid;

    fn try_from(message: pb::EndSessions) -> Result<Self, Invalid> {
        if message.generation == 0 {
            return Err(Invalid::new("generation", "is required"));
        }
        Ok(Self { login_id: id("loginId", &message.login_id)?, generation: message.generation })
    }
}

pub(crate) fn encode(event: &LoginEvent) -> pb::LoginEvent {
    let fact = match event {
        LoginEvent::Created { roles, password } => Fact::Created(pb::LoginCreated {
            roles: roles_out(roles),
            password_hash: password.reveal().to_owned(),
        }),
        LoginEvent::ProgramCreated { roles } => {
            Fact::ProgramCreated(pb::LoginProgramCreated { roles: roles_out(roles) })
        }
        LoginEvent::PasswordChanged { password } => {
            let password_hash = password.reveal().to_owned();
            Fact::PasswordChanged(pb::LoginPasswordChanged { password_hash })
        }
        LoginEvent::PasswordReset { password } => {
            let password_hash = password.reveal().to_owned();
            Fact::PasswordReset(pb::LoginPasswordReset { password_hash })
        }
        LoginEvent::RolesSet { roles } => {
            Fact::RolesSet(pb::LoginRolesSet { roles: roles_out(roles) })
        }
        LoginEvent::Locked => Fact::Locked(pb::LoginLocked {}),
        LoginEvent::Unlocked => Fact::Unlocked(pb::LoginUnlocked {}),
        LoginEvent::SessionsEnded => Fact::SessionsEnded(pb::LoginSessionsEnded {}),
        LoginEvent::TokenIssued { until } => {
            Fact::TokenIssued(pb::LoginTokenIssued { until: until.to_string() })
        }
        LoginEvent::LoggedIn { at } => Fact::LoggedIn(pb::LoginLoggedIn { at: at.to_string() }),
        LoginEvent::AttemptFailed { at } => {
            Fact::AttemptFailed(pb::LoginAttemptFailed { at: at.to_string() })
        }
        LoginEvent::LockedOut { until } => {
            Fact::LockedOut(pb::LoginLockedOut { until: until.to_string() })
        }
    };
    pb::LoginEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::LoginEvent) -> Result<LoginEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Created(fact) => LoginEvent::Created {
            roles: roles_in(&fact.roles)?,
            password: PasswordHash::stored(&fact.password_hash),
        },
        Fact::ProgramCreated(fact) => LoginEvent::ProgramCreated { roles: roles_in(&fact.roles)? },
        Fact::PasswordChanged(fact) => {
            LoginEvent::PasswordChanged { password: PasswordHash::stored(&fact.password_hash) }
        }
        Fact::PasswordReset(fact) => {
            LoginEvent::PasswordReset { password: PasswordHash::stored(&fact.password_hash) }
        }
        Fact::RolesSet(fact) => LoginEvent::RolesSet { roles: roles_in(&fact.roles)? },
        Fact::Locked(pb::LoginLocked {}) => LoginEvent::Locked,
        Fact::Unlocked(pb::LoginUnlocked {}) => LoginEvent::Unlocked,
        Fact::SessionsEnded(pb::LoginSessionsEnded {}) => LoginEvent::SessionsEnded,
        Fact::TokenIssued(fact) => LoginEvent::TokenIssued { until: moment("until", &fact.until)? },
        Fact::LoggedIn(fact) => LoginEvent::LoggedIn { at: moment("at", &fact.at)? },
        Fact::AttemptFailed(fact) => LoginEvent::AttemptFailed { at: moment("at", &fact.at)? },
        Fact::LockedOut(fact) => LoginEvent::LockedOut { until: moment("until", &fact.until)? },
    })
}

/// The same fact as it leaves the log: without what a password could be tried against.
pub(crate) fn withheld(mut message: pb::LoginEvent) -> pb::LoginEvent {
    match &mut message.fact {
        Some(Fact::Created(fact)) => fact.password_hash.clear(),
        Some(Fact::PasswordChanged(fact)) => fact.password_hash.clear(),
        Some(Fact::PasswordReset(fact)) => fact.password_hash.clear(),
        Some(
            Fact::ProgramCreated(_)
            | Fact::RolesSet(_)
            | Fact::Locked(_)
            | Fact::Unlocked(_)
            | Fact::SessionsEnded(_)
            | Fact::TokenIssued(_)
            | Fact::LoggedIn(_)
            | Fact::AttemptFailed(_)
            | Fact::LockedOut(_),
        )
        | None => {}
    }
    message
}

fn password_hash(value: &str) -> Result<PasswordHash, Invalid> {
    PasswordHash::parse(value).map_err(|error| Invalid::new("passwordHash", error))
}

fn moment(field: &str, value: &str) -> Result<Timestamp, Invalid> {
    value.parse().map_err(|_| Invalid::new(field, "must be a time as in 2026-11-16T09:30:00Z"))
}

fn some_roles(values: &[i32]) -> Result<BTreeSet<Role>, Invalid> {
    if values.is_empty() {
        return Err(Invalid::new("roles", "must be at least one"));
    }
    roles_in(values)
}

fn roles_in(values: &[i32]) -> Result<BTreeSet<Role>, Invalid> {
    let role = |(at, value): (usize, &i32)| {
        let role = pb::Role::try_from(*value).ok().and_then(role_in);
        role.ok_or_else(|| Invalid::new(format!("roles[{at}]"), "must be a Role"))
    };
    values.iter().enumerate().map(role).collect()
}

fn role_in(role: pb::Role) -> Option<Role> {
    match role {
        pb::Role::Unspecified => None,
        pb::Role::Agent => Some(Role::Agent),
        pb::Role::Lead => Some(Role::Lead),
        pb::Role::Manager => Some(Role::Manager),
        pb::Role::Noc => Some(Role::Noc),
        pb::Role::Billing => Some(Role::Billing),
        pb::Role::Auditor => Some(Role::Auditor),
        pb::Role::Administrator => Some(Role::Administrator),
        pb::Role::Service => Some(Role::Service),
    }
}

fn roles_out(roles: &BTreeSet<Role>) -> Vec<i32> {
    let role = |role: &Role| match role {
        Role::Agent => pb::Role::Agent,
        Role::Lead => pb::Role::Lead,
        Role::Manager => pb::Role::Manager,
        Role::Noc => pb::Role::Noc,
        Role::Billing => pb::Role::Billing,
        Role::Auditor => pb::Role::Auditor,
        Role::Administrator => pb::Role::Administrator,
        Role::Service => pb::Role::Service,
    };
    roles.iter().map(|one| role(one).into()).collect()
}
