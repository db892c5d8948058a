//! The read model of the audit service: every event, once.

use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows};
use service::{View, Views};

use crate::{actor, decision, history, stream};

/// One biller's audit trail.
pub(crate) struct Audit {
    pub(crate) biller: String,
}

impl ReadModel for Audit {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn version(&self) -> u32 {
        1
    }

    fn apply(
        &self,
        event: &Recorded,
        rows: &mut Rows<'_>,
        _: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let envelope = contract::envelope(&self.biller, event)
            .map_err(|error| Fault::because("an event was not decoded", error))?;
        for view in [history::apply, stream::apply, actor::apply, decision::apply] {
            view(&envelope, rows)?;
        }
        Ok(())
    }
}

impl Views for Audit {
    fn views(&self) -> &'static [View] {
        &[
            View {
                name: "history",
                about: "Everything that ever happened to a noun, by its id: site_88",
                table: None,
            },
            View {
                name: "state",
                about: "What a noun's events add up to, now or as of a moment, by its id",
                table: None,
            },
            View {
                name: "stream",
                about: "Which nouns there are, by id, with their number of events",
                table: Some(stream::STREAMS),
            },
            View { name: "actor", about: "Who did how much, by name", table: Some(actor::ACTORS) },
            View {
                name: "decision",
                about: "Commands that changed nothing and why, by command id",
                table: Some(decision::DECISIONS),
            },
            View {
                name: "chain",
                about: "Proof that nobody rewrote the past: the key is `verification`",
                table: None,
            },
        ]
    }
}
