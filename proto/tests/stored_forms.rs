//! What was stored once is decoded for ever: every released form is pinned in `golden/`.
//!
//! `golden/events.txt` holds one stored event a line, `golden/schema.txt` one field of a message a
//! line. Lines are added, never changed: a failing test prints the lines that are missing.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

mod samples;

use std::collections::BTreeSet;

use contract::descriptor::{descriptors, facts};
use domain::{
    Event,
    dunning::{DunningEvent, StepTaken},
    invoice::{InvoiceEvent, Issued},
    ledger::{ChargeLine, LedgerEvent},
    money::MINOR_MAX,
    testing::fixtures::{TODAY, account_id, code, text, usd},
};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
    FileDescriptorProto,
};
use samples::every_fact;

const EVENTS: &str = include_str!("../golden/events.txt");
const SCHEMA: &str = include_str!("../golden/schema.txt");

#[test]
fn every_fact_reads_back_as_it_was_stored() {
    for event in every_fact() {
        let stored = contract::encode(&event);
        assert_eq!(contract::decode(stored.kind, &stored.data).unwrap(), event);
    }
}

#[test]
fn what_no_command_may_say_any_more_stays_readable() {
    for said in ["\u{200B}", "\u{202E}yad a ecno"] {
        let line = ChargeLine { description: text(said), amount: usd(500) };
        let (account_id, lines, due_on) = (account_id(), vec![line], TODAY);
        let charged = LedgerEvent::Charged { account_id, charge_id: code("c-1"), lines, due_on };
        let stored = contract::encode(&Event::Ledger(charged.clone()));
        assert_eq!(contract::decode(stored.kind, &stored.data).unwrap(), Event::Ledger(charged));
    }
}

#[test]
fn what_a_rule_has_added_up_is_readable_whatever_it_comes_to() {
    let account_id = account_id();
    for sum in [MINOR_MAX * 2, -MINOR_MAX * 2, i64::MAX, i64::MIN].map(usd) {
        let mut events = vec![Event::Dunning(DunningEvent::ArrangementBroken {
            account_id: account_id.clone(),
            arrangement_id: code("arr-1"),
            promised_on: TODAY,
            missing: sum,
            to_reinstate: Some(sum),
        })];
        for fact in every_fact() {
            if let Event::Dunning(DunningEvent::StepTaken(step)) = fact {
                let step = StepTaken { past_due: sum, to_reinstate: Some(sum), ..step };
                events.push(Event::Dunning(DunningEvent::StepTaken(step)));
            } else if let Event::Invoice(InvoiceEvent::Issued(issued)) = fact {
                let issued = Issued { previous_balance: sum, ..issued };
                events.push(Event::Invoice(InvoiceEvent::Issued(issued)));
            }
        }
        assert!(events.len() >= 3, "there are samples of both");
        for event in events {
            let stored = contract::encode(&event);
            assert_eq!(contract::decode(stored.kind, &stored.data).unwrap(), event);
        }
    }
}

#[test]
fn there_is_a_sample_of_every_fact() {
    let sampled: BTreeSet<_> =
        every_fact().iter().map(|event| contract::encode(event).kind).collect();
    let known: BTreeSet<_> = facts().iter().map(|fact| fact.kind.as_str()).collect();
    assert_eq!(sampled, known);
}

#[test]
fn every_released_event_is_decoded_to_what_it_was() {
    let now: BTreeSet<_> = every_fact().iter().map(line).collect();
    let released: BTreeSet<_> = EVENTS.lines().map(str::to_owned).collect();
    for pinned in &released {
        let (kind, data) = pinned.split_once(' ').unwrap();
        let event = contract::decode(kind, &bytes(data)).unwrap();
        assert_eq!(&line(&event), pinned, "decoded and stored again it is another event");
    }
    let missing: Vec<_> = now.difference(&released).cloned().collect();
    assert!(missing.is_empty(), "add to golden/events.txt:\n{}", missing.join("\n"));
}

#[test]
fn a_message_that_was_stored_only_grows() {
    let now: BTreeSet<_> = descriptors().file.iter().flat_map(fields).collect();
    let released: BTreeSet<_> = SCHEMA.lines().map(str::to_owned).collect();
    let gone: Vec<_> = released.difference(&now).cloned().collect();
    assert!(gone.is_empty(), "renumbered, renamed or removed:\n{}", gone.join("\n"));
    let missing: Vec<_> = now.difference(&released).cloned().collect();
    assert!(missing.is_empty(), "add to golden/schema.txt:\n{}", missing.join("\n"));
}

#[test]
fn f63_the_hash_of_a_password_stays_in_the_log() {
    for event in every_fact() {
        let stored = contract::encode(&event);
        let public = contract::public(stored.kind, &stored.data).unwrap();
        let is_withheld = stored.data.windows(8).any(|bytes| bytes == b"argon2id");
        assert!(!public.windows(6).any(|bytes| bytes == b"argon2"), "{}", stored.kind);
        assert_eq!(*public != *stored.data, is_withheld, "{}", stored.kind);
        assert!(contract::decode(stored.kind, &public).is_ok(), "{}", stored.kind);
        assert!(!format!("{event:?}").contains("argon2"), "{event:?}");
    }
}

#[test]
fn an_unknown_kind_and_damaged_bytes_are_named() {
    let unknown = contract::decode("demarc.site.v1.SiteSold", &[]).unwrap_err();
    assert!(unknown.to_string().contains("SiteSold"), "{unknown}");
    let damaged = contract::decode("demarc.site.v1.SiteSuspended", &[0xff; 9]).unwrap_err();
    assert!(matches!(damaged, contract::DecodeError::Proto { .. }), "{damaged}");
    let empty = contract::decode("demarc.site.v1.SiteSuspended", &[]).unwrap_err();
    assert!(matches!(empty, contract::DecodeError::Field { .. }), "{empty}");
}

fn line(event: &domain::Event) -> String {
    let stored = contract::encode(event);
    let hex: String = stored.data.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {hex}", stored.kind)
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Every field and enum value of a file, as `message.field = number type`.
fn fields(file: &FileDescriptorProto) -> Vec<String> {
    let package = file.package();
    let of_message = |message: &DescriptorProto| {
        let name = format!("{package}.{}", message.name());
        message.field.iter().map(|field| of_field(&name, field)).collect::<Vec<_>>()
    };
    let of_enum = |values: &EnumDescriptorProto| {
        let name = format!("{package}.{}", values.name());
        let value = |value: &EnumValueDescriptorProto| {
            format!("{name}.{} = {}", value.name(), value.number())
        };
        values.value.iter().map(value).collect::<Vec<_>>()
    };
    let messages = file.message_type.iter().flat_map(of_message);
    messages.chain(file.enum_type.iter().flat_map(of_enum)).collect()
}

fn of_field(message: &str, field: &FieldDescriptorProto) -> String {
    let kind = match field.type_name() {
        "" => field.r#type().as_str_name(),
        named => named.trim_start_matches('.'),
    };
    let label = field.label().as_str_name();
    format!("{message}.{} = {} {label} {kind}", field.name(), field.number())
}
