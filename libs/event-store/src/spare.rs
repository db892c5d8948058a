//! The next segment, made in the background: filled with zeros and synced, so that writing into it
//! changes no metadata and an fdatasync costs one write.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

/// Zeros are synced in pieces, so that the journal's own syncs do not wait for long.
const PIECE_BYTES: usize = 1 << 20;
const NAME: &str = "spare";

/// Makes one spare segment ahead of need.
pub(crate) struct Spare {
    path: PathBuf,
    orders: Option<Sender<u64>>,
    ready: Receiver<io::Result<File>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Spare {
    /// Starts the thread; a spare of an earlier process is thrown away.
    pub(crate) fn start(journal: &Path) -> io::Result<Self> {
        let path = journal.join(NAME);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let (orders, inbox) = channel();
        let (outbox, ready) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let worker = { (path.clone(), Arc::clone(&stop)) };
        let thread = thread::Builder::new().name("zero-fill".to_owned()).spawn(move || {
            let (path, stop) = worker;
            // Ends when the other side is gone.
            while let Ok(bytes) = inbox.recv()
                && outbox.send(fill(&path, bytes, &stop)).is_ok()
            {}
        })?;
        Ok(Self { path, orders: Some(orders), ready, stop, thread: Some(thread) })
    }

    /// Asks for a spare of `bytes`.
    pub(crate) fn order(&self, bytes: u64) {
        if let Some(orders) = &self.orders {
            // A thread that died is noticed when its spare is taken.
            orders.send(bytes).unwrap_or_default();
        }
    }

    /// Waits for the spare that was ordered.
    pub(crate) fn take(&self) -> io::Result<(PathBuf, File)> {
        let file = self.ready.recv().map_err(io::Error::other)??;
        Ok((self.path.clone(), file))
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.orders = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("zero-fill thread panicked");
        }
    }
}

fn fill(path: &Path, bytes: u64, stop: &AtomicBool) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
    let zeros = vec![0; PIECE_BYTES];
    let mut offset = 0;
    while offset < bytes {
        if stop.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        let piece =
            usize::try_from(bytes - offset).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
        file.write_all_at(&zeros[..piece], offset)?;
        file.sync_data()?;
        offset += piece as u64;
    }
    file.sync_all()?;
    Ok(file)
}
