//! A number rings one voice service at a time, native or ported.

use jiff::civil::date;

use super::AssignTelephone;
use crate::{
    Fact,
    biller::ServiceType,
    service::ServiceEvent,
    telephone::{Assignment, Origin, ReleaseTelephone, TelephoneEvent, TelephoneRejection},
    testing::{
        fixtures::{
            account_id, code, disconnected, id, installation_in, other_account, sealed, service,
            service_id,
        },
        given,
    },
};

fn assign(origin: Origin) -> AssignTelephone {
    AssignTelephone {
        telephone_id: id("telephone_1"),
        account_id: account_id(),
        service_id: service_id(),
        number: sealed("+1 703 555 0142"),
        number_id: id("telephone_number-0142"),
        origin,
    }
}

fn ported() -> Origin {
    Origin::Ported { carrier: code("ACME"), port_date: date(2026, 3, 20) }
}

fn assigned(origin: Origin, to: &str) -> Fact {
    let assignment = Assignment {
        account_id: account_id(),
        service_id: id(to),
        number: sealed("+1 703 555 0142"),
        number_id: Some(id("telephone_number-0142")),
        origin,
    };
    TelephoneEvent::Assigned(assignment).on(&id("telephone_1"))
}

fn taken(by: &str) -> Fact {
    TelephoneEvent::NumberTaken { telephone_id: id(by) }.on(&id("telephone_number-0142"))
}

#[test]
fn f70_a_voice_service_gets_a_native_or_a_ported_number() {
    for origin in [Origin::Native, ported()] {
        given(service("voice"))
            .when(assign(origin.clone()))
            .then([taken("telephone_1"), assigned(origin, "service_5")]);
    }
    let ordered = installation_in("phoenix", "SB8200", "voice");
    given(ordered)
        .when(assign(ported()))
        .then([taken("telephone_1"), assigned(ported(), "service_5")]);
}

#[test]
fn f70_only_a_voice_service_that_is_there_has_a_number() {
    given(service("basic"))
        .when(assign(Origin::Native))
        .then_rejected(TelephoneRejection::NotAVoiceService);
    given([]).when(assign(Origin::Native)).then_rejected(TelephoneRejection::NoService);
    given(service("voice"))
        .and([disconnected()])
        .when(assign(Origin::Native))
        .then_rejected(TelephoneRejection::NoService);
    given(service("voice"))
        .when(AssignTelephone { account_id: id("account_8"), ..assign(Origin::Native) })
        .then_rejected(TelephoneRejection::OfAnotherAccount);
}

#[test]
fn f70_a_number_belongs_to_one_service_at_a_time() {
    given(service("voice"))
        .and([taken("telephone_1"), assigned(ported(), "service_5")])
        .when(assign(Origin::Native))
        .then_rejected(TelephoneRejection::AssignedOtherwise);
    // The service that had it ended, or is not known.
    let (account_id, service_id) = (account_id(), id("service_6"));
    let released = TelephoneEvent::Released { account_id, service_id };
    given(service("voice"))
        .and([taken("telephone_1"), assigned(ported(), "service_6")])
        .when(assign(ported()))
        .then([released.on(&id("telephone_1")), assigned(ported(), "service_5")]);
}

#[test]
fn f70_a_number_under_another_id_and_of_another_account_is_the_same_number() {
    // service_5 of account_7 has it as telephone_1; account_8 has a voice service on order.
    let ringing = || {
        let facts = [taken("telephone_1"), assigned(Origin::Native, "service_5")];
        given(service("voice")).and(other_account()).and(facts).and([ordered_voice()])
    };
    let wish = AssignTelephone {
        telephone_id: id("telephone_2"),
        account_id: id("account_8"),
        service_id: id("service_8"),
        // Another customer's key makes another token of it.
        number: sealed("the same, sealed for another"),
        ..assign(Origin::Native)
    };
    let theirs = Assignment {
        account_id: id("account_8"),
        service_id: id("service_8"),
        number: wish.number.clone(),
        number_id: Some(id("telephone_number-0142")),
        origin: Origin::Native,
    };
    let theirs = TelephoneEvent::Assigned(theirs).on(&id("telephone_2"));
    ringing().when(wish.clone()).then_rejected(TelephoneRejection::NumberInUse);
    let release = ReleaseTelephone { telephone_id: id("telephone_1"), account_id: account_id() };
    for free in [ringing().after(release), ringing().and([disconnected()])] {
        let taken_over = [taken("telephone_2"), theirs.clone()];
        free.clone().when(wish.clone()).then(taken_over);
        // It is telephone_1's no longer.
        free.after(wish.clone())
            .and(service("voice"))
            .when(AssignTelephone { telephone_id: id("telephone_3"), ..assign(Origin::Native) })
            .then_rejected(TelephoneRejection::NumberInUse);
    }
}

/// account_8 waits for the installation of a voice service.
fn ordered_voice() -> Fact {
    ServiceEvent::Added {
        account_id: id("account_8"),
        site_id: id("site_90"),
        device_id: id("device_8"),
        package_id: code("voice"),
        service_code: code("TEL1"),
        service_type: Some(ServiceType::Voice),
    }
    .on(&id("service_8"))
}
