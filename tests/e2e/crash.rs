//! The process is killed at any moment: what was acknowledged is there, once, and nothing is sent
//! twice.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use e2e::{World, script};
use reqwest::blocking::Client;
use serde_json::{Value, json};

const STORIES: &str = include_str!("three_stories.txt");

/// Kills of the process under load.
const ROUNDS: u32 = 5;
/// Commands that are acknowledged before a kill.
const BEFORE_KILL: usize = 60;

#[test]
fn every_acknowledged_command_survives_a_kill_and_is_there_once() -> anyhow::Result<()> {
    let mut world = World::one_process()?;
    let accounts = Accounts::default();
    for round in 0..ROUNDS {
        let before = accounts.acknowledged.lock().unwrap().len();
        let stop = AtomicBool::new(false);
        let url = world.url.clone();
        std::thread::scope(|scope| {
            for client in 0..4 {
                let (accounts, url, stop) = (&accounts, &url, &stop);
                scope.spawn(move || accounts.open(url, &format!("{round}-{client}"), stop));
            }
            while accounts.acknowledged.lock().unwrap().len() < before + BEFORE_KILL {
                std::thread::sleep(Duration::from_millis(1));
            }
            world.kill();
            stop.store(true, Ordering::Release);
        });
        world.start_again()?;
    }
    let Accounts { tried, acknowledged } = accounts;
    // Whoever heard nothing asks again with the same key: what was done is not done again.
    for account in tried.into_inner().unwrap() {
        anyhow::ensure!(open_account(&Client::new(), &world.url, &account), "{account}");
    }
    let again = world.get("events?type=DecisionFulfilled")?;
    assert_eq!(again["events"], Value::Null, "a key did not give the first answer");
    let found = opened(&world)?;
    let acknowledged = acknowledged.into_inner().unwrap();
    let once: BTreeSet<_> = found.iter().cloned().collect();
    assert_eq!(once.len(), found.len(), "an account was opened twice");
    assert!(acknowledged.is_subset(&once), "{:?} are lost", acknowledged.difference(&once));
    world.client(&["verify"])?.well()?;
    Ok(())
}

/// What was asked for, and what was acknowledged.
#[derive(Default)]
struct Accounts {
    tried: Mutex<BTreeSet<String>>,
    acknowledged: Mutex<BTreeSet<String>>,
}

impl Accounts {
    /// Opens one account after another until it is stopped.
    fn open(&self, url: &str, name: &str, stop: &AtomicBool) {
        let client = Client::new();
        let names = (0..).map(|number| format!("account_{name}-{number}"));
        for account in names.take_while(|_| !stop.load(Ordering::Acquire)) {
            self.tried.lock().unwrap().insert(account.clone());
            if open_account(&client, url, &account) {
                self.acknowledged.lock().unwrap().insert(account);
            }
        }
    }
}

/// Opens an account under a key of its own; whether it was acknowledged.
fn open_account(client: &Client, url: &str, account: &str) -> bool {
    let body = json!({"accountId": account, "holderName": "Ada", "email": "a@example.net"});
    let request = client.post(format!("{url}/v1/northeast/commands/OpenAccount"));
    let sent = request.header("Idempotency-Key", account).body(body.to_string()).send();
    sent.is_ok_and(|answer| answer.status().is_success())
}

/// Every account of the log, once for each time that it was opened.
fn opened(world: &World) -> anyhow::Result<Vec<String>> {
    let (mut found, mut from) = (Vec::new(), "1".to_owned());
    while from != "0" {
        let page = world.get(&format!("events?type=AccountOpened&limit=1000&from={from}"))?;
        let events = page["events"].as_array().cloned().unwrap_or_default();
        let stream = |event: &Value| event["stream"].as_str().unwrap_or_default().to_owned();
        found.extend(events.iter().map(stream));
        page["next"].as_str().unwrap_or("0").clone_into(&mut from);
    }
    Ok(found)
}

#[test]
fn f109_a_read_model_that_was_deleted_comes_back_and_repeats_nothing() -> anyhow::Result<()> {
    let mut world = World::one_process()?;
    world.play(&script(STORIES)?)?;
    world.settled()?;
    let rows = world.rows()?;
    let head = world.get("status")?["head"].clone();
    let mail = world.data().join("mail/northeast/mail.ndjson");
    assert!(std::fs::read_to_string(&mail)?.lines().count() > 5);
    world.kill();
    // Whatever is written to this file from here on is a message that is sent again.
    std::fs::remove_file(&mail)?;
    for service in ["care", "billing", "provisioning", "notifications", "noc-bridge", "audit"] {
        std::fs::remove_dir_all(world.data().join(service))?;
    }
    std::fs::remove_dir_all(world.data().join("core/northeast/index"))?;
    world.start_again()?;
    world.settled()?;
    assert_eq!(world.rows()?, rows);
    assert_eq!(world.get("status")?["head"], head, "a command was sent again");
    let sent_again = std::fs::read_to_string(&mail).unwrap_or_default();
    assert_eq!(sent_again, "", "a customer was written to twice");
    Ok(())
}
