//! The canonical bytes of a record. The hash chain covers exactly these bytes, so they never
//! change once released.
//!
//! ```text
//! varint  := LEB128, least significant 7 bits first, at most 10 bytes
//! string  := varint length, UTF-8 bytes
//! frame   := varint length of the record, crc32c u32 of the record, record
//! record  := flags u8                 1 causation, 2 correlation, 4 traceparent; others are 0
//!            first position           varint
//!            command id               16 bytes
//!            committed at             i64, little endian, microseconds since 1970
//!            actor                    string
//!            [causation]              16 bytes
//!            [correlation]            16 bytes
//!            [traceparent]            string
//!            count                    varint, at least 1
//!            count × event
//! event   := stream                   string
//!            version                  varint
//!            kind                     string
//!            schema                   varint, at most 65535
//!            data                     varint length, bytes
//! ```
//!
//! A frame can be read by itself: the index leads to it, its checksum and its position are in it,
//! and the rest of its block stays where it is.

use crate::{CommandId, NewRecord, Position};

const CAUSATION: u8 = 1;
const CORRELATION: u8 = 2;
const TRACEPARENT: u8 = 4;

/// The bytes are not a record. Only damage or a stranger's bytes lead here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// They end too early.
    #[error("the record ends inside {0}")]
    Short(&'static str),
    /// They go on after the record.
    #[error("the record is followed by {0} stray bytes")]
    Long(usize),
    /// A number does not fit.
    #[error("the number of {0} is out of range")]
    Range(&'static str),
    /// Text that is not UTF-8.
    #[error("the text of {0} is not UTF-8")]
    Text(&'static str),
    /// Flags of a later format.
    #[error("the record has the unknown flags {0:#04x}")]
    Flags(u8),
    /// The record is not the one that was written.
    #[error("the checksum of the record is wrong")]
    Checksum,
    /// A record without events.
    #[error("the record has no events")]
    Empty,
}

/// Appends `value` as a varint.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

fn put_slice(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// What the log adds to a record when it writes it.
pub(crate) struct Place<'a> {
    pub(crate) first_position: Position,
    pub(crate) committed_at: i64,
    /// One for each event.
    pub(crate) versions: &'a [u64],
}

/// Appends a frame around `record`.
pub(crate) fn put_frame(out: &mut Vec<u8>, record: &[u8]) {
    put_varint(out, record.len() as u64);
    out.extend_from_slice(&crc32c::crc32c(record).to_le_bytes());
    out.extend_from_slice(record);
}

/// The bytes of the frame that begins here, if its length can be read.
pub(crate) fn frame_length(bytes: &[u8]) -> Result<u64, CodecError> {
    let mut input = Input(bytes);
    let length = input.varint("record")?;
    Ok(length.saturating_add(4 + (bytes.len() - input.0.len()) as u64))
}

/// Appends the canonical bytes of `record`.
pub(crate) fn put_record(out: &mut Vec<u8>, record: &NewRecord, place: &Place<'_>) {
    let flag = |given: bool, flag: u8| if given { flag } else { 0 };
    out.push(
        flag(record.causation.is_some(), CAUSATION)
            | flag(record.correlation.is_some(), CORRELATION)
            | flag(record.traceparent.is_some(), TRACEPARENT),
    );
    put_varint(out, place.first_position);
    out.extend_from_slice(&record.command_id.0);
    out.extend_from_slice(&place.committed_at.to_le_bytes());
    put_slice(out, record.actor.as_bytes());
    for id in record.causation.iter().chain(&record.correlation) {
        out.extend_from_slice(&id.0);
    }
    if let Some(traceparent) = &record.traceparent {
        put_slice(out, traceparent.as_bytes());
    }
    put_varint(out, record.events.len() as u64);
    for (event, &version) in record.events.iter().zip(place.versions) {
        put_slice(out, event.stream.as_bytes());
        put_varint(out, version);
        put_slice(out, event.kind.as_bytes());
        put_varint(out, u64::from(event.schema));
        put_slice(out, &event.data);
    }
}

/// A cursor over bytes that may be hostile: every step says what it was looking for.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    /// So many bytes.
    pub(crate) fn take(
        &mut self,
        count: usize,
        what: &'static str,
    ) -> Result<&'a [u8], CodecError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(CodecError::Short(what))?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], CodecError> {
        let (head, tail) = self.0.split_first_chunk().ok_or(CodecError::Short(what))?;
        self.0 = tail;
        Ok(*head)
    }

    /// A varint.
    pub(crate) fn varint(&mut self, what: &'static str) -> Result<u64, CodecError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array(what)?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(CodecError::Range(what));
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(CodecError::Range(what))
    }

    /// Bytes that follow their length.
    pub(crate) fn slice(&mut self, what: &'static str) -> Result<&'a [u8], CodecError> {
        let length = self.varint(what)?;
        self.take(usize::try_from(length).map_err(|_| CodecError::Range(what))?, what)
    }

    /// The record in a frame.
    pub(crate) fn frame(&mut self) -> Result<&'a [u8], CodecError> {
        let length = self.varint("record")?;
        let crc = u32::from_le_bytes(self.array("checksum")?);
        let length = usize::try_from(length).map_err(|_| CodecError::Range("record"))?;
        let record = self.take(length, "record")?;
        if crc32c::crc32c(record) == crc { Ok(record) } else { Err(CodecError::Checksum) }
    }

    fn text(&mut self, what: &'static str) -> Result<&'a str, CodecError> {
        std::str::from_utf8(self.slice(what)?).map_err(|_| CodecError::Text(what))
    }
}

/// A record whose texts still lie in the block.
pub(crate) struct RecordView<'a> {
    pub(crate) first_position: Position,
    pub(crate) command_id: CommandId,
    pub(crate) committed_at: i64,
    pub(crate) actor: &'a str,
    pub(crate) causation: Option<CommandId>,
    pub(crate) correlation: Option<CommandId>,
    pub(crate) traceparent: Option<&'a str>,
    pub(crate) count: u64,
    events: Input<'a>,
}

