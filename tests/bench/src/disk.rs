//! Files: how many bytes they hold, and how their pages leave the page cache.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use rustix::fs::{Advice, fadvise};

/// How much is looked through at a time for what is not zero.
const CHUNK_BYTES: u64 = 1 << 20;
/// What `st_blocks` counts in.
const SECTOR_BYTES: u64 = 512;

/// Every file below a directory, or the file itself.
pub(crate) fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        found.extend(files(&entry?.path())?);
    }
    found.sort();
    Ok(found)
}

/// The bytes of all files without the zeros at their ends, which are room and not yet data.
pub(crate) fn bytes_in_use(dir: &Path) -> anyhow::Result<u64> {
    let sizes = files(dir)?.into_iter().map(|path| length_in_use(&path));
    sizes.sum::<std::io::Result<u64>>().with_context(|| dir.display().to_string())
}

/// The bytes that the file system has given to all files, as `du` counts.
pub(crate) fn bytes_allocated(dir: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for file in files(dir)? {
        bytes += fs::metadata(file)?.blocks() * SECTOR_BYTES;
    }
    Ok(bytes)
}

/// The bytes of a file without the zeros at its end.
pub(crate) fn length_in_use(path: &Path) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    let mut end = file.metadata()?.len();
    let mut chunk = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(CHUNK_BYTES);
        file.seek(SeekFrom::Start(start))?;
        chunk.clear();
        file.by_ref().take(end - start).read_to_end(&mut chunk)?;
        if let Some(last) = chunk.iter().rposition(|byte| *byte != 0) {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Takes every page of the files out of the page cache, with `posix_fadvise(DONTNEED)`.
pub(crate) fn drop_from_cache(dir: &Path) -> anyhow::Result<()> {
    for path in files(dir)? {
        let file = File::open(&path)?;
        // Only clean pages leave.
        file.sync_all()?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}

/// Bytes that this process has had read from the disk.
pub(crate) fn read_from_disk() -> u64 {
    let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("read_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or_default()
}
