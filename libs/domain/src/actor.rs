//! Who sends a command. Every commit names its actor; what a role may send is in one table.

mod may_send;

pub use may_send::MAY_SEND;

use std::{collections::BTreeSet, fmt};

use crate::text::Code;

/// A person or a service, with the roles that it acts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Name of the login or service; never personal data.
    pub name: Code,
    /// What it acts as.
    pub roles: BTreeSet<Role>,
}

/// What somebody acts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Talks to customers.
    Agent,
    /// Leads agents.
    Lead,
    /// May make payment arrangements (F86).
    Manager,
    /// Works on the network.
    Noc,
    /// Works on bills.
    Billing,
    /// Looks, never changes.
    Auditor,
    /// Sets the system up.
    Administrator,
    /// One of Demarc's own services.
    Service,
}

impl Role {
    /// Every role, in the order of its declaration.
    pub const ALL: [Self; 8] = [
        Self::Agent,
        Self::Lead,
        Self::Manager,
        Self::Noc,
        Self::Billing,
        Self::Auditor,
        Self::Administrator,
        Self::Service,
    ];

    /// The role's name outside.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Lead => "lead",
            Self::Manager => "manager",
            Self::Noc => "noc",
            Self::Billing => "billing",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::Service => "service",
        }
    }
}

/// Why a text is not an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a name without `;` or `{{` and optional roles, as in `jane; roles=agent,lead`, \
     each of agent, lead, manager, noc, billing, auditor, administrator, service"
)]
pub struct ActorError;

impl Actor {
    /// Reads an actor from outside, in the form that `Display` writes.
    ///
    /// # Errors
    /// When the name is no code or a role is not known.
    pub fn parse(text: &str) -> Result<Self, ActorError> {
        let (name, roles) = text.split_once(';').unwrap_or((text, ""));
        let name = Code::parse(name.trim()).map_err(|_| ActorError)?;
        // What looks like sealed personal data would be opened wherever the actor is shown.
        if name.as_str().contains('{') {
            return Err(ActorError);
        }
        let roles = match roles.trim() {
            "" | "roles=" => BTreeSet::new(),
            list => parse_roles(list.strip_prefix("roles=").ok_or(ActorError)?)?,
        };
        Ok(Self { name, roles })
    }

    /// Whether it acts in a role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

fn parse_roles(list: &str) -> Result<BTreeSet<Role>, ActorError> {
    list.split(',')
        .map(|name| Role::ALL.into_iter().find(|role| role.name() == name.trim()))
        .collect::<Option<_>>()
        .ok_or(ActorError)
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles: Vec<_> = self.roles.iter().map(|role| role.name()).collect();
        write!(f, "{}; roles={}", self.name, roles.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::{Actor, ActorError, Role};

    #[test]
    fn an_actor_reads_back_as_it_was_written() {
        let actor = Actor::parse("jane;roles=lead, agent").unwrap();
        assert!(actor.is(Role::Agent) && actor.is(Role::Lead) && !actor.is(Role::Manager));
        assert_eq!(actor.to_string(), "jane; roles=agent,lead");
        assert_eq!(Actor::parse(&actor.to_string()), Ok(actor));
        let nobody = Actor::parse("nobody").unwrap();
        assert_eq!(nobody.to_string(), "nobody; roles=");
        assert_eq!(Actor::parse(&nobody.to_string()), Ok(nobody));
    }

    #[test]
    fn an_unknown_role_is_refused() {
        assert_eq!(Actor::parse("jane; roles=king"), Err(ActorError));
        assert_eq!(Actor::parse("; roles=agent"), Err(ActorError));
        assert_eq!(Actor::parse("{sealed:customer_7:x}; roles=agent"), Err(ActorError));
    }
}
