//! The queue in front of every store: one writer takes everything that waits as one group, and
//! closed-loop clients wait for their answer before they send again.

use std::{
    io::Write as _,
    sync::{
        Condvar, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use event_store::NewRecord;

use crate::{
    commands::Commands,
    run::{Latency, Run, add_to_series, memory_max, short_micros},
    stores::Store,
};

/// How much is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// Clients that each have one command in flight.
    pub(crate) clients: u64,
    /// The commands that were sent in earlier runs.
    pub(crate) after: u64,
    /// Streams that the events are in.
    pub(crate) streams: u64,
    /// No more commands than these are sent.
    pub(crate) events: u64,
    /// No command is sent after this time.
    pub(crate) time: Duration,
    /// Whether each second's total is said on standard output, for whoever kills this process.
    pub(crate) tell: bool,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    records: Vec<NewRecord>,
    closed: bool,
}

impl Queue {
    fn put(&self, records: impl Iterator<Item = NewRecord>) {
        self.waiting.lock().expect("no client panics").records.extend(records);
        self.arrived.notify_one();
    }

    fn close(&self) {
        self.waiting.lock().expect("no client panics").closed = true;
        self.arrived.notify_one();
    }

    /// Everything that waits; nothing once the queue is closed.
    fn take(&self) -> Vec<NewRecord> {
        let waiting = self.waiting.lock().expect("no client panics");
        let idle = |waiting: &mut Waiting| waiting.records.is_empty() && !waiting.closed;
        let mut waiting = self.arrived.wait_while(waiting, idle).expect("no client panics");
        std::mem::take(&mut waiting.records)
    }
}

/// Writes until the work is done, closes the store, and says what was written.
pub(crate) fn write(store: &mut dyn Store, work: Work) -> anyhow::Result<Run> {
    let queue = Queue::default();
    let (answers, inbox) = channel();
    let began = Instant::now();
    thread::scope(|scope| {
        let queue = &queue;
        scope.spawn(move || client(&work, began + work.time, queue, &inbox));
        // The client ends when nobody answers any more.
        let answers = answers;
        serve(store, began, work.tell, queue, &answers)
    })
}

/// One thread stands for all clients: each command is sent again when it was answered.
fn client(work: &Work, deadline: Instant, queue: &Queue, answers: &Receiver<u64>) {
    let mut commands = Commands::after(work.after, work.streams);
    let mut left = work.events;
    let mut send = |count: u64| {
        let count = count.min(left);
        left -= count;
        queue.put((0..count).map(|_| commands.next()));
        count
    };
    let mut in_flight = send(work.clients);
    while in_flight > 0
        && let Ok(answered) = answers.recv()
    {
        in_flight -= answered;
        if Instant::now() < deadline {
            in_flight += send(answered);
        }
    }
    queue.close();
}

fn serve(
    store: &mut dyn Store,
    began: Instant,
    tell: bool,
    queue: &Queue,
    answers: &Sender<u64>,
) -> anyhow::Result<Run> {
    let mut run = Run::default();
    let mut groups = Vec::new();
    let mut told = 0;
    loop {
        let group = queue.take();
        let answered = group.len() as u64;
        if answered == 0 {
            break;
        }
        let group_began = Instant::now();
        store.append(group)?;
        groups.push(short_micros(group_began.elapsed()));
        run.count += answered;
        let second = began.elapsed().as_secs();
        add_to_series(&mut run.series, second, answered);
        if tell && second > told {
            told = second;
            writeln!(std::io::stdout(), "{}", run.count)?;
        }
        answers.send(answered)?;
    }
    store.settle()?;
    let run = Run { series: run.series, ..Run::since(began, run.count) };
    Ok(Run { latency: Latency::of(groups), memory_max: memory_max("self"), ..run })
}
