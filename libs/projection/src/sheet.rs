//! What one event wants of very many: a few rows for all of it, in place of four changes for each.
//!
//! A sheet is written by the event that wants it and goes with the last intent on it that is
//! closed; in between only its marks change, which say what is closed. It is found by the command
//! of its event, which the record that closes an intent names as what caused it.
//!
//! What must stay true: only the fold writes these rows, so nothing that the sender writes beside
//! a batch is lost. What the sender changes gets a row of its own, which counts from then on; the
//! sheet still has to be marked when that intent is closed.

use event_store::CommandId;
use serde::{Deserialize, Serialize};

use crate::encoding;
use crate::fault::Fault;
use crate::intents::{Action, Intent, IntentState};
use crate::rows::{Keys, MARKS, Rows, SHEET_IDS, SHEETS};

/// What fewer intents are is written one by one.
pub(crate) const INTENTS_MIN: usize = 16;
/// With more, the row of their ids would be too long.
pub(crate) const INTENTS_MAX: usize = 4_096;
/// Intents in one row of a sheet.
const IN_ONE_ROW: usize = 64;
/// The position of the event, before the ids.
const POSITION: usize = 8;
/// An id and its number on the sheet.
const ENTRY: usize = 20;

/// Some of what an event wants.
#[derive(Serialize, Deserialize)]
pub(crate) struct Part {
    #[serde(with = "encoding::command_id")]
    causation: CommandId,
    #[serde(with = "encoding::command_id")]
    correlation: CommandId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    position: u64,
    /// The number of the first one.
    first: u32,
    wishes: Vec<Wished>,
}

/// One thing that is wanted, without what all of a sheet have in common.
#[derive(Serialize, Deserialize)]
struct Wished {
    #[serde(with = "encoding::command_id")]
    id: CommandId,
    policy: String,
    step: String,
    action: Action,
    place: u32,
}

/// Whether an intent may stand on a sheet: a command, which does no harm when it is sent again, for
/// which nobody looks by its key and which waits for no time.
pub(crate) fn holds(intent: &Intent) -> bool {
    let is_command = matches!(intent.action, Action::Command { .. });
    is_command && intent.key.is_none() && intent.due == i64::MIN && intent.is_fresh()
}

/// Whether the command has a sheet already, of another one of its events.
pub(crate) fn is_of(causation: CommandId, rows: &Rows<'_>) -> Result<bool, Fault> {
    rows.with_bytes(MARKS, causation.0, |marks| marks.is_some())
}

/// Writes what an event wants, each of which a sheet [`holds`]; their ids are different ones.
pub(crate) fn write(
    causation: CommandId,
    intents: Vec<(CommandId, Intent)>,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let Some((_, first)) = intents.first() else { return Ok(()) };
    let position = first.position;
    let mut ids = (0_u32..).zip(&intents).map(|(at, (id, _))| (id.0, at)).collect::<Vec<_>>();
    ids.sort_unstable();
    let mut found_by = Vec::with_capacity(POSITION + ids.len() * ENTRY);
    found_by.extend_from_slice(&position.to_be_bytes());
    for (id, at) in ids {
        found_by.extend_from_slice(&id);
        found_by.extend_from_slice(&at.to_be_bytes());
    }
    rows.put_bytes(SHEET_IDS, causation.0, found_by);
    rows.put_bytes(MARKS, causation.0, vec![0; intents.len().div_ceil(8)]);
    let mut intents = intents.into_iter().peekable();
    let mut first = 0;
    while let Some((_, intent)) = intents.peek() {
        let (correlation, traceparent) = (intent.correlation, intent.traceparent.clone());
        let wishes = intents.by_ref().take(IN_ONE_ROW).map(Wished::of).collect::<Vec<_>>();
        let next = first + number(wishes.len());
        let part = Part { causation, correlation, traceparent, position, first, wishes };
        rows.put(SHEETS, part_key(position, first), &part)?;
        first = next;
    }
    Ok(())
}

