//! A commit that is written by a thread of its own, beside what comes next.
//!
//! What must stay true: whoever reads meanwhile reads the changes over the store, so it makes no
//! difference how much of them is written. Whoever drops it waits for its end: nobody finds the
//! directory in use.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use event_store::Position;

use crate::changes::Changes;
use crate::store::{Size, Store, StoreError};

/// What is being written; at first nothing.
#[derive(Default)]
pub(super) struct Writing(Option<Underway>);

struct Underway {
    changes: Arc<Changes>,
    /// Where they lead.
    position: Position,
    thread: JoinHandle<Result<(), StoreError>>,
}

impl Writing {
    /// Writes changes that lead to a position.
    pub(super) fn begin(
        store: &Arc<Store>,
        changes: Arc<Changes>,
        size: Size,
        position: Position,
    ) -> Self {
        let (store, written) = (Arc::clone(store), Arc::clone(&changes));
        let thread = thread::spawn(move || store.commit(&written, size));
        Self(Some(Underway { changes, position, thread }))
    }

    /// What may not be stored yet.
    pub(super) fn changes(&self) -> Option<Arc<Changes>> {
        self.0.as_ref().map(|underway| Arc::clone(&underway.changes))
    }

    /// Waits for the end; where it leads, if anything was written.
    ///
    /// # Errors
    /// When it was not all written.
    pub(super) fn end(mut self) -> Result<Option<Position>, StoreError> {
        let Some(Underway { position, thread, .. }) = self.0.take() else { return Ok(None) };
        let written = thread.join();
        written.unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map(|()| Some(position))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // Whoever did not ask how it ended reads the store anew.
        self.0.take().map(|underway| underway.thread.join());
    }
}
