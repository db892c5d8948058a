//! A processor that is simulated: it keeps what it has done in a table, which survives restarts as
//! a real processor would. How it behaves follows from the token alone.
//!
//! What must stay true: nothing is answered before it is on the disk; an id is done once, however
//! often it is asked for, and a refund gives back no more than was drawn. After a sync that failed
//! nothing is answered until the table is opened anew.
//!
//! One row per id for ever, because an id that is forgotten draws twice. A row has about 250 bytes
//! and none is held in memory beyond a cache of a fixed size.

mod behaviour;
mod book;

use std::{io, path::Path, sync::Arc};

use futures::{FutureExt, future::BoxFuture};
use storage::{Storage, TableError};

pub use behaviour::{
    TOK_DECLINED_EXPIRED, TOK_DECLINED_INSUFFICIENT, TOK_FLAKY, TOK_LOST_ANSWER, TOK_OK,
    TOK_PENDING, TOK_REFUND_REFUSED,
};
use book::{Book, Booked};

use crate::{Collection, Currency, Outcome, Processor, ProcessorError, Refund, RefundOutcome};

/// A simulated processor.
#[derive(Debug)]
pub struct Simulated {
    book: Arc<Book>,
}

impl Simulated {
    /// A processor that keeps what it has done in a directory of its own. Waits for the disk.
    ///
    /// # Errors
    /// When the table cannot be opened, or another process has it.
    pub fn open(storage: &Arc<dyn Storage>, dir: &Path) -> Result<Self, TableError> {
        Ok(Self { book: Arc::new(Book::open(storage, dir)?) })
    }

    /// What was drawn and not given back, in minor units: what the processor would owe the biller.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn held_minor(&self, currency: Currency) -> io::Result<i64> {
        self.on_book(move |book| book.held_minor(currency)).await
    }

    /// Works on the book, off the runtime's threads.
    async fn on_book<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Book) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let book = Arc::clone(&self.book);
        let working = tokio::task::spawn_blocking(move || work(&book));
        working.await.map_err(io::Error::other).flatten()
    }
}

impl Processor for Simulated {
    fn collect<'a>(
        &'a self,
        collection: &'a Collection,
    ) -> BoxFuture<'a, Result<Outcome, ProcessorError>> {
        async move {
            collection.demand_fit()?;
            let asked = collection.clone();
            answer(&collection.id, self.on_book(move |book| book.collect(&asked)).await)
        }
        .boxed()
    }

    fn refund<'a>(
        &'a self,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<RefundOutcome, ProcessorError>> {
        async move {
            refund.demand_fit()?;
            let asked = refund.clone();
            answer(&refund.id, self.on_book(move |book| book.refund(&asked)).await)
        }
        .boxed()
    }
}

fn answer<T>(id: &str, booked: io::Result<Booked<T>>) -> Result<T, ProcessorError> {
    let unreachable = |source: io::Error| ProcessorError::Unreachable { id: id.to_owned(), source };
    match booked.map_err(unreachable)? {
        Booked::Answer(answer) => Ok(answer),
        Booked::NoAnswer => Err(unreachable(io::ErrorKind::TimedOut.into())),
        Booked::Reused => Err(ProcessorError::Reused { id: id.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
