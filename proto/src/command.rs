//! Every command that can be sent, by name: how it is read from protobuf and from JSON.
//!
//! What must stay true: the routes of HTTP and NATS are generic; a new command is one line in the
//! list of its noun's file and changes nothing else here.

use domain::Decide;
use prost::{Message, Name};
use serde::{Serialize, de::DeserializeOwned};
use serde_path_to_error::Segment;

use crate::{
    Invalid, account, autopay, calendar, customer, descriptor, device,
    door::{Door, Unread},
    dunning, guide, interaction, invoice, ledger, login, notification, order, provisioning, run,
    service, site, subscription, task, telephone, ticket,
};

/// A command's message, which policies build and send.
pub trait CommandMessage:
    Message + Name + Default + Serialize + DeserializeOwned + 'static
{
    /// The rule behind it.
    type Rule: Decide + TryFrom<Self, Error = Invalid> + 'static;

    /// Checks and seals the personal data in it.
    ///
    /// # Errors
    /// When a text cannot be read, or nothing can be sealed now.
    fn seal(&mut self, _door: &dyn Door) -> Result<(), Unread> {
        Ok(())
    }
}

/// A rule that was read from outside, or the field that cannot be read.
pub type Read = Result<Box<dyn Decide>, Unread>;

/// How one command is found and read.
#[derive(Clone, Copy, Debug)]
pub struct CommandType {
    /// For example `SuspendSite`.
    pub name: &'static str,
    /// For example `demarc.site.v1`.
    pub package: &'static str,
    from_proto: fn(&[u8], &dyn Door) -> Read,
    from_json: fn(&[u8], &dyn Door) -> Read,
    json_to_proto: fn(&[u8]) -> Result<Vec<u8>, Invalid>,
}

impl CommandType {
    pub(crate) const fn of<M: CommandMessage>() -> Self {
        Self {
            name: M::NAME,
            package: M::PACKAGE,
            from_proto: |bytes, door| rule::<M>(proto(bytes)?, door),
            from_json: |bytes, door| rule::<M>(json(bytes)?, door),
            json_to_proto: |bytes| json::<M>(bytes).map(|message| message.encode_to_vec()),
        }
    }

    /// For example `site`.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        descriptor::noun_of(self.package)
    }

    /// For example `suspend`: the last part of its subject.
    #[must_use]
    pub fn verb(&self) -> String {
        descriptor::verb_of(self.name, self.noun())
    }

    /// Reads the command from protobuf, and seals its personal data.
    ///
    /// # Errors
    /// The field that cannot be read, or a door that is closed now.
    pub fn from_proto(&self, bytes: &[u8], door: &dyn Door) -> Read {
        (self.from_proto)(bytes, door)
    }

    /// Reads the command from canonical protobuf JSON, and seals its personal data.
    ///
    /// # Errors
    /// The field that cannot be read, or a door that is closed now.
    pub fn from_json(&self, bytes: &[u8], door: &dyn Door) -> Read {
        (self.from_json)(bytes, door)
    }

    /// Turns canonical JSON into protobuf, for a command that is sent on.
    ///
    /// # Errors
    /// The field that cannot be read.
    pub fn json_to_proto(&self, bytes: &[u8]) -> Result<Vec<u8>, Invalid> {
        (self.json_to_proto)(bytes)
    }
}

/// Every command, noun by noun.
pub fn all() -> impl Iterator<Item = &'static CommandType> {
    [
        customer::COMMANDS,
        account::COMMANDS,
        site::COMMANDS,
        device::COMMANDS,
        service::COMMANDS,
        order::COMMANDS,
        telephone::COMMANDS,
        ledger::COMMANDS,
        subscription::COMMANDS,
        invoice::COMMANDS,
        autopay::COMMANDS,
        dunning::COMMANDS,
        run::COMMANDS,
        login::COMMANDS,
        calendar::COMMANDS,
        provisioning::COMMANDS,
        notification::COMMANDS,
        ticket::COMMANDS,
        interaction::COMMANDS,
        task::COMMANDS,
        guide::COMMANDS,
    ]
    .into_iter()
    .flatten()
}

