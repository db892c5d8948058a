//! An operator that is made up, and what its agents type.

use std::{
    io::Write as _,
    process::{Output, Stdio},
};

use anyhow::Context as _;
use e2e::{Ran, World, demarc};
use serde_json::{Value, json};

/// A running Demarc with this many customers.
fn operator(accounts: &str) -> anyhow::Result<World> {
    let world = World::one_process()?;
    generate(&world, accounts)?;
    world.settled()?;
    Ok(world)
}

fn generate(world: &World, accounts: &str) -> anyhow::Result<Value> {
    let ran = world.client(&["--json", "generate", "--accounts", accounts, "--seed", "5"])?;
    Ok(serde_json::from_str(&ran.well()?.out)?)
}

fn head(world: &World) -> anyhow::Result<Value> {
    Ok(world.api.get("status")?["head"].clone())
}

/// Runs the client with something on its standard input.
fn typed(world: &World, arguments: &[&str], input: &str) -> anyhow::Result<Ran> {
    let mut command = demarc();
    command.args(["--url", &world.api.url()]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    child.stdin.take().context("it reads")?.write_all(input.as_bytes())?;
    let output: Output = child.wait_with_output()?;
    Ok(output.into())
}

#[test]
fn an_operator_is_made_up_and_made_up_again_it_is_the_same() -> anyhow::Result<()> {
    let world = World::one_process()?;
    let first = generate(&world, "50")?;
    let commands = first["commands"].as_u64().context("it counts")?;
    assert!(commands > 300 && first["duplicates"] == 0, "{first}");
    assert!(first["events"].as_u64() >= Some(commands), "{first}");
    world.settled()?;

    let overview = world.api.get("care/account/account_g5-7")?["value"].clone();
    assert_eq!(overview["services"].as_array().map(Vec::len), Some(1), "{overview:#}");
    assert_eq!(overview["sites"][0]["addressId"], "ADDR-g5-7-1");
    assert!(overview["email"].as_str().is_some_and(|it| it.ends_with(".g5-7@example.net")));
    let accounts = world.api.get("care/account?limit=100")?;
    assert_eq!(accounts["rows"].as_array().map(Vec::len), Some(50));

    let before = head(&world)?;
    let again = generate(&world, "50")?;
    assert_eq!((&again["commands"], &again["events"]), (&first["commands"], &json!(0)));
    assert_eq!(again["duplicates"], first["commands"]);
    assert_eq!(head(&world)?, before);
    Ok(())
}

#[test]
fn f8_a_task_code_leads_to_its_view_and_its_command() -> anyhow::Result<()> {
    let world = operator("2")?;
    let list = world.client(&["task"])?.well()?.out;
    assert!(list.contains("SC") && list.contains("send StartServiceChange"), "{list}");
    let described = world.client(&["task", "sc"])?.well()?.out;
    assert!(described.contains("Service Change") && described.contains("saleType"), "{described}");
    let view = world.client(&["task", "04"])?.well()?.out;
    assert!(view.contains("demarc task 04 KEY") && view.contains("account id"), "{view}");
    let shown = world.client(&["task", "04", "account_g5-1"])?.well()?.out;
    assert!(shown.contains("service_g5-1-1"), "{shown}");

    let comment = json!({"accountId": "account_g5-1", "commentId": "cc", "text": "By task."});
    world.client(&["task", "CC", "--data", &comment.to_string()])?.well()?;
    world.settled()?;
    let overview = world.api.get("care/account/account_g5-1")?["value"].clone();
    assert_eq!(overview["comments"][0]["text"], "By task.");

    let unknown = world.client(&["task", "SX"])?;
    assert!(unknown.code == 1 && unknown.err.contains("did you mean SC or SS?"), "{}", unknown.err);
    assert_eq!(world.api.get("tasks/SX")?["status"], 404);
    assert_eq!(world.client(&["task", "04", "--data", "{}"])?.code, 2);
    assert_eq!(world.client(&["task", "CC", "account_g5-1"])?.code, 2);
    Ok(())
}

#[test]
fn f29_f30_f31_f32_f33_f35_an_agent_is_walked_through_what_follows_a_completed_order()
-> anyhow::Result<()> {
    let world = operator("5")?;
    let orders = world.api.get("care/order?limit=100")?;
    let orders = orders["rows"].as_array().cloned().unwrap_or_default();
    let done = orders.iter().find(|row| row["value"]["stage"] == "completed");
    let order = &done.context("an order is completed")?["value"];
    let text = |field: &str| order[field].as_str().unwrap_or_default().to_owned();
    let (order_id, account_id) = (text("orderId"), text("accountId"));
    let start = ["guide", "after-completion", "--order", &order_id, "--account", &account_id];
    let walk = [&start[..], &["--id", "guide_1"]].concat();

    let left = typed(&world, &walk, "no\nperhaps\non\n")?.well()?.out;
    assert!(left.contains("two minutes") && left.contains("15 seconds"), "{left}");
    assert!(left.contains("one of on / off") && left.contains("battery"), "{left}");
    assert!(left.contains("to go on: demarc guide --id guide_1"), "{left}");
    let ended = typed(&world, &["guide", "--id", "guide_1"], "done\ndone\nno\nnone\n")?.well()?.out;
    assert!(ended.contains("task PT") && ended.contains("Tech Support"), "{ended}");

    world.settled()?;
    let row = world.api.get("care/guide/guide_1")?["value"].clone();
    assert_eq!((&row["question"], &row["end"]["outcome"]), (&Value::Null, &json!("techSupport")));
    let steps: Vec<_> =
        row["answered"].as_array().into_iter().flatten().map(|it| it["step"].clone()).collect();
    assert_eq!(steps, ["reset", "unplug", "battery", "replug", "working", "resp-code"]);
    let late = typed(&world, &["guide", "after-completion", "--account", &account_id], "")?;
    assert!(late.code == 3 && late.err.contains("guide.needs_completed_order"), "{}", late.err);
    Ok(())
}
