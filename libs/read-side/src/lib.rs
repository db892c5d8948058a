//! What the read sides of Demarc's services share: events in the domain's terms, commands as
//! intents, and how their tests tell a story.
//!
//! What must stay true: nothing here decides anything. It only stands where `projection`, which
//! knows bytes, meets the domain.

pub mod testing;

use contract::{CommandMessage, Outgoing};
use domain::Event;
use event_store::Recorded;
use projection::{CommandIntent, Fault, Report, Rows, Table};
use serde::de::DeserializeOwned;

/// What happened, in the domain's terms.
///
/// # Errors
/// When the stored bytes are damaged or from a later version.
pub fn decoded(recorded: &Recorded) -> Result<Event, Fault> {
    contract::decode(&recorded.event.kind, &recorded.event.data).map_err(|error| {
        Fault::because(format!("{} is not decoded", contract::event::id(recorded)), error)
    })
}

/// A row that an earlier event must have made.
///
/// # Errors
/// When none has, or the row cannot be read.
pub fn existing<T: DeserializeOwned>(rows: &Rows<'_>, table: Table, key: &str) -> Result<T, Fault> {
    rows.get(table, key)?.ok_or_else(|| Fault::new(format!("no earlier event tells of {key}")))
}

/// A command that is sent at once and that nothing cancels.
#[must_use]
pub fn command<M: CommandMessage>(message: &M) -> CommandIntent {
    let Outgoing { noun, verb, body } = contract::outgoing(message);
    CommandIntent { noun, verb, body: body.into(), not_before: None, key: None }
}

/// The command that says how an effect went.
#[must_use]
pub fn report<M: CommandMessage>(message: &M) -> Report {
    let Outgoing { noun, verb, body } = contract::outgoing(message);
    Report { noun, verb, body: body.into() }
}

#[cfg(test)]
mod tests {
    use std::{error::Error as _, sync::Arc};

    use contract::pb::site::v1::AcknowledgeNocRequest;
    use event_store::{CommandId, Event, Meta, Recorded};

    use super::{command, decoded, report};

    #[test]
    fn a_fact_of_a_later_version_is_named_by_its_id_and_kind() {
        let meta = Meta {
            command_id: CommandId([1; 16]),
            committed_at: 0,
            actor: "jane; roles=agent".into(),
            causation: None,
            correlation: None,
            traceparent: None,
        };
        let event = Event {
            stream: "site_88".into(),
            version: 3,
            kind: "demarc.site.v9.SiteMoved".into(),
            schema: 9,
            data: Vec::new().into(),
        };
        let recorded = Recorded { position: 7, meta: Arc::new(meta), event };
        let fault = decoded(&recorded).unwrap_err();
        assert_eq!(fault.to_string(), "site_88/3 is not decoded");
        let cause = fault.source().expect("the contract says why").to_string();
        assert!(cause.contains("demarc.site.v9.SiteMoved"), "{cause}");
    }

    #[test]
    fn a_command_and_a_report_are_what_core_reads() {
        let message = AcknowledgeNocRequest { site_id: "site_88".to_owned(), request: 1 };
        let (command, report) = (command(&message), report(&message));
        assert_eq!((&command.noun, &command.verb), (&report.noun, &report.verb));
        assert_eq!(command.body, report.body);
        let known = contract::command::on_subject(&command.noun, &command.verb);
        let known = known.expect("core knows the command");
        assert!(known.from_proto(&command.body, &contract::AsItIs).is_ok());
    }
}
