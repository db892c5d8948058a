//! Looks for accounts at a steady rate and says how long the answers took: a figure for whoever
//! measures search beside a load of commands.
//!
//! `seekers URL BILLER [PER_SECOND [SECONDS]]`, 50 a second for 20 seconds unless it is told
//! otherwise. It asks for what a caller says: parts of the cards of accounts that it found before.
//! The time of an answer counts from when it was due, so waiting for a slow one counts as well.

use std::{
    io::{self, Write as _},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use reqwest::blocking::Client;
use serde_json::Value;

/// Whoever waits for an answer, so that a slow one delays no other.
const SEEKERS: u32 = 16;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, biller, rest @ ..] = arguments.as_slice() else {
        anyhow::bail!("seekers URL BILLER [PER_SECOND [SECONDS]]")
    };
    let number = |at: usize, usual: u32| rest.get(at).map_or(Ok(usual), |text| text.parse());
    let (rate, seconds) = (number(0, 50)?, number(1, 20)?);
    let url = format!("{url}/v1/{biller}/search");
    let said = said(&Client::new(), &url)?;
    let (results, answers) = mpsc::channel();
    let start = Instant::now();
    thread::scope(|scope| {
        for seeker in 0..SEEKERS {
            let (said, url, results) = (&said, &url, results.clone());
            let turns = (seeker..rate * seconds).step_by(SEEKERS as usize);
            let seek = move |turn: u32, client: &Client| {
                let due = start + Duration::from_secs(1) * turn / rate;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let found = ask(client, url, &said[turn as usize % said.len()]);
                // Who listens listens to the end.
                let _ = results.send(found.map(|_| due.elapsed()));
            };
            scope.spawn(move || {
                let client = Client::new();
                turns.for_each(|turn| seek(turn, &client));
            });
        }
    });
    drop(results);
    let mut times = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    ensure!(!times.is_empty(), "nothing was asked");
    times.sort_unstable();
    let at = |permille: usize| times[(times.len() - 1) * permille / 1_000];
    writeln!(
        io::stdout().lock(),
        "{} questions, {rate} a second: p50 {:?}, p90 {:?}, p99 {:?}, longest {:?}",
        times.len(),
        at(500),
        at(900),
        at(990),
        at(1_000)
    )?;
    Ok(())
}

fn ask(client: &Client, url: &str, asked: &[(&str, String)]) -> anyhow::Result<Value> {
    let answer = client.get(url).query(asked).send()?.error_for_status()?;
    Ok(answer.json()?)
}

/// What callers may say of some accounts from all over the index.
fn said(client: &Client, url: &str) -> anyhow::Result<Vec<Vec<(&'static str, String)>>> {
    let mut said = Vec::new();
    for standing in ["active", "suspended", "pending", "disconnected", "none"] {
        let asked = [("status", standing.to_owned()), ("limit", "100".to_owned())];
        let page = ask(client, url, &asked)?;
        said.push(asked[..1].to_vec());
        for card in page["found"].as_array().context("a page")? {
            said.extend(of_card(card).into_iter().map(|text| vec![("q", text)]));
        }
    }
    Ok(said)
}

fn of_card(card: &Value) -> Vec<String> {
    let text = |pointer: &str| card.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (name, address) = (text("/name"), text("/sites/0/address"));
    let word = |text: &str, at: usize| text.split(' ').nth(at).unwrap_or_default().to_owned();
    let begun: String = word(name, 1).chars().take(4).collect();
    let slip = word(name, 1).replacen(['a', 'e', 'o'], "u", 1);
    [
        name.to_owned(),
        format!("{name} {}", word(address, 1)),
        format!("{} {}", word(name, 0), begun),
        format!("{} {slip}", word(name, 0)),
        address.to_owned(),
        text("/accountId").to_owned(),
        text("/email").to_owned(),
        text("/phones/0").to_owned(),
        text("/sites/0/addressId").to_owned(),
        text("/devices/0/serial").to_owned(),
        word(name, 1),
    ]
    .into_iter()
    .filter(|text| text.chars().any(char::is_alphanumeric))
    .collect()
}
