//! `demarc demo`: three stories, told by real commands to a Demarc of its own, and what every
//! service made of them.
//!
//! What must stay true: the stories happen in October 2026 on whatever day they are told; they
//! wait for what they expect and for nothing else; what did not come true is said, with what was
//! seen instead.

mod check;
mod customers;
mod epilogue;
mod installation;
#[cfg(test)]
mod rehearsal;
mod step;
mod suspension;
mod teller;
mod upgrade;

use std::{fs, net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use provisioning::NetworkBehaviour;

use crate::{
    billers,
    cli::DEFAULT_BILLER,
    client::Client,
    compose::{self, Access, Calendar, LogForm, Options},
    output::Output,
};
use teller::Teller;

const EXAMPLES: &str = "\
Examples:
  demarc demo                                     and then look around in it, until Ctrl-C
  demarc demo --exit                              only the stories; 1 if one did not come true
  demarc demo --data ./demo --http 127.0.0.1:8020 keep it, at the usual address";

/// Options of `demarc demo`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Demo {
    /// Stop after the stories
    #[arg(long)]
    exit: bool,
    /// An empty directory to keep the log in (default: one that disappears)
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the HTTP API listens (default: a free port)
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    http: SocketAddr,
}

impl Demo {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let temporary = tempfile::Builder::new()
            .prefix("demarc-demo-")
            .tempdir()
            .context("a directory for the demo could not be made")?;
        let data = self.data.clone().unwrap_or_else(|| temporary.path().to_owned());
        demand_empty(&data)?;
        let running = compose::start(Options {
            data,
            http: Some(self.http),
            billers: vec![billers::shipped_one(DEFAULT_BILLER)?],
            nats: None,
            calendar: Calendar::Manual,
            access: Access::TrustedHeader,
            reset_admin: false,
            network: a_busy_network(),
            processors: crate::processors::Processors::default(),
            log: "error".to_owned(),
            log_form: LogForm::Text,
        })
        .await
        .context("Demarc could not be started")?;
        let url = running.url();
        let told = tokio::select! {
            told = tell(output, &url) => told,
            stopped = compose::told_to_stop() => {
                stopped.and_then(|()| bail!("stopped before the stories were told"))
            }
        };
        let told = match told {
            Ok(failures) => self.look_around(output, &url).await.map(|()| failures),
            Err(error) => Err(error),
        };
        running.shutdown().await;
        let failures = told?;
        anyhow::ensure!(failures == 0, "{failures} expectations did not come true");
        Ok(())
    }

    /// Lets the reader look around in what was told, until it is stopped.
    async fn look_around(&self, output: Output, url: &str) -> anyhow::Result<()> {
        if self.exit {
            return Ok(());
        }
        epilogue::how_to_go_on(output, url)?;
        compose::told_to_stop().await
    }
}

/// Tells the stories; gives how many expectations did not come true.
async fn tell(output: Output, url: &str) -> anyhow::Result<u32> {
    let client = Client::new(url, DEFAULT_BILLER, None)?;
    let mut teller = Teller::new(client, output);
    let stories =
        [customers::story(), upgrade::story(), installation::story(), suspension::story()];
    for story in stories {
        teller.tell(story).await?;
    }
    epilogue::tell(&mut teller).await?;
    let failures = teller.failures();
    teller.sum_up()?;
    Ok(failures)
}

/// Refuses the first attempt at everything: the stories show that the second one is made.
fn a_busy_network() -> NetworkBehaviour {
    NetworkBehaviour { fail_first: 1, ..NetworkBehaviour::default() }
}

/// The stories are told from the first day on: a history that is there already would be another.
fn demand_empty(data: &PathBuf) -> anyhow::Result<()> {
    let Ok(mut entries) = fs::read_dir(data) else { return Ok(()) };
    anyhow::ensure!(
        entries.next().is_none(),
        "{} is not empty: give the demo a directory of its own, or look at that one with \
         `demarc serve --data {}`",
        data.display(),
        data.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::{
        customers, demand_empty, installation,
        step::{Step, Story},
        suspension, upgrade,
    };

    fn stories() -> [Story; 4] {
        [customers::story(), upgrade::story(), installation::story(), suspension::story()]
    }

    #[test]
    fn every_command_of_the_stories_can_be_read_by_the_contract() {
        let stories = stories();
        let steps = stories.iter().flat_map(|story| &story.steps);
        let unreadable: Vec<_> = steps
            .filter_map(|step| match step {
                Step::Send(send) => Some(send),
                Step::Say(_) | Step::Days(..) | Step::Happens(_) | Step::Shows(_) => None,
            })
            .filter_map(|send| {
                let body = send.body.to_string();
                let command = contract::command::named(send.command)?;
                command
                    .from_json(body.as_bytes(), &contract::AsItIs)
                    .err()
                    .map(|error| (send.command, error))
            })
            .collect();
        assert!(unreadable.is_empty(), "{unreadable:?}");
    }

    #[test]
    fn the_stories_use_the_names_of_the_contract() {
        let stories = stories();
        let facts: BTreeSet<_> = contract::descriptor::facts()
            .iter()
            .map(|fact| crate::client::short_kind(&fact.kind))
            .collect();
        let steps = stories.iter().flat_map(|story| &story.steps);
        let unknown: Vec<_> = steps
            .filter_map(|step| match step {
                Step::Send(send) if contract::command::named(send.command).is_none() => {
                    Some(send.command)
                }
                Step::Happens(happening) if !facts.contains(happening.kind) => Some(happening.kind),
                Step::Send(_)
                | Step::Happens(_)
                | Step::Say(_)
                | Step::Days(..)
                | Step::Shows(_) => None,
            })
            .collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }

    #[test]
    fn a_directory_that_holds_something_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(demand_empty(&dir.path().join("new")).is_ok());
        assert!(demand_empty(&dir.path().to_owned()).is_ok());
        fs::write(dir.path().join("file"), "x").unwrap();
        let refused = demand_empty(&dir.path().to_owned()).unwrap_err().to_string();
        assert!(refused.contains("demarc serve --data"), "{refused}");
    }
}
