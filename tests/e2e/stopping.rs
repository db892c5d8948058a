//! Whatever the state of the others, a process that is asked to end ends.

use e2e::World;
use serde_json::json;

#[test]
fn services_stop_after_core_is_gone() -> anyhow::Result<()> {
    let mut world = World::seven_processes()?;
    world.settled()?;
    world.stop()
}

#[test]
fn a_log_that_lost_its_end_is_named_by_every_service_and_the_process_still_stops()
-> anyhow::Result<()> {
    let mut world = World::one_process()?;
    for number in 1..=3 {
        let body = json!({
            "accountId": format!("account_{number}"),
            "holderName": "Ada",
            "email": "ada@example.net",
        });
        world.client(&["send", "OpenAccount", "--data", &body.to_string()])?.well()?;
    }
    world.settled()?;
    world.stop()?;
    // The log begins anew; the read models remember three events.
    std::fs::remove_dir_all(world.data().join("core"))?;
    world.start_again()?;
    world.api.until_state("audit", "faulted")?;
    let verified = world.client(&["verify"])?;
    assert_eq!(verified.code, 1, "{}{}", verified.out, verified.err);
    world.stop()
}
