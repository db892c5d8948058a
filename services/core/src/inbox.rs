//! The way to one biller's writer. Commands wait in a queue for the writer's thread, which takes
//! all that wait as one group. While they come one at a time, whoever brings one has it written at
//! once, on its own thread, and need not wake another one and be woken by it.
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
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{oneshot, watch},
    task::block_in_place,
};
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
    /// Whether the last group was a single command, and nobody has found the writer taken since.
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
        let answered = wait_in_line(&sender, submission)?;
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
        if !self.is_quiet.load(Ordering::Relaxed) || !may_block() {
            return Err(submission);
        }
        let seat = match self.writer.try_lock() {
            Ok(seat) if seat.is_some() => seat,
            Err(TryLockError::WouldBlock) => {
                // Others who come meanwhile do not overtake this one.
                self.is_quiet.store(false, Ordering::Relaxed);
                return Err(submission);
            }
            Ok(_) | Err(TryLockError::Poisoned(_)) => return Err(submission),
        };
        let answers = block_in_place(|| {
            self.write(seat, |writer| {
                writer.take(submission);
                writer.commit()
            })
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
        let mut writer = seat.take()?;
        // Before the writer is dropped, which may wait for its disk.
        let stopping = self.stop.clone().drop_guard();
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

/// Whether this thread can wait for a disk: only where the runtime has others go on meanwhile.
fn may_block() -> bool {
    let runtime = Handle::try_current();
    runtime.is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
}

/// Where the answer comes to a command that waits for the writer's thread.
fn wait_in_line(
    queue: &SyncSender<Waiting>,
    submission: Submission,
) -> Result<oneshot::Receiver<Answer>, SubmitError> {
    let (answer, answered) = oneshot::channel();
    queue.try_send(Waiting { submission, answer }).map_err(|error| match error {
        TrySendError::Full(_) => SubmitError::Full,
        TrySendError::Disconnected(_) => SubmitError::Stopped,
    })?;
    Ok(answered)
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

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::{Arc, Mutex, atomic::Ordering},
        thread::{self, ThreadId},
    };

    use contract::{AsItIs, biller, command};
    use domain::{Decide, Desk, Fact, Rejection, actor::Actor};
    use event_store::{Block, CommandId, Log, Options, Reader};
    use storage::{Fault, Simulated};
    use tokio::{
        runtime::{Builder, Runtime},
        sync::watch,
    };
    use tokio_util::sync::CancellationToken;

    use super::Inbox;
    use crate::{Answer, Decision, Submission, SubmitError, Writer};

    /// An inbox over a log on a disk.
    struct Office {
        inbox: Inbox,
        thread: thread::JoinHandle<()>,
        reader: Reader,
        stop: CancellationToken,
        disk: Simulated,
        runtime: Runtime,
    }

    impl Office {
        fn submit(&self, submission: Submission) -> Result<Answer, SubmitError> {
            self.runtime.block_on(self.inbox.submit(submission))
        }
    }

    fn office() -> Office {
        let disk = Simulated::new(1);
        let options = Options {
            background: false,
            spill_events: 1 << 20,
            storage: Arc::new(disk.clone()),
            ..Options::default()
        };
        let log = Log::open(Path::new("/log"), "northeast", options).unwrap();
        let reader = log.reader();
        let biller = Arc::new(biller::parse(biller::SHIPPED).unwrap());
        let writer = Writer::new(log, biller, Arc::new(|| 0));
        let (grown, stop) = (watch::Sender::new(0), CancellationToken::new());
        let (inbox, thread) = super::open(writer, "northeast", grown, stop.clone()).unwrap();
        Office { inbox, thread, reader, stop, disk, runtime: Runtime::new().unwrap() }
    }

    fn submission(id: u128, command: Box<dyn Decide>) -> Submission {
        Submission {
            name: "OpenAccount",
            command,
            actor: Actor::parse("jane; roles=agent").unwrap(),
            id: CommandId(id.to_be_bytes()),
            causation: None,
            correlation: None,
            traceparent: None,
        }
    }

    fn open_account(id: u128) -> Submission {
        let json =
            format!(r#"{{"accountId":"account_{id}","holderName":"Ada","email":"a@example.net"}}"#);
        let open = command::named("OpenAccount").unwrap();
        submission(id, open.from_json(json.as_bytes(), &AsItIs).unwrap())
    }

    /// Wants nothing, and says which thread decided it.
    #[derive(Debug)]
    struct Where(Arc<Mutex<Option<ThreadId>>>);

    impl Decide for Where {
        fn decide(&self, _: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
            *self.0.lock().unwrap() = Some(thread::current().id());
            Ok(vec![])
        }
    }

    fn decided_on(office: &Office, id: u128) -> Option<ThreadId> {
        let on = Arc::new(Mutex::new(None));
        let answer = office.submit(submission(id, Box::new(Where(on.clone()))));
        assert!(matches!(answer, Ok(Answer::Decided { .. })), "{answer:?}");
        *on.lock().unwrap()
    }

    #[test]
    fn a_command_that_comes_alone_is_written_on_the_thread_that_brings_it() {
        let office = office();
        assert_eq!(decided_on(&office, 1), Some(thread::current().id()));
        office.inbox.seat.is_quiet.store(false, Ordering::Relaxed);
        assert_eq!(decided_on(&office, 2), Some(office.thread.thread().id()));
        // That was a group of one, so it is quiet again.
        assert_eq!(decided_on(&office, 3), Some(thread::current().id()));
    }

    #[test]
    fn where_nobody_else_goes_on_meanwhile_nothing_is_written_at_once() {
        let mut office = office();
        office.runtime = Builder::new_current_thread().build().unwrap();
        assert_eq!(decided_on(&office, 1), Some(office.thread.thread().id()));
    }

    #[test]
    fn commands_that_come_while_the_writer_is_busy_are_one_group() {
        let office = office();
        let queue = office.inbox.queue.lock().unwrap().clone().unwrap();
        let busy = office.inbox.seat.writer.lock().unwrap();
        let entered = office.runtime.enter();
        assert!(office.inbox.seat.write_at_once(open_account(0)).is_err());
        assert!(!office.inbox.seat.is_quiet.load(Ordering::Relaxed), "others would overtake it");
        drop(entered);
        let line: Vec<_> =
            (0..8).map(|id| super::wait_in_line(&queue, open_account(id)).unwrap()).collect();
        drop((busy, queue));
        for answered in line {
            let answer = answered.blocking_recv().unwrap();
            let Answer::Decided { decision: Decision::Accepted(_), duplicate: false } = answer
            else {
                panic!("{answer:?}")
            };
        }
        let blocks = office.reader.read_blocks(1, 1 << 30).unwrap();
        assert_eq!(blocks.iter().map(Block::record_count).collect::<Vec<_>>(), [8]);
    }

    #[test]
    fn a_closed_inbox_takes_nothing_and_the_log_is_closed() {
        let office = office();
        office.submit(open_account(1)).unwrap();
        office.inbox.close();
        assert_eq!(office.submit(open_account(2)), Err(SubmitError::Stopped));
        office.thread.join().unwrap();
        assert!(office.inbox.seat.writer.lock().unwrap().is_none());
        assert_eq!(office.reader.head().position, 1);
    }

    /// How many of a client's commands were not seen before. Two clients send the same ids.
    fn first_answers(office: &Office, client: u128) -> usize {
        let is_first = |number| match office.submit(open_account(client / 2 * 1_000 + number)) {
            Ok(Answer::Decided { decision: Decision::Accepted(_), duplicate }) => !duplicate,
            answer => panic!("{answer:?}"),
        };
        (0..200).filter(|number| is_first(*number)).count()
    }

    #[test]
    fn clients_that_race_over_both_ways_are_answered_once_each() {
        let office = office();
        let first = thread::scope(|scope| {
            let office = &office;
            let clients = (0..8).map(|client| scope.spawn(move || first_answers(office, client)));
            let clients: Vec<_> = clients.collect();
            clients.into_iter().map(|client| client.join().unwrap()).sum::<usize>()
        });
        assert_eq!((first, office.reader.head().position), (800, 800));
    }

    #[test]
    fn where_the_log_cannot_be_written_nothing_more_is_and_the_process_is_told_to_stop() {
        for is_quiet in [true, false] {
            let office = office();
            office.inbox.seat.is_quiet.store(is_quiet, Ordering::Relaxed);
            office.disk.fail_at(Fault::Sync, 1);
            let failed = office.submit(open_account(1));
            assert_eq!(failed, Ok(Answer::Unavailable), "{is_quiet}");
            office.disk.heal();
            let later = office.submit(open_account(2));
            assert!(matches!(later, Ok(Answer::Unavailable) | Err(SubmitError::Stopped)));
            assert!(office.stop.is_cancelled());
            assert_eq!(office.reader.head().position, 0);
        }
    }
}
