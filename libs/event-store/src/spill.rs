//! The thread that moves frozen generations into sled, one after another, off the append path.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::generation::Generation;
use crate::shared::Shared;
use crate::{AppendError, IndexError};

/// Frozen generations that may wait; with one more, the append waits.
const WAITING_MAX: usize = 3;

/// The writer's end of the thread.
pub(crate) struct Spiller {
    queue: Option<SyncSender<Arc<Generation>>>,
    thread: Option<JoinHandle<()>>,
}

impl Spiller {
    /// Starts the thread.
    pub(crate) fn start(shared: &Arc<Shared>) -> std::io::Result<Self> {
        let (queue, inbox) = sync_channel(WAITING_MAX);
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new()
            .name("index-spill".to_owned())
            .spawn(move || spill(&shared, &inbox))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Freezes the active generation once it has `events_max` events. Waits while the thread is
    /// more than a few generations behind.
    pub(crate) fn offer(&self, shared: &Shared, events_max: usize) -> Result<(), Arc<IndexError>> {
        if let Some(error) = shared.spill_failure.get() {
            return Err(Arc::clone(error));
        }
        if shared.generations().active.events < events_max {
            return Ok(());
        }
        let frozen = shared.generations_mut().freeze();
        match self.queue.as_ref().map(|queue| queue.send(frozen)) {
            Some(Ok(())) | None => Ok(()),
            Some(Err(_)) => Err(shared.spill_failure.get().map_or_else(
                || {
                    let (operation, message) = ("spill", "the thread is gone".to_owned());
                    Arc::new(IndexError::Panicked { operation, message })
                },
                Arc::clone,
            )),
        }
    }
}

impl Drop for Spiller {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("index thread panicked");
        }
    }
}

fn spill(shared: &Shared, inbox: &Receiver<Arc<Generation>>) {
    for generation in inbox {
        if let Err(error) = shared.index.write(&generation) {
            shared.index.mark_damaged(&error);
            let first = shared.spill_failure.set(Arc::new(error));
            first.expect("only this thread sets it, and then ends");
            return;
        }
        let spilled = shared.generations_mut().frozen.pop_front();
        // The last handle frees thousands of strings: not while the lock is held.
        drop(spilled);
        tracing::debug!(position = generation.tip.head.position, "index spilled");
    }
}

impl From<Arc<IndexError>> for AppendError {
    fn from(error: Arc<IndexError>) -> Self {
        Self::Index(error)
    }
}
