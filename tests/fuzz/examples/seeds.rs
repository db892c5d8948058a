//! Writes the corpus of every target from real encodings: `cargo run -p fuzz-targets --example
//! seeds`. What a fuzzer found is kept beside it, under names that begin with `found-`.

#![expect(clippy::unwrap_used, reason = "whoever runs it sees why")]

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use contract::descriptor;
use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};
use fuzz_targets::COMMANDS;
use storage::Simulated;

const GOLDEN: &str = include_str!("../../../proto/golden/events.txt");

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn main() {
    for (nth, (kind, data)) in golden().enumerate() {
        let at = descriptor::facts().iter().position(|fact| fact.kind == kind).unwrap();
        let name = kind.rsplit('.').next().unwrap();
        write("event", name, &[&[byte(at)][..], &data].concat());
        if nth % 6 == 0 {
            let texts = ["site_88", "jane; roles=agent", TRACE, "1700000000000000", ""].join("\0");
            write("cloud_event", name, &[&[byte(at)][..], texts.as_bytes(), &data].concat());
        }
    }
    commands();
    logs();
    requests();
    let shipped = contract::biller::SHIPPED;
    write("biller", "shipped", shipped.as_bytes());
    write("biller", "no-weekend", shipped.replace("\"saturday\", \"sunday\"", "").as_bytes());
}

fn golden() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let lines = GOLDEN.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .map(|(kind, hex)| (kind, hex::decode(hex).unwrap()))
}

fn commands() {
    for (nth, (name, _)) in COMMANDS.iter().enumerate() {
        let command = contract::command::named(name).unwrap();
        let json = sample(command.package, name).to_string();
        let protobuf = command.json_to_proto(json.as_bytes()).unwrap();
        command
            .from_proto(&protobuf, &contract::AsItIs)
            .unwrap_or_else(|invalid| panic!("{name}: {invalid}"));
        write("command_json", name, &[&[byte(nth)][..], json.as_bytes()].concat());
        write("command_proto", name, &[&[byte(nth)][..], &protobuf].concat());
        if nth % 8 == 0 {
            let subject = bus::subject::command("acme", command.noun(), &command.verb());
            let head = "demarc-actor: jane; roles=agent\ncontent-type: application/json\n\
                        demarc-command-id: 0190a0a0-0000-7000-8000-000000000001\n";
            write("bus_command", name, format!("{subject}\n{head}\n{json}").as_bytes());
        }
    }
}

/// A body that is read: each field has a value of its kind, told by its name and its type.
fn sample(package: &str, name: &str) -> serde_json::Value {
    use prost_types::field_descriptor_proto::{Label, Type};
    let file = |package: &str| {
        let files = &descriptor::descriptors().file;
        files.iter().find(|file| file.package() == package).unwrap()
    };
    let message = file(package).message_type.iter().find(|message| message.name() == name);
    let (mut object, mut chosen) = (serde_json::Map::new(), HashMap::new());
    for field in &message.unwrap().field {
        let other = field.type_name().trim_start_matches('.').rsplit_once('.');
        let kind = field.r#type();
        let value = if kind == Type::Message {
            other.map(|(package, name)| sample(package, name)).unwrap()
        } else if kind == Type::Enum {
            let (package, name) = other.unwrap();
            let found = file(package).enum_type.iter().find(|found| found.name() == name);
            // Only a ported number has all fields.
            let nth = if name == "TelephoneOrigin" { 2 } else { 1 };
            found.unwrap().value[nth].name().into()
        } else if kind == Type::Bool {
            true.into()
        } else if kind == Type::String {
            text(field.json_name()).into()
        } else {
            7.into()
        };
        // Of a choice, the last one.
        if let Some(choice) = field.oneof_index
            && let Some(before) = chosen.insert(choice, field.json_name())
        {
            object.remove(before);
        }
        let many = field.label() == Label::Repeated;
        object.insert(field.json_name().into(), if many { vec![value].into() } else { value });
    }
    object.into()
}

fn text(field: &str) -> String {
    match field {
        "currency" => "USD".to_owned(),
        "email" => "ana@example.net".to_owned(),
        "respCode" => "430".to_owned(),
        "passwordHash" => "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$\
                           MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
            .to_owned(),
        "number" => "+17035550142".to_owned(),
        "pin" => "4862".to_owned(),
        "ssn" => "123-45-6281".to_owned(),
        "on" | "from" | "until" | "version" | "cycle" => "2026-11-16".to_owned(),
        _ if field.ends_with("ate") => "2026-11-16".to_owned(),
        _ if field.ends_with("On") => "2026-11-16".to_owned(),
        _ => match field.strip_suffix("Id") {
            Some(
                noun @ ("account" | "site" | "device" | "service" | "order" | "ticket"
                | "interaction" | "guide" | "customer" | "telephone" | "login" | "task"
                | "invoice"),
            ) => format!("{noun}_88"),
            Some("message") => "notification_88".to_owned(),
            Some("transaction") => "provisioning_88".to_owned(),
            Some(_) | None => "X-1".to_owned(),
        },
    }
}

