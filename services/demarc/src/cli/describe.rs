//! What the contract says about its commands, in the words of its own comments.

use contract::{command::CommandType, descriptor::descriptors};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    field_descriptor_proto::{Label, Type},
};
use serde_json::{Map, Value, json};

use crate::output::{DIM, Output, STRONG, paint, table};

/// Field numbers of descriptor.proto, by which a comment finds what it is about.
const MESSAGES: i32 = 4;
const PARTS: i32 = 2;

/// Writes every command, noun by noun.
pub(crate) fn list(output: Output) -> anyhow::Result<()> {
    let mut table = table::table(["noun", "command", "what it asks for"]);
    let mut noun = "";
    for command in contract::command::all() {
        let about = found(command).map(|found| found.comment()).unwrap_or_default();
        if output.is_json() {
            output.document(&json!({
                "name": command.name, "noun": command.noun(), "about": about,
            }))?;
            continue;
        }
        let first = if noun == command.noun() { "" } else { command.noun() };
        noun = command.noun();
        table.add_row([first, command.name, &first_sentence(&about)]);
    }
    if !output.is_json() {
        output.line(table::fitted(table))?;
        output.line(paint(DIM, "demarc send --describe <COMMAND> shows the fields"))?;
    }
    Ok(())
}

/// Writes the fields of one command.
pub(crate) fn describe(name: &'static str, output: Output) -> anyhow::Result<()> {
    let found = contract::command::named(name)
        .and_then(found)
        .ok_or_else(|| anyhow::anyhow!("the contract does not describe {name}"))?;
    let example = Value::Object(example(found.message));
    let fields = fields(found, "");
    if output.is_json() {
        let fields: Vec<_> = fields
            .iter()
            .map(|row| json!({"field": row.name, "value": row.value, "about": row.about}))
            .collect();
        output.document(&json!({
            "name": name, "about": found.comment(), "fields": fields, "example": example,
        }))?;
        return Ok(());
    }
    output.line(format!("{}  {}", paint(STRONG, name), paint(DIM, found.file.package())))?;
    output.line(format!("{}\n", found.comment()))?;
    let mut table = table::table(["field", "value", "meaning"]);
    for row in fields {
        table.add_row([row.name, row.value, row.about]);
    }
    output.line(table::fitted(table))?;
    output.line(format!("\n  demarc send {name} --data '{example}'"))?;
    Ok(())
}

/// A message and the file that describes it.
#[derive(Clone, Copy)]
struct Found {
    file: &'static FileDescriptorProto,
    message: &'static DescriptorProto,
    index: usize,
}

struct Row {
    name: String,
    value: String,
    about: String,
}

fn found(command: &CommandType) -> Option<Found> {
    message(&format!(".{}.{}", command.package, command.name))
}

/// The message of that full name, which starts with a dot.
fn message(full_name: &str) -> Option<Found> {
    descriptors().file.iter().find_map(|file| {
        let name = full_name.strip_prefix(&format!(".{}.", file.package()))?;
        let index = file.message_type.iter().position(|message| message.name() == name)?;
        Some(Found { file, message: &file.message_type[index], index })
    })
}

fn fields(found: Found, prefix: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (nth, field) in found.message.field.iter().enumerate() {
        let path = [MESSAGES, int(found.index), PARTS, int(nth)];
        let list = if field.label() == Label::Repeated { "[]" } else { "" };
        let name = format!("{prefix}{}{list}", field.json_name());
        let inner = inner(field);
        let value = value(field);
        let about = comment(found.file, &path);
        let choice = if field.oneof_index.is_some() { "one of these: " } else { "" };
        rows.push(Row { name: name.clone(), value, about: format!("{choice}{about}") });
        rows.extend(inner.into_iter().flat_map(|inner| fields(inner, &format!("{name}."))));
    }
    rows
}

fn inner(field: &FieldDescriptorProto) -> Option<Found> {
    (field.r#type() == Type::Message).then(|| message(field.type_name())).flatten()
}

/// What may stand in a field.
fn value(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::String => "text".into(),
        Type::Bool => "true or false".into(),
        Type::Enum => enumeration(field).map(choices).unwrap_or_default().join("\n"),
        Type::Message => field.type_name().rsplit('.').next().unwrap_or_default().to_owned(),
        Type::Bytes => "base64".into(),
        Type::Double | Type::Float => "number".into(),
        Type::Int64
        | Type::Uint64
        | Type::Int32
        | Type::Fixed64
        | Type::Fixed32
        | Type::Uint32
        | Type::Sfixed32
        | Type::Sfixed64
        | Type::Sint32
        | Type::Sint64 => "whole number".into(),
        Type::Group => "group".into(),
    }
}

