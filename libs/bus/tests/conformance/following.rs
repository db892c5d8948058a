//! Following a log: every block arrives in the end, whatever the follower has seen before.

use bus::{FeedError, RequestError};
use event_store::{Block, Position};
use tokio::task;

use crate::world::{Ledger, World, positions, words};

async fn blocks_arrive_whole_and_in_order_from_position_1(mut world: World) {
    world.offer().await;
    let stored = [world.ledger.append(3), world.ledger.append(1), world.ledger.append(64)];
    let mut follower = world.follower("reader", 0).await;
    let mut arrived: Vec<Block> = Vec::new();
    while arrived.last().map_or(0, Block::last_position) < 68 {
        let applied = arrived.last().map_or(0, Block::last_position);
        let deliveries = follower.feed.next(applied).await.unwrap();
        arrived.extend(deliveries.into_iter().map(|delivery| delivery.block));
    }
    let bytes = |blocks: &[Block]| blocks.iter().map(|b| b.bytes().clone()).collect::<Vec<_>>();
    assert_eq!(bytes(&arrived), bytes(&stored));
}

#[tokio::test]
async fn in_process_blocks_arrive_whole_and_in_order_from_position_1() {
    blocks_arrive_whole_and_in_order_from_position_1(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_blocks_arrive_whole_and_in_order_from_position_1() {
    blocks_arrive_whole_and_in_order_from_position_1(World::over_nats().await).await;
}

async fn a_follower_that_restarts_continues_after_what_it_applied(mut world: World) {
    world.offer().await;
    world.ledger.append(10);
    let mut before = world.follower("reader", 0).await;
    assert_eq!(positions(&before.follow_to(10).await), (1..=10).collect::<Vec<_>>());
    drop(before);
    world.ledger.append(5);
    let mut after = world.follower("reader", 10).await;
    assert_eq!(positions(&after.follow_to(15).await), (11..=15).collect::<Vec<_>>());
}

#[tokio::test]
async fn in_process_a_follower_that_restarts_continues_after_what_it_applied() {
    a_follower_that_restarts_continues_after_what_it_applied(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_follower_that_restarts_continues_after_what_it_applied() {
    a_follower_that_restarts_continues_after_what_it_applied(World::over_nats().await).await;
}

async fn a_follower_that_stopped_inside_a_block_gets_the_rest(mut world: World) {
    world.offer().await;
    world.ledger.append(10);
    let mut follower = world.follower("reader", 4).await;
    assert_eq!(positions(&follower.follow_to(10).await), (5..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn in_process_a_follower_that_stopped_inside_a_block_gets_the_rest() {
    a_follower_that_stopped_inside_a_block_gets_the_rest(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_follower_that_stopped_inside_a_block_gets_the_rest() {
    a_follower_that_stopped_inside_a_block_gets_the_rest(World::over_nats().await).await;
}

async fn a_late_follower_gets_everything(mut world: World) {
    (0..200).for_each(|_| drop(world.ledger.append(5)));
    world.offer().await;
    let events = world.follower("late", 0).await.follow_to(1000).await;
    assert_eq!(positions(&events), (1..=1000).collect::<Vec<_>>());
    assert_eq!(words(&events[776].event.data), "event 777");
}

#[tokio::test]
async fn in_process_a_late_follower_gets_everything() {
    a_late_follower_gets_everything(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_late_follower_gets_everything() {
    a_late_follower_gets_everything(World::over_nats().await).await;
}

async fn appends_while_following_all_arrive(mut world: World) {
    world.offer().await;
    let mut one = world.follower("one", 0).await;
    let mut two = world.follower("two", 0).await;
    let appending = task::spawn_blocking(move || {
        (1..=300).for_each(|block| drop(world.ledger.append(1 + block % 9)));
        world
    });
    let total: Position = (1..=300).map(|block| 1 + block % 9).sum();
    let (by_one, by_two) = tokio::join!(one.follow_to(total), two.follow_to(total));
    assert_eq!(positions(&by_one), (1..=total).collect::<Vec<_>>());
    assert_eq!(by_one, by_two);
    drop(appending.await.unwrap());
}

#[tokio::test]
async fn in_process_appends_while_following_all_arrive() {
    appends_while_following_all_arrive(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_appends_while_following_all_arrive() {
    appends_while_following_all_arrive(World::over_nats().await).await;
}

async fn the_log_is_read_from_any_position(mut world: World) {
    world.offer().await;
    (0..10).for_each(|_| drop(world.ledger.append(3)));
    let follower = world.follower("reader", 0).await;
    let mut first = Vec::new();
    for from in 1..=30 {
        let blocks = follower.feed.read(from, 1).await.unwrap();
        first.push((blocks.len(), blocks[0].first_position(), blocks[0].last_position()));
    }
    let expected = |from: Position| (1, (from - 1) / 3 * 3 + 1, (from - 1) / 3 * 3 + 3);
    assert_eq!(first, (1..=30).map(expected).collect::<Vec<_>>());
    assert!(follower.feed.read(31, 1 << 20).await.unwrap().is_empty());
}

#[tokio::test]
async fn in_process_the_log_is_read_from_any_position() {
    the_log_is_read_from_any_position(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_the_log_is_read_from_any_position() {
    the_log_is_read_from_any_position(World::over_nats().await).await;
}

async fn blocks_near_the_largest_size_are_read_one_after_another(mut world: World) {
    let sizes = [world.ledger.append_sized(5, 100_000), world.ledger.append_sized(5, 100_000)];
    world.ledger.append_sized(5, 100_000);
    world.offer().await;
    let mut follower = world.follower("reader", 0).await;
    assert!(sizes.iter().all(|block| block.bytes().len() > 500_000));
    assert_eq!(positions(&follower.follow_to(15).await), (1..=15).collect::<Vec<_>>());
    assert!(!follower.feed.read(1, 8 << 20).await.unwrap().is_empty());
}

#[tokio::test]
async fn in_process_blocks_near_the_largest_size_are_read_one_after_another() {
    blocks_near_the_largest_size_are_read_one_after_another(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_blocks_near_the_largest_size_are_read_one_after_another() {
    blocks_near_the_largest_size_are_read_one_after_another(World::over_nats().await).await;
}

async fn a_log_that_is_offered_later_is_followed_then(mut world: World) {
    let mut follower = world.follower("early", 0).await;
    assert!(follower.feed.next(0).await.unwrap().is_empty());
    let refused = follower.feed.head().await.unwrap_err();
    let FeedError::Unreachable { source: RequestError::NoResponder { .. }, .. } = refused else {
        panic!("{refused}");
    };
    world.ledger.append(2);
    world.offer().await;
    assert_eq!(positions(&follower.follow_to(2).await), [1, 2]);
}

#[tokio::test]
async fn in_process_a_log_that_is_offered_later_is_followed_then() {
    a_log_that_is_offered_later_is_followed_then(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_log_that_is_offered_later_is_followed_then() {
    a_log_that_is_offered_later_is_followed_then(World::over_nats().await).await;
}

async fn the_head_is_the_logs_own(mut world: World) {
    world.offer().await;
    let block = world.ledger.append(4);
    let head = world.follower("reader", 0).await.feed.head().await.unwrap();
    assert_eq!((head.position, head.chain, head.committed_at), (4, block.chain(), 4));
}

#[tokio::test]
async fn in_process_the_head_is_the_logs_own() {
    the_head_is_the_logs_own(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_the_head_is_the_logs_own() {
    the_head_is_the_logs_own(World::over_nats().await).await;
}

async fn names_that_do_not_fit_into_a_subject_are_refused(world: World) {
    assert!(world.other.follow("acme.east", "reader").await.is_err());
    assert!(world.other.follow("acme", "care.search").await.is_err());
    let offered = world.owner.offer_log("*", Ledger::new().source(), Default::default()).await;
    assert!(offered.is_err());
}

#[tokio::test]
async fn in_process_names_that_do_not_fit_into_a_subject_are_refused() {
    names_that_do_not_fit_into_a_subject_are_refused(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_names_that_do_not_fit_into_a_subject_are_refused() {
    names_that_do_not_fit_into_a_subject_are_refused(World::over_nats().await).await;
}
