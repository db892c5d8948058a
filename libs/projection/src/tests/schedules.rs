//! Any schedule of duplicates, reorderings, gaps and restarts ends where a fresh fold ends.

use bus::{Delivery, Feed, FeedError};
use event_store::{Block, Head, Position};
use futures::FutureExt;
use futures::future::BoxFuture;
use proptest::prelude::*;

use super::world::{BILLER, World, dump, fold, until};
use crate::source::Source;
use crate::start::start_from;

/// A feed that delivers from elsewhere than it was asked, and shuffles.
struct Unruly {
    feed: Feed,
    /// For each delivery: how far back it starts, how much it leaves out, and how it is turned.
    schedule: Vec<(u64, u64, usize)>,
    calls: usize,
}

impl Source for Unruly {
    fn next(&mut self, applied: Position) -> BoxFuture<'_, Result<Vec<Delivery>, FeedError>> {
        async move {
            let deliveries = self.feed.next(applied).await?;
            let step = self.schedule.get(self.calls).filter(|_| !deliveries.is_empty()).copied();
            let Some((back, skip, turn)) = step else { return Ok(deliveries) };
            self.calls += 1;
            let head = self.feed.head().await?.position;
            let from = (applied.saturating_sub(back) + skip).min(head.saturating_sub(1));
            let mut deliveries = self.feed.next(from).await?;
            let turn = turn % deliveries.len().max(1);
            deliveries.rotate_left(turn);
            Ok(deliveries)
        }
        .boxed()
    }

    fn read(&self, from: Position, max: usize) -> BoxFuture<'_, Result<Vec<Block>, FeedError>> {
        self.feed.read(from, max).boxed()
    }

    fn head(&self) -> BoxFuture<'_, Result<Head, FeedError>> {
        self.feed.head().boxed()
    }
}

#[derive(Clone, Debug)]
struct Life {
    /// Events that are appended, in blocks.
    blocks: Vec<Vec<(u8, u8)>>,
    schedule: Vec<(u64, u64, usize)>,
}

const KINDS: [&str; 5] = ["read", "ask", "mail", "remind", "forget"];

fn life() -> impl Strategy<Value = Life> {
    let block = prop::collection::vec((0..4_u8, 0..5_u8), 1..5);
    let blocks = prop::collection::vec(block, 1..8);
    let schedule = prop::collection::vec((0..6_u64, 0..6_u64, 0..5_usize), 0..8);
    (blocks, schedule).prop_map(|(blocks, schedule)| Life { blocks, schedule })
}

async fn live(world: &World, life: &Life) -> (u64, u64) {
    let feed = world.bus.follow(BILLER, "library").await.unwrap();
    let unruly = Unruly { feed, schedule: life.schedule.clone(), calls: 0 };
    let handle = start_from(world.config(), Box::new(unruly)).await.unwrap();
    until(&handle, |status| status.state == crate::State::Live).await;
    for block in &life.blocks {
        let names: Vec<String> = block.iter().map(|(book, _)| format!("book-{book}")).collect();
        let kinds = block.iter().map(|(_, kind)| KINDS[usize::from(*kind)]);
        let events = names.iter().zip(kinds).map(|(name, kind)| (name.as_str(), kind, "900000000"));
        world.log.append(&events.collect::<Vec<_>>());
    }
    handle.caught_up(world.head()).await.unwrap();
    let status = handle.status();
    handle.shutdown().await;
    (status.duplicates, status.refilled_gaps)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_schedule_ends_where_a_fresh_fold_ends(lives in prop::collection::vec(life(), 1..4)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            for life in &lives {
                live(&world, life).await;
            }
            let handle = world.start().await;
            assert_eq!(dump(&handle), fold(&world));
            let open = world.fresh_fold().intents(usize::MAX).unwrap().len() as u64;
            assert_eq!(handle.status().pending_intents, open);
            handle.shutdown().await;
        });
    }
}

#[tokio::test]
async fn duplicates_and_gaps_are_counted() {
    let world = World::new().await;
    let one = vec![(0, 0)];
    let blocks = vec![one.clone(), one.clone(), one.clone(), one];
    let schedule = vec![(0, 2, 0), (4, 0, 0)];

    let (duplicates, gaps) = live(&world, &Life { blocks, schedule }).await;

    assert!(duplicates > 0, "{duplicates}");
    assert_eq!(gaps, 1);
}
