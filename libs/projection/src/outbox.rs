//! Intents as rows: opened and cancelled by policies, closed by their record in the log.
//!
//! An entry of a [`Lane`] counts only while its intent is open and due at that very time: the
//! sender moves due times while a batch is staged, so entries may be left over.
//!
//! What is due at once is in the order of the log, and of one event in the order in which it was
//! wanted: whoever has looked at some of it goes on behind, and what a run wants of neighbouring
//! accounts is done together, so the rows that change together lie together. Entries of earlier
//! versions have no position, or no place; they are found by their time all the same.

use std::collections::HashSet;

use event_store::CommandId;

use crate::changes::Closed;
use crate::fault::Fault;
use crate::intents::{Intent, IntentState, Wish};
use crate::lane::Lane;
use crate::rows::{INTENT_KEYS, INTENTS, PARKED, Rows};
use crate::sheet;

/// Order-preserving: due time (shifted so that it sorts as unsigned), position, place, then id.
pub(crate) fn due_key(id: CommandId, intent: &Intent) -> [u8; 36] {
    let mut key = [0; 36];
    key[..8].copy_from_slice(&(intent.due.cast_unsigned() ^ (1 << 63)).to_be_bytes());
    key[8..16].copy_from_slice(&intent.position.to_be_bytes());
    key[16..20].copy_from_slice(&intent.place.to_be_bytes());
    key[20..].copy_from_slice(&id.0);
    key
}

/// What the key of an entry says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DueKey {
    pub(crate) due: i64,
    /// Position of the event and place among what it wants; nothing in entries of earlier versions.
    pub(crate) place: (u64, u32),
    pub(crate) id: CommandId,
}

/// Reads the key of an entry.
pub(crate) fn read_due_key(key: &[u8]) -> Result<DueKey, Fault> {
    let foreign = || Fault::new("a due intent has a key of another form");
    let (due, rest) = key.split_first_chunk::<8>().ok_or_else(foreign)?;
    let due = (u64::from_be_bytes(*due) ^ (1 << 63)).cast_signed();
    let (place, id) = rest.split_last_chunk::<16>().ok_or_else(foreign)?;
    let (position, place) = match place.split_first_chunk::<8>() {
        Some((position, place)) => (u64::from_be_bytes(*position), place),
        None => (0, place),
    };
    let place = match place {
        [] => 0,
        place => u32::from_be_bytes(place.try_into().map_err(|_| foreign())?),
    };
    Ok(DueKey { due, place: (position, place), id: CommandId(*id) })
}

/// Carries out what the policies want because of an event of this command; returns by how many
/// the intents grew.
pub(crate) fn carry_out(
    command: CommandId,
    mut wishes: Vec<Wish>,
    rows: &mut Rows<'_>,
) -> Result<i64, Fault> {
    let mut growth = 0;
    if wishes.len() >= sheet::INTENTS_MIN && !sheet::is_of(command, rows)? {
        let on_sheet = take_for_sheet(&mut wishes);
        growth += i64::try_from(on_sheet.len()).unwrap_or(i64::MAX);
        sheet::write(command, on_sheet, rows)?;
    }
    for wish in wishes {
        growth += match wish {
            Wish::Open(id, intent) => open(id, &intent, rows)?,
            Wish::Cancel(key) => cancel(&key, rows)?,
        };
    }
    Ok(growth)
}

/// Takes what may stand on a sheet, if it is worth one.
fn take_for_sheet(wishes: &mut Vec<Wish>) -> Vec<(CommandId, Intent)> {
    take_repeated(wishes);
    let mut count = 0;
    let is_held = |wish: &mut Wish| match wish {
        Wish::Open(_, intent) => {
            let is_held = sheet::holds(intent) && count < sheet::INTENTS_MAX;
            count += usize::from(is_held);
            is_held
        }
        Wish::Cancel(_) => false,
    };
    let held = wishes.extract_if(.., is_held).collect::<Vec<_>>();
    if held.len() < sheet::INTENTS_MIN {
        wishes.extend(held);
        return Vec::new();
    }
    let opened = held.into_iter().filter_map(|wish| match wish {
        Wish::Open(id, intent) => Some((id, *intent)),
        Wish::Cancel(_) => None,
    });
    opened.collect()
}

