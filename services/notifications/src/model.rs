//! The read model of notifications: which event changes which row, and which policy answers it.

use std::sync::Arc;

use domain::{Event, biller::Biller};
use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows};
use read_side::decoded;
use service::{View, Views};

use crate::{
    addressee,
    message::{self, MESSAGES},
    messages_of_account::ACCOUNTS,
    occasion,
    outbox::OUTBOX,
    policy::deliver_on_message,
    template::Templates,
};

/// One biller's messages.
pub(crate) struct Model {
    biller: Arc<Biller>,
    templates: Templates,
}

impl Model {
    pub(crate) fn new(biller: Arc<Biller>) -> Self {
        Self { biller, templates: Templates::new() }
    }
}

const VIEWS: &[View] = &[
    View {
        name: "message",
        about: "What was a customer told, and was it handed over? The key is a message id",
        table: Some(MESSAGES),
    },
    View {
        name: "outbox",
        about: "Which messages are not handed over yet, oldest first? The key is as the list \
                shows it",
        table: Some(OUTBOX),
    },
    View {
        name: "by-account",
        about: "What was a customer told, latest first? The key is an account id",
        table: Some(ACCOUNTS),
    },
];

impl Views for Model {
    fn views(&self) -> &'static [View] {
        VIEWS
    }
}

impl ReadModel for Model {
    fn name(&self) -> &'static str {
        "notifications"
    }

    fn version(&self) -> u32 {
        6
    }

    fn apply(
        &self,
        recorded: &Recorded,
        rows: &mut Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let event = decoded(recorded)?;
        if let Event::Notification(event) = &event {
            message::delivered(event, recorded, rows)?;
        }
        // Before the event changes to whom letters go.
        if let Some(occasion) = occasion::of(&event, recorded, &self.biller, rows)? {
            message::write(occasion, recorded, &self.templates, rows)?;
        }
        addressee::apply(&event, recorded, &self.biller, rows)?;
        deliver_on_message::react(&event, recorded, rows, intents)
    }
}
