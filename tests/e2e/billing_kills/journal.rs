//! The journal of a log as it lies on the disk, read while somebody else writes it, and after they
//! were killed.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use event_store::{Block, SegmentBlock, SegmentFile};

/// The fact with which a day begins.
const DAY: &str = "CalendarDayOpened";

/// A journal, and what was read of it.
pub(super) struct Journal {
    dir: PathBuf,
    /// The last position that was read.
    position: u64,
    /// Where the next block begins in its segment, by the segment's first position.
    next: Option<(u64, u64)>,
    /// Facts of today, by kind.
    today: BTreeMap<String, usize>,
}

impl Journal {
    /// The journal of the log in a directory.
    pub(super) fn of(log: &Path) -> Self {
        Self { dir: log.join("journal"), position: 0, next: None, today: BTreeMap::new() }
    }

    /// How many facts of a kind are on the disk by now, of those of today.
    pub(super) fn count(&mut self, kind: &str) -> anyhow::Result<usize> {
        while let Some(block) = self.block()? {
            self.position = block.last_position();
            for recorded in block.events() {
                self.take_in(&recorded?.event.kind);
            }
        }
        Ok(self.today.get(kind).copied().unwrap_or_default())
    }

    fn take_in(&mut self, kind: &str) {
        let name = kind.rsplit('.').next().unwrap_or_default();
        if name == DAY {
            self.today.clear();
        }
        *self.today.entry(name.to_owned()).or_default() += 1;
    }

    /// The next block. What is not whole is being written, or was when somebody was killed.
    fn block(&mut self) -> anyhow::Result<Option<Block>> {
        let segment = self.segment()?;
        let first = segment.header().first_position;
        let offset = match self.next {
            Some((of, offset)) if of == first => offset,
            Some(_) | None => segment.first_offset(),
        };
        // To look for the end of the zeros behind the last block takes long.
        let mut begin = [0];
        File::open(segment.path())?.read_at(&mut begin, offset)?;
        if begin == [0] {
            return Ok(None);
        }
        let SegmentBlock::Whole(block) = segment.block_at(offset)? else { return Ok(None) };
        self.next = Some((first, offset + u64::try_from(block.bytes().len())?));
        Ok(Some(block))
    }

    /// The segment that has the next position, as it is now. Its name is its first position.
    fn segment(&self) -> anyhow::Result<SegmentFile> {
        let mut last = None;
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let first = name.strip_suffix(".seg").and_then(|first| first.parse::<u64>().ok());
            let has_it = |first: &u64| *first <= self.position + 1;
            last = last.max(first.filter(has_it).map(|first| (first, path.clone())));
        }
        let (_, path) = last.context("a segment")?;
        Ok(SegmentFile::open(&path)?)
    }
}
