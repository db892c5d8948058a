//! One of every fact about telephones.

use domain::{
    Event,
    telephone::{Assignment, Origin, TelephoneEvent},
};

use super::{code, day, id, sealed};

pub(super) fn every() -> Vec<Event> {
    let assigned = |origin, number_id| {
        TelephoneEvent::Assigned(Assignment {
            account_id: id("account_7"),
            service_id: id("service_3"),
            number: sealed("+1 703 555 0142"),
            number_id,
            origin,
        })
    };
    let (account_id, service_id) = (id("account_7"), id("service_3"));
    [
        assigned(Origin::Native, None),
        assigned(Origin::Ported { carrier: code("ACME"), port_date: day() }, None),
        assigned(Origin::Native, Some(id("telephone_number-fV0-x"))),
        TelephoneEvent::NumberTaken { telephone_id: id("telephone_1") },
        TelephoneEvent::Released { account_id, service_id },
    ]
    .map(Event::Telephone)
    .into()
}
