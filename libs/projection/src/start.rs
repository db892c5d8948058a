//! Starting a read model: its directory is opened, or set aside and begun again, then it runs.

use std::path::PathBuf;
use std::sync::Arc;

use bus::FollowError;
use storage::TableError;

use crate::batch::Batch;
use crate::config::RunnerConfig;
use crate::directory::{Directory, DirectoryError};
use crate::fault::chain_of;
use crate::handle::Handle;
use crate::runner::Runner;
use crate::sender::Sender;
use crate::shared::Shared;
use crate::source::Source;
use crate::store::{Store, StoreError};

/// Why a read model did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process, or another read model of this one, has the directory.
    #[error("read model of {service} was not started: {} is in use", dir.display())]
    InUse {
        /// The service.
        service: &'static str,
        /// The directory.
        dir: PathBuf,
    },
    /// The directory can be neither used nor begun again.
    #[error("read model of {service} was not started")]
    Directory {
        /// The service.
        service: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The log cannot be followed.
    #[error("read model of {service} was not started")]
    Follow {
        /// The service.
        service: &'static str,
        /// Why.
        #[source]
        source: FollowError,
    },
}

/// Starts a read model; it runs on the current runtime until `Handle::shutdown`.
///
/// Returns as soon as its directory is open. The log may be out of reach: it is waited for.
pub async fn start(config: RunnerConfig) -> Result<Handle, StartError> {
    let service = config.model.name();
    let feed = config.bus.follow(&config.biller, service).await;
    let feed = feed.map_err(|source| StartError::Follow { service, source })?;
    start_from(config, Box::new(feed)).await
}

pub(crate) async fn start_from(
    config: RunnerConfig,
    source: Box<dyn Source>,
) -> Result<Handle, StartError> {
    let opening = tokio::task::spawn_blocking(move || {
        let (directory, batch) = open(&config)?;
        Ok::<_, StartError>((config, directory, batch))
    });
    let opened = opening.await;
    let (config, directory, batch) =
        opened.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?;
    let (store, position) = (Arc::clone(batch.store()), batch.checkpoint().position);
    let shared = Arc::new(Shared::new(config, store, position));
    let sender = tokio::spawn(Sender::new(Arc::clone(&shared)).run());
    tokio::spawn(Runner::new(Arc::clone(&shared), directory, source, batch).run(sender));
    Ok(Handle::new(shared))
}

/// The rows that answered last, or none yet, and where they lie.
pub(crate) fn open(config: &RunnerConfig) -> Result<(Directory, Batch), StartError> {
    let service = config.model.name();
    let unusable =
        |source| StartError::Directory { service, source: Box::<DirectoryError>::from(source) };
    let directory = Directory::new(&config.storage, &config.dir, config.model.version());
    let directory = directory.map_err(unusable)?;
    let store = match open_live(config, &directory)? {
        Some(store) => store,
        None => begin(config, &directory)?,
    };
    directory.remove_unfinished().map_err(unusable)?;
    let batch = Batch::new(Arc::clone(&config.model), Arc::new(store));
    let batch = batch.map_err(|error| refused(service, error))?;
    Ok((directory, batch))
}

/// The directory that answered last; `None`: there is none, or it was set aside.
fn open_live(config: &RunnerConfig, directory: &Directory) -> Result<Option<Store>, StartError> {
    let service = config.model.name();
    let live = directory
        .live()
        .map_err(|source| StartError::Directory { service, source: Box::new(source) })?;
    let Some(dir) = live else { return Ok(None) };
    let damage = match Store::open(&config.storage, &dir, config.limits.cache_bytes) {
        Ok(store) => return Ok(Some(store)),
        Err(busy @ StoreError::Table(TableError::Busy { .. })) => {
            return Err(refused(service, busy));
        }
        // Whatever is not live is removed.
        Err(torn @ StoreError::Torn { .. }) => {
            tracing::warn!(
                service,
                biller = config.biller,
                reason = chain_of(&torn),
                "read model begun again"
            );
            return Ok(None);
        }
        Err(damage) => damage,
    };
    let reason = chain_of(&damage);
    // Without the path, which the name already begins with.
    let why = reason.replace(&*dir.to_string_lossy(), "");
    let seconds = (config.clock)() / 1_000_000;
    let aside = directory.set_aside(&dir, seconds, &why);
    let aside =
        aside.map_err(|source| StartError::Directory { service, source: Box::new(source) })?;
    tracing::error!(
        service,
        biller = config.biller,
        reason,
        aside = %aside.display(),
        "read model damaged, set aside and begun again"
    );
    Ok(None)
}

fn begin(config: &RunnerConfig, directory: &Directory) -> Result<Store, StartError> {
    let service = config.model.name();
    let unusable = |source| StartError::Directory { service, source: Box::new(source) };
    let dir = directory.unused().map_err(unusable)?;
    let store = Store::open(&config.storage, &dir, config.limits.cache_bytes);
    let store = store.map_err(|error| refused(service, error))?;
    directory.point_to(&dir).map_err(unusable)?;
    Ok(store)
}

fn refused(service: &'static str, error: StoreError) -> StartError {
    match error {
        StoreError::Table(TableError::Busy { dir }) => StartError::InUse { service, dir },
        StoreError::Table(_)
        | StoreError::Io { .. }
        | StoreError::Row { .. }
        | StoreError::Torn { .. }
        | StoreError::Shortened { .. } => StartError::Directory { service, source: error.into() },
    }
}
