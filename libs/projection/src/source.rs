//! Where blocks come from: the seam at which tests repeat, reorder and lose deliveries.

use bus::{Delivery, Feed, FeedError};
use event_store::{Block, Head, Position};
use futures::future::BoxFuture;

/// One biller's log, as `bus::Feed` gives it.
pub(crate) trait Source: Send + Sync {
    fn next(&mut self, applied: Position) -> BoxFuture<'_, Result<Vec<Delivery>, FeedError>>;
    fn read(&self, from: Position, max: usize) -> BoxFuture<'_, Result<Vec<Block>, FeedError>>;
    fn head(&self) -> BoxFuture<'_, Result<Head, FeedError>>;
}

impl Source for Feed {
    fn next(&mut self, applied: Position) -> BoxFuture<'_, Result<Vec<Delivery>, FeedError>> {
        Box::pin(Feed::next(self, applied))
    }

    fn read(&self, from: Position, max: usize) -> BoxFuture<'_, Result<Vec<Block>, FeedError>> {
        Box::pin(Feed::read(self, from, max))
    }

    fn head(&self) -> BoxFuture<'_, Result<Head, FeedError>> {
        Box::pin(Feed::head(self))
    }
}
