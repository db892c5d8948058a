//! Reading a whole journal with suspicion: every checksum, position, version and hash. Needs no
//! lock and no index; memory grows with the number of streams, about 100 bytes each.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use storage::{Os, Storage};

use crate::codec::EventView;
use crate::recovery::{check_block, check_length, check_start};
use crate::segment::{HEADER, SegmentBlock, SegmentFile};
use crate::segments::{check_neighbours, segment_paths};
use crate::shared::Tip;
use crate::tail::is_torn;
use crate::{Block, BlockError, CodecError, Damage, Fault, Head, ReadError};

/// How far a verification is, reported after every segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Segments read.
    pub segments: usize,
    /// Segments in all.
    pub segments_total: usize,
    /// Events read.
    pub events: u64,
    /// Bytes of blocks and headers read.
    pub bytes: u64,
}

/// What a whole journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The log's name; empty if there is no segment.
    pub name: String,
    /// Segments read.
    pub segments: usize,
    /// Blocks read.
    pub blocks: u64,
    /// Records read.
    pub records: u64,
    /// Streams seen.
    pub streams: usize,
    /// Bytes of blocks and headers.
    pub bytes: u64,
    /// Where the journal ends.
    pub head: Head,
    /// Whether something that is not a whole block follows: a write in progress, or one that was
    /// torn and will be cut when the log is opened.
    pub torn: bool,
}

/// Why a journal was not found whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is damaged.
    #[error("the journal is damaged")]
    Damaged(#[from] Damage),
    /// It could not be read.
    #[error("the journal could not be read")]
    Read(#[source] ReadError),
}

impl From<ReadError> for VerifyError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(damage) => Self::Damaged(damage),
            ReadError::Io { .. } | ReadError::Block(_) | ReadError::Index(_) => Self::Read(error),
        }
    }
}

struct Verifier {
    tip: Tip,
    streams: FxHashMap<Box<str>, u64>,
    blocks: u64,
    records: u64,
    torn: bool,
}

/// Checks the journal of the log in `dir` from the first byte to the last, read-only. The log may
/// be open elsewhere.
pub fn verify(
    dir: &Path,
    progress: impl FnMut(VerifyProgress),
) -> Result<VerifyReport, VerifyError> {
    verify_on(&Os, dir, progress)
}

/// The same for a log that lies on `storage`.
pub fn verify_on(
    storage: &dyn Storage,
    dir: &Path,
    mut progress: impl FnMut(VerifyProgress),
) -> Result<VerifyReport, VerifyError> {
    let paths = segment_paths(storage, &dir.join("journal"))?;
    let open = |path: &PathBuf| SegmentFile::open_on(storage, path);
    let mut ahead = paths.first().map(open).transpose()?;
    let name = ahead.as_ref().map_or_else(String::new, |first| first.header().name.clone());
    let mut verifier = Verifier {
        tip: Tip::genesis(&name),
        streams: FxHashMap::default(),
        blocks: 0,
        records: 0,
        torn: false,
    };
    let mut segments = 0;
    if let Some(first) = &ahead {
        check_neighbours(None, first, &name)?;
    }
    // Two are open at a time: a long journal has more segments than a process may open files.
    while let Some(segment) = ahead.take() {
        segments += 1;
        ahead = paths.get(segments).map(open).transpose()?;
        if let Some(next) = &ahead {
            check_neighbours(Some(&segment), next, &name)?;
        }
        check_start(&segment, &verifier.tip)?;
        verifier.segment(&segment, ahead.as_ref().map(|next| next.header().base))?;
        let (events, bytes) = (verifier.tip.head.position, verifier.tip.end);
        let segments_total = paths.len();
        progress(VerifyProgress { segments, segments_total, events, bytes });
    }
    Ok(VerifyReport {
        name,
        segments,
        blocks: verifier.blocks,
        records: verifier.records,
        streams: verifier.streams.len(),
        bytes: verifier.tip.end,
        head: verifier.tip.head,
        torn: verifier.torn,
    })
}

impl Verifier {
    /// Reads a segment up to `stop`, where the next one begins.
    fn segment(&mut self, segment: &SegmentFile, stop: Option<u64>) -> Result<(), VerifyError> {
        let base = segment.header().base;
        self.tip.end = base + HEADER;
        while stop != Some(self.tip.end) {
            let offset = self.tip.end - base;
            let is_last = stop.is_none();
            match segment.block_at(offset)? {
                SegmentBlock::Whole(block) => {
                    check_block(segment, offset, &self.tip.head, &block)?;
                    self.block(segment, offset, &block)?;
                }
                SegmentBlock::End if is_last => {
                    check_length(segment, &self.tip.head)?;
                    return Ok(());
                }
                SegmentBlock::End => self.broken(segment, BlockError::Magic, is_last)?,
                SegmentBlock::Broken(error) => self.broken(segment, error, is_last)?,
            }
            if self.torn {
                return Ok(());
            }
        }
        check_length(segment, &self.tip.head)?;
        if segment.zeros_from(self.tip.end - base)? {
            return Ok(());
        }
        let due = self.tip.head.position + 1;
        Err(segment.damage(self.tip.end - base, due, Fault::Stray).into())
    }

    /// Tells a write that was cut short, which nobody was told of, from damage. What is being
    /// written at this moment may have become whole meanwhile: then it is read again.
    fn broken(
        &mut self,
        segment: &SegmentFile,
        error: BlockError,
        is_last: bool,
    ) -> Result<(), VerifyError> {
        let offset = self.tip.end - segment.header().base;
        check_length(segment, &self.tip.head)?;
        if is_last && is_torn(segment, offset, &self.tip.head)? {
            self.torn = true;
            return Ok(());
        }
        if let SegmentBlock::Whole(_) = segment.block_at(offset)? {
            return Ok(());
        }
        let due = self.tip.head.position + 1;
        Err(segment.damage(offset, due, Fault::Block(error)).into())
    }

    fn block(
        &mut self,
        segment: &SegmentFile,
        offset: u64,
        block: &Block,
    ) -> Result<(), VerifyError> {
        let mut position = block.first_position();
        let mut committed_at = self.tip.head.committed_at;
        let unread = |error: CodecError| Fault::Block(error.into());
        for view in block.views() {
            let (_, view) =
                view.map_err(|error| segment.damage(offset, position, unread(error)))?;
            committed_at = view.committed_at;
            for event in view.events() {
                event
                    .map_err(unread)
                    .and_then(|event| self.event(&event))
                    .map_err(|fault| segment.damage(offset, position, fault))?;
                position += 1;
            }
        }
        self.blocks += 1;
        self.records += u64::from(block.record_count());
        self.tip = self.tip.after(block, self.tip.end, committed_at);
        Ok(())
    }

    /// Checks that the event is the next one of its stream.
    fn event(&mut self, event: &EventView<'_>) -> Result<(), Fault> {
        let before = self.streams.get(event.stream).copied().unwrap_or(0);
        if event.version != before + 1 {
            let (stream, found) = (event.stream.to_owned(), event.version);
            return Err(Fault::Version { stream, before, found });
        }
        self.streams.insert(event.stream.into(), event.version);
        Ok(())
    }
}