/// Of what is wanted twice the last one counts, as where each has its row.
fn take_repeated(wishes: &mut Vec<Wish>) {
    let mut ids = HashSet::new();
    wishes.reverse();
    wishes.retain(|wish| match wish {
        Wish::Open(id, _) => ids.insert(*id),
        Wish::Cancel(_) => true,
    });
    wishes.reverse();
}

/// Removes the intent that a record with this command id, which the other command has caused,
/// answers. A record has several events, between which the sender may put the intent aside: it is
/// counted once.
pub(crate) fn close(
    id: CommandId,
    causation: Option<CommandId>,
    rows: &mut Rows<'_>,
) -> Result<i64, Fault> {
    let is_counted = rows.has_closed_on_sheet(id);
    let on_sheet = match causation {
        Some(causation) => sheet::close(id, causation, rows)?,
        None => false,
    };
    let growth = remove(id, rows)?;
    if on_sheet || growth < 0 {
        rows.changes().close(Closed { id, on_sheet, is_cancelled: false });
    }
    Ok(match (is_counted, on_sheet) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => growth,
    })
}

/// Removes the rows of an intent, if it has any.
fn remove(id: CommandId, rows: &mut Rows<'_>) -> Result<i64, Fault> {
    let Some(intent) = rows.get::<Intent>(INTENTS, id.0)? else { return Ok(0) };
    rows.remove(INTENTS, id.0);
    // The sender may release it before this is written, or put it aside, which the store sees.
    rows.remove(Lane::of(&intent).table(), due_key(id, &intent));
    if intent.state == IntentState::Parked {
        rows.remove(PARKED, id.0);
    }
    if let Some(key) = &intent.key
        && keyed(key, rows)? == Some(id)
    {
        rows.remove(INTENT_KEYS, key);
    }
    Ok(-1)
}

fn open(id: CommandId, intent: &Intent, rows: &mut Rows<'_>) -> Result<i64, Fault> {
    let mut growth = 1 + remove(id, rows)?;
    if let Some(key) = &intent.key {
        growth += cancel(key, rows)?;
        rows.put(INTENT_KEYS, key, &id.to_string())?;
    }
    write(id, intent, rows)?;
    Ok(growth)
}

/// Cancels what waits under a key. What was performed is still reported: it has happened.
fn cancel(key: &str, rows: &mut Rows<'_>) -> Result<i64, Fault> {
    let Some(id) = keyed(key, rows)? else { return Ok(0) };
    if rows.get::<Intent>(INTENTS, id.0)?.is_some_and(|intent| intent.report.is_some()) {
        return Ok(0);
    }
    let growth = remove(id, rows)?;
    rows.changes().close(Closed { id, on_sheet: false, is_cancelled: true });
    Ok(growth)
}

/// The intent that waits under a key.
fn keyed(key: &str, rows: &Rows<'_>) -> Result<Option<CommandId>, Fault> {
    let Some(id) = rows.get::<String>(INTENT_KEYS, key)? else { return Ok(None) };
    let id = id.parse().map_err(|error| {
        Fault::because(format!("intent key {key} does not lead to an intent"), Box::new(error))
    })?;
    Ok(Some(id))
}

/// Writes an intent together with the entry that its state demands.
pub(crate) fn write(id: CommandId, intent: &Intent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    rows.put(INTENTS, id.0, intent)?;
    match intent.state {
        IntentState::Open => rows.put(Lane::of(intent).table(), due_key(id, intent), &()),
        IntentState::Parked => rows.put(PARKED, id.0, &()),
    }
}

/// Changes an intent in place; `false`: it was closed or cancelled in the meantime.
pub(crate) fn amend(
    id: CommandId,
    rows: &mut Rows<'_>,
    change: impl FnOnce(&mut Intent),
) -> Result<bool, Fault> {
    let mut intent = match rows.get::<Intent>(INTENTS, id.0)? {
        Some(intent) => {
            match intent.state {
                IntentState::Open => {
                    rows.remove(Lane::of(&intent).table(), due_key(id, &intent));
                }
                IntentState::Parked => rows.remove(PARKED, id.0),
            }
            intent
        }
        None => match sheet::open(id, rows)? {
            Some(intent) => intent,
            None => return Ok(false),
        },
    };
    change(&mut intent);
    write(id, &intent, rows)?;
    Ok(true)
}
