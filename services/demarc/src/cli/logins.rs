//! `demarc logins` and `demarc token`: who may log in, and tokens for programs.

use clap::{Args, Subcommand};
use domain::actor::Role;
use serde_json::json;

use super::Context;
use crate::{
    exit::Misused,
    output::{DIM, STRONG, paint, words},
};

const LOGINS_EXAMPLES: &str = "\
Examples:
  demarc logins add jane --roles agent,lead       prints a temporary password, once
  demarc logins reset jane                        another one, when it is lost
  demarc send LockLogin --data '{\"loginId\":\"login_jane\"}'
  demarc send SetRoles --data '{\"loginId\":\"login_jane\",\"roles\":[\"ROLE_AGENT\"]}'
  demarc show audit state login_jane

Roles: agent, lead, manager, noc, billing, auditor, administrator, service. docs/roles.md says what
each may do.";

const TOKEN_EXAMPLES: &str = "\
Examples:
  demarc token --service importer --roles agent   prints the token; DEMARC_TOKEN hands it to demarc
  demarc token --service importer --roles agent --days 7
  demarc send EndSessions --data '{\"loginId\":\"login_importer\",\"generation\":1}'
                                                  takes back all that were signed so far";

/// Options of `demarc logins`.
#[derive(Args, Debug)]
#[command(after_help = LOGINS_EXAMPLES)]
pub(crate) struct Logins {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Let somebody log in
    Add {
        /// Name of the login: no personal data
        name: String,
        /// What its holder acts as
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<String>,
    },
    /// Give somebody a temporary password again
    Reset {
        /// Name of the login
        name: String,
    },
}

/// Options of `demarc token`.
#[derive(Args, Debug)]
#[command(after_help = TOKEN_EXAMPLES)]
pub(crate) struct Token {
    /// Name of the program
    #[arg(long, value_name = "NAME")]
    service: String,
    /// What it acts as
    #[arg(long, value_delimiter = ',', required = true)]
    roles: Vec<String>,
    /// How long the token counts
    #[arg(long, default_value_t = 365)]
    days: u32,
}

impl Logins {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let password = identity::password::temporary()?;
        let name = match &self.what {
            What::Add { name, roles } => {
                let login_id = format!("login_{name}");
                let roles = in_the_contract(roles)?;
                let body = json!({ "loginId": login_id, "roles": roles, "password": password });
                context.client.post_json(&["logins"], &body).await?;
                name
            }
            What::Reset { name } => {
                let body = json!({ "password": password });
                context.client.post_json(&["logins", name, "password"], &body).await?;
                name
            }
        };
        if context.output.is_json() {
            let document = json!({ "name": name, "temporaryPassword": password });
            return Ok(context.output.document(&document)?);
        }
        context
            .output
            .line(format!("temporary password of {name}: {}", paint(STRONG, &password)))?;
        let hint = "it is shown this once, and opens nothing but its own change";
        Ok(context.output.line(paint(DIM, hint))?)
    }
}

impl Token {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let Self { service, roles, days } = self;
        let roles = in_the_contract(&roles)?;
        let program = json!({ "loginId": format!("login_{service}"), "roles": roles });
        context.client.send("CreateProgram", program.to_string(), None).await?;
        let path = ["logins", &service, "token"];
        let answer = context.client.post_json(&path, &json!({ "days": days })).await?;
        if context.output.is_json() {
            return Ok(context.output.document(&answer)?);
        }
        Ok(context.output.line(words::value(&answer["token"]))?)
    }
}

/// Roles as the contract writes them: `ROLE_AGENT` of `agent`.
fn in_the_contract(roles: &[String]) -> Result<Vec<String>, Misused> {
    let known = |name: &str| Role::ALL.iter().any(|role| role.name() == name);
    let names = Role::ALL.map(Role::name).join(", ");
    let role = |name: &String| match known(name.trim()) {
        true => Ok(format!("ROLE_{}", name.trim().to_uppercase())),
        false => Err(Misused(format!("there is no role `{name}`; there is {names}"))),
    };
    roles.iter().map(role).collect()
}

#[cfg(test)]
mod tests {
    use domain::actor::Role;

    use super::in_the_contract;

    #[test]
    fn every_role_has_its_name_in_the_contract() {
        let names = in_the_contract(&Role::ALL.map(|role| role.name().to_owned())).unwrap();
        let body = serde_json::json!({ "loginId": "login_a", "roles": names }).to_string();
        let command = contract::command::named("CreateProgram").unwrap();
        assert!(command.from_json(body.as_bytes(), &contract::AsItIs).is_ok(), "{body}");
        let refused = in_the_contract(&["king".to_owned()]).unwrap_err().to_string();
        assert!(refused.contains("administrator"), "{refused}");
    }
}
