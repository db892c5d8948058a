//! `demarc status`: how every service is.

use std::time::Duration;

use clap::Args;
use comfy_table::{Cell, Color};
use serde::Deserialize;
use serde_json::Value;

use super::Context;
use crate::{
    client::{ClientError, part},
    output::{BAD, DIM, Output, STRONG, WARN, paint, table, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc status
  demarc status --watch
  demarc status --json | jq '.services[] | select(.state != \"live\")'

Ends with 1 when a service has stopped before an event.";

const EVERY: Duration = Duration::from_secs(1);
/// Moves the cursor home and clears what is below.
const CLEAR: &str = "\x1b[H\x1b[J";

/// Options of `demarc status`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {
    /// Show it again every second
    #[arg(long, short)]
    watch: bool,
}

/// How one service is; what an older or newer server leaves out is nothing to worry about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServiceStatus {
    pub(crate) service: String,
    pub(crate) version: u32,
    pub(crate) state: String,
    pub(crate) checkpoint: u64,
    pub(crate) head: u64,
    pub(crate) lag: u64,
    pub(crate) rate: u64,
    pub(crate) fault: Option<Value>,
    pub(crate) unreachable: Option<String>,
    pub(crate) pending_intents: u64,
    pub(crate) parked: Vec<Value>,
    pub(crate) rebuild: Option<Rebuild>,
    pub(crate) rebuild_fault: Option<String>,
}

/// How far a rebuild is.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rebuild {
    pub(crate) position: u64,
    pub(crate) target: u64,
}

impl Status {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        if self.watch {
            return watch(context).await;
        }
        let status = context.client.get(&["status"], &[]).await?;
        show(context.output, &status)?;
        let stopped: Vec<_> = services(&status)?
            .into_iter()
            .filter(|service| service.fault.is_some())
            .map(|service| service.service)
            .collect();
        anyhow::ensure!(stopped.is_empty(), "stopped before an event: {}", stopped.join(", "));
        Ok(())
    }
}

/// Shows the status until Ctrl-C.
async fn watch(context: &Context) -> anyhow::Result<()> {
    loop {
        let status = context.client.get(&["status"], &[]).await?;
        if !context.output.is_json() {
            context.output.line(CLEAR)?;
        }
        show(context.output, &status)?;
        tokio::time::sleep(EVERY).await;
    }
}

/// The status of one service.
pub(crate) async fn of(context: &Context, service: &str) -> anyhow::Result<ServiceStatus> {
    let status = context.client.get(&["status"], &[]).await?;
    let found = services(&status)?.into_iter().find(|status| status.service == service);
    found.ok_or_else(|| anyhow::anyhow!("there is no status of a service `{service}`"))
}

pub(crate) fn services(status: &Value) -> Result<Vec<ServiceStatus>, ClientError> {
    part(status.get("services").unwrap_or(&Value::Null))
}

fn show(output: Output, status: &Value) -> anyhow::Result<()> {
    if output.is_json() {
        return Ok(output.document(status)?);
    }
    let services = services(status)?;
    let biller = status.get("biller").map(words::value).unwrap_or_default();
    let head = status.get("head").map(words::value).unwrap_or_default();
    output.line(format!("{}  head {head}", paint(STRONG, biller)))?;
    output.line(in_table(&services))?;
    for service in &services {
        for (style, text) in concerns(service) {
            output.line(format!("{} {text}", paint(style, &service.service)))?;
        }
    }
    Ok(())
}

fn in_table(services: &[ServiceStatus]) -> String {
    let heading = ["service", "state", "checkpoint", "lag", "events/s", "intents", "parked"];
    let mut table = table::table(heading);
    for service in services {
        let numbers = [
            service.checkpoint,
            service.lag,
            service.rate,
            service.pending_intents,
            service.parked.len() as u64,
        ];
        let name = format!("{} v{}", service.service, service.version);
        let state = Cell::new(service.state.replace('_', " ")).fg(color_of(&service.state));
        let row = [Cell::new(name), state].into_iter().chain(numbers.map(Cell::new));
        table.add_row(row);
    }
    table.trim_fmt()
}

fn color_of(state: &str) -> Color {
    match state {
        "live" => Color::Green,
        "faulted" | "unreachable" | "stopped" => Color::Red,
        _ => Color::Yellow,
    }
}

/// What a person should look at.
fn concerns(service: &ServiceStatus) -> Vec<(anstyle::Style, String)> {
    let mut concerns = Vec::new();
    if let Some(fault) = &service.fault {
        concerns.push((BAD, format!("has stopped: {}", words::value(fault))));
    }
    if let Some(reason) = &service.unreachable {
        concerns.push((BAD, format!("cannot reach the log: {reason}")));
    }
    if let Some(Rebuild { position, target }) = service.rebuild {
        concerns.push((WARN, format!("is being rebuilt: {position} of {target}")));
    }
    if let Some(reason) = &service.rebuild_fault {
        concerns.push((WARN, format!("was not rebuilt: {reason}")));
    }
    let parked = service.parked.iter();
    concerns.extend(parked.map(|intent| (WARN, format!("parked {}", words::value(intent)))));
    if service.lag > 0 && concerns.is_empty() {
        concerns.push((DIM, format!("has {} events to catch up", service.lag)));
    }
    concerns
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{concerns, in_table, services};

    #[test]
    fn a_service_is_a_row_and_what_it_needs_is_said_below() {
        let status = json!({"services": [
            {"service": "care", "version": 1, "state": "live", "checkpoint": 523, "head": 523,
             "lag": 0, "rate": 12, "pending_intents": 0, "parked": [], "fault": null},
            {"service": "billing", "state": "faulted", "lag": 3,
             "fault": {"position": 521, "cause": "directory", "reason": "disk full"},
             "parked": [{"id": "9", "last_error": "siteId is empty"}], "from_the_future": true},
        ]});
        let services = services(&status).unwrap();
        let shown = anstream::adapter::strip_str(&in_table(&services)).to_string();
        assert!(shown.contains("care v1") && shown.contains("523"), "{shown}");
        assert!(concerns(&services[0]).is_empty());
        let said: Vec<_> = concerns(&services[1]).into_iter().map(|(_, text)| text).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("disk full") && said[0].contains("521"), "{said:?}");
        assert!(said[1].contains("siteId is empty"), "{said:?}");
    }
}
