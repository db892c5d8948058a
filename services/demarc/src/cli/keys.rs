//! `demarc keys`: the key that tokens are signed with, in the directory of core.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use identity::{Retired, keys};

use crate::output::{GOOD, Output, paint};

const EXAMPLES: &str = "\
Examples:
  demarc keys rotate --data /var/lib/demarc       tokens are signed with another key from now on
  demarc keys rotate --data /var/lib/demarc --forget
                                                  and whatever was signed so far counts no more

A core that runs takes another key within seconds. Run it as the user whom core runs as.";

/// Options of `demarc keys`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Sign with another key
    Rotate {
        /// Directory of the log and the read models
        #[arg(long, value_name = "DIR", env = "DEMARC_DATA", default_value = "data")]
        data: PathBuf,
        /// Forget the keys until now: everybody logs in again, programs need other tokens
        #[arg(long)]
        forget: bool,
    },
}

impl Keys {
    pub(crate) fn run(self, output: Output) -> anyhow::Result<()> {
        let What::Rotate { data, forget } = self.what;
        let retired = if forget { Retired::Forgotten } else { Retired::Known };
        let now = service::clock::now_micros() / 1_000_000;
        let kid = keys::rotate(&data.join("core").join("keys"), now, retired)?;
        if output.is_json() {
            return Ok(output.document(&serde_json::json!({ "kid": kid }))?);
        }
        Ok(output.line(format!("{} with key {kid}", paint(GOOD, "signs")))?)
    }
}
