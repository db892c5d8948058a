//! The three stories, typed by hand: in one process, and in seven with a nats-server between them.

use e2e::{World, script};

const STORIES: &str = include_str!("three_stories.txt");

#[tokio::test(flavor = "multi_thread")]
async fn f108_f109_one_process_and_seven_end_in_the_same_read_models() -> anyhow::Result<()> {
    let seven = World::seven_processes().await?;
    let (alone, together) = tokio::task::spawn_blocking(move || {
        let one = World::one_process()?;
        let lines = script(STORIES)?;
        one.play(&lines)?;
        seven.play(&lines)?;
        one.settled()?;
        seven.settled()?;
        anyhow::Ok((one.rows()?, seven.rows()?))
    })
    .await??;
    assert!(alone.len() > 50, "{alone:#?}");
    for (one, other) in alone.iter().zip(&together) {
        assert_eq!(one, other);
    }
    assert_eq!(alone.len(), together.len());
    Ok(())
}
