//! What a read model needs to run, and the limits it keeps.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use storage::Storage;

use crate::performer::Performer;
use crate::read_model::ReadModel;

/// Microseconds since 1970: the only clock that intents know.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What a read model runs with.
#[derive(Clone)]
pub struct RunnerConfig {
    /// Where its directory is: `storage::Os` but in simulations.
    pub storage: Arc<dyn Storage>,
    /// Its own directory, for one service and one biller.
    pub dir: PathBuf,
    /// Whose log it reads.
    pub biller: String,
    /// Where the log is followed and commands are sent.
    pub bus: Bus,
    /// The views and policies.
    pub model: Arc<dyn ReadModel>,
    /// Who performs effects; without one they are parked.
    pub performer: Option<Arc<dyn Performer>>,
    /// The actor in whose name commands are sent, as in the header `demarc-actor`.
    pub actor: String,
    /// What time it is for delayed intents and retries.
    pub clock: Clock,
    /// `Limits::default()` unless measured otherwise.
    pub limits: Limits,
}

/// Bounds of a read model.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Events in one batch while following; further behind than that, batches grow up to
    /// `fill_bytes`. Default 4096.
    pub batch_events: u64,
    /// Bytes of rows held in memory before a rebuild writes them; twice as many are taken. Default
    /// 64 MiB.
    pub fill_bytes: usize,
    /// Bytes of sled's cache. Default 64 MiB.
    pub cache_bytes: u64,
    /// Commands being sent at the same time. Default 256: core writes what waits together, so on a
    /// slow disk each sync is shared by as many.
    pub in_flight: usize,
    /// Effects being performed at the same time beside them; the others wait. Default 64.
    pub performing: usize,
    /// How long core may take to answer a command. Default 10 s.
    pub request_timeout: Duration,
    /// How long an effect may take. Default 60 s.
    pub perform_timeout: Duration,
    /// Wait before the second attempt; it doubles with every further one. Default 100 ms.
    pub retry_min: Duration,
    /// The longest wait between attempts. Default 30 s.
    pub retry_max: Duration,
    /// Bytes of rows that a view of the past may take in memory. Default 1 GiB.
    pub as_of_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            batch_events: 4096,
            fill_bytes: 64 << 20,
            cache_bytes: 64 << 20,
            in_flight: 256,
            performing: 64,
            request_timeout: Duration::from_secs(10),
            perform_timeout: Duration::from_secs(60),
            retry_min: Duration::from_millis(100),
            retry_max: Duration::from_secs(30),
            as_of_bytes: 1 << 30,
        }
    }
}
