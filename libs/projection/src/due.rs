//! What the sender takes: intents that are due and not underway, each once.
//!
//! What has a row of its own comes before what stands on sheets, which is always due: a run that
//! wants very much lets pass what others want meanwhile.

use event_store::CommandId;

use crate::fault::Fault;
use crate::intents::Intent;
use crate::outbox;
use crate::rows::{DUE, INTENTS, Keys, Rows};
use crate::sheet;
use crate::underway::{Origin, Underway};

/// Entries of `DUE` that are gone through at once: nothing is written meanwhile.
const LOOKED_AT_ONCE: usize = 10_000;

/// What the sender does next.
#[derive(Default)]
pub(crate) struct Due {
    pub(crate) intents: Vec<(CommandId, Intent)>,
    /// When the first one is due that was not looked at.
    pub(crate) next: Option<i64>,
}

/// The intent for which an entry of `DUE` counts; `None`: it is gone or due at another time.
pub(crate) fn counts(rows: &Rows<'_>, key: &[u8]) -> Result<Option<(CommandId, Intent)>, Fault> {
    let (at, id) = outbox::read_due_key(key)?;
    let intent = rows.get::<Intent>(INTENTS, id.0)?;
    Ok(intent.filter(|intent| intent.is_due_at(at)).map(|intent| (id, intent)))
}

/// What is due and not underway, which is from now on, and entries that are left over.
pub(crate) fn due_in(
    rows: &Rows<'_>,
    underway: &mut Underway,
    now: i64,
    limit: usize,
) -> Result<(Due, Vec<Vec<u8>>), Fault> {
    let (mut due, mut stale) = (Due::default(), Vec::new());
    let mut last = None;
    for (count, key) in rows.keys(DUE, Keys::from(underway.next())).enumerate() {
        let key = key?;
        let (at, id) = outbox::read_due_key(&key)?;
        if at > now || due.intents.len() == limit || count == LOOKED_AT_ONCE {
            due.next = Some(at);
            break;
        }
        if !underway.has(id) {
            match counts(rows, &key)? {
                Some(open) => due.intents.push(open),
                None => stale.push(key.clone()),
            }
        }
        last = Some(key);
    }
    let on_sheets = on_sheets(rows, underway, limit - due.intents.len())?;
    // Nothing is taken before everything was read. One intent may have two entries.
    due.intents.retain(|(id, _)| underway.take(*id, Origin::Row));
    if let Some(last) = last {
        underway.looked_at(&last);
    }
    if on_sheets.has_more {
        due.next = Some(i64::MIN);
    }
    if let Some(last) = on_sheets.looked_at {
        underway.looked_at_sheet(&last);
    }
    for (id, intent) in on_sheets.intents {
        if underway.take(id, Origin::Sheet) {
            due.intents.push((id, intent));
        }
    }
    Ok((due, stale))
}

/// What was found on sheets.
#[derive(Default)]
struct OnSheets {
    intents: Vec<(CommandId, Intent)>,
    /// The last row of which nothing is left to be taken.
    looked_at: Option<Vec<u8>>,
    has_more: bool,
}

fn on_sheets(rows: &Rows<'_>, underway: &Underway, limit: usize) -> Result<OnSheets, Fault> {
    let mut found = OnSheets::default();
    for part in sheet::parts(rows, underway.next_sheet()) {
        let (key, part) = part?;
        for (id, intent) in part.open(rows)? {
            if underway.has(id) || rows.with_bytes(INTENTS, id.0, |row| row.is_some())? {
                continue;
            }
            if found.intents.len() == limit {
                found.has_more = true;
                return Ok(found);
            }
            found.intents.push((id, intent));
        }
        found.looked_at = Some(key);
    }
    Ok(found)
}
