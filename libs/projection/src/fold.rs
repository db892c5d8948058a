//! One event over the rows: the step that projections, rebuilds and views of the past share.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use event_store::Recorded;

use crate::fault::{Fault, panic_text};
use crate::intents::{Intents, OpenIntent};
use crate::outbox;
use crate::read_model::ReadModel;
use crate::rows::Rows;

/// Applies one event and lets the policies answer it; returns by how many the intents grew.
///
/// Whole or not at all: after a fault the rows are as they were before the event.
pub(crate) fn fold(
    model: &dyn ReadModel,
    event: &Recorded,
    open_intents: u64,
    rows: &mut Rows<'_>,
) -> Result<i64, Fault> {
    rows.changes().begin();
    let folded = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let closed = match open_intents {
            0 => 0,
            _ => outbox::close(event.meta.command_id, event.meta.causation, rows)?,
        };
        let mut intents = Intents::new(model.name(), event);
        model.apply(event, rows, &mut intents)?;
        Ok(closed + outbox::carry_out(event.meta.command_id, intents.into_wishes(), rows)?)
    }));
    let folded = folded
        .unwrap_or_else(|panic| Err(Fault::new(format!("panicked: {}", panic_text(&*panic)))));
    if folded.is_err() {
        rows.changes().undo();
    }
    folded
}

/// A read model in memory: for views of the past, and for a service's own tests.
pub struct InMemory {
    model: Arc<dyn ReadModel>,
    rows: Rows<'static>,
    intents: u64,
}

impl InMemory {
    /// The read model before the first event.
    pub fn new(model: Arc<dyn ReadModel>) -> InMemory {
        InMemory { model, rows: Rows::in_memory(), intents: 0 }
    }

    /// Applies the next event.
    pub fn apply(&mut self, event: &Recorded) -> Result<(), Fault> {
        let growth = fold(&*self.model, event, self.intents, &mut self.rows)?;
        self.intents = self.intents.saturating_add_signed(growth);
        Ok(())
    }

    /// The rows after the events so far.
    pub fn rows(&self) -> &Rows<'static> {
        &self.rows
    }

    /// What is open after the events so far, at most `limit`, in the order of their ids.
    pub fn intents(&self, limit: usize) -> Result<Vec<OpenIntent>, Fault> {
        OpenIntent::all(&self.rows, limit)
    }

    /// Bytes of keys and values.
    pub(crate) fn bytes(&mut self) -> usize {
        self.rows.changes().bytes()
    }
}
