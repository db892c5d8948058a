//! Appending blocks: one write and one fdatasync each, into segments whose blocks never change.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use storage::{Access, File, Storage};

use crate::segment::{self, HEADER, SegmentHeader};
use crate::segments::Segments;
use crate::shared::Tip;
use crate::spare::Spare;
use crate::{AppendError, Block, OpenError, Options};

/// The first segment's size; later ones are as large as everything before them, up to the limit.
const FIRST_BYTES: u64 = 1 << 20;

/// The end of the journal, open for writing.
pub(crate) struct Journal {
    storage: Arc<dyn Storage>,
    dir: PathBuf,
    name: String,
    segment_bytes: u64,
    spare: Spare,
    path: PathBuf,
    file: Arc<dyn File>,
    base: u64,
    size: u64,
}

impl Journal {
    /// Opens the last segment for writing, or makes the first one.
    pub(crate) fn open(
        dir: &Path,
        name: &str,
        options: &Options,
        segments: &Segments,
        tip: &Tip,
    ) -> Result<Self, OpenError> {
        let failed = |path: &Path, source| OpenError::Io { path: path.to_owned(), source };
        let Options { segment_bytes, background, .. } = *options;
        let storage = &options.storage;
        let spare = Spare::start(storage, dir, background);
        let mut spare = spare.map_err(|source| failed(dir, source))?;
        let (path, file, base) = if let Some((path, base)) = segments.last() {
            let file = storage.open(&path, Access::Write);
            let file = file.map_err(|source| failed(&path, source))?;
            (path, file, base)
        } else {
            spare.order(segment_bytes.min(FIRST_BYTES));
            let header = first_header(name, tip);
            let path = dir.join(segment::file_name(header.first_position));
            let file = make(storage.as_ref(), dir, &spare, header);
            let file = file.map_err(|source| failed(&path, source))?;
            segments.push(1, 0, Arc::clone(&file));
            (path, file, 0)
        };
        let size = file.length().map_err(|source| failed(&path, source))?;
        let (storage, dir, name) = (Arc::clone(storage), dir.to_owned(), name.to_owned());
        let mut journal = Self { storage, dir, name, segment_bytes, spare, path, file, base, size };
        journal.order_spare();
        Ok(journal)
    }

    /// Writes and syncs `block`, which follows `tip`; gives its address.
    pub(crate) fn append(
        &mut self,
        block: &Block,
        tip: &Tip,
        segments: &Segments,
    ) -> Result<u64, AppendError> {
        let length = block.bytes().len() as u64;
        let mut offset = tip.end - self.base;
        if offset > HEADER && offset + length > self.size {
            self.roll(tip, segments)?;
            offset = HEADER;
        }
        self.file.write_all_at(block.bytes(), offset).map_err(|source| AppendError::Write {
            path: self.path.clone(),
            source: Arc::new(source),
        })?;
        self.file.sync_data().map_err(|source| AppendError::Sync {
            path: self.path.clone(),
            source: Arc::new(source),
        })?;
        Ok(self.base + offset)
    }

    fn roll(&mut self, tip: &Tip, segments: &Segments) -> Result<(), AppendError> {
        let header = SegmentHeader {
            name: self.name.clone(),
            first_position: tip.head.position + 1,
            base: tip.end,
            chain: tip.head.chain,
            length: 0,
        };
        let path = self.dir.join(segment::file_name(header.first_position));
        let failed = |source| AppendError::Roll { path: path.clone(), source: Arc::new(source) };
        self.file = make(self.storage.as_ref(), &self.dir, &self.spare, header).map_err(failed)?;
        self.size = self.file.length().map_err(failed)?;
        self.base = tip.end;
        self.path.clone_from(&path);
        segments.push(tip.head.position + 1, tip.end, Arc::clone(&self.file));
        self.order_spare();
        Ok(())
    }

    fn order_spare(&mut self) {
        let grown = (self.base + self.size).max(FIRST_BYTES);
        self.spare.order(grown.min(self.segment_bytes));
    }
}

fn first_header(name: &str, tip: &Tip) -> SegmentHeader {
    let (name, chain) = (name.to_owned(), tip.head.chain);
    SegmentHeader { name, first_position: 1, base: 0, chain, length: 0 }
}

/// Turns the spare into the segment of `header`, which takes its length from it. A segment with
/// its own name always has a whole header, whenever the machine stops.
fn make(
    storage: &dyn Storage,
    dir: &Path,
    spare: &Spare,
    mut header: SegmentHeader,
) -> io::Result<Arc<dyn File>> {
    let (from, file) = spare.take()?;
    header.length = file.length()?;
    file.write_all_at(&header.encode(), 0)?;
    file.sync_data()?;
    let to = dir.join(segment::file_name(header.first_position));
    if storage.exists(&to) {
        return Err(io::Error::from(io::ErrorKind::AlreadyExists));
    }
    storage.rename(from, &to)?;
    storage.sync_dir(dir)?;
    Ok(file)
}
