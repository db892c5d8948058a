//! A subscriber in Rust: typed events from a durable consumer, each once and in order.
//!
//! ```text
//! cargo run -p contract --example subscriber -- nats://127.0.0.1:4222 northeast my-durable 100
//! ```
//!
//! Prints one line per event and stops after the given number; without a number it goes on. Start
//! it again with the same durable name and it goes on where it stopped. Delivery is at least once,
//! so a position that is not beyond the last one is left out: that is all the de-duplication
//! needed.

use std::env;

use anyhow::Context as _;
use async_nats::jetstream::{self, Message, consumer::pull};
use futures::StreamExt;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let mut next = |usual: &str| arguments.next().unwrap_or_else(|| usual.to_owned());
    let (url, biller, durable) =
        (next("nats://127.0.0.1:4222"), next("northeast"), next("subscriber-example"));
    let limit: u64 = next("0").parse().context("the number of events")?;

    let client = async_nats::connect(&url).await?;
    let stream = jetstream::new(client).get_stream(format!("EVENTS_{biller}")).await?;
    let config = pull::Config {
        durable_name: Some(durable.clone()),
        // One at a time without acknowledgement keeps the order, whatever is redelivered.
        max_ack_pending: 1,
        ..pull::Config::default()
    };
    let consumer = stream.get_or_create_consumer(&durable, config).await?;
    let mut messages = consumer.messages().await?;
    let (mut last, mut seen) = (0, 0);
    while let Some(message) = messages.next().await {
        let message = message?;
        let position: u64 = header(&message, "ce-sequence")?.parse()?;
        if position > last {
            let kind = header(&message, "ce-type")?;
            let stream = header(&message, "ce-subject")?;
            // A domain type, not bytes: an unknown or damaged event is an error, not a guess.
            let event = contract::decode(kind, &message.payload)?;
            print(&format!("{position} {stream} {kind} {event:?}"))?;
            last = position;
            seen += 1;
        }
        // Confirmed, so that a restart does not see the event again.
        message.double_ack().await.map_err(|error| anyhow::anyhow!(error))?;
        if seen == limit {
            break;
        }
    }
    Ok(())
}

fn header<'a>(message: &'a Message, name: &str) -> anyhow::Result<&'a str> {
    let headers = message.headers.as_ref().context("the message has no headers")?;
    Ok(headers.get(name).with_context(|| format!("there is no header {name}"))?.as_str())
}

fn print(line: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}")
}
