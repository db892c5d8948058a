//! Core: commands in, events out. The only writer of the logs, one command or group at a time.
//!
//! What must stay true: state changes only through `writer`; a command is answered when its
//! record is synced, and a command id has one answer for ever.

mod access;
mod cloud_event;
mod command_endpoint;
mod day_clock;
mod door;
mod erasure;
mod gateway;
mod inbox;
mod key_maker;
mod receipt;
mod recents;
mod states;
mod submission;
mod writer;

use std::{
    collections::BTreeMap,
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::{Context as _, bail};
use bus::{Bus, LogSource, Serving};
use contract::search::Finder;
use domain::biller::Biller;
use event_store::{Log, Position, Reader};
use payment_processor::Secret;
use service::Context;
use storage::{Os, Storage};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use vault::{Blind, Vault};

pub use access::Access;
pub use cloud_event::describe;
pub use command_endpoint::{read, reply};
pub use gateway::edge;
pub use submission::{Answer, Committed, Decision, Submission, SubmitError};
pub use writer::{Clock, WriteError, Writer};

use access::{Doors, Logins, Tokens};
use door::BillersDoor;
use inbox::Inbox;
use recents::Recents;

/// Which services the gateway asks for their status.
pub const SERVICES: [&str; 7] =
    ["care", "billing", "provisioning", "notifications", "noc-bridge", "audit", "search"];

/// Searches of one biller that go on at the same time; the others wait.
const SEARCHES_MAX: usize = 4;

/// How long core tries to offer its log to the bus before it gives up.
const OFFER_TRIES: u32 = 30;

/// Who opens the biller's days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Core does, at midnight in the biller's zone; a missed day is caught up in order.
    Clock,
    /// Somebody sends `OpenDay`: tests, simulations, the demonstration.
    Manual,
}

/// Core, as its gateway and endpoints see it. Clones are the same core.
#[derive(Clone)]
pub struct Core(Arc<Parts>);

struct Parts {
    billers: BTreeMap<String, Desk>,
    bus: Bus,
    tokens: Tokens,
    doors: Doors,
    /// Cancelled when the process must stop.
    stop: CancellationToken,
}

/// One biller's log and the way to its writer.
pub(crate) struct Desk {
    pub(crate) biller: Arc<Biller>,
    pub(crate) reader: Reader,
    pub(crate) head: watch::Receiver<Position>,
    pub(crate) inbox: Inbox,
    pub(crate) door: Arc<BillersDoor>,
    pub(crate) logins: Logins,
    pub(crate) recents: Arc<Recents>,
    /// Makes the terms of a search index.
    blind: Blind,
    /// Who has that index, once it runs.
    pub(crate) finder: OnceLock<Arc<dyn Finder>>,
    /// Turns to ask it.
    pub(crate) searches: Semaphore,
    /// What the payment processor's webhooks are signed with, where any are taken.
    pub(crate) webhook_key: OnceLock<Secret>,
}

/// Core while it runs.
pub struct Running {
    /// What the gateway is made of.
    pub core: Core,
    serving: Vec<Serving>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    writers: Vec<std::thread::JoinHandle<()>>,
}

/// Opens every biller's log, offers it to the bus and takes commands.
///
/// `stop` is cancelled by core itself when a log can no longer be written: the process must end,
/// because what is on the disk is then uncertain.
///
/// # Errors
/// When a log does not open or cannot be offered.
pub async fn start(
    context: &Context,
    billers: &[Arc<Biller>],
    calendar: Calendar,
    stop: CancellationToken,
) -> anyhow::Result<Running> {
    let mut desks = BTreeMap::new();
    let mut writers = Vec::new();
    for biller in billers {
        demand_no_owner(&context.bus, &biller.name).await?;
        let (desk, writer) = open(context, biller, stop.clone())?;
        let (door, reader) = (Arc::clone(&desk.door), desk.reader.clone());
        tokio::task::spawn_blocking(move || erasure::begin(&door.vault, &reader)).await??;
        let source = LogSource { reader: desk.reader.clone(), head: desk.head.clone() };
        offer(&context.bus, &biller.name, source).await?;
        desks.insert(biller.name.clone(), desk);
        writers.push(writer);
    }
    // Whoever has the locks of the logs makes the first key.
    let tokens = Tokens::open(&context.data.join("core").join("keys"))?;
    let (bus, doors) = (context.bus.clone(), Doors::default());
    let parts = Parts { billers: desks, bus, tokens, doors, stop };
    let core = Core(Arc::new(parts));
    let mut serving = Vec::new();
    let mut tasks = vec![tokio::spawn(access::follow_keys(core.clone()))];
    for biller in billers {
        serving.push(command_endpoint::serve(&core, &biller.name).await?);
        tasks.push(tokio::spawn(erasure::run(core.clone(), biller.name.clone())));
        tasks.push(tokio::spawn(stop_when_contested(core.clone(), biller.name.clone())));
        tasks.push(tokio::spawn(recents::keep(core.clone(), biller.name.clone())));
        if calendar == Calendar::Clock {
            tasks.push(tokio::spawn(day_clock::run(core.clone(), biller.name.clone())));
        }
    }
    Ok(Running { core, serving, tasks, writers })
}

