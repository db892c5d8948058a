//! The bus inside one process: logs are read where they are, requests are calls.
//!
//! Where several endpoints match a subject, the one that was served first answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::endpoint::{CONCURRENT_REQUESTS_MAX, Endpoint, Handler, RequestError, Serving, answer};
use crate::log_source::LogSource;
use crate::message::Message;
use crate::subject;

/// The logs and endpoints of this process.
#[derive(Default)]
pub(crate) struct InProcess {
    logs: watch::Sender<HashMap<String, LogSource>>,
    routes: Arc<Routes>,
}

#[derive(Default)]
struct Routes {
    next_id: AtomicU64,
    table: RwLock<Vec<Route>>,
}

#[derive(Clone)]
struct Route {
    id: u64,
    pattern: String,
    handler: Handler,
    running: Arc<Semaphore>,
}

impl InProcess {
    pub(crate) fn offer_log(&self, biller: &str, log: LogSource) {
        self.logs.send_modify(|logs| {
            logs.insert(biller.to_owned(), log);
        });
    }

    /// The biller's log, if it is offered now.
    pub(crate) fn log(&self, biller: &str) -> Option<LogSource> {
        self.logs.borrow().get(biller).cloned()
    }

    /// The biller's log, as soon as it is offered.
    pub(crate) async fn offered_log(&self, biller: &str) -> LogSource {
        let mut logs = self.logs.subscribe();
        let known = logs.wait_for(|logs| logs.contains_key(biller)).await;
        known.expect("the sender lives as long as the bus")[biller].clone()
    }

    pub(crate) async fn request(
        &self,
        subject: &str,
        message: Message,
        timeout: Duration,
    ) -> Result<Message, RequestError> {
        let Some(route) = self.routes.find(subject) else {
            return Err(RequestError::NoResponder { subject: subject.to_owned() });
        };
        let to = subject.to_owned();
        let reply = tokio::spawn(async move {
            let permit = route.running.acquire().await;
            let _permit = permit.expect("the semaphore of an endpoint is never closed");
            answer(route.handler, to, message).await
        });
        match tokio::time::timeout(timeout, reply).await {
            Ok(Ok(reply)) => Ok(reply),
            // The task cannot panic: it was cancelled because the runtime shuts down.
            Ok(Err(_cancelled)) => Err(RequestError::Disconnected { subject: subject.to_owned() }),
            Err(_elapsed) => Err(RequestError::TimedOut { subject: subject.to_owned() }),
        }
    }

    pub(crate) fn serve(&self, endpoint: Endpoint, handler: Handler) -> Serving {
        let id = self.routes.next_id.fetch_add(1, Ordering::Relaxed);
        let running = Arc::new(Semaphore::new(CONCURRENT_REQUESTS_MAX as usize));
        let route = Route { id, pattern: endpoint.subject, handler, running: running.clone() };
        self.routes.write().push(route);
        Serving::new(running, Box::new(Registration { routes: self.routes.clone(), id }))
    }
}

impl Routes {
    fn find(&self, subject: &str) -> Option<Route> {
        self.read().iter().find(|route| subject::matches(&route.pattern, subject)).cloned()
    }

    // Every change of the table is one push or one removal: a poisoned lock guards a whole table.
    fn read(&self) -> RwLockReadGuard<'_, Vec<Route>> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Route>> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the route out of the table when it is dropped.
struct Registration {
    routes: Arc<Routes>,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.routes.write().retain(|route| route.id != self.id);
    }
}
