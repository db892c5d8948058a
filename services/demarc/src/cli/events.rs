//! `demarc events`: the log, event by event.

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde_json::{Map, Value};

use super::{Context, follow};
use crate::{
    client::{
        pages::{Filter, PAGE},
        short_kind,
    },
    output::{DIM, Output, paint, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc events                                   the first hundred
  demarc events --stream order_1002               all that happened to one order
  demarc events --type SiteSuspended --limit 10
  demarc events --follow                          from now on
  demarc events --from 1 --follow --json          all of it, and then what happens
  demarc events --all --json > northeast.ndjson";

const LIMIT: u64 = 100;

/// Options of `demarc events`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Events {
    /// First position to show (following: from now on)
    #[arg(long, value_name = "POSITION")]
    from: Option<u64>,
    /// How many to show at most (100; following: no limit)
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Show all there are
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Only one stream, for example site_88
    #[arg(long)]
    stream: Option<String>,
    /// Only one type, for example SiteSuspended
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Keep showing what happens
    #[arg(long, short)]
    follow: bool,
}

impl Events {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let filter = self.filter();
        if self.follow {
            let from = match self.from {
                Some(from) => from,
                None => context.client.page(&filter, 1, 1).await?.head + 1,
            };
            let limit = self.limit.unwrap_or(u64::MAX);
            return follow::follow(context, filter, from, limit).await;
        }
        let limit = if self.all { u64::MAX } else { self.limit.unwrap_or(LIMIT) };
        list(context, filter, self.from.unwrap_or(1), limit).await
    }

    fn filter(&self) -> Filter {
        let filters = [("stream", &self.stream), ("type", &self.kind)];
        filters.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))).collect()
    }
}

async fn list(context: &Context, filter: Filter, from: u64, limit: u64) -> anyhow::Result<()> {
    let (mut from, mut left) = (from, limit);
    loop {
        let page = context.client.page(&filter, from, left.min(PAGE)).await?;
        for event in &page.events {
            show(context.output, event)?;
        }
        left = left.saturating_sub(page.events.len() as u64);
        match page.next {
            Some(next) if left > 0 => from = next,
            Some(next) => return hint(context.output, &filter, next),
            None => return Ok(()),
        }
    }
}

fn hint(output: Output, filter: &Filter, next: u64) -> anyhow::Result<()> {
    if !output.is_json() {
        let filters = filter.iter().map(|(name, text)| format!(" --{name} {text}"));
        let filters: String = filters.collect();
        output.line(paint(DIM, format!("more: demarc events --from {next}{filters}")))?;
    }
    Ok(())
}

/// Writes one event.
pub(crate) fn show(output: Output, event: &Value) -> std::io::Result<()> {
    if output.is_json() { output.document(event) } else { output.line(line(event)) }
}

/// One event on one line: position, time, stream, type, what it says, who did it.
fn line(event: &Value) -> String {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let position = event.get("position").map(words::value).unwrap_or_default();
    let stream = text("stream");
    let noun = noun_of(text("type"));
    let actor = text("actor").split(';').next().unwrap_or_default();
    format!(
        "{}  {}  {stream:<16}  {}  {}  {}",
        paint(DIM, format!("{position:>6}")),
        paint(DIM, words::local_time(text("time"))),
        paint(color_of(noun), short_kind(text("type"))),
        fact(event, noun).map(words::fields).unwrap_or_default(),
        paint(DIM, format!("by {actor}")),
    )
}

/// `site` of `demarc.site.v1.SiteSuspended`.
fn noun_of(kind: &str) -> &str {
    kind.split('.').nth(1).unwrap_or_default()
}

/// The fields of the fact, which the envelope holds as `{"site":{"suspended":{…}}}`.
fn fact<'a>(event: &'a Value, noun: &str) -> Option<&'a Map<String, Value>> {
    event.get(noun)?.as_object()?.values().next()?.as_object()
}

fn color_of(noun: &str) -> Style {
    let color = match noun {
        "account" => AnsiColor::Cyan,
        "site" => AnsiColor::Magenta,
        "service" | "device" => AnsiColor::Blue,
        "order" => AnsiColor::Green,
        "ledger" => AnsiColor::Yellow,
        "provisioning" => AnsiColor::BrightBlue,
        "notification" => AnsiColor::BrightCyan,
        "ticket" => AnsiColor::BrightMagenta,
        "interaction" => AnsiColor::BrightGreen,
        "guide" => AnsiColor::BrightGreen,
        "decision" => AnsiColor::Red,
        _ => AnsiColor::White,
    };
    color.on_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::line;

    #[test]
    fn an_event_is_one_line_that_says_what_happened_and_who_did_it() {
        let event = json!({
            "position": "12", "type": "demarc.site.v1.SiteSuspended", "stream": "site_88",
            "time": "no time", "actor": "jane; roles=agent",
            "site": {"suspended": {"request": 1, "reason": "SUSPENSION_REASON_NON_PAYMENT"}},
        });
        let shown = anstream::adapter::strip_str(&line(&event)).to_string();
        assert_eq!(
            shown,
            "    12  no time  site_88           SiteSuspended  request: 1, reason: non payment  \
             by jane"
        );
    }

    #[test]
    fn an_event_of_a_newer_server_is_shown_as_far_as_it_is_understood() {
        let event = json!({"position": "1", "type": "demarc.visit.v2.VisitMade", "new": true});
        assert!(line(&event).contains("VisitMade"));
    }
}