fn logs() {
    let disk = Simulated::new(1);
    let options = Options {
        segment_bytes: 900,
        background: false,
        storage: Arc::new(disk.clone()),
        ..Options::default()
    };
    let mut log = Log::open("log".as_ref(), "acme", options).unwrap();
    for number in 1..=6 {
        log.append(vec![record(number * 2), record(number * 2 + 1)]).unwrap();
    }
    let blocks = log.reader().read_blocks(1, usize::MAX).unwrap();
    write("block", "two-records", blocks[0].bytes());
    write("block", "last", blocks.last().unwrap().bytes());
    let lengthy =
        |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_le_bytes()[..], bytes].concat();
    let bodies: Vec<u8> = blocks.iter().take(3).flat_map(|block| lengthy(block.bytes())).collect();
    let head = log.reader().head();
    let (chain, at) = (head.chain, head.committed_at);
    let headers = format!(
        "{}: {}\ndemarc-chain: {chain}\ndemarc-committed-at: {at}\n\n",
        bus::HEADER_POSITION,
        head.position
    );
    write("log_reply", "blocks", &[b"\n\n", &bodies[..]].concat());
    write("log_reply", "head", headers.as_bytes());
    let files = disk.files().into_iter();
    let segments: Vec<_> =
        files.filter(|(path, _)| path.extension().is_some_and(|end| end == "seg")).collect();
    let whole: Vec<u8> = segments.iter().flat_map(|(_, bytes)| lengthy(bytes)).collect();
    for (target, name) in [("journal", "whole"), ("opened_log", "whole")] {
        write(target, name, &[&[0][..], &whole].concat());
        write(target, "sealed", &[&[1][..], &whole].concat());
        write(target, "one-segment", &[&[1][..], &lengthy(&segments[0].1)].concat());
        write(target, "torn", &[&[0][..], &whole[..whole.len() * 9 / 10]].concat());
        write(target, "empty", &[0]);
    }
    write("segment", "first", &[&[0][..], &segments[0].1].concat());
    write("segment", "sealed", &[&[1][..], &segments[0].1].concat());
}

fn record(number: u8) -> NewRecord {
    let with = number.is_multiple_of(2);
    let event = |stream: &str| NewEvent {
        stream: stream.into(),
        expected: Expected::Any,
        kind: "demarc.site.v1.SiteSuspended".into(),
        schema: 1,
        data: vec![number; usize::from(number) * 3].into(),
    };
    NewRecord {
        command_id: CommandId([number; 16]),
        committed_at: 1_700_000_000_000_000 + i64::from(number),
        actor: "jane; roles=agent".into(),
        causation: with.then_some(CommandId([7; 16])),
        correlation: with.then_some(CommandId([8; 16])),
        traceparent: with.then(|| TRACE.into()),
        events: vec![event("site_88"), event("account_7")],
    }
}

fn requests() {
    let headers = "demarc-actor: jane; roles=agent,lead\nidempotency-key: import-2026-11-16/88\n\
                   demarc-causation: 0190a0a0-0000-7000-8000-000000000001\n\
                   traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n\
                   host: [::1]:8020\norigin: http://localhost:8020\n\n";
    write("request_headers", "all", headers.as_bytes());
    let uuid = "idempotency-key: 0190a0a0-0000-7000-8000-000000000001\nhost: 127.0.0.1:8020\n\n";
    write("request_headers", "uuid", uuid.as_bytes());
    for (name, text) in [
        ("site", "site_88"),
        ("account", "account_0-A_z"),
        ("code", "HSD 1G"),
        ("actor", "jane; roles=agent,lead"),
        ("currency", "USD"),
        ("command-id", "0190a0a0-0000-7000-8000-00000000000A"),
        ("resp-code", "430"),
        ("text", "Señal débil\nReinició el módem"),
        ("biller", "northeast"),
    ] {
        write("names", name, text.as_bytes());
    }
    for (name, text) in [
        ("position", "12345"),
        ("time", "2026-11-16T09:30:00Z"),
        ("zone", "2026-11-16T09:30:00-07:00[America/Denver]"),
        ("show", r#"{"ask":"show","view":"site","key":"site_88","as_of":12}"#),
        ("list", r#"{"ask":"list","view":"site","after":"site_1","limit":50,"as_of":null}"#),
        ("status", r#"{"ask":"status"}"#),
    ] {
        write("query", name, text.as_bytes());
    }
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).unwrap()
}

fn write(target: &str, name: &str, data: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../infra/fuzz/corpus");
    let folder = folder.join(target);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), data).unwrap();
}
