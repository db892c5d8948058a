//! What the sender takes: intents that are due and not underway, each once.
//!
//! What must stay true: what is due at once is taken in the order of the log and of one event in
//! the order in which it was wanted, whether it has a row of its own or stands on a sheet. So
//! nothing passes what was wanted before it, such as the end of a run the last of its accounts.

use std::collections::VecDeque;
use std::iter::Fuse;

use event_store::CommandId;

use crate::fault::Fault;
use crate::intents::Intent;
use crate::lane::Lane;
use crate::outbox::{self, DueKey};
use crate::rows::{INTENTS, Keys, Rows};
use crate::sheet::{self, Part};
use crate::underway::{Origin, Underway};

/// What is gone through at once: nothing is written meanwhile.
const LOOKED_AT_ONCE: usize = 10_000;

/// What the sender does next.
#[derive(Default)]
pub(crate) struct Due {
    pub(crate) intents: Vec<(CommandId, Intent)>,
    /// When the first one is due that was not looked at.
    pub(crate) next: Option<i64>,
}

/// The intent for which an entry of a lane counts; `None`: it is gone or due at another time.
pub(crate) fn counts(rows: &Rows<'_>, key: &[u8]) -> Result<Option<(CommandId, Intent)>, Fault> {
    let DueKey { due, id, .. } = outbox::read_due_key(key)?;
    let intent = rows.get::<Intent>(INTENTS, id.0)?;
    Ok(intent.filter(|intent| intent.is_due_at(due)).map(|intent| (id, intent)))
}

/// What is due on a lane and not underway, which is from now on, and entries that are left over.
pub(crate) fn due_in(
    rows: &Rows<'_>,
    underway: &mut Underway,
    lane: Lane,
    (now, limit): (i64, usize),
) -> Result<(Due, Vec<Vec<u8>>), Fault> {
    let (mut found, mut stale, mut next) = (Vec::new(), Vec::new(), None);
    let mut entries = rows.keys(lane.table(), Keys::from(underway.next(lane))).peekable();
    let mut sheets = OnSheets::after(underway, lane, rows);
    let mut last = None;
    for count in 0.. {
        let entry = match entries.peek() {
            Some(Ok(key)) => Some(outbox::read_due_key(key)?),
            Some(Err(_)) | None => None,
        };
        let on_sheet = sheets.peek(underway)?.map(|place| (i64::MIN, place));
        let own = entry.map(|entry| (entry.due, entry.place));
        let Some((at, _)) = own.into_iter().chain(on_sheet).min() else {
            // Nothing is left, or what is cannot be read.
            entries.next().transpose()?;
            break;
        };
        if at > now || found.len() == limit || count == LOOKED_AT_ONCE {
            next = Some(at);
            break;
        }
        if own.is_none_or(|own| on_sheet.is_some_and(|on_sheet| on_sheet < own)) {
            found.extend(sheets.next().map(|(id, intent)| (id, intent, Origin::Sheet)));
            continue;
        }
        let Some(key) = entries.next().transpose()? else { break };
        if entry.is_some_and(|entry| !underway.has(entry.id)) {
            match counts(rows, &key)? {
                Some((id, intent)) => found.push((id, intent, Origin::Row)),
                None => stale.push(key.clone()),
            }
        }
        last = Some(key);
    }
    // Nothing is taken before everything was read. One intent may have two entries.
    let sheet = sheets.looked_at;
    last.into_iter().for_each(|last| underway.looked_at(lane, &last));
    sheet.into_iter().for_each(|last| underway.looked_at_sheet(&last));
    found.retain(|(id, _, origin)| underway.take(*id, *origin));
    let intents = found.into_iter().map(|(id, intent, _)| (id, intent)).collect();
    Ok((Due { intents, next }, stale))
}

/// What stands on sheets and is not underway, in the order of the log.
struct OnSheets<'a, P: Iterator> {
    rows: &'a Rows<'a>,
    parts: Fuse<P>,
    /// The row that is looked at, and what is left of it.
    current: Option<Vec<u8>>,
    left: VecDeque<(CommandId, Intent)>,
    /// The last row of which nothing is left.
    looked_at: Option<Vec<u8>>,
}

impl<'a> OnSheets<'a, std::iter::Empty<()>> {
    fn after(
        underway: &Underway,
        lane: Lane,
        rows: &'a Rows<'a>,
    ) -> OnSheets<'a, impl Iterator<Item = Result<(Vec<u8>, Part), Fault>> + use<'a>> {
        // Only commands stand on sheets.
        let parts = (lane == Lane::Commands).then(|| sheet::parts(rows, underway.next_sheet()));
        let parts = parts.into_iter().flatten().fuse();
        OnSheets { rows, parts, current: None, left: VecDeque::new(), looked_at: None }
    }
}

impl<P: Iterator<Item = Result<(Vec<u8>, Part), Fault>>> OnSheets<'_, P> {
    /// Position of the event and place of what comes next.
    fn peek(&mut self, underway: &Underway) -> Result<Option<(u64, u32)>, Fault> {
        while self.left.is_empty() {
            self.looked_at = self.current.take().or(self.looked_at.take());
            let Some(part) = self.parts.next() else { return Ok(None) };
            let (key, part) = part?;
            let open = part.open(self.rows)?.into_iter();
            for (id, intent) in open.filter(|(id, _)| !underway.has(*id)) {
                // What has a row of its own counts there.
                let counts_there = self.rows.with_bytes(INTENTS, id.0, |row| row.is_some())?;
                self.left.extend((!counts_there).then_some((id, intent)));
            }
            self.current = Some(key);
        }
        Ok(self.left.front().map(|(_, intent)| (intent.position, intent.place)))
    }

    fn next(&mut self) -> Option<(CommandId, Intent)> {
        self.left.pop_front()
    }
}
