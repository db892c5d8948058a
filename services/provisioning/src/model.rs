//! Provisioning's read model: which event changes which row, and which policy answers it.

use std::sync::Arc;

use domain::{Event, biller::Biller};
use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows};
use read_side::decoded;
use service::{View, Views};

use crate::{
    line,
    policy::{
        move_line_on_acknowledgement, provision_on_completion, retry_on_failed_attempt,
        withdraw_on_failed_request,
    },
    transaction::{self, TRANSACTIONS},
    transactions_at_site::{self, SITES},
};

/// One biller's transactions.
pub(crate) struct Model {
    pub(crate) biller: Arc<Biller>,
}

const VIEWS: &[View] = &[
    View {
        name: "transaction",
        about: "What was asked of the network, and what did it answer? The key is a transaction id",
        table: Some(TRANSACTIONS),
    },
    View {
        name: "site",
        about: "Which transactions were there at a site, latest first? The key is a site id",
        table: Some(SITES),
    },
    View {
        name: line::NAME,
        about: "What does the network show for a line right now? The key is a site id",
        table: None,
    },
];

impl Views for Model {
    fn views(&self) -> &'static [View] {
        VIEWS
    }
}

impl ReadModel for Model {
    fn name(&self) -> &'static str {
        "provisioning"
    }

    fn version(&self) -> u32 {
        2
    }

    fn apply(
        &self,
        recorded: &Recorded,
        rows: &mut Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        match decoded(recorded)? {
            Event::Order(event) => {
                transaction::order(&event, recorded, rows)?;
                provision_on_completion::react(&event, recorded, rows, intents)
            }
            Event::Site(event) => {
                transactions_at_site::note(&event, recorded, rows)?;
                transaction::site(&event, recorded, rows)?;
                move_line_on_acknowledgement::react(&event, recorded, rows, intents)?;
                withdraw_on_failed_request::react(&event, recorded, intents);
                Ok(())
            }
            Event::Provisioning(event) => {
                transaction::attempt(&event, recorded, rows)?;
                retry_on_failed_attempt::react(&event, recorded, &self.biller, rows, intents)
            }
            Event::Customer(_)
            | Event::Account(_)
            | Event::Device(_)
            | Event::Service(_)
            | Event::Ledger(_)
            | Event::Subscription(_)
            | Event::Invoice(_)
            | Event::Series(_)
            | Event::Reference(_)
            | Event::Autopay(_)
            | Event::Dunning(_)
            | Event::Run(_)
            | Event::Calendar(_)
            | Event::Login(_)
            | Event::Notification(_)
            | Event::Ticket(_)
            | Event::Interaction(_)
            | Event::Task(_)
            | Event::Quota(_)
            | Event::Telephone(_)
            | Event::Guide(_)
            | Event::Decision(_) => Ok(()),
        }
    }
}
