//! Subscribers of somebody else: every event once, in order, typed, with CloudEvents headers.

use std::{path::Path, process::Command};

use anyhow::{Context as _, ensure};
use e2e::{Ran, World, example, script};
use serde_json::Value;

const STORIES: &str = include_str!("three_stories.txt");

#[test]
fn f110_a_subscriber_in_python_sees_every_event_once_and_typed() -> anyhow::Result<()> {
    let mut world = World::seven_processes()?;
    let nats = world.nats()?.url();
    // The first half is read while the stories are told, the rest by a process of its own.
    let first = std::thread::scope(|scope| {
        let first = scope.spawn(|| python(&nats, FIRST));
        world.play(&script(STORIES)?)?;
        first.join().expect("the subscriber's thread does not panic")
    })?;
    world.settled()?;
    let log = world.api.events(None)?;
    let rest = python(&nats, log.len() - FIRST)?;
    let lines = first.out + &rest.out;
    let seen: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!(seen.len(), log.len());
    for (seen, event) in seen.iter().zip(&log) {
        is_the_same(seen, event);
    }
    Ok(())
}

/// Events that the subscriber sees while they happen.
const FIRST: usize = 40;

/// What Python decoded is what the API shows.
fn is_the_same(seen: &Value, event: &Value) {
    assert_eq!(seen["position"].to_string(), event["position"].as_str().unwrap_or_default());
    assert_eq!((&seen["type"], &seen["stream"]), (&event["type"], &event["stream"]));
    assert_eq!(seen["id"], event["id"]);
    let noun = event["type"].as_str().and_then(|kind| kind.split('.').nth(1)).unwrap_or_default();
    assert!(seen["event"].is_object() && event[noun].is_object(), "{seen} {event}");
    is_the_same_but_sealed(&seen["event"], &event[noun]);
}

/// What the API opens is sealed for everybody else.
fn is_the_same_but_sealed(seen: &Value, shown: &Value) {
    match (seen, shown) {
        (Value::Object(seen), Value::Object(shown)) => {
            assert_eq!(seen.len(), shown.len(), "{seen:?} {shown:?}");
            for (name, value) in seen {
                is_the_same_but_sealed(value, &shown[name]);
            }
        }
        (Value::String(sealed), Value::String(shown)) if sealed.starts_with("{sealed:") => {
            assert!(!shown.contains("{sealed:"), "{shown}");
        }
        (seen, shown) => assert_eq!(seen, shown),
    }
}

fn python(nats: &str, events: usize) -> anyhow::Result<Ran> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let packages = root.join(".tools/python");
    ensure!(packages.is_dir(), "install nats-py with: cargo xtask tools");
    let output = Command::new("python3")
        .arg(root.join("infra/subscribers/subscriber.py"))
        .args(["--nats", nats, "--limit", &events.to_string()])
        .env("PYTHONPATH", packages)
        .output()
        .context("python3 cannot be started")?;
    Ran::from(output).well()
}

#[test]
fn f110_a_subscriber_in_rust_goes_on_where_it_stopped() -> anyhow::Result<()> {
    let mut world = World::seven_processes()?;
    world.play(&script(STORIES)?)?;
    world.settled()?;
    let (nats, log) = (world.nats()?.url(), world.api.events(None)?);
    let half = log.len() / 2;
    let lines = rust(&nats, half)?.out + &rust(&nats, log.len() - half)?.out;
    let first_three = |line: &str| line.splitn(4, ' ').take(3).map(str::to_owned).collect();
    let seen: Vec<Vec<String>> = lines.lines().map(first_three).collect();
    let told: Vec<Vec<String>> = log
        .iter()
        .map(|event| {
            ["position", "stream", "type"]
                .map(|name| event[name].as_str().unwrap().to_owned())
                .to_vec()
        })
        .collect();
    assert_eq!(seen, told);
    Ok(())
}

fn rust(nats: &str, events: usize) -> anyhow::Result<Ran> {
    let output = example("subscriber")
        .args([nats, "northeast", "rust-test", &events.to_string()])
        .output()
        .context("the example cannot be started")?;
    Ran::from(output).well()
}
