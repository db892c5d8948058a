//! The two ways on which intents wait: one for core, one for whoever performs effects.
//!
//! What must stay true: neither waits for the other. A payment processor or a mail server that
//! hangs holds up no command, and what was performed is reported at once.

use crate::intents::{Action, Intent};
use crate::rows::{DUE, EFFECTS_DUE, Table};

/// Where an intent waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Commands, and reports of what was performed.
    Commands,
    /// What is to be performed.
    Effects,
}

impl Lane {
    pub(crate) const ALL: [Lane; 2] = [Lane::Commands, Lane::Effects];

    /// Where an intent waits as it stands.
    pub(crate) fn of(intent: &Intent) -> Lane {
        match (&intent.action, &intent.report) {
            (Action::Effect { .. }, None) => Lane::Effects,
            (Action::Effect { .. }, Some(_)) | (Action::Command { .. }, _) => Lane::Commands,
        }
    }

    /// The entries of what waits there. Those of earlier versions have effects among the commands,
    /// which are performed all the same.
    pub(crate) fn table(self) -> Table {
        match self {
            Lane::Commands => DUE,
            Lane::Effects => EFFECTS_DUE,
        }
    }
}
