//! Intents as rows: opened and cancelled by policies, closed by their record in the log.
//!
//! An entry in `DUE` counts only while its intent is open and due at that very time: the sender
//! moves due times while a batch is staged, so entries may be left over.
//!
//! What is due at once is in the order of the log, and of one event in the order in which it was
//! wanted: whoever has looked at some of it goes on behind, and what a run wants of neighbouring
//! accounts is done together, so the rows that change together lie together. Entries of earlier
//! versions have no position, or no place; they are found by their time all the same.

use event_store::CommandId;

use crate::fault::Fault;
use crate::intents::{Intent, IntentState, Wish};
use crate::rows::{DUE, INTENT_KEYS, INTENTS, PARKED, Rows};

/// Order-preserving: due time (shifted so that it sorts as unsigned), position, place, then id.
pub(crate) fn due_key(id: CommandId, intent: &Intent) -> [u8; 36] {
    let mut key = [0; 36];
    key[..8].copy_from_slice(&(intent.due.cast_unsigned() ^ (1 << 63)).to_be_bytes());
    key[8..16].copy_from_slice(&intent.position.to_be_bytes());
    key[16..20].copy_from_slice(&intent.place.to_be_bytes());
    key[20..].copy_from_slice(&id.0);
    key
}

/// The due time and id in a key of `DUE`.
pub(crate) fn read_due_key(key: &[u8]) -> Result<(i64, CommandId), Fault> {
    let foreign = || Fault::new("a due intent has a key of another form");
    let (due, rest) = key.split_first_chunk::<8>().ok_or_else(foreign)?;
    let due = (u64::from_be_bytes(*due) ^ (1 << 63)).cast_signed();
    let (position, id) = rest.split_last_chunk::<16>().ok_or_else(foreign)?;
    match position.len() {
        0 | 8 | 12 => Ok((due, CommandId(*id))),
        _ => Err(foreign()),
    }
}

/// Carries out what the policies want; returns by how many the intents grew.
pub(crate) fn carry_out(wishes: Vec<Wish>, rows: &mut Rows<'_>) -> Result<i64, Fault> {
    let mut growth = 0;
    for wish in wishes {
        growth += match wish {
            Wish::Open(id, intent) => open(id, &intent, rows)?,
            Wish::Cancel(key) => cancel(&key, rows)?,
        };
    }
    Ok(growth)
}

/// Removes the intent that a record with this command id answers.
pub(crate) fn close(id: CommandId, rows: &mut Rows<'_>) -> Result<i64, Fault> {
    let Some(intent) = rows.get::<Intent>(INTENTS, id.0)? else { return Ok(0) };
    rows.remove(INTENTS, id.0);
    // The sender may release it before this is written, or put it aside, which the store sees.
    rows.remove(DUE, due_key(id, &intent));
    if intent.state == IntentState::Parked {
        rows.remove(PARKED, id.0);
    }
    if let Some(key) = &intent.key {
        rows.remove(INTENT_KEYS, key);
    }
    Ok(-1)
}

fn open(id: CommandId, intent: &Intent, rows: &mut Rows<'_>) -> Result<i64, Fault> {
    let mut growth = 1 + close(id, rows)?;
    if let Some(key) = &intent.key {
        growth += cancel(key, rows)?;
        rows.put(INTENT_KEYS, key, &id.to_string())?;
    }
    write(id, intent, rows)?;
    Ok(growth)
}

fn cancel(key: &str, rows: &mut Rows<'_>) -> Result<i64, Fault> {
    let Some(id) = rows.get::<String>(INTENT_KEYS, key)? else { return Ok(0) };
    let id = id.parse().map_err(|error| {
        Fault::because(format!("intent key {key} does not lead to an intent"), Box::new(error))
    })?;
    close(id, rows)
}

/// Writes an intent together with the entry that its state demands.
pub(crate) fn write(id: CommandId, intent: &Intent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    rows.put(INTENTS, id.0, intent)?;
    match intent.state {
        IntentState::Open => rows.put(DUE, due_key(id, intent), &()),
        IntentState::Parked => rows.put(PARKED, id.0, &()),
    }
}

/// Changes an intent in place; `false`: it was closed or cancelled in the meantime.
pub(crate) fn amend(
    id: CommandId,
    rows: &mut Rows<'_>,
    change: impl FnOnce(&mut Intent),
) -> Result<bool, Fault> {
    let Some(mut intent) = rows.get::<Intent>(INTENTS, id.0)? else { return Ok(false) };
    match intent.state {
        IntentState::Open => rows.remove(DUE, due_key(id, &intent)),
        IntentState::Parked => rows.remove(PARKED, id.0),
    }
    change(&mut intent);
    write(id, &intent, rows)?;
    Ok(true)
}