fn open(
    context: &Context,
    biller: &Arc<Biller>,
    stop: CancellationToken,
) -> anyhow::Result<(Desk, std::thread::JoinHandle<()>)> {
    let dir = context.data.join("core").join(&biller.name);
    let log = Log::open(&dir, &biller.name, event_store::Options::default())
        .with_context(|| format!("the log of {} in {} did not open", biller.name, dir.display()))?;
    let reader = log.reader();
    let storage: Arc<dyn Storage> = Arc::new(Os);
    // Beside the log, not in it: a copy of the log is worth nothing without the keys.
    let keys = context.data.join("keys").join(&biller.name);
    std::fs::create_dir_all(&keys)
        .and_then(|()| std::fs::set_permissions(&keys, Permissions::from_mode(0o700)))
        .with_context(|| format!("{} cannot be kept from others", keys.display()))?;
    let vault = Vault::open(&storage, &keys)
        .with_context(|| format!("the keys of {} did not open", biller.name))?;
    let blind = Blind::open(&storage, &keys)
        .with_context(|| format!("the search key of {} did not open", biller.name))?;
    let door = Arc::new(BillersDoor::new(vault, reader.clone(), &biller.name, stop.clone())?);
    let recents =
        Arc::new(Recents::open(&*storage, &context.data.join("recents").join(&biller.name))?);
    let (grown, head) = watch::channel(reader.head().position);
    let clock: Clock = Arc::new(service::clock::now_micros);
    let writer = Writer::new(log, Arc::clone(biller), clock);
    let logins = Logins::new(reader.clone(), writer.login_commits());
    let (inbox, thread) = inbox::open(writer, &biller.name, grown, stop)?;
    let (biller, finder) = (Arc::clone(biller), OnceLock::new());
    let webhook_key = OnceLock::new();
    let searches = Semaphore::new(SEARCHES_MAX);
    let desk = Desk {
        biller,
        reader,
        head,
        inbox,
        door,
        logins,
        recents,
        blind,
        finder,
        searches,
        webhook_key,
    };
    Ok((desk, thread))
}

/// A log has one owner; over NATS nobody sees the other's lock.
async fn demand_no_owner(bus: &Bus, biller: &str) -> anyhow::Result<()> {
    let owner = bus.owner_of(biller).await;
    match owner.with_context(|| format!("nobody knows who owns the log of {biller}"))? {
        Some(owner) => bail!("the log of {biller} has an owner on this NATS server: {owner}"),
        None => Ok(()),
    }
}

/// Whoever lost sight of NATS may come back and find a successor: what it would acknowledge from
/// here on, nobody would ever see.
async fn stop_when_contested(core: Core, biller: String) {
    core.bus().contested(&biller).await;
    core.stop().cancel();
}

/// Offers a log; NATS may still be starting, or have lost its streams.
async fn offer(bus: &Bus, biller: &str, source: LogSource) -> anyhow::Result<()> {
    let describe = cloud_event::describe(biller);
    let mut tries = 0;
    loop {
        match bus.offer_log(biller, source.clone(), describe.clone()).await {
            Ok(()) => return Ok(()),
            Err(error @ bus::OfferError::Serve { .. }) if tries < OFFER_TRIES => {
                tries += 1;
                let cause = service::error::chain(&error);
                tracing::warn!(biller, cause, "the log is not offered yet");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

impl Core {
    pub(crate) fn bus(&self) -> &Bus {
        &self.0.bus
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(crate) fn doors(&self) -> &Doors {
        &self.0.doors
    }

    /// Cancelled when the process must stop.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    pub(crate) fn desk(&self, biller: &str) -> Option<&Desk> {
        self.0.billers.get(biller)
    }

    /// The names of the billers that this process owns.
    pub fn billers(&self) -> impl Iterator<Item = &str> {
        self.0.billers.keys().map(String::as_str)
    }

    /// Sends a command to a biller's writer and waits for its answer.
    ///
    /// # Errors
    /// When there is no such biller, the writer has too much to do, or it has stopped.
    pub async fn submit(
        &self,
        biller: &str,
        submission: Submission,
    ) -> Result<Answer, SubmitError> {
        if submission.name == erasure::COMMAND {
            return erasure::submit(self.clone(), biller.to_owned(), submission).await;
        }
        let desk = self.desk(biller).ok_or(SubmitError::UnknownBiller)?;
        desk.inbox.submit(submission).await
    }

    /// What a search index is made with: what opens a biller's sealed texts, and what makes terms
    /// of them. Only for whoever runs in this process.
    #[must_use]
    pub fn search_keys(&self, biller: &str) -> Option<(Arc<Vault>, Blind)> {
        let desk = self.desk(biller)?;
        Some((Arc::clone(&desk.door.vault), desk.blind.clone()))
    }

    /// From now on the gateway asks there for whoever is looked for. The first one stays.
    pub fn finds_with(&self, biller: &str, finder: Arc<dyn Finder>) {
        if let Some(desk) = self.desk(biller) {
            desk.finder.get_or_init(|| finder);
        }
    }

    /// From now on webhooks are taken that are signed with this key. The first one stays.
    pub fn takes_webhooks(&self, biller: &str, key: Secret) {
        if let Some(desk) = self.desk(biller) {
            desk.webhook_key.get_or_init(|| key);
        }
    }

    /// The HTTP routes, for whoever is believed.
    pub fn routes(&self, access: Access) -> axum::Router {
        gateway::routes(self.clone(), access)
    }
}

impl Running {
    /// Answers what was sent and closes the logs.
    pub async fn shutdown(self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        for serving in self.serving {
            serving.shutdown().await;
        }
        for desk in self.core.0.billers.values() {
            desk.inbox.close();
            desk.recents.sync();
        }
        let joined = tokio::task::spawn_blocking(move || {
            self.writers.into_iter().for_each(|writer| drop(writer.join()));
        });
        if joined.await.is_err() {
            tracing::error!("a writer panicked while it stopped");
        }
    }
}
