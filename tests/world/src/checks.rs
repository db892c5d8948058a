//! What must be true when everything has come to rest.
//!
//! The promises, precisely: an answered command has one record for ever and the first answer again;
//! events have positions 1, 2, 3, ...; read models are what a fresh fold of the log gives; an
//! intent is closed by the one record that has its id, however often it was tried. An effect may be
//! asked for again after a crash between the doing and its report, never twice in one life.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use core_service::{Answer, Committed, Decision};
use event_store::{Block, CommandId, Recorded};
use projection::{InMemory, Rows};

use crate::follower::{Consumer, Follower, Running};
use crate::mail::Request;
use crate::office::{Office, chain_of};

/// The first answer to each command that was answered.
#[derive(Default)]
pub(crate) struct Promises {
    given: BTreeMap<CommandId, (Request, Decision)>,
}

impl Promises {
    /// An answer was given; it must be the first one.
    pub(crate) fn give(&mut self, request: Request, answer: &Answer) -> Result<(), String> {
        let decision = match answer {
            Answer::Decided { decision, .. } => decision,
            // A log that cannot be read answers nothing for good.
            Answer::Unavailable => return Ok(()),
            Answer::RuleFailed => return Err(format!("a rule failed over {}", request.id)),
        };
        let id = request.id;
        let (_, first) = self.given.entry(id).or_insert_with(|| (request, decision.clone()));
        match first == decision {
            true => Ok(()),
            false => Err(format!("{id} was answered {first:?}, and later {decision:?}")),
        }
    }

    /// How many commands were answered.
    pub(crate) fn len(&self) -> usize {
        self.given.len()
    }

    /// Every command that was answered, to be asked again.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.given.values().map(|(request, _)| request.clone()).collect()
    }

    /// The record of every answer is where the answer says.
    pub(crate) fn check(&self, log: &[Recorded]) -> Result<(), String> {
        let known: BTreeSet<_> = log.iter().map(|event| event.meta.command_id).collect();
        for (id, (_, decision)) in &self.given {
            if !known.contains(id) {
                return Err(format!("{id} was answered {decision:?}, and the log has no record"));
            }
            if let Decision::Accepted(events) = decision
                && let Some(event) = events.iter().find(|event| !is_there(log, *id, event))
            {
                return Err(format!("{id} was told of {event:?}, which is not there"));
            }
        }
        Ok(())
    }
}

/// Whether the log has at that position what a client was told of.
fn is_there(log: &[Recorded], id: CommandId, told: &Committed) -> bool {
    let place = usize::try_from(told.position - 1).expect("a log fits into memory");
    log.get(place).is_some_and(|found| {
        found.meta.command_id == id
            && *found.event.stream == *told.stream
            && found.event.version == told.version
            && *found.event.kind == *told.kind
    })
}

/// The whole log, whose positions are gapless and whose command ids appear once.
pub(crate) fn read_log(office: &Office) -> Result<Vec<Recorded>, String> {
    let blocks = office.read(1).ok_or("the log was not read")?;
    let mut log = Vec::new();
    let mut commands = BTreeSet::new();
    for record in blocks.iter().flat_map(Block::records) {
        let record = record.map_err(|error| chain_of(&error))?;
        let id = record.meta.command_id;
        if !commands.insert(id) {
            return Err(format!("the log has two records of {id}"));
        }
    }
    for event in blocks.iter().flat_map(Block::events) {
        let event = event.map_err(|error| chain_of(&error))?;
        let due = log.len() + 1;
        if usize::try_from(event.position) != Ok(due) {
            return Err(format!("position {} stands where {due} is due", event.position));
        }
        log.push(event);
    }
    let verified = office.verify()?;
    match Some(verified.head) == office.head() {
        true => Ok(log),
        false => Err(format!("the journal ends at {:?}", verified.head)),
    }
}

/// A service's rows are those of a fresh fold, and it wants nothing any more.
pub(crate) fn check_rows(follower: &Follower, log: &[Recorded]) -> Result<(), String> {
    let name = follower.model.name();
    let failed = |error| format!("{name} cannot be read: {}", chain_of(&error));
    let mut fold = InMemory::new(Arc::clone(&follower.model));
    for event in log {
        fold.apply(event).map_err(|error| format!("{name} faults: {}", chain_of(&error)))?;
    }
    let Some(Running { rows, .. }) = &follower.running else {
        return Err(format!("{name} does not run"));
    };
    let found = match rows {
        Consumer::Careful(stepper) => stepper.query(|rows: &Rows<'_>| rows.dump()),
        Consumer::Careless(fold) => fold.rows().dump(),
    };
    let (found, expected) = (found.map_err(failed)?, fold.rows().dump().map_err(failed)?);
    if let Some(key) = differing(&found, &expected) {
        return Err(format!("{name} has another row {} than a fresh fold", key.escape_ascii()));
    }
    let expected = fold.intents(usize::MAX).map_err(failed)?;
    if let Consumer::Careful(stepper) = rows {
        let found = stepper.intents(usize::MAX).map_err(failed)?;
        let ids = |intents: &[projection::OpenIntent]| {
            intents.iter().map(|intent| intent.id).collect::<Vec<_>>()
        };
        if ids(&found) != ids(&expected) {
            return Err(format!("{name} has other intents than a fresh fold"));
        }
    }
    match expected.first() {
        None => Ok(()),
        Some(open) => Err(format!("{name} still wants {} of {}", open.step, open.policy)),
    }
}

fn differing<'a>(
    one: &'a BTreeMap<Vec<u8>, Vec<u8>>,
    other: &'a BTreeMap<Vec<u8>, Vec<u8>>,
) -> Option<&'a Vec<u8>> {
    let differs = |(key, value): &(&Vec<u8>, &Vec<u8>)| other.get(*key) != Some(value);
    let missing = other.keys().find(|key| !one.contains_key(*key));
    one.iter().find(differs).map(|(key, _)| key).or(missing)
}
