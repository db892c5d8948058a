//! `demarc serve` and `demarc run`: the services themselves.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, builder::PossibleValuesParser};

use provisioning::NetworkBehaviour;

use crate::{
    billers,
    compose::{self, Access, Calendar, LogForm, Options},
    processors::Processors,
};

const SERVE_EXAMPLES: &str = "\
Examples:
  demarc serve                                    the four shipped billers, data in ./data;
                                                  the first time it says how to log in
  demarc serve --data /var/lib/demarc --http 127.0.0.1:8020
  demarc serve --biller-file northeast.toml --biller-file midwest.toml
  demarc serve --nats nats://127.0.0.1:4222       and publish to NATS";

const RUN_EXAMPLES: &str = "\
Examples:
  demarc run core --nats nats://127.0.0.1:4222 --data ./core
  demarc run billing --nats nats://127.0.0.1:4222 --data ./billing";

const PROCESSOR_HELP: &str = "\
Which payment processor each biller has, in TOML; keys are in files of their own, each path from
where this file is:

  [northeast]
  url = \"https://processor.example/v1\"
  key_file = \"northeast.key\"
  webhook_key_file = \"northeast.webhook.key\"   # without it no webhooks are taken
  time_limit_seconds = 20                        # how long an answer may take

A biller that is not in it has a simulated processor, which moves no money. core needs the key of
webhooks and billing the other one";

const SERVICES: [&str; 7] =
    ["core", "care", "billing", "provisioning", "notifications", "noc-bridge", "audit"];

/// Options of `demarc serve`.
#[derive(Args, Debug)]
#[command(after_help = SERVE_EXAMPLES)]
pub(crate) struct Serve {
    #[command(flatten)]
    place: Place,
    /// Publish to this NATS server, and take commands from it
    #[arg(long, value_name = "URL", env = "DEMARC_NATS")]
    nats: Option<String>,
}

/// Options of `demarc run`.
#[derive(Args, Debug)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct Run {
    /// Which service
    #[arg(value_parser = PossibleValuesParser::new(SERVICES))]
    service: String,
    /// The NATS server that the services share
    #[arg(long, value_name = "URL", env = "DEMARC_NATS")]
    nats: String,
    #[command(flatten)]
    place: Place,
}

/// Where it runs and for whom.
#[derive(Args, Debug)]
struct Place {
    /// Directory of the log and the read models
    #[arg(long, value_name = "DIR", env = "DEMARC_DATA", default_value = "data")]
    data: PathBuf,
    /// Where the HTTP API listens
    /// (default: 127.0.0.1:8020; a service other than core answers health and metrics if asked to)
    #[arg(long, value_name = "ADDR", env = "DEMARC_HTTP")]
    http: Option<SocketAddr>,
    /// A biller's data; can be given more than once (default: the four that are shipped)
    #[arg(long = "biller-file", value_name = "FILE")]
    biller_files: Vec<PathBuf>,
    /// How the simulated network behaves, for example slow=200ms,fail=1,lose=1
    #[arg(long, value_name = "HOW", default_value = "", hide_default_value = true,
        value_parser = NetworkBehaviour::parse)]
    network: NetworkBehaviour,
    /// Which payment processor each biller has and where its keys are, in TOML; a biller that is
    /// not in it has a simulated one, which moves no money
    #[arg(long, value_name = "FILE", env = "DEMARC_PROCESSOR_FILE", long_help = PROCESSOR_HELP)]
    processor_file: Option<PathBuf>,
    /// Which log lines go to standard error, for example warn,bus=debug
    #[arg(long, value_name = "FILTER", env = "DEMARC_LOG", default_value = "info")]
    log: String,
    /// Write log lines as JSON, one object per line
    #[arg(long)]
    log_json: bool,
    /// Believe the header that says who acts; this machine only is answered then. For development:
    /// without it everybody logs in
    #[arg(long)]
    trust_actor_header: bool,
    /// Give the login `admin` another temporary password, and print it
    #[arg(long, conflicts_with = "trust_actor_header")]
    reset_admin: bool,
    /// Open days by sending OpenDay, not by the wall clock
    #[arg(long)]
    manual_calendar: bool,
}

impl Serve {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        compose::serve(self.place.options(self.nats)?).await
    }
}

impl Run {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        compose::run(&self.service, self.place.options(Some(self.nats))?).await
    }
}

impl Place {
    fn options(self, nats: Option<String>) -> anyhow::Result<Options> {
        let Self { data, http, biller_files, network, processor_file, log, log_json, .. } = self;
        let access = if self.trust_actor_header { Access::TrustedHeader } else { Access::LogIn };
        let calendar = if self.manual_calendar { Calendar::Manual } else { Calendar::Clock };
        let log_form = if log_json { LogForm::Json } else { LogForm::Text };
        let reset_admin = self.reset_admin;
        let billers = match biller_files.as_slice() {
            [] => billers::shipped()?,
            files => billers::of_files(files)?,
        };
        let processors = Processors::read(processor_file.as_deref(), &billers)?;
        Ok(Options {
            data,
            http,
            billers,
            nats,
            calendar,
            access,
            reset_admin,
            network,
            processors,
            log,
            log_form,
        })
    }
}
