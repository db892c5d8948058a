//! Makes keys, on a thread of its own: in advance, and for whoever needs one that is kept before
//! anything else happens. All who wait share one sync.
//!
//! What must stay true: whoever is told that there is a key finds it on the disk; whoever asks for
//! one does not hold up a thread of the runtime meanwhile.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use contract::Closed;
use service::error;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vault::{Vault, VaultError};

/// Keys that are made with one sync.
const TOGETHER_MAX: usize = 1_024;

/// How long after a failure it is tried again.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The way to the thread; it ends with this.
pub(crate) struct KeyMaker {
    wishes: Sender<Wish>,
    /// Whether it was asked for keys in advance and has not begun.
    is_asked: Arc<AtomicBool>,
}

/// What the thread is asked for.
enum Wish {
    /// A key that its customer keeps whatever happens, and who waits for it.
    Key { owner: String, made: oneshot::Sender<Result<(), Closed>> },
    /// Keys in advance.
    Reserve,
}

impl KeyMaker {
    /// Starts the thread for a biller's vault; `stop` is cancelled when no key can be made any
    /// more.
    pub(crate) fn start(
        vault: Arc<Vault>,
        biller: &str,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let (wishes, receiver) = channel();
        let is_asked = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&is_asked);
        thread::Builder::new()
            .name(format!("keys-{biller}"))
            .spawn(move || work(&vault, &receiver, &asked, &stop))?;
        Ok(Self { wishes, is_asked })
    }

    /// Has more keys made in advance, and waits for nothing.
    pub(crate) fn fill(&self) {
        if !self.is_asked.swap(true, Ordering::Relaxed) && self.wishes.send(Wish::Reserve).is_err()
        {
            tracing::error!("nobody makes keys any more");
        }
    }

    /// Waits until a customer has a key.
    pub(crate) async fn make(&self, owner: String) -> Result<(), Closed> {
        let (made, answer) = oneshot::channel();
        self.wishes.send(Wish::Key { owner, made }).map_err(|_| Closed::Failed)?;
        answer.await.unwrap_or(Err(Closed::Failed))
    }
}

fn work(vault: &Vault, wishes: &Receiver<Wish>, is_asked: &AtomicBool, stop: &CancellationToken) {
    while let Ok(first) = wishes.recv() {
        is_asked.store(false, Ordering::Relaxed);
        let (mut owners, mut callers) = (Vec::new(), Vec::new());
        for wish in [first].into_iter().chain(wishes.try_iter().take(TOGETHER_MAX - 1)) {
            if let Wish::Key { owner, made } = wish {
                owners.push(owner);
                callers.push(made);
            }
        }
        let made = vault.make_keys(&owners).map_err(|failed| report(&failed, stop));
        // A caller that has gone away asks again.
        callers.into_iter().for_each(|caller| drop(caller.send(made.clone())));
        if vault.fill().map_err(|failed| report(&failed, stop)).is_err() {
            // Every command that seals asks for more: a full disk is no fuller for it.
            thread::sleep(AGAIN_AFTER);
        }
    }
}

fn report(failed: &VaultError, stop: &CancellationToken) -> Closed {
    tracing::error!(cause = error::chain(failed), "keys were not made");
    if failed.is_final() {
        stop.cancel();
    }
    Closed::Failed
}
