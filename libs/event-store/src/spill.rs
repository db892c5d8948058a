//! Moves frozen generations into the index and merges its runs: on a thread, off the append path,
//! or on the appending thread where no others are wanted.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};

use crate::generation::Generation;
use crate::shared::Shared;
use crate::{AppendError, IndexError, Options};

/// Frozen generations that may wait; with one more, the append waits.
const WAITING_MAX: usize = 1;
/// A generation is frozen when it covers so much of the journal, however few its events: opening
/// a log reads no more than this for each generation.
const GENERATION_BYTES_MAX: u64 = 128 << 20;

/// The writer's end of it.
pub(crate) struct Spiller {
    shared: Arc<Shared>,
    events_max: usize,
    /// None if there is no thread.
    queue: Option<SyncSender<Arc<Generation>>>,
    thread: Option<JoinHandle<()>>,
}

impl Spiller {
    /// Starts the thread, unless there is to be none.
    pub(crate) fn start(shared: &Arc<Shared>, options: &Options) -> std::io::Result<Self> {
        let (shared, events_max) = (Arc::clone(shared), options.spill_events);
        if !options.background {
            return Ok(Self { shared, events_max, queue: None, thread: None });
        }
        let (queue, inbox) = sync_channel(WAITING_MAX);
        let worker = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("index".to_owned()).spawn(move || work(&worker, &inbox))?;
        Ok(Self { shared, events_max, queue: Some(queue), thread: Some(thread) })
    }

    /// Freezes the active generation if it is full. Waits while the thread is behind.
    pub(crate) fn offer(&self) -> Result<(), Arc<IndexError>> {
        if let Some(error) = self.shared.spill_failure.get() {
            return Err(Arc::clone(error));
        }
        if !self.shared.generations().is_full(self.events_max, GENERATION_BYTES_MAX) {
            return Ok(());
        }
        let frozen = self.shared.generations_mut().freeze();
        let sent = match &self.queue {
            Some(queue) => queue.send(frozen).is_ok(),
            None => self.write_here(frozen),
        };
        let failure = || self.shared.spill_failure.get().map(Arc::clone);
        if sent { Ok(()) } else { Err(failure().unwrap_or(Arc::new(IndexError::Thread))) }
    }

    fn write_here(&self, frozen: Arc<Generation>) -> bool {
        let never = &mut || Ok(ControlFlow::Continue(()));
        let written = write(&self.shared, frozen).and_then(|()| {
            while self.shared.index.merge(never)? {}
            Ok(())
        });
        written.map_err(|error| fail(&self.shared, error)).is_ok()
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

fn work(shared: &Shared, inbox: &Receiver<Arc<Generation>>) {
    while let Ok(generation) = inbox.recv() {
        let worked = write(shared, generation);
        // What arrives goes first: a merge can wait, an append must not.
        let mut between = || loop {
            match inbox.try_recv() {
                Ok(generation) => write(shared, generation)?,
                Err(TryRecvError::Empty) => return Ok(ControlFlow::Continue(())),
                Err(TryRecvError::Disconnected) => return Ok(ControlFlow::Break(())),
            }
        };
        let worked = worked.and_then(|()| {
            while shared.index.merge(&mut between)? {}
            Ok(())
        });
        if let Err(error) = worked {
            fail(shared, error);
            return;
        }
    }
}

fn write(shared: &Shared, generation: Arc<Generation>) -> Result<(), IndexError> {
    shared.index.write(&generation)?;
    drop(shared.generations_mut().frozen.pop_front());
    tracing::debug!(position = generation.tip.head.position, "index spilled");
    // Emptied, or given back, while nobody waits for the lock.
    let spare = Arc::into_inner(generation).map(|mut spilled| {
        spilled.clear();
        spilled
    });
    let former = std::mem::replace(&mut shared.generations_mut().spare, spare);
    drop(former);
    Ok(())
}

fn fail(shared: &Shared, error: IndexError) {
    shared.index.mark_damaged(&error);
    let first = shared.spill_failure.set(Arc::new(error));
    first.expect("whoever sets it stops");
}

impl From<Arc<IndexError>> for AppendError {
    fn from(error: Arc<IndexError>) -> Self {
        Self::Index(error)
    }
}
