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

Ends with 1 when a service is out of reach, has stopped, or cannot reach the log; what is not
known of it is shown as –.";

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

/// How one service is; of one that is out of reach nothing but its name is known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServiceStatus {
    pub(crate) service: String,
    pub(crate) version: Option<u32>,
    pub(crate) state: String,
    pub(crate) checkpoint: Option<u64>,
    pub(crate) head: Option<u64>,
    pub(crate) lag: Option<u64>,
    pub(crate) rate: Option<u64>,
    pub(crate) fault: Option<Value>,
    pub(crate) unreachable: Option<String>,
    pub(crate) pending_intents: Option<u64>,
    pub(crate) parked: Option<Vec<Value>>,
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
        demand_well(&services(&status)?)
    }
}

impl ServiceStatus {
    /// Whether core hears nothing of it.
    pub(crate) fn is_out_of_reach(&self) -> bool {
        self.state == "unreachable"
    }

    fn is_unwell(&self) -> bool {
        let stopped = matches!(self.state.as_str(), "faulted" | "stopped");
        self.is_out_of_reach() || stopped || self.fault.is_some() || self.unreachable.is_some()
    }
}

fn demand_well(services: &[ServiceStatus]) -> anyhow::Result<()> {
    let unwell: Vec<_> = services
        .iter()
        .filter(|service| service.is_unwell())
        .map(|service| service.service.as_str())
        .collect();
    anyhow::ensure!(unwell.is_empty(), "not well: {}", unwell.join(", "));
    Ok(())
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
            service.parked.as_ref().map(|parked| parked.len() as u64),
        ];
        let numbers = numbers.map(|number| number.map_or("–".into(), |known| known.to_string()));
        let name = match service.version {
            Some(version) => format!("{} v{version}", service.service),
            None => service.service.clone(),
        };
        let state = Cell::new(service.state.replace('_', " ")).fg(color_of(&service.state));
        let row = [Cell::new(name), state].into_iter().chain(numbers.map(Cell::new));
        table.add_row(row);
    }
    table::fitted(table)
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
    if service.is_out_of_reach() {
        concerns.push((BAD, "does not answer core: is it running?".to_owned()));
    }
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
    let parked = service.parked.iter().flatten();
    concerns.extend(parked.map(|intent| (WARN, format!("parked {}", words::value(intent)))));
    if let Some(lag @ 1..) = service.lag
        && concerns.is_empty()
    {
        concerns.push((DIM, format!("has {lag} events to catch up")));
    }
    concerns
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{concerns, demand_well, in_table, services};

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
        assert_eq!(demand_well(&services).unwrap_err().to_string(), "not well: billing");
        demand_well(&services[..1]).unwrap();
    }

    #[test]
    fn of_a_service_out_of_reach_nothing_is_claimed_and_the_status_is_a_failure() {
        let status = json!({"services": [{"service": "care", "state": "unreachable"}]});
        let services = services(&status).unwrap();
        let shown = anstream::adapter::strip_str(&in_table(&services)).to_string();
        let row: Vec<_> = shown.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(row, ["care", "unreachable", "–", "–", "–", "–", "–"]);
        assert!(concerns(&services[0])[0].1.contains("does not answer"));
        assert_eq!(demand_well(&services).unwrap_err().to_string(), "not well: care");
    }
}
