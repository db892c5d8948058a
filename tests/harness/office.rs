//! An office on a working day: a running Demarc that believes who somebody says to be, and the
//! desk of an agent.

use std::path::Path;

use serde_json::json;

use crate::{
    desk::{Desk, TODAY},
    world::World,
};

/// An office on a working day.
pub struct Office {
    /// What runs.
    pub world: World,
    /// An agent.
    pub jane: Desk,
}

impl Office {
    /// Starts everything on the day [`TODAY`].
    ///
    /// # Errors
    /// When it does not start.
    pub fn open() -> anyhow::Result<Self> {
        Self::of(World::one_process()?)
    }

    /// The same, with the payment processors that a file names.
    ///
    /// # Errors
    /// When it does not start.
    pub fn paying_with(processor_file: &Path) -> anyhow::Result<Self> {
        Self::of(World::paying_with(processor_file)?)
    }

    fn of(world: World) -> anyhow::Result<Self> {
        let jane = Desk::of(&world, "demarc-actor", "jane; roles=agent")?;
        let office = Self { world, jane };
        office.day(TODAY)?;
        Ok(office)
    }

    /// The desk of somebody else: `sam; roles=manager`.
    ///
    /// # Errors
    /// When the name fits into no header.
    pub fn desk(&self, actor: &str) -> anyhow::Result<Desk> {
        Desk::of(&self.world, "demarc-actor", actor)
    }

    /// Another day begins.
    ///
    /// # Errors
    /// When it is refused.
    pub fn day(&self, date: &str) -> anyhow::Result<()> {
        let calendar = self.desk("calendar; roles=service")?;
        calendar.sends("OpenDay", json!({ "date": date })).map(drop)
    }
}
