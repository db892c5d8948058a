//! Which numbers ring a customer's voice services, and where do they come from (F70)?

use domain::{
    Event,
    account::AccountEvent,
    telephone::{Origin, TelephoneEvent},
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::model::{change, put};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'P');

/// The telephones of one account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TelephonesRow {
    account_id: String,
    telephones: Vec<Telephone>,
}

/// One number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Telephone {
    telephone_id: String,
    /// Personal data.
    number: String,
    service_id: String,
    /// `native` or `ported`.
    origin: Whence,
    /// Of a ported number.
    carrier: Option<String>,
    /// Of a ported number.
    port_date: Option<String>,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Whence {
    Native,
    Ported,
}

/// Changes the row of the account whose telephone the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Account(AccountEvent::Opened { .. }) => {
            let row = TelephonesRow { account_id: stream.to_owned(), telephones: Vec::new() };
            rows.put(TABLE, stream, &row)
        }
        Event::Telephone(TelephoneEvent::Assigned(assignment)) => {
            let (origin, carrier, port_date) = match &assignment.origin {
                Origin::Native => (Whence::Native, None, None),
                Origin::Ported { carrier, port_date } => {
                    (Whence::Ported, Some(carrier.to_string()), Some(port_date.to_string()))
                }
            };
            let telephone = Telephone {
                telephone_id: stream.to_owned(),
                number: assignment.number.to_string(),
                service_id: assignment.service_id.to_string(),
                origin,
                carrier,
                port_date,
            };
            let account_id = assignment.account_id.as_str();
            change(rows, TABLE, account_id, |row: &mut TelephonesRow| {
                put(&mut row.telephones, telephone, |other| other.telephone_id == stream);
            })
        }
        Event::Telephone(TelephoneEvent::Released { account_id, .. }) => {
            change(rows, TABLE, account_id.as_str(), |row: &mut TelephonesRow| {
                row.telephones.retain(|other| other.telephone_id != stream);
            })
        }
        // Whoever has it was assigned it.
        Event::Telephone(TelephoneEvent::NumberTaken { .. })
        | Event::Account(_)
        | Event::Site(_)
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
        | Event::Provisioning(_)
        | Event::Notification(_)
        | Event::Quota(_)
        | Event::Customer(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Guide(_)
        | Event::Login(_)
        | Event::Decision(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        telephone::{Assignment, Origin, TelephoneEvent},
        testing::fixtures::{TODAY, account_id, code, id, sealed, service, service_id},
    };
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    #[test]
    fn f70_numbers_are_shown_native_or_ported_until_they_are_released() {
        let origin = Origin::Ported { carrier: code("ACME"), port_date: TODAY };
        let assignment = Assignment {
            account_id: account_id(),
            service_id: service_id(),
            number: sealed("+1 703 555 0142"),
            number_id: Some(id("telephone_number-0142")),
            origin,
        };
        let (account_id, service_id) = (account_id(), service_id());
        let released = TelephoneEvent::Released { account_id, service_id };
        let telephone = id("telephone_1");
        let story = Story::of(Care)
            .and(service("voice"))
            .then(TelephoneEvent::Assigned(assignment).on(&telephone));
        let row: Value = story.row(TABLE, "account_7");
        let expected = json!([{
            "telephoneId": "telephone_1",
            "number": "+1 703 555 0142",
            "serviceId": "service_5",
            "origin": "ported",
            "carrier": "ACME",
            "portDate": "2026-03-16",
        }]);
        assert_eq!(row["telephones"], expected);
        let row: Value = story.then(released.on(&telephone)).row(TABLE, "account_7");
        assert_eq!(row["telephones"], json!([]));
    }
}
