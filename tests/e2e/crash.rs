//! A read model is deleted: it comes back from the log, and nothing is sent twice.

use e2e::{World, script};

const STORIES: &str = include_str!("three_stories.txt");

#[test]
fn f109_a_read_model_that_was_deleted_comes_back_and_repeats_nothing() -> anyhow::Result<()> {
    let mut world = World::one_process()?;
    world.play(&script(STORIES)?)?;
    world.settled()?;
    let rows = world.api.timeless_rows()?;
    let head = world.api.get("status")?["head"].clone();
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
    assert_eq!(world.api.timeless_rows()?, rows);
    assert_eq!(world.api.get("status")?["head"], head, "a command was sent again");
    let sent_again = std::fs::read_to_string(&mail).unwrap_or_default();
    assert_eq!(sent_again, "", "a customer was written to twice");
    Ok(())
}
