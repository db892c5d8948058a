//! The three stories, typed by hand: in one process, and in seven with a nats-server between them.

use e2e::{World, script};

const STORIES: &str = include_str!("three_stories.txt");

#[test]
fn f108_f109_one_process_and_seven_end_in_the_same_read_models() -> anyhow::Result<()> {
    let (one, seven) = (World::one_process()?, World::seven_processes()?);
    let lines = script(STORIES)?;
    one.play(&lines)?;
    seven.play(&lines)?;
    one.settled()?;
    seven.settled()?;
    let (alone, together) = (one.api.timeless_rows()?, seven.api.timeless_rows()?);
    assert!(alone.len() > 50, "{alone:#?}");
    for (one, other) in alone.iter().zip(&together) {
        assert_eq!(one, other);
    }
    assert_eq!(alone.len(), together.len());
    Ok(())
}