/// An event whose texts still lie in the block.
pub(crate) struct EventView<'a> {
    pub(crate) stream: &'a str,
    pub(crate) version: u64,
    pub(crate) kind: &'a str,
    pub(crate) schema: u16,
    pub(crate) data: &'a [u8],
}

impl<'a> RecordView<'a> {
    /// Reads what comes before the events.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, CodecError> {
        let mut input = Input(bytes);
        let [flags] = input.array("flags")?;
        if flags & !(CAUSATION | CORRELATION | TRACEPARENT) != 0 {
            return Err(CodecError::Flags(flags));
        }
        let first_position = input.varint("first position")?;
        let command_id = CommandId(input.array("command id")?);
        let committed_at = i64::from_le_bytes(input.array("committed at")?);
        let actor = input.text("actor")?;
        let mut causation = None;
        if flags & CAUSATION != 0 {
            causation = Some(CommandId(input.array("causation")?));
        }
        let mut correlation = None;
        if flags & CORRELATION != 0 {
            correlation = Some(CommandId(input.array("correlation")?));
        }
        let mut traceparent = None;
        if flags & TRACEPARENT != 0 {
            traceparent = Some(input.text("traceparent")?);
        }
        let count = input.varint("event count")?;
        if count == 0 {
            return Err(CodecError::Empty);
        }
        let events = input;
        #[rustfmt::skip]
        return Ok(Self {
            first_position, command_id, committed_at, actor, causation, correlation, traceparent,
            count, events,
        });
    }

    /// The events, in order; the last error, if any, says what is wrong with them.
    pub(crate) fn events(&self) -> EventViews<'a> {
        EventViews { input: self.events, left: self.count }
    }
}

/// The events of a record, each read when it is asked for.
pub(crate) struct EventViews<'a> {
    input: Input<'a>,
    left: u64,
}

impl<'a> EventViews<'a> {
    fn read(&mut self) -> Result<EventView<'a>, CodecError> {
        let stream = self.input.text("stream")?;
        let version = self.input.varint("version")?;
        let kind = self.input.text("kind")?;
        let schema = self.input.varint("schema")?;
        let schema = u16::try_from(schema).map_err(|_| CodecError::Range("schema"))?;
        let data = self.input.slice("data")?;
        Ok(EventView { stream, version, kind, schema, data })
    }
}

impl<'a> Iterator for EventViews<'a> {
    type Item = Result<EventView<'a>, CodecError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            let stray = std::mem::take(&mut self.input.0).len();
            return (stray > 0).then_some(Err(CodecError::Long(stray)));
        }
        self.left -= 1;
        let event = self.read();
        if event.is_err() {
            *self = Self { input: Input(&[]), left: 0 };
        }
        Some(event)
    }
}
