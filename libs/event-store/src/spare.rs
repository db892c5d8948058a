//! The next segment, made ahead of need: filled with zeros and synced, so that writing into it
//! changes no metadata and an fdatasync costs one write.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use storage::{Access, File, Storage};

/// Zeros are synced in pieces, so that the journal's own syncs do not wait for long.
const PIECE_BYTES: usize = 1 << 20;
const NAME: &str = "spare";

/// Makes one spare segment ahead of need.
pub(crate) struct Spare {
    storage: Arc<dyn Storage>,
    path: PathBuf,
    /// Without one, whoever takes the spare fills it.
    filler: Option<Filler>,
    ordered: u64,
}

/// The thread that fills.
struct Filler {
    orders: Option<Sender<u64>>,
    ready: Receiver<io::Result<Arc<dyn File>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Spare {
    /// Starts the thread, if there is to be one; a spare of an earlier process is thrown away.
    pub(crate) fn start(
        storage: &Arc<dyn Storage>,
        journal: &Path,
        background: bool,
    ) -> io::Result<Self> {
        let path = journal.join(NAME);
        match storage.remove(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let filler = background.then(|| Filler::start(Arc::clone(storage), path.clone()));
        let filler = filler.transpose()?;
        Ok(Self { storage: Arc::clone(storage), path, filler, ordered: 0 })
    }

    /// Asks for a spare of `bytes`.
    pub(crate) fn order(&mut self, bytes: u64) {
        self.ordered = bytes;
        if let Some(Filler { orders: Some(orders), .. }) = &self.filler {
            // A thread that died is noticed when its spare is taken.
            orders.send(bytes).unwrap_or_default();
        }
    }

    /// The spare that was ordered, as soon as it is there.
    pub(crate) fn take(&self) -> io::Result<(&Path, Arc<dyn File>)> {
        let file = match &self.filler {
            Some(filler) => filler.ready.recv().map_err(io::Error::other)??,
            None => fill(self.storage.as_ref(), &self.path, self.ordered, &AtomicBool::new(false))?,
        };
        Ok((&self.path, file))
    }
}

impl Filler {
    fn start(storage: Arc<dyn Storage>, path: PathBuf) -> io::Result<Self> {
        let (orders, inbox) = channel();
        let (outbox, ready) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("zero-fill".to_owned()).spawn(move || {
            // Ends when the other side is gone.
            while let Ok(bytes) = inbox.recv()
                && outbox.send(fill(storage.as_ref(), &path, bytes, &stopped)).is_ok()
            {}
        })?;
        Ok(Self { orders: Some(orders), ready, stop, thread: Some(thread) })
    }
}

impl Drop for Filler {
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

fn fill(
    storage: &dyn Storage,
    path: &Path,
    bytes: u64,
    stop: &AtomicBool,
) -> io::Result<Arc<dyn File>> {
    let file = storage.open(path, Access::Create)?;
    let zeros = vec![0; usize::try_from(bytes).map_or(PIECE_BYTES, |all| all.min(PIECE_BYTES))];
    let mut offset = 0;
    while offset < bytes {
        if stop.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        let piece =
            usize::try_from(bytes - offset).map_or(zeros.len(), |left| left.min(zeros.len()));
        file.write_all_at(&zeros[..piece], offset)?;
        file.sync_data()?;
        offset += piece as u64;
    }
    file.sync_all()?;
    Ok(file)
}
