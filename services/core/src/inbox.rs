//! The way to one biller's writer. Commands wait in a queue for the writer's thread, which takes
//! all that wait as one group. While they come one at a time, whoever brings one has it written at
//! once, on its own thread: to wake another thread and to be woken by it takes as long as a sync.
//!
//! What must stay true: the writer is with one thread at a time; the queue is bounded, and who
//! finds it full is told so at once and loses nothing; where anything goes wrong with the writer
//! the process is told to stop, and nothing more is written.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use event_store::Position;
use service::error;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    submission::{Answer, Submission, SubmitError},
    writer::{WriteError, Writer},
};

/// Commands that may wait for the writer.
pub(crate) const WAITING_MAX: usize = 16_384;

/// The way to a writer.
pub(crate) struct Inbox {
    queue: Mutex<Option<SyncSender<Waiting>>>,
    seat: Arc<Seat>,
}

/// A submission, and where its answer goes.
struct Waiting {
    submission: Submission,
    answer: oneshot::Sender<Answer>,
}

/// Where the writer sits while nobody works with it.
struct Seat {
    /// None once it is closed, or has failed.
    writer: Mutex<Option<Writer>>,
    /// Whether the last group was a single command.
    is_quiet: AtomicBool,
    grown: watch::Sender<Position>,
    /// Cancelled when the process must stop.
    stop: CancellationToken,
}

/// Starts the thread of a writer named `name`. It ends when the inbox is closed and everything
/// that waited is answered; the log is closed then.
pub(crate) fn open(
    writer: Writer,
    name: &str,
    grown: watch::Sender<Position>,
    stop: CancellationToken,
) -> io::Result<(Inbox, JoinHandle<()>)> {
    let (sender, receiver) = sync_channel(WAITING_MAX);
    let (writer, is_quiet) = (Mutex::new(Some(writer)), AtomicBool::new(true));
    let seat = Arc::new(Seat { writer, is_quiet, grown, stop });
    let working = Arc::clone(&seat);
    let thread = thread::Builder::new()
        .name(format!("writer-{name}"))
        .spawn(move || working.work(&receiver))?;
    Ok((Inbox { queue: Mutex::new(Some(sender)), seat }, thread))
}

impl Inbox {
    pub(crate) async fn submit(&self, submission: Submission) -> Result<Answer, SubmitError> {
        let sender = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sender = sender.ok_or(SubmitError::Stopped)?;
        let submission = match self.seat.write_at_once(submission) {
            Ok(answer) => return Ok(answer),
            Err(submission) => submission,
        };
        let (answer, answered) = oneshot::channel();
        sender.try_send(Waiting { submission, answer }).map_err(|error| match error {
            TrySendError::Full(_) => SubmitError::Full,
            TrySendError::Disconnected(_) => SubmitError::Stopped,
        })?;
        drop(sender);
        Ok(answered.await.unwrap_or(Answer::Unavailable))
    }

    /// Takes no more.
    pub(crate) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Seat {
    /// Writes a command that comes alone; gives it back where others come as well.
    fn write_at_once(&self, submission: Submission) -> Result<Answer, Submission> {
        if !self.is_quiet.load(Ordering::Relaxed) {
            return Err(submission);
        }
        let seat = match self.writer.try_lock() {
            Ok(seat) if seat.is_some() => seat,
            Ok(_) | Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => {
                return Err(submission);
            }
        };
        let answers = self.write(seat, |writer| {
            writer.take(submission);
            writer.commit()
        });
        Ok(answers.and_then(|mut answers| answers.pop()).unwrap_or(Answer::Unavailable))
    }

    /// Works until the inbox is closed.
    fn work(&self, inbox: &Receiver<Waiting>) {
        let _stopping = self.stop.clone().drop_guard();
        while let Ok(first) = inbox.recv() {
            let mut callers = Vec::new();
            let answers = self.write(self.writer(), |writer| {
                gather(writer, first, inbox, &mut callers);
                writer.commit()
            });
            self.is_quiet.store(callers.len() == 1, Ordering::Relaxed);
            // Whoever waits hears `Unavailable` when the callers are dropped.
            let Some(answers) = answers else { return };
            for (caller, answer) in callers.into_iter().zip(answers) {
                // A caller that has gone away can ask again with the same id.
                let _ = caller.send(answer);
            }
        }
        self.writer().take();
    }

    fn writer(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works with the writer. If that fails, or panics, it is gone.
    fn write(
        &self,
        mut seat: MutexGuard<'_, Option<Writer>>,
        work: impl FnOnce(&mut Writer) -> Result<Vec<Answer>, WriteError>,
    ) -> Option<Vec<Answer>> {
        let stopping = self.stop.clone().drop_guard();
        let mut writer = seat.take()?;
        match work(&mut writer) {
            Ok(answers) => {
                self.grown.send_replace(writer.position());
                *seat = Some(writer);
                stopping.disarm();
                Some(answers)
            }
            Err(failure) => {
                let cause = error::chain(&failure);
                tracing::error!(cause, "the log cannot be written: core stops");
                None
            }
        }
    }
}

/// A group is whatever waits, up to a full block.
fn gather(
    writer: &mut Writer,
    first: Waiting,
    inbox: &Receiver<Waiting>,
    callers: &mut Vec<oneshot::Sender<Answer>>,
) {
    let mut next = Some(first);
    while let Some(Waiting { submission, answer }) = next {
        callers.push(answer);
        writer.take(submission);
        next = if writer.has_room() { inbox.try_recv().ok() } else { None };
    }
}
