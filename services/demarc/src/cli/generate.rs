//! `demarc generate`: an operator with customers, sites, orders and bills that are made up, sent
//! through the API like anybody's commands.
//!
//! What must stay true: the same seed gives the same commands whatever is in flight at once; the
//! commands of one account go one after another.

pub(super) mod chance;
pub(super) mod names;
pub(super) mod offer;
mod plan;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use clap::Args;
use domain::biller::Biller;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::ProgressBar;
use jiff::civil::Date;
use serde_json::json;

use super::Context;
use crate::{
    billers,
    client::{Answer, ClientError, part},
    exit::{Misused, Rejected},
    output::Output,
};
use offer::Offer;
use plan::{Plan, Wish};

const EXAMPLES: &str = "\
Examples:
  demarc generate --accounts 1000                 a small operator, the same in every place
  demarc generate --accounts 1000 --seed 2        another one beside it
  demarc --biller midwest generate --accounts 50
  demarc generate --accounts 50 --biller-file coastal.toml --biller coastal

Run again it sends the same commands under the same keys, and changes nothing; with more accounts
it adds those. Where no day is open yet it opens the one of --from.";

/// Accounts that are worked on at once.
const IN_FLIGHT: usize = 64;
/// How often a command is sent while core has too much to do, and the pause between.
const TRIES_MAX: u32 = 30;
const PAUSE: Duration = Duration::from_secs(1);

/// Options of `demarc generate`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Generate {
    /// How many accounts
    #[arg(long, value_name = "COUNT")]
    accounts: u64,
    /// Whose operator it is: another seed gives other customers, beside those that are there
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first day, where none is open
    #[arg(long, value_name = "DATE", default_value = "2026-10-01")]
    from: Date,
    /// The biller's data (default: the shipped biller of that name)
    #[arg(long, value_name = "FILE")]
    biller_file: Option<PathBuf>,
}

/// What became of the commands.
#[derive(Clone, Copy, Debug, Default)]
struct Summary {
    commands: u64,
    /// Answered in an earlier run.
    duplicates: u64,
    events: u64,
}

impl Generate {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let biller = self.biller(&context.biller)?;
        let today = open_day(context, self.from).await?;
        let plan = Plan { offer: Offer::of(&biller)?, seed: self.seed, today };
        let bar = context.output.progress(self.accounts, "accounts");
        let began = Instant::now();
        let sent = send_all(context, &plan, self.accounts, &bar).await;
        bar.finish_and_clear();
        sent?.show(context.output, self.accounts, began.elapsed())
    }

    fn biller(&self, name: &str) -> anyhow::Result<Arc<Biller>> {
        let Some(file) = &self.biller_file else { return billers::shipped_one(name) };
        let biller = billers::of_file(file)?;
        let found = &biller.name;
        ensure!(
            found == name,
            Misused(format!("{} is the file of {found}: add --biller {found}", file.display()))
        );
        Ok(biller)
    }
}

/// The biller's day, after opening the first one where none is open.
async fn open_day(context: &Context, from: Date) -> anyhow::Result<Date> {
    let filter = vec![("stream", domain::calendar::days().to_string())];
    let days = context.client.events(&filter, 1).await?;
    let last = days.last().and_then(|day| day.pointer("/calendar/dayOpened/date")?.as_str());
    if let Some(day) = last {
        return Ok(day.parse()?);
    }
    let body = json!({ "date": from.to_string() });
    context.client.send("OpenDay", body.to_string(), None).await?;
    Ok(from)
}

async fn send_all(
    context: &Context,
    plan: &Plan<'_>,
    accounts: u64,
    bar: &ProgressBar,
) -> anyhow::Result<Summary> {
    stream::iter(0..accounts)
        .map(|nth| send_account(context, plan.account(nth)))
        .buffer_unordered(IN_FLIGHT)
        .try_fold(Summary::default(), |sum, account| async move {
            bar.inc(1);
            Ok(sum.and(account))
        })
        .await
}

async fn send_account(context: &Context, wishes: Vec<Wish>) -> anyhow::Result<Summary> {
    let mut summary = Summary::default();
    for wish in wishes {
        summary = summary.and(Summary::of(&send(context, &wish).await?));
    }
    Ok(summary)
}

/// Sends a command, again and again under its key while core has too much to do.
async fn send(context: &Context, wish: &Wish) -> anyhow::Result<Answer> {
    let mut tries = 1;
    loop {
        let sent = context.client.send(wish.command, wish.body.to_string(), Some(&wish.key)).await;
        match sent {
            Ok(answer) => return Ok(part(&answer)?),
            Err(ClientError::Refused(problem)) if problem.is_final() => {
                let Wish { command, key, .. } = wish;
                return Err(
                    Rejected(format!("{command} under {key} was refused: {problem}")).into()
                );
            }
            Err(ClientError::Refused(problem)) if problem.exit_code() == 5 && tries < TRIES_MAX => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

impl Summary {
    fn of(answer: &Answer) -> Self {
        let events = u64::try_from(answer.events.len()).unwrap_or(u64::MAX);
        if answer.duplicate {
            Self { commands: 1, duplicates: 1, events: 0 }
        } else {
            Self { commands: 1, duplicates: 0, events }
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            commands: self.commands + other.commands,
            duplicates: self.duplicates + other.duplicates,
            events: self.events + other.events,
        }
    }

    fn show(self, output: Output, accounts: u64, took: Duration) -> anyhow::Result<()> {
        let Self { commands, duplicates, events } = self;
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = commands.saturating_mul(1000) / millis;
        if output.is_json() {
            return Ok(output.document(&json!({
                "accounts": accounts, "commands": commands, "duplicates": duplicates,
                "events": events, "millis": millis, "commandsPerSecond": rate,
            }))?);
        }
        Ok(output.line(format!(
            "{accounts} accounts: {commands} commands in {took:.1?}, {rate}/s; {events} events of \
             their own, {duplicates} commands answered before"
        ))?)
    }
}