/// The command of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static CommandType> {
    all().find(|command| command.name == name)
}

/// The command that travels on `demarc.<biller>.command.<noun>.<verb>`.
#[must_use]
pub fn on_subject(noun: &str, verb: &str) -> Option<&'static CommandType> {
    all().find(|command| command.noun() == noun && command.verb() == verb)
}

/// A command on its way to core, as it travels on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What it is about.
    pub noun: String,
    /// What should happen to it.
    pub verb: String,
    /// Its protobuf.
    pub body: Vec<u8>,
}

/// Makes a message ready for the bus.
pub fn outgoing<M: CommandMessage>(message: &M) -> Outgoing {
    let noun = descriptor::noun_of(M::PACKAGE).to_owned();
    let verb = descriptor::verb_of(M::NAME, &noun);
    Outgoing { noun, verb, body: message.encode_to_vec() }
}

fn rule<M: CommandMessage>(mut message: M, door: &dyn Door) -> Read {
    message.seal(door)?;
    Ok(Box::new(M::Rule::try_from(message)?))
}

fn proto<M: CommandMessage>(bytes: &[u8]) -> Result<M, Invalid> {
    M::decode(bytes)
        .map_err(|_| Invalid::new("body", format!("must be the protobuf of {}", M::NAME)))
}

fn json<M: CommandMessage>(bytes: &[u8]) -> Result<M, Invalid> {
    serde_json::from_slice(bytes).map_err(|error| {
        // Where it is wrong is looked for only where something is: the way there costs time.
        let mut again = serde_json::Deserializer::from_slice(bytes);
        let read: Result<M, _> = serde_path_to_error::deserialize(&mut again);
        let path = read.err().map(|error| error.path().iter().map(segment).collect::<Vec<_>>());
        unreadable(&path.unwrap_or_default(), &error)
    })
}

/// A part of a path, as it follows the part before it. No field of ours has a longer name.
fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("[{index}]"),
        Segment::Map { key } | Segment::Enum { variant: key } => {
            format!(".{}", key.chars().take(64).collect::<String>())
        }
        Segment::Unknown => ".?".to_owned(),
    }
}

/// What is wrong with a JSON body at a path; without the values in it, which may be personal data.
fn unreadable(path: &[String], error: &serde_json::Error) -> Invalid {
    let place = format!("at line {}, column {}", error.line(), error.column());
    if !error.is_data() {
        return Invalid::new("body", format!("must be JSON: it cannot be read {place}"));
    }
    let text = error.to_string();
    if let Some(field) = repeated(&text) {
        let field = format!("{}.{field}", path.concat());
        let problem = format!("is given twice, or beside a field that excludes it, {place}");
        return Invalid::new(field.strip_prefix('.').unwrap_or(&field), problem);
    }
    // A field that is not known is the end of its own path.
    let is_unknown = text.starts_with("unknown field `");
    let is_nameless = is_unknown && path.last().is_none_or(|end| end == ".");
    let (path, problem) = match choices(&text) {
        _ if is_nameless => {
            let within = path.split_last().map_or(path, |(_, within)| within);
            (within, "holds a field without a name".to_owned())
        }
        _ if is_unknown => (path, "is not a field of this command,".to_owned()),
        Some(choices) => (path, format!("must be one of {choices},")),
        None => (path, "holds a value of the wrong type".to_owned()),
    };
    let field = path.concat();
    Invalid::new(field.strip_prefix('.').unwrap_or("body"), format!("{problem} {place}"))
}

/// The field that cannot be given as well, where that is what is wrong: it was given before, or
/// another one of which there can be one. The name is ours, and not the sender's.
fn repeated(text: &str) -> Option<&str> {
    text.strip_prefix("duplicate field `")?.split_once('`').map(|(field, _)| field)
}

/// What a value must be one of, where that is what is wrong with it.
fn choices(text: &str) -> Option<String> {
    let listed = text.strip_prefix("unknown variant `")?.rsplit_once(", expected one of ")?.1;
    let listed = listed.rsplit_once(" at line ").map_or(listed, |(listed, _)| listed);
    Some(listed.replace('`', ""))
}
