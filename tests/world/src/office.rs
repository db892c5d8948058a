//! Core, as far as it is no network: the real writer over the real log, on a disk that fails.

use std::path::Path;
use std::sync::Arc;

use bus::Message;
use core_service::{Answer, Clock, Writer};
use domain::biller::Biller;
use event_store::{Block, Head, Log, Options, Position, Reader, VerifyReport, verify_on};
use storage::{Simulated, Storage};

use crate::mail::{Reply, Request};

/// Small, so that a short story has several segments and a merged index.
const SEGMENT_BYTES: u64 = 32 << 10;
const SPILL_EVENTS: usize = 24;
const DIR: &str = "/core/northeast";

/// The only writer of the log.
pub(crate) struct Office {
    pub(crate) disk: Simulated,
    storage: Arc<dyn Storage>,
    biller: Arc<Biller>,
    clock: Clock,
    running: Option<Running>,
    /// Where the log stood when somebody was answered last.
    acknowledged: Head,
    pub(crate) starts: u32,
}

struct Running {
    writer: Writer,
    reader: Reader,
}

/// What came of a group.
pub(crate) struct Worked {
    /// Every answer, as the writer gave it.
    pub(crate) answers: Vec<(Request, Answer)>,
    /// What could not even be read.
    pub(crate) refused: Vec<Reply>,
}

impl Office {
    pub(crate) fn new(
        disk: Simulated,
        storage: Arc<dyn Storage>,
        biller: Arc<Biller>,
        clock: Clock,
    ) -> Office {
        let chain = event_store::genesis(&biller.name);
        let acknowledged = Head { position: 0, chain, committed_at: 0 };
        Office { disk, storage, biller, clock, running: None, acknowledged, starts: 0 }
    }

    /// Starts core, unless it runs. A disk that fails just now is an error that is no news.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        if self.running.is_some() {
            return Ok(());
        }
        let options = Options {
            segment_bytes: SEGMENT_BYTES,
            spill_events: SPILL_EVENTS,
            index_secret: [7; 16],
            background: false,
            storage: Arc::clone(&self.storage),
            ..Options::default()
        };
        let log = Log::open(Path::new(DIR), &self.biller.name, options)
            .map_err(|error| format!("core did not start: {}", chain_of(&error)))?;
        let reader = log.reader();
        let Head { position, chain, .. } = self.acknowledged;
        match reader.check_witness(position, chain) {
            Ok(Ok(())) => {}
            Ok(Err(lost)) => return Err(format!("{LOST}: {}", chain_of(&lost))),
            Err(error) => return Err(format!("core did not start: {}", chain_of(&error))),
        }
        let writer = Writer::new(log, Arc::clone(&self.biller), Arc::clone(&self.clock));
        self.running = Some(Running { writer, reader });
        self.starts += 1;
        Ok(())
    }

    /// The process ends, whatever it was doing.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Whether somebody answers.
    pub(crate) fn runs(&self) -> bool {
        self.running.is_some()
    }

    /// Where the log ends; `None`: nobody answers.
    pub(crate) fn head(&self) -> Option<Head> {
        Some(self.running.as_ref()?.reader.head())
    }

    /// The log from a position on; `None`: nobody answers.
    pub(crate) fn read(&self, from: Position) -> Option<Vec<Block>> {
        self.running.as_ref()?.reader.read_blocks(from, usize::MAX).ok()
    }

    /// Decides a group and writes it; an error ends the process, and nobody is answered.
    pub(crate) fn work(&mut self, group: Vec<Request>) -> Result<Worked, String> {
        let Some(Running { writer, reader }) = &mut self.running else {
            return Err("core does not run".to_owned());
        };
        let mut worked = Worked { answers: Vec::new(), refused: Vec::new() };
        let mut taken = Vec::new();
        for request in group {
            match core_service::read(&request.subject, &request.message, &contract::AsItIs) {
                Ok(submission) => {
                    writer.take(submission);
                    taken.push(request);
                }
                Err(invalid) => {
                    let message = Message::default()
                        .with_header("demarc-outcome", "invalid")
                        .with_header("demarc-reason", &invalid.to_string());
                    worked.refused.push(Reply { to: request.from, id: request.id, message });
                }
            }
        }
        let answers = match writer.commit() {
            Ok(answers) => answers,
            Err(error) => {
                self.running = None;
                return Err(chain_of(&error));
            }
        };
        self.acknowledged = reader.head();
        worked.answers = taken.into_iter().zip(answers).collect();
        Ok(worked)
    }

    /// Reads the whole journal with suspicion.
    pub(crate) fn verify(&self) -> Result<VerifyReport, String> {
        verify_on(&*self.storage, Path::new(DIR), |_| {})
            .map_err(|error| format!("the journal is not whole: {}", chain_of(&error)))
    }
}

/// How a start says that it is no accident.
pub(crate) const LOST: &str = "an acknowledged record is lost";

/// An error and its causes.
pub(crate) fn chain_of(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
