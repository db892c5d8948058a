//! The bridge's read model: which event changes which row, and which policy answers it.

use std::sync::Arc;

use domain::{Event, biller::Biller};
use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows};
use read_side::decoded;
use service::{View, Views};

use crate::{
    policy::{
        confirm_on_provisioned, fail_on_unprovisioned, forward_on_request, time_limit_on_request,
    },
    queue::QUEUE,
    request::{self, REQUESTS},
    site,
};

/// One biller's requests to the NOC.
pub(crate) struct Model {
    pub(crate) biller: Arc<Biller>,
}

const VIEWS: &[View] = &[
    View {
        name: "request",
        about: "What was the NOC asked for, and what came of it? The key is a site id, a dash and \
                the request's number",
        table: Some(REQUESTS),
    },
    View {
        name: "queue",
        about: "What does the NOC have to do, oldest first? The key is as the list shows it",
        table: Some(QUEUE),
    },
];

impl Views for Model {
    fn views(&self) -> &'static [View] {
        VIEWS
    }
}

impl ReadModel for Model {
    fn name(&self) -> &'static str {
        "noc-bridge"
    }

    fn version(&self) -> u32 {
        1
    }

    fn apply(
        &self,
        recorded: &Recorded,
        rows: &mut Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        match decoded(recorded)? {
            Event::Site(event) => {
                site::apply(&event, recorded, rows)?;
                request::apply(&event, recorded, &self.biller.policies, rows)?;
                forward_on_request::react(&event, recorded, rows, intents)?;
                confirm_on_provisioned::stop(&event, recorded, intents);
                time_limit_on_request::react(&event, recorded, &self.biller, rows, intents)
            }
            Event::Provisioning(event) => {
                confirm_on_provisioned::react(&event, rows, intents)?;
                fail_on_unprovisioned::react(&event, rows, intents)
            }
            Event::Customer(_)
            | Event::Account(_)
            | Event::Device(_)
            | Event::Service(_)
            | Event::Order(_)
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
