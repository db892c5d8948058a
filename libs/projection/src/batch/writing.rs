//! A commit that is written by a thread of its own, beside what comes next.
//!
//! What must stay true: whoever reads meanwhile reads the changes over the store, so it makes no
//! difference how much of them is written. Whoever drops it waits for its end: nobody finds the
//! directory in use. The thread is kept for the next commit: an allocator gives the memory of one
//! that ends back to the system, and fetches it again for the next.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use event_store::Position;

use crate::changes::Changes;
use crate::store::{Size, Store, StoreError};

/// What is being written, and who writes it; at first nobody does.
#[derive(Default)]
pub(super) struct Writing {
    writer: Option<Writer>,
    underway: Option<Underway>,
}

struct Underway {
    changes: Arc<Changes>,
    /// Where they lead.
    position: Position,
    is_over: Arc<AtomicBool>,
}

struct Writer {
    commits: Sender<Commit>,
    written: Receiver<Result<(), StoreError>>,
    thread: JoinHandle<()>,
}

struct Commit {
    store: Arc<Store>,
    changes: Arc<Changes>,
    size: Size,
    is_over: Arc<AtomicBool>,
}

impl Writing {
    /// Writes changes that lead to a position; the store tells when that [is over](Self::is_over).
    /// Whatever was written before must have [ended](Self::end).
    pub(super) fn begin(
        &mut self,
        store: &Arc<Store>,
        changes: Arc<Changes>,
        size: Size,
        position: Position,
    ) {
        let is_over = Arc::new(AtomicBool::new(false));
        let (store, over) = (Arc::clone(store), Arc::clone(&is_over));
        let commit = Commit { store, changes: Arc::clone(&changes), size, is_over: over };
        let writer = self.writer.get_or_insert_with(Writer::begin);
        self.underway = Some(Underway { changes, position, is_over });
        // If nobody takes it any more, the end says why.
        let _taken = writer.commits.send(commit);
    }

    /// What may not be stored yet.
    pub(super) fn changes(&self) -> Option<Arc<Changes>> {
        self.underway.as_ref().map(|underway| Arc::clone(&underway.changes))
    }

    /// Whether nothing is being written: whoever waits for the end does not wait.
    pub(super) fn is_over(&self) -> bool {
        let underway = self.underway.as_ref();
        underway.is_none_or(|underway| underway.is_over.load(Ordering::Acquire))
    }

    /// Waits for the end; where it leads, if anything was written.
    ///
    /// # Errors
    /// When it was not all written.
    pub(super) fn end(&mut self) -> Result<Option<Position>, StoreError> {
        let Some(Underway { position, .. }) = self.underway.take() else { return Ok(None) };
        let written = self.writer.as_ref().map(|writer| writer.written.recv());
        if let Some(Ok(written)) = written {
            return written.map(|()| Some(position));
        }
        let writer = self.writer.take().expect("whoever has begun has a writer");
        std::panic::resume_unwind(writer.panic())
    }
}

impl Writer {
    fn begin() -> Self {
        let (commits, taken) = mpsc::channel::<Commit>();
        let (ends, written) = mpsc::channel();
        let thread = thread::spawn(move || write(taken, &ends));
        Self { commits, written, thread }
    }

    /// What it died of, whose word somebody waits for in vain.
    fn panic(self) -> Box<dyn Any + Send> {
        drop(self.commits);
        self.thread.join().expect_err("it says how a commit ended as long as it lives")
    }
}

/// Writes one commit after the other, as long as somebody wants to hear how it ended.
fn write(commits: Receiver<Commit>, ends: &Sender<Result<(), StoreError>>) {
    for Commit { store, changes, size, is_over } in commits {
        let written = store.commit(&changes, size);
        is_over.store(true, Ordering::Release);
        store.tell_written();
        // Whoever hears of the end may open the directory.
        drop(store);
        if ends.send(written).is_err() {
            return;
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // Whoever did not ask how it ended reads the store anew.
        if let Some(Writer { commits, written, thread }) = self.writer.take() {
            drop((commits, written));
            let _ended = thread.join();
        }
    }
}
