//! A whole Demarc on one thread: the real writer over the real log, the real read models and
//! policies, and a clock, a disk and a bus that go wrong as a seed says.
//!
//! What a seed brings: crashes and power cuts of core and of every service, in the middle of a
//! write too; disks that fail, fill up and tear; blocks, commands and answers that are lost,
//! repeated, late and out of order; directories that are deleted, and rebuilds; clients that ask
//! for the wrong thing, and ask again. Then everything comes to rest, and `checks` says what must
//! be true. The same seed gives the same log.

mod chance;
mod checks;
mod clients;
mod follower;
mod mail;
mod office;
mod outside;
mod stage;
mod weakness;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use domain::biller::Biller;

use stage::Stage;

pub use weakness::Weakness;

/// What a world is played with.
pub struct Plan {
    /// How much may happen before it comes to rest.
    pub steps: usize,
    /// The protection that it lacks.
    pub weakness: Option<Weakness>,
    /// Who is told of every step.
    pub tell: Option<Tell>,
    /// Whose rules hold.
    pub biller: Arc<Biller>,
}

/// Hears of a step.
pub type Tell = Box<dyn FnMut(&str)>;

/// What became of a world in which every promise was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Events in the log.
    pub events: u64,
    /// The hash of the log's chain.
    pub hash: String,
    /// Commands that were answered.
    pub answers: usize,
    /// Effects that were performed, each counted once.
    pub effects: usize,
    /// How often one was asked for again, after a crash between the doing and its report.
    pub repeated: u32,
    /// Crashes, power cuts and disks that stopped a process.
    pub crashes: u32,
    /// Starts of a process.
    pub starts: u32,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// In which world.
    pub seed: u64,
    /// After so many steps; a panic does not say.
    pub step: usize,
    /// Which promise, and by whom.
    pub what: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Violation { seed, step, what } = self;
        writeln!(f, "seed {seed}, step {step}: {what}")?;
        write!(f, "again: cargo run -p world -- --first {seed} --seeds 1 --verbose")
    }
}

impl std::error::Error for Violation {}

/// How much happens in a world, where nobody says otherwise.
pub const STEPS: usize = 150;

impl Default for Plan {
    fn default() -> Plan {
        let biller = contract::biller::parse(contract::biller::SHIPPED);
        let biller = Arc::new(biller.expect("the shipped biller is read by its own tests"));
        Plan { steps: STEPS, weakness: None, tell: None, biller }
    }
}

/// Plays the world of a seed.
///
/// # Errors
/// The first promise that was broken.
pub fn play(seed: u64, plan: &mut Plan) -> Result<Outcome, Violation> {
    let played = catch_unwind(AssertUnwindSafe(|| Stage::new(seed, plan).play()));
    let kept = played.unwrap_or_else(|_| Err((0, "something panicked, as told above".to_owned())));
    kept.map_err(|(step, what)| Violation { seed, step, what })
}
