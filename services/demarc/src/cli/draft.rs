//! `demarc draft`: what an account's next bill would have on it.

use clap::Args;

use super::Context;
use crate::output::table;

const EXAMPLES: &str = "\
Examples:
  demarc draft account_7                          the next bill as things stand, line by line
  demarc --json draft account_7";

/// Options of `demarc draft`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Draft {
    /// Whose bill
    account: String,
}

impl Draft {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let answer = context.client.get(&["drafts", &self.account], &[]).await?;
        if context.output.is_json() {
            return Ok(context.output.document(&answer)?);
        }
        Ok(context.output.line(table::value(&self.account, &answer))?)
    }
}