/// Marks an intent as closed; `false`: it is on no sheet of that command, or was closed before.
pub(crate) fn close(
    id: CommandId,
    causation: CommandId,
    rows: &mut Rows<'_>,
) -> Result<bool, Fault> {
    let found = rows.with_bytes(SHEET_IDS, causation.0, |ids| {
        let ids = ids?;
        Some((place(ids)?.0, find(id, ids)?, entries(ids).len()))
    })?;
    let Some((position, at, count)) = found else { return Ok(false) };
    let mut marks = marks(causation, rows)?;
    if is_marked(&marks, at) {
        return Ok(false);
    }
    mark(&mut marks, at);
    let closed = marks.iter().map(|byte| byte.count_ones() as usize).sum::<usize>();
    if closed < count {
        rows.put_bytes(MARKS, causation.0, marks);
        return Ok(true);
    }
    rows.remove(SHEET_IDS, causation.0);
    rows.remove(MARKS, causation.0);
    for first in (0..number(count)).step_by(IN_ONE_ROW) {
        rows.remove(SHEETS, part_key(position, first));
    }
    Ok(true)
}

/// The intent with this id that is open on any sheet. Goes through the ids of all sheets.
pub(crate) fn open(id: CommandId, rows: &Rows<'_>) -> Result<Option<Intent>, Fault> {
    for sheet in rows.scan_bytes(SHEET_IDS, Keys::all(), usize::MAX) {
        let (_, ids) = sheet?;
        let (Some((position, _)), Some(at)) = (place(&ids), find(id, &ids)) else { continue };
        let first = at - at % number(IN_ONE_ROW);
        let Some(part) = rows.get::<Part>(SHEETS, part_key(position, first))? else { continue };
        let intents = part.open(rows)?;
        return Ok(intents.into_iter().find(|(found, _)| *found == id).map(|(_, intent)| intent));
    }
    Ok(None)
}

/// The rows of sheets from a key on, in the order of the log.
pub(crate) fn parts<'a>(
    rows: &'a Rows<'_>,
    from: &[u8],
) -> impl Iterator<Item = Result<(Vec<u8>, Part), Fault>> + use<'a> {
    rows.scan(SHEETS, Keys::from(from), usize::MAX)
}

impl Part {
    /// What is not closed of it, in the order in which it was wanted.
    pub(crate) fn open(self, rows: &Rows<'_>) -> Result<Vec<(CommandId, Intent)>, Fault> {
        let marks = marks(self.causation, rows)?;
        let Part { causation, correlation, traceparent, position, first, wishes } = self;
        let open = (first..).zip(wishes).filter(|(at, _)| !is_marked(&marks, *at));
        let intent = |wished: Wished| Intent {
            policy: wished.policy,
            step: wished.step,
            action: wished.action,
            key: None,
            due: i64::MIN,
            position,
            place: wished.place,
            causation,
            correlation,
            traceparent: traceparent.clone(),
            attempts: 0,
            last_error: None,
            report: None,
            state: IntentState::Open,
        };
        Ok(open.map(|(_, wished)| (wished.id, intent(wished))).collect())
    }
}

impl Wished {
    fn of((id, intent): (CommandId, Intent)) -> Wished {
        let Intent { policy, step, action, place, .. } = intent;
        Wished { id, policy, step, action, place }
    }
}

/// Position of the event, and number of the first intent of the row.
fn part_key(position: u64, first: u32) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&position.to_be_bytes());
    key[8..].copy_from_slice(&first.to_be_bytes());
    key
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The position of the event, and the entries.
fn place(ids: &[u8]) -> Option<(u64, &[u8])> {
    let (position, entries) = ids.split_first_chunk::<POSITION>()?;
    Some((u64::from_be_bytes(*position), entries))
}

fn entries(ids: &[u8]) -> &[[u8; ENTRY]] {
    ids.get(POSITION..).unwrap_or_default().as_chunks().0
}

/// The number of the intent on the sheet with these ids.
fn find(id: CommandId, ids: &[u8]) -> Option<u32> {
    let entries = entries(ids);
    let at = entries.binary_search_by(|entry| entry[..16].cmp(&id.0)).ok()?;
    let (_, number) = entries[at].split_last_chunk::<4>()?;
    Some(u32::from_be_bytes(*number))
}

fn marks(causation: CommandId, rows: &Rows<'_>) -> Result<Vec<u8>, Fault> {
    let marks = rows.get_bytes(MARKS, causation.0)?;
    marks.ok_or_else(|| Fault::new(format!("what {causation} caused has no marks")))
}

fn is_marked(marks: &[u8], at: u32) -> bool {
    let byte = marks.get(at as usize / 8).copied().unwrap_or_default();
    byte & (1 << (at % 8)) != 0
}

fn mark(marks: &mut [u8], at: u32) {
    if let Some(byte) = marks.get_mut(at as usize / 8) {
        *byte |= 1 << (at % 8);
    }
}
