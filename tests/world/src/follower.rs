//! A service behind the log: its real read model and policies, on a disk of its own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, Message};
use event_store::{Block, CommandId, Position};
use projection::{
    Attempt, Clock, FaultCause, FaultStatus, InMemory, Landing, Limits, ReadModel, RunnerConfig,
    Stepper,
};
use storage::{Simulated, Storage};

use crate::office::{Office, chain_of};

/// One service.
pub(crate) struct Follower {
    pub(crate) model: Arc<dyn ReadModel>,
    pub(crate) disk: Simulated,
    clock: Clock,
    pub(crate) running: Option<Running>,
    /// Blocks that were delivered, in whatever order.
    pub(crate) inbox: Vec<Block>,
    pub(crate) starts: u32,
}

/// What a process has in memory.
pub(crate) struct Running {
    pub(crate) rows: Consumer,
    /// Commands that were sent and not answered.
    pub(crate) waiting: BTreeSet<CommandId>,
    /// What came of attempts and is not written yet.
    pub(crate) landings: Vec<(CommandId, Landing)>,
    /// Effects that were performed since the process started.
    performed: BTreeSet<CommandId>,
}

/// How blocks become rows.
pub(crate) enum Consumer {
    Careful(Box<Stepper>),
    /// Without any look at positions: what it is checked against.
    Careless(Box<InMemory>),
}

/// Why a service does not go on.
pub(crate) enum Trouble {
    /// Its disk or the log is out of order: the process ends and is started again.
    Accident(String),
    /// What must never happen.
    Violation(String),
}

impl Follower {
    pub(crate) fn new(model: Arc<dyn ReadModel>, disk: Simulated, clock: Clock) -> Follower {
        Follower { model, disk, clock, running: None, inbox: Vec::new(), starts: 0 }
    }

    fn config(&self) -> RunnerConfig {
        let name = self.model.name();
        RunnerConfig {
            storage: Arc::new(self.disk.clone()),
            dir: self.dir(),
            biller: "northeast".to_owned(),
            bus: Bus::in_process(),
            model: Arc::clone(&self.model),
            performer: None,
            actor: format!("{name}; roles=service"),
            clock: Arc::clone(&self.clock),
            limits: Limits {
                batch_events: 8,
                fill_bytes: 16 << 10,
                retry_min: Duration::from_secs(1),
                in_flight: 8,
                ..Limits::default()
            },
        }
    }

    fn dir(&self) -> std::path::PathBuf {
        std::path::Path::new("/").join(self.model.name()).join("northeast")
    }

    /// Starts the process, unless it runs.
    pub(crate) fn start(&mut self, office: &Office, careless: bool) -> Result<(), Trouble> {
        if self.running.is_some() {
            return Ok(());
        }
        let rows = match careless {
            true => Consumer::Careless(Box::new(InMemory::new(Arc::clone(&self.model)))),
            false => {
                let stepper = Stepper::open(self.config())
                    .map_err(|error| Trouble::Accident(chain_of(&error)))?;
                Consumer::Careful(Box::new(stepper))
            }
        };
        self.running = Some(Running {
            rows,
            waiting: BTreeSet::new(),
            landings: Vec::new(),
            performed: BTreeSet::new(),
        });
        self.starts += 1;
        self.meet(office)
    }

    /// Finds the log, which must be the one that was read before.
    pub(crate) fn meet(&mut self, office: &Office) -> Result<(), Trouble> {
        let Some(Running { rows: Consumer::Careful(stepper), .. }) = &mut self.running else {
            return Ok(());
        };
        let Some(head) = office.head() else { return Ok(()) };
        let mut unread = false;
        let met = stepper.meet(head, |position| {
            let read = office.read(position);
            unread = read.is_none();
            read.unwrap_or_default()
        });
        // Core could not read its log: this service goes on when core is back.
        if unread { Ok(()) } else { met.map_err(judge) }
    }

    /// The process ends, whatever it was doing.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// The read model's directory is gone, as after an operator's mistake.
    pub(crate) fn wipe(&mut self) {
        self.kill();
        let _gone = self.disk.remove(&self.dir());
    }

    /// Applies blocks, and reads from the log what is missing.
    pub(crate) fn absorb(&mut self, blocks: Vec<Block>, office: &Office) -> Result<(), Trouble> {
        let Some(running) = &mut self.running else { return Ok(()) };
        let stepper = match &mut running.rows {
            Consumer::Careful(stepper) => stepper,
            Consumer::Careless(fold) => return apply_anyhow(fold, &blocks),
        };
        let mut gap = stepper.absorb(blocks).map_err(judge)?;
        while let Some(missing) = gap {
            // Nobody answers: what was delivered comes again.
            let Some(read) = office.read(missing.from()) else { return Ok(()) };
            let next = missing.refill(read).map_err(judge)?;
            gap = stepper.absorb(next).map_err(judge)?;
        }
        Ok(())
    }

    /// Reads the log itself, as far as it goes.
    pub(crate) fn poll(&mut self, office: &Office) -> Result<(), Trouble> {
        let Some(from) = self.position().map(|position| position + 1) else { return Ok(()) };
        match office.read(from) {
            Some(blocks) => self.absorb(blocks, office),
            None => Ok(()),
        }
    }

