//! Makes the keys of new customers, on a thread of its own: all who wait share one sync.
//!
//! What must stay true: whoever is told that there is a key finds it on the disk; whoever asks for
//! one does not hold up a thread of the runtime meanwhile.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use contract::Closed;
use service::error;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vault::Vault;

/// Keys that are made with one sync.
const TOGETHER_MAX: usize = 1_024;

/// The way to the thread; it ends with this.
pub(crate) struct KeyMaker(Sender<Waiting>);

/// A customer without a key, and who waits for it.
struct Waiting {
    owner: String,
    made: oneshot::Sender<Result<(), Closed>>,
}

impl KeyMaker {
    /// Starts the thread for a biller's vault; `stop` is cancelled when no key can be made any
    /// more.
    pub(crate) fn start(
        vault: Arc<Vault>,
        biller: &str,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let (sender, receiver) = channel();
        thread::Builder::new()
            .name(format!("keys-{biller}"))
            .spawn(move || work(&vault, &receiver, &stop))?;
        Ok(Self(sender))
    }

    /// Waits until a customer has a key.
    pub(crate) async fn make(&self, owner: String) -> Result<(), Closed> {
        let (made, answer) = oneshot::channel();
        self.0.send(Waiting { owner, made }).map_err(|_| Closed::Failed)?;
        answer.await.unwrap_or(Err(Closed::Failed))
    }
}

fn work(vault: &Vault, receiver: &Receiver<Waiting>, stop: &CancellationToken) {
    while let Ok(first) = receiver.recv() {
        let mut waiting = vec![first];
        waiting.extend(receiver.try_iter().take(TOGETHER_MAX - 1));
        let (owners, callers): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|waiting| (waiting.owner, waiting.made)).unzip();
        let made = vault.make_keys(&owners).map_err(|failed| {
            let cause = error::chain(&failed);
            tracing::error!(cause, keys = owners.len(), "keys were not made");
            if failed.is_final() {
                stop.cancel();
            }
            Closed::Failed
        });
        // A caller that has gone away asks again.
        callers.into_iter().for_each(|caller| drop(caller.send(made.clone())));
    }
}
