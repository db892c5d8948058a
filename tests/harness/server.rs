//! The nats-server between the processes, and what an operator or a crash may do to it.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use async_nats::{Client, HeaderMap, jetstream::Context};
use bus::{Bus, HEADER_POSITION, nats_server::NatsServer};
use futures::StreamExt as _;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::process::signal;

/// How long a stream may take to be filled, and how long between two looks.
const FILL_MAX: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A running nats-server with JetStream; it ends with this.
pub struct Server {
    nats: NatsServer,
    /// For those who speak to it in a test that waits for everything.
    pub runtime: Runtime,
}

/// One message of a stream.
pub struct Stored {
    /// The position in the log that its header names.
    pub position: u64,
    /// Its subject.
    pub subject: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: bytes::Bytes,
}

impl Server {
    /// Starts a server with empty storage on a free port.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> anyhow::Result<Self> {
        let runtime = Runtime::new()?;
        let nats = runtime.block_on(NatsServer::start())?;
        Ok(Self { nats, runtime })
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> String {
        self.nats.url()
    }

    /// Kills it; its storage stays.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.runtime.block_on(self.nats.kill())?)
    }

    /// Starts the killed server again, on the same port and with its storage.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        Ok(self.runtime.block_on(self.nats.start_again())?)
    }

    /// Starts the killed server again, on the same port, after its storage was lost.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again_wiped(&mut self) -> anyhow::Result<()> {
        Ok(self.runtime.block_on(self.nats.start_again_wiped())?)
    }

    /// From now on it does nothing, and nobody tells its clients.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pause(&self) -> anyhow::Result<()> {
        signal("STOP", self.id()?)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it does not run.
    pub fn go_on(&self) -> anyhow::Result<()> {
        signal("CONT", self.id()?)
    }

    fn id(&self) -> anyhow::Result<u32> {
        self.nats.id().context("the server runs")
    }

    /// A copy of the killed server's storage.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn backup(&self) -> anyhow::Result<TempDir> {
        let copy = tempfile::tempdir()?;
        copy_all(&self.nats.storage(), copy.path())?;
        Ok(copy)
    }

    /// Puts a copy in the place of the killed server's storage.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn restore(&self, copy: &Path) -> anyhow::Result<()> {
        fs::remove_dir_all(self.nats.storage())?;
        copy_all(copy, &self.nats.storage())
    }

    /// The bus, as one more process sees it.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn bus(&self, name: &str) -> anyhow::Result<Bus> {
        Ok(self.runtime.block_on(Bus::nats(&self.url(), name))?)
    }

    /// A client that has nothing of ours.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn outsider(&self) -> anyhow::Result<(Client, Context)> {
        self.runtime.block_on(async {
            let client = async_nats::connect(self.url()).await?;
            Ok((client.clone(), async_nats::jetstream::new(client)))
        })
    }

    /// Deletes a stream, as an operator may. One that was deleted a moment ago is waited for: a
    /// relay whose acknowledgement was lost with the stream makes it again only after a time-out.
    ///
    /// # Errors
    /// When there is none for long.
    pub fn delete_stream(&self, stream: &str) -> anyhow::Result<()> {
        let (_, jetstream) = self.outsider()?;
        let start = Instant::now();
        let is_there = || self.runtime.block_on(jetstream.get_stream(stream)).is_ok();
        while !is_there() && start.elapsed() < FILL_MAX {
            std::thread::sleep(LOOK_EVERY);
        }
        self.runtime.block_on(jetstream.delete_stream(stream))?;
        Ok(())
    }

    /// Deletes a durable consumer, as an operator may.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete_consumer(&self, stream: &str, durable: &str) -> anyhow::Result<()> {
        let (_, jetstream) = self.outsider()?;
        self.runtime.block_on(async {
            let stream = jetstream.get_stream(stream).await?;
            stream.delete_consumer(durable).await?;
            Ok(())
        })
    }

    /// Publishes a message that JetStream stores.
    ///
    /// # Errors
    /// When it is not stored.
    pub fn publish(&self, message: &Stored) -> anyhow::Result<()> {
        let (_, jetstream) = self.outsider()?;
        let Stored { subject, headers, body, .. } = message;
        let publish =
            jetstream.publish_with_headers(subject.clone(), headers.clone(), body.clone());
        self.runtime.block_on(async { publish.await?.await })?;
        Ok(())
    }

    /// Waits until a stream ends with a position; everything that it then holds.
    ///
    /// # Errors
    /// The position with which it ended when the time was up.
    pub fn until_stored(&self, stream: &str, position: u64) -> anyhow::Result<Vec<Stored>> {
        let start = Instant::now();
        loop {
            let stored = self.stored(stream);
            let last = stored.as_ref().ok().and_then(|stored| stored.last());
            match last.map(|last| last.position) {
                Some(last) if last == position => return stored,
                last if start.elapsed() > FILL_MAX => bail!("{stream} ends with {last:?}"),
                Some(_) | None => std::thread::sleep(LOOK_EVERY),
            }
        }
    }

    /// Everything that a stream holds, in its order.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn stored(&self, stream: &str) -> anyhow::Result<Vec<Stored>> {
        let (_, jetstream) = self.outsider()?;
        self.runtime.block_on(async {
            let stream = jetstream.get_stream(stream).await?;
            let count = usize::try_from(stream.cached_info().state.messages)?;
            let config = async_nats::jetstream::consumer::pull::OrderedConfig::default();
            let messages = stream.create_consumer(config).await?.messages().await?;
            let stored: Vec<_> = messages.take(count).collect().await;
            stored.into_iter().map(|message| read(message?.message)).collect()
        })
    }
}

fn read(message: async_nats::Message) -> anyhow::Result<Stored> {
    let mut headers = HeaderMap::new();
    for (name, values) in message.headers.iter().flat_map(HeaderMap::iter) {
        let name: &str = name.as_ref();
        // What only its publisher and the server knew: its id, and what it had to follow.
        let own = !name.starts_with("Nats-");
        values.iter().filter(|_| own).for_each(|value| headers.append(name, value.clone()));
    }
    let position =
        headers.get(HEADER_POSITION).context("it names its position")?.as_str().parse()?;
    Ok(Stored { position, subject: message.subject.to_string(), headers, body: message.payload })
}

/// Copies a directory with everything in it.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_all(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
