//! Where passwords are looked at: slow work that takes memory, on threads of its own.
//!
//! What must stay true: whoever tries passwords for one login does so one after another, so that
//! nobody gets more attempts by asking at once; all together they keep a few threads busy and no
//! more, and whoever finds too many waiting is told so.

use std::hash::{BuildHasher as _, RandomState};

use domain::login::PasswordHash;
use identity::password;
use tokio::{
    sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit},
    task::spawn_blocking,
};

/// Passwords that are looked at at once. Each takes 19 MiB.
const DOORS: usize = 4;
/// Who may be at a door or wait before one.
const WAITING_MAX: usize = 64;

/// The doors of one Demarc.
#[derive(Debug)]
pub(crate) struct Doors {
    doors: [Mutex<()>; DOORS],
    places: Semaphore,
    which: RandomState,
}

/// Somebody is at the door of a login.
pub(crate) struct Entered<'a> {
    _place: SemaphorePermit<'a>,
    _door: MutexGuard<'a, ()>,
}

impl Default for Doors {
    fn default() -> Self {
        let which = RandomState::new();
        Self { doors: Default::default(), places: Semaphore::new(WAITING_MAX), which }
    }
}

impl Doors {
    /// Waits at the door of a login; `None` where too many wait.
    pub(crate) async fn enter(&self, biller: &str, login: &str) -> Option<Entered<'_>> {
        let place = self.places.try_acquire().ok()?;
        let which = self.which.hash_one((biller, login)) % (DOORS as u64);
        let door = &self.doors[usize::try_from(which).unwrap_or_default()];
        Some(Entered { _place: place, _door: door.lock().await })
    }
}

impl Entered<'_> {
    /// Whether a password is the one behind a hash.
    pub(crate) async fn is_right(&self, password: &str, hash: &str) -> bool {
        let (password, hash) = (password.to_owned(), hash.to_owned());
        spawn_blocking(move || password::is_right(&password, &hash)).await.unwrap_or(false)
    }

    /// What is stored of a password; `None` where the machine cannot.
    pub(crate) async fn hash(&self, password: &str) -> Option<PasswordHash> {
        let password = password.to_owned();
        let hashed = spawn_blocking(move || password::hash(&password)).await;
        let hash = hashed.ok()?.inspect_err(|error| tracing::error!(cause = %error, "no hash"));
        PasswordHash::parse(&hash.ok()?).ok()
    }
}
