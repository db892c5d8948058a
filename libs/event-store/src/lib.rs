//! An append-only commit log with a sled index that can always be rebuilt.
//!
//! Bytes in, bytes out: the log knows streams, versions and positions, never what an event means.
//! One [`Log`] writes, any number of [`Reader`]s read what is synced.
//!
//! ```text
//! <dir>/lock                            names the process that writes
//! <dir>/journal/000000000001.seg ...    the truth: blocks of records, immutable once sealed
//! <dir>/index/                          sled: what must be found by key, disposable
//! ```
//!
//! What holds:
//!
//! - **Durable**: when [`Log::append`] returns, one `fdatasync` has covered the whole group.
//! - **Gapless**: events have positions 1, 2, 3, ...; the events of a stream versions 1, 2, 3, ...
//! - **Idempotent for ever**: a command id that was seen gives its first outcome again.
//! - **Tamper-evident**: `hash = SHA-256(hash before ‖ record)` from the first record on.
//! - **Never silent**: a write that the power cut short, which was never acknowledged, is cut; any
//!   other damage is an error that names segment, offset and position. What looks alike is told in
//!   `tail`.
//! - **Bounded**: [`Options`] bound the memory, by default to about 100 MiB, a cache of 64 MiB for
//!   sled, and 3 bytes per event for the index's filters up to 256 MiB. Opening replays as much as
//!   three generations of the index in memory cover, not more.
//!
//! There are no snapshots: reading a stream costs one lookup for each run of the index that has
//! some of it, and one read per record. Its newest event alone costs no more than one that was just
//! written, or one lookup and one read.
//!
//! ```
//! use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};
//!
//! let dir = tempfile::tempdir()?;
//! let mut log = Log::open(dir.path(), "acme", Options::default())?;
//! let record = NewRecord {
//!     command_id: CommandId([7; 16]),
//!     committed_at: 1_700_000_000_000_000,
//!     actor: "alice".into(),
//!     causation: None,
//!     correlation: None,
//!     traceparent: None,
//!     events: vec![NewEvent {
//!         stream: "site-1".into(),
//!         expected: Expected::Version(0),
//!         kind: "site.activated".into(),
//!         schema: 1,
//!         data: "anything".into(),
//!     }],
//! };
//! let appended = log.append(vec![record.clone()])?;
//! let outcome = appended.outcomes[0].as_ref().expect("the stream did not exist");
//! assert_eq!((outcome.first_position, outcome.duplicate), (1, false));
//!
//! let again = log.append(vec![record])?;
//! assert!(again.block.is_none() && again.outcomes[0].as_ref().is_ok_and(|first| first.duplicate));
//!
//! let reader = log.reader();
//! let events = reader.read_stream("site-1", 1, 100)?;
//! assert_eq!(events[0].event.kind.as_ref(), "site.activated");
//! assert_eq!(reader.stream_version("site-1")?, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod chain;
mod chunk;
mod codec;
mod command_id;
mod damage;
mod draft;
mod error;
mod filter;
mod generation;
mod index;
mod index_dir;
mod journal;
mod key;
mod log;
mod manifest;
mod merge;
mod options;
mod reader;
mod record;
mod recovery;
mod run;
mod search;
mod segment;
mod segments;
mod shared;
mod spare;
mod sparse;
mod spill;
mod stream_versions;
mod tail;
mod verify;

pub use block::{Block, BlockError, Events, Records};
pub use chain::{Hash, genesis};
pub use codec::CodecError;
pub use command_id::{CommandId, ParseCommandIdError};
pub use damage::{Damage, Fault};
pub use error::{AppendError, IndexError, OpenError, ReadError, WitnessError};
pub use log::{Appended, Log, Outcome, Refused};
pub use options::Options;
pub use reader::Reader;
pub use record::{Event, Expected, Meta, NewEvent, NewRecord, Position, Record, Recorded};
pub use segment::{SegmentBlock, SegmentFile, SegmentHeader};
pub use shared::Head;
pub use verify::{VerifyError, VerifyProgress, VerifyReport, verify, verify_on};
