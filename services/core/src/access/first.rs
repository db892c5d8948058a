//! The first login: a log that nobody can log in to would be of no use to anybody.

use anyhow::{Context as _, bail};
use domain::{
    Decide,
    actor::{Actor, Role},
    login::{CreateLogin, Login, ResetPassword, UnlockLogin},
};
use event_store::CommandId;
use service::clock;

use super::login_id;
use crate::{Answer, Core, Decision, Submission};

/// Its name.
const NAME: &str = "admin";
/// Who creates it: whoever may start the process.
const CONSOLE: &str = "console; roles=administrator";

impl Core {
    /// Creates the login `admin` with a temporary password where there is none, or `again` gives it
    /// another one and unlocks it. Gives its name and the password, to be shown once.
    ///
    /// # Errors
    /// When it can be neither read nor written.
    pub async fn first_login(
        &self,
        biller: &str,
        again: bool,
    ) -> anyhow::Result<Option<(&'static str, String)>> {
        let desk = self.desk(biller).with_context(|| format!("there is no biller {biller}"))?;
        let login_id = login_id(NAME).context("the name is safe")?;
        let login = desk.logins.find(&login_id).await.context("the login cannot be read")?;
        if matches!(&*login, Login::Created(_)) && !again {
            return Ok(None);
        }
        let text = identity::password::temporary()?;
        let door = self.doors().enter(biller, NAME).await.context("too many log in")?;
        let password = door.hash(&text).await.context("the password was not hashed")?;
        match &*login {
            Login::NotCreated => {
                let roles = [Role::Administrator].into();
                let create = CreateLogin { login_id, roles, password };
                self.at_the_console(biller, "CreateLogin", Box::new(create)).await?;
            }
            Login::Created(_) => {
                let reset = ResetPassword { login_id: login_id.clone(), password };
                self.at_the_console(biller, "ResetPassword", Box::new(reset)).await?;
                let unlock = UnlockLogin { login_id };
                self.at_the_console(biller, "UnlockLogin", Box::new(unlock)).await?;
            }
        }
        Ok(Some((NAME, text)))
    }

    async fn at_the_console(
        &self,
        biller: &str,
        name: &'static str,
        command: Box<dyn Decide>,
    ) -> anyhow::Result<()> {
        let id = CommandId(clock::new_id().into_bytes());
        let submission = Submission::of(name, command, Actor::parse(CONSOLE)?, id);
        match self.submit(biller, submission).await? {
            Answer::Decided { decision: Decision::Accepted(_) | Decision::Fulfilled, .. } => Ok(()),
            answer @ (Answer::Decided { .. } | Answer::RuleFailed | Answer::Unavailable) => {
                bail!("{name} was answered with {answer:?}")
            }
        }
    }
}
