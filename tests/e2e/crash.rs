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
    let acknowledged = Mutex::new(BTreeSet::new());
    for round in 0..ROUNDS {
        let before = acknowledged.lock().unwrap().len();
        let stop = AtomicBool::new(false);
        let url = world.url.clone();
        std::thread::scope(|scope| {
            for client in 0..4 {
                let (url, acknowledged, stop) = (&url, &acknowledged, &stop);
                scope.spawn(move || {
                    open_accounts(url, &format!("{round}-{client}"), acknowledged, stop);
                });
            }
            while acknowledged.lock().unwrap().len() < before + BEFORE_KILL {
                std::thread::sleep(Duration::from_millis(1));
            }
            world.kill();
            stop.store(true, Ordering::Release);
        });
        world.start_again()?;
    }
    let found = opened(&world)?;
    let acknowledged = acknowledged.into_inner().unwrap();
    let once: BTreeSet<_> = found.iter().cloned().collect();
    assert_eq!(once.len(), found.len(), "an account was opened twice");
    assert!(acknowledged.is_subset(&once), "{:?} are lost", acknowledged.difference(&once));
    world.client(&["verify"])?.well()?;
    Ok(())
}

/// Opens accounts until it is stopped or nobody answers, and notes those that were acknowledged.
fn open_accounts(url: &str, name: &str, done: &Mutex<BTreeSet<String>>, stop: &AtomicBool) {
    let client = Client::new();
    for number in 0.. {
        let account = format!("account_{name}-{number}");
        let body = json!({"accountId": account, "holderName": "Ada", "email": "a@example.net"});
        let request = client.post(format!("{url}/v1/northeast/commands/OpenAccount"));
        let sent = request.body(body.to_string()).send();
        if !sent.is_ok_and(|answer| answer.status().is_success()) || stop.load(Ordering::Acquire) {
            return;
        }
        done.lock().unwrap().insert(account);
    }
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
    let mails = std::fs::read_to_string(&mail)?;
    world.kill();
    for service in ["care", "billing", "provisioning", "notifications", "noc-bridge", "audit"] {
        std::fs::remove_dir_all(world.data().join(service))?;
    }
    std::fs::remove_dir_all(world.data().join("core/northeast/index"))?;
    world.start_again()?;
    world.settled()?;
    assert_eq!(world.rows()?, rows);
    assert_eq!(world.get("status")?["head"], head, "a command was sent again");
    assert_eq!(std::fs::read_to_string(&mail)?, mails, "a customer was written to twice");
    Ok(())
}
