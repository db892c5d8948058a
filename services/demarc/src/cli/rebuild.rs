//! `demarc rebuild`: fill a read model again from the log, beside the one that answers.

use std::time::Duration;

use clap::Args;

use super::{Context, status};
use crate::output::{DIM, GOOD, paint};

const EXAMPLES: &str = "\
Examples:
  demarc rebuild billing
  demarc rebuild care --detach && demarc status --watch

The service answers from its old rows until the new ones are complete. No mail is sent and no
command given a second time.";

const EVERY: Duration = Duration::from_millis(100);

/// Options of `demarc rebuild`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rebuild {
    /// care, billing, provisioning, notifications, noc-bridge, audit or search
    service: String,
    /// Do not wait until it is done
    #[arg(long)]
    detach: bool,
}

impl Rebuild {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let output = context.output;
        let started = context.client.post(&[&self.service, "rebuild"]).await?;
        if self.detach {
            if output.is_json() {
                return Ok(output.document(&started)?);
            }
            let how = paint(DIM, "demarc status --watch shows how far it is");
            return Ok(output.line(format!("{} is being rebuilt; {how}", self.service))?);
        }
        let bar = output.progress(0, "events");
        let status = loop {
            let status = status::of(context, &self.service).await?;
            anyhow::ensure!(
                !status.is_out_of_reach(),
                "{} does not answer core: whether it was rebuilt is not known",
                self.service
            );
            match status.rebuild {
                None => break status,
                Some(rebuild) => {
                    bar.set_length(rebuild.target);
                    bar.set_position(rebuild.position);
                    tokio::time::sleep(EVERY).await;
                }
            }
        };
        bar.finish_and_clear();
        if let Some(reason) = status.rebuild_fault {
            anyhow::bail!("{} was not rebuilt: {reason}", self.service);
        }
        if output.is_json() {
            let answer = serde_json::json!({
                "service": status.service, "state": status.state,
                "checkpoint": status.checkpoint, "head": status.head,
            });
            return Ok(output.document(&answer)?);
        }
        let done = paint(GOOD, "rebuilt");
        let until = status.checkpoint.map_or("–".into(), |position| position.to_string());
        Ok(output.line(format!("{} {done} up to position {until}", self.service))?)
    }
}