    /// The last event applied, where anybody looks at positions.
    pub(crate) fn position(&self) -> Option<Position> {
        match &self.running.as_ref()?.rows {
            Consumer::Careful(stepper) => Some(stepper.position()),
            Consumer::Careless(_) => None,
        }
    }

    /// Some more of a rebuild; the first step begins it.
    pub(crate) fn rebuild(&mut self, office: &Office) -> Result<(), Trouble> {
        let Some(Running { rows: Consumer::Careful(stepper), .. }) = &mut self.running else {
            return Ok(());
        };
        let from = stepper.rebuilt().unwrap_or(0) + 1;
        let Some(mut blocks) = office.read(from) else { return Ok(()) };
        blocks.truncate(8);
        stepper.rebuild(blocks).map_err(judge)
    }

    /// Whether a rebuild is under way.
    pub(crate) fn rebuilds(&self) -> bool {
        let running = self.running.as_ref();
        running.is_some_and(|running| match &running.rows {
            Consumer::Careful(stepper) => stepper.rebuilt().is_some(),
            Consumer::Careless(_) => false,
        })
    }

    /// Makes the rows survive a power cut.
    pub(crate) fn sync(&mut self) -> Result<(), Trouble> {
        match &self.running {
            Some(Running { rows: Consumer::Careful(stepper), .. }) => stepper.sync().map_err(judge),
            Some(Running { rows: Consumer::Careless(_), .. }) | None => Ok(()),
        }
    }

    /// Sends and performs what is due. Gives the commands that go to core.
    pub(crate) fn take_off(
        &mut self,
        mut perform: impl FnMut(&projection::OpenEffect) -> Result<Landing, String>,
    ) -> Result<Vec<(CommandId, String, Message)>, Trouble> {
        let Some(running) = &mut self.running else { return Ok(Vec::new()) };
        let Consumer::Careful(stepper) = &mut running.rows else { return Ok(Vec::new()) };
        let mut commands = Vec::new();
        for (id, attempt) in stepper.take_off().map_err(judge)? {
            match attempt {
                Attempt::Command { subject, message } => {
                    running.waiting.insert(id);
                    commands.push((id, subject, message));
                }
                Attempt::Effect(effect) => {
                    let landing = perform(&effect).map_err(Trouble::Violation)?;
                    running.note(id, landing)?;
                }
            }
        }
        Ok(commands)
    }

    /// An answer has arrived; one that nobody waits for is too late and says nothing.
    pub(crate) fn answered(&mut self, id: CommandId, reply: &Message) -> Result<(), Trouble> {
        let Some(running) = &mut self.running else { return Ok(()) };
        if !running.waiting.remove(&id) {
            return Ok(());
        }
        let landing = Landing::of_reply(reply);
        if let Landing::Parked(reason) = &landing {
            let name = self.model.name();
            return Err(Trouble::Violation(format!("{name} sent what core cannot read: {reason}")));
        }
        running.landings.push((id, landing));
        Ok(())
    }

    /// Nobody answered in time.
    pub(crate) fn give_up(&mut self, id: CommandId) {
        let Some(running) = &mut self.running else { return };
        if running.waiting.remove(&id) {
            running.landings.push((id, Landing::Failed("no answer in time".to_owned())));
        }
    }

    /// Writes what came of an attempt.
    pub(crate) fn land(&mut self, (id, landing): (CommandId, Landing)) -> Result<(), Trouble> {
        match &mut self.running {
            Some(Running { rows: Consumer::Careful(stepper), .. }) => {
                stepper.land(id, landing).map_err(judge)
            }
            Some(Running { rows: Consumer::Careless(_), .. }) | None => Ok(()),
        }
    }
}

impl Running {
    /// What came of an effect is to be written; it succeeds once in the life of a process.
    fn note(&mut self, id: CommandId, landing: Landing) -> Result<(), Trouble> {
        if matches!(landing, Landing::Performed(_)) && !self.performed.insert(id) {
            return Err(Trouble::Violation(format!("{id} was performed twice in one life")));
        }
        self.landings.push((id, landing));
        Ok(())
    }
}

/// A fault of the disk is an accident; a fault of the rows or of the log must never happen.
fn judge(fault: FaultStatus) -> Trouble {
    let what = format!("{:?} at {}: {}", fault.cause, fault.position, fault.reason);
    match fault.cause {
        FaultCause::Directory => Trouble::Accident(what),
        FaultCause::Refused { .. }
        | FaultCause::Undecodable
        | FaultCause::LogBehind { .. }
        | FaultCause::LogRewritten => Trouble::Violation(what),
    }
}

fn apply_anyhow(fold: &mut InMemory, blocks: &[Block]) -> Result<(), Trouble> {
    let violation = |error: &dyn std::error::Error| Trouble::Violation(chain_of(error));
    for event in blocks.iter().flat_map(Block::events) {
        let event = event.map_err(|error| violation(&error))?;
        // What cannot be applied is skipped: that is how careless it is.
        let _skipped = fold.apply(&event);
    }
    Ok(())
}
