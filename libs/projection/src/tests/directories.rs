//! Directories: damaged ones are kept under a name that says why, locked ones are waited for.

use super::world::{World, dump, fold};
use crate::StartError;

fn names(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(world.dir()).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_damaged_directory_is_set_aside_and_rebuilt() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a"), ("book-2", "read", "b")]);
    handle.caught_up(2).await.unwrap();
    handle.shutdown().await;
    let file = world.dir().join("v1-000001/db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x55);
    std::fs::write(&file, bytes).unwrap();

    let handle = world.start().await;

    handle.caught_up(2).await.unwrap();
    assert_eq!(dump(&handle), fold(&world));
    let aside = "v1-000001.damaged-1-holds-position-0-but-2-was-synced";
    assert_eq!(names(&world), [aside, "v1-000002", "v1.live"]);
}

#[tokio::test]
async fn a_directory_that_sled_refuses_is_set_aside_and_rebuilt() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a")]);
    handle.caught_up(1).await.unwrap();
    handle.shutdown().await;
    let file = world.dir().join("v1-000001/db");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();

    let handle = world.start().await;

    handle.caught_up(1).await.unwrap();
    assert_eq!(dump(&handle), fold(&world));
    assert!(names(&world)[0].starts_with("v1-000001.damaged-1-could-not-be-opened"));
}

#[tokio::test]
async fn half_filled_directories_of_a_crash_are_removed() {
    let world = World::new().await;
    let handle = world.start().await;
    handle.shutdown().await;
    std::fs::create_dir(world.dir().join("v1-000007")).unwrap();
    std::fs::write(world.dir().join("notes.txt"), "not ours").unwrap();

    world.start().await;

    assert_eq!(names(&world), ["notes.txt", "v1-000001", "v1.live"]);
}

#[tokio::test]
async fn a_directory_in_use_is_refused_by_name_after_a_bounded_wait() {
    let world = World::new().await;
    let _running = world.start().await;

    let Err(refused) = crate::start(world.config()).await else {
        panic!("the directory was opened twice");
    };

    assert!(matches!(refused, StartError::InUse { service: "library", .. }), "{refused:?}");
}

#[tokio::test]
async fn a_read_model_opens_again_at_once_in_the_same_process() {
    let world = World::new().await;
    for round in 1..=5 {
        let handle = world.start().await;
        world.log.append(&[("book-1", "read", "a")]);
        handle.caught_up(round).await.unwrap();
        handle.shutdown().await;
    }
    let handle = world.start().await;
    assert_eq!(dump(&handle), fold(&world));
}