fn enumeration(field: &FieldDescriptorProto) -> Option<&'static EnumDescriptorProto> {
    descriptors().file.iter().find_map(|file| {
        let name = field.type_name().strip_prefix(&format!(".{}.", file.package()))?;
        file.enum_type.iter().find(|kind| kind.name() == name)
    })
}

/// The values that say something; the first says that nothing was said.
fn choices(kind: &'static EnumDescriptorProto) -> Vec<&'static str> {
    kind.value.iter().skip(1).map(|value| value.name()).collect()
}

/// A command to start from: every field that is not one of several, with a value of its kind.
fn example(message: &'static DescriptorProto) -> Map<String, Value> {
    let mut taken = Vec::new();
    let mut first_choice = |field: &FieldDescriptorProto| match field.oneof_index {
        Some(choice) if taken.contains(&choice) => false,
        Some(choice) => {
            taken.push(choice);
            true
        }
        None => true,
    };
    let fields = message.field.iter().filter(|field| first_choice(field));
    fields.map(|field| (field.json_name().to_owned(), example_value(field))).collect()
}

fn example_value(field: &FieldDescriptorProto) -> Value {
    let one = match field.r#type() {
        Type::Bool => json!(true),
        Type::Enum => {
            json!(enumeration(field).map(choices).unwrap_or_default().first().copied())
        }
        Type::Message => inner(field).map_or(Value::Null, |found| example(found.message).into()),
        Type::Int32 | Type::Uint32 | Type::Sint32 | Type::Fixed32 | Type::Sfixed32 => json!(1),
        Type::Int64 | Type::Uint64 | Type::Sint64 | Type::Fixed64 | Type::Sfixed64 => json!("1"),
        Type::Double | Type::Float => json!(1),
        Type::String | Type::Bytes | Type::Group => json!(placeholder(field.name())),
    };
    if field.label() == Label::Repeated { json!([one]) } else { one }
}

/// Text that has the right form where the name of the field tells it.
fn placeholder(name: &str) -> String {
    const NOUNS: [&str; 6] = ["account", "site", "device", "service", "order", "guide"];
    match name.strip_suffix("_id") {
        Some(noun) if NOUNS.contains(&noun) => format!("{noun}_1"),
        _ if name.ends_with("date") || name.ends_with("_on") => "2026-10-01".into(),
        _ if name == "currency" => "USD".into(),
        _ => "…".into(),
    }
}

impl Found {
    fn comment(self) -> String {
        comment(self.file, &[MESSAGES, int(self.index)])
    }
}

/// The comment above a part of a proto file, on one line.
fn comment(file: &FileDescriptorProto, path: &[i32]) -> String {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let lines = locations
        .filter(|location| location.path == path)
        .flat_map(|location| location.leading_comments().lines());
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn first_sentence(text: &str) -> String {
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text.to_owned(),
    }
}

fn int(index: usize) -> i32 {
    i32::try_from(index).expect("a proto file has fewer parts than that")
}

#[cfg(test)]
mod tests {
    use super::{example, fields, first_sentence, found};

    #[test]
    fn every_command_is_described_by_its_own_comment() {
        let silent: Vec<_> = contract::command::all()
            .filter(|command| found(command).is_none_or(|found| found.comment().is_empty()))
            .map(|command| command.name)
            .collect();
        assert_eq!(silent, Vec::<&str>::new());
    }

    #[test]
    fn fields_carry_their_comments_their_choices_and_what_is_inside() {
        let command = contract::command::named("RecordPayment").unwrap();
        let rows = fields(found(command).unwrap(), "");
        let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
        assert!(row("paymentId").about.starts_with("Chosen by the sender"));
        assert!(row("method").value.contains("PAYMENT_METHOD_CARD"));
        assert!(!row("method").value.contains("UNSPECIFIED"));
        assert_eq!(row("amount.minor").value, "whole number");
    }

    #[test]
    fn an_example_can_be_sent_as_it_is() {
        let command = contract::command::named("SwapPackage").unwrap();
        let example = serde_json::to_vec(&example(found(command).unwrap().message)).unwrap();
        assert!(command.json_to_proto(&example).is_ok());
        let command = contract::command::named("ScheduleOrder").unwrap();
        let example = serde_json::to_vec(&super::example(found(command).unwrap().message));
        assert!(command.json_to_proto(&example.unwrap()).is_ok());
    }

    #[test]
    fn a_list_shows_the_first_sentence() {
        assert_eq!(first_sentence("Stop it (F83). It takes long."), "Stop it (F83).");
        assert_eq!(first_sentence("Stop it"), "Stop it");
    }
}
