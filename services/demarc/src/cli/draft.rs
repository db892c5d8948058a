//! `demarc draft`: what an account's next bill would have on it, and what a whole bill run would
//! come to.

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::civil::Date;
use serde_json::Value;

use super::Context;
use crate::output::table;

const EXAMPLES: &str = "\
Examples:
  demarc draft account_7                          the next bill as things stand, line by line
  demarc --json draft account_7
  demarc draft --all                              what the bill run that is open would come to
  demarc draft --all --on 2026-12-01              the same for a day that is to come";

/// Options of `demarc draft`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Draft {
    /// Whose bill
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    account: Option<String>,
    /// Every bill of a run: what they come to, who is parked, which are largest and changed most
    #[arg(long)]
    all: bool,
    /// The run's day (default: the run that is open, else the last opened day)
    #[arg(long, value_name = "DATE", requires = "all")]
    on: Option<Date>,
}

impl Draft {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let Some(account) = &self.account else { return self.whole(context).await };
        let answer = context.client.get(&["drafts", account], &[]).await?;
        if context.output.is_json() {
            return Ok(context.output.document(&answer)?);
        }
        Ok(context.output.line(table::value(account, &answer))?)
    }

    async fn whole(&self, context: &Context) -> anyhow::Result<()> {
        let query: Vec<_> = self.on.iter().map(|on| ("on", on.to_string())).collect();
        let bar = context.output.progress(0, "accounts");
        let mut last = Value::Null;
        let read = context.client.lines(&["drafts"], &query, |line| {
            if let (Some(looked), Some(of)) = (line["looked"].as_u64(), line["of"].as_u64()) {
                bar.set_length(of);
                bar.set_position(looked);
            }
            last = line;
        });
        let read = read.await;
        bar.finish_and_clear();
        read?;
        if let Some(problem) = last.get("problem") {
            bail!("the draft came to no end: {}", problem["detail"].as_str().unwrap_or_default());
        }
        let draft = last.get("draft").context("the draft came to no end: core has stopped")?;
        if context.output.is_json() {
            return Ok(context.output.document(draft)?);
        }
        let title = format!("bills of {}", draft["on"].as_str().unwrap_or_default());
        Ok(context.output.line(table::value(&title, draft))?)
    }
}
