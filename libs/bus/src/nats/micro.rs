//! Endpoints as NATS micro services, so that `nats micro ls`, `info` and `stats` show them.
//!
//! Endpoints of one service name and version belong to one micro service, which lives as long as
//! any of them.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use async_nats::service::endpoint::Endpoint as Requests;
use async_nats::service::{Request, Service, ServiceExt, error::Error as ServiceError};
use futures::{FutureExt, StreamExt};
use tokio::sync::{Mutex, Semaphore, oneshot};

use super::connection::Connection;
use super::{from_nats, to_nats};
use crate::endpoint::{CONCURRENT_REQUESTS_MAX, Endpoint, Handler, ServeError, Serving, answer};
use crate::message::Message;

/// The micro services of one connection.
pub(super) struct Services {
    connection: Connection,
    running: Mutex<HashMap<(String, String), Weak<Micro>>>,
}

/// One micro service; stops when it is dropped.
struct Micro(Option<Service>);

impl Drop for Micro {
    fn drop(&mut self) {
        // Stopping only sends a signal: it is done at the first poll.
        if let Some(service) = self.0.take() {
            service.stop().now_or_never();
        }
    }
}

impl Services {
    pub(super) fn new(connection: Connection) -> Services {
        Services { connection, running: Mutex::default() }
    }

    pub(super) async fn serve(
        &self,
        endpoint: Endpoint,
        handler: Handler,
    ) -> Result<Serving, ServeError> {
        let refused = |source| ServeError {
            subject: endpoint.subject.clone(),
            service: endpoint.service.clone(),
            source,
        };
        let micro = self.micro(&endpoint).await.map_err(refused)?;
        let service = micro.0.as_ref().expect("a service is taken out only when it is dropped");
        let requests = service
            .endpoint_builder()
            .name(endpoint_name(&endpoint.subject))
            .queue_group(&endpoint.queue_group)
            .add(&endpoint.subject)
            .await
            .map_err(refused)?;
        let running = Arc::new(Semaphore::new(CONCURRENT_REQUESTS_MAX as usize));
        let (stop, stopped) = oneshot::channel();
        // Whoever is told that the endpoint is served finds it.
        self.connection.heard().await;
        let connection = self.connection.clone();
        tokio::spawn(answer_all(connection, requests, handler, running.clone(), stopped));
        Ok(Serving::new(running, Box::new((stop, micro))))
    }

    /// The micro service that the endpoint belongs to.
    async fn micro(&self, endpoint: &Endpoint) -> Result<Arc<Micro>, async_nats::Error> {
        let mut running = self.running.lock().await;
        let key = (endpoint.service.clone(), endpoint.version.clone());
        if let Some(micro) = running.get(&key).and_then(Weak::upgrade) {
            return Ok(micro);
        }
        let service = self
            .connection
            .client()
            .service_builder()
            .description(&endpoint.description)
            .start(&endpoint.service, &endpoint.version)
            .await?;
        let micro = Arc::new(Micro(Some(service)));
        running.insert(key, Arc::downgrade(&micro));
        Ok(micro)
    }
}

/// A name may hold no dots and wildcards.
fn endpoint_name(subject: &str) -> String {
    subject.replace('.', "-").replace('*', "any").replace('>', "all")
}

/// Hands every request to the handler; once stopped, also those that had arrived already.
async fn answer_all(
    connection: Connection,
    mut requests: Requests,
    handler: Handler,
    running: Arc<Semaphore>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut stopping = false;
    loop {
        let permit = running.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore of an endpoint is never closed");
        let request = tokio::select! {
            biased;
            _ = &mut stopped, if !stopping => {
                stopping = true;
                leave(&connection, &mut requests).await;
                continue;
            }
            request = requests.next() => request,
        };
        let Some(request) = request else { return };
        let handler = handler.clone();
        tokio::spawn(async move {
            respond(request, handler).await;
            drop(permit);
        });
    }
}

/// Once this returns the server has heard, so that later callers are told that nobody answers.
async fn leave(connection: &Connection, requests: &mut Requests) {
    if let Err(error) = requests.stop().await {
        tracing::debug!(%error, "endpoint was cut off before it stopped");
    }
    connection.heard().await;
}

async fn respond(request: Request, handler: Handler) {
    let subject = request.message.subject.to_string();
    let reply = answer(handler, subject.clone(), from_nats(request.message.clone())).await;
    if let Err(error) = send(&request, reply).await {
        tracing::warn!(subject, %error, "reply could not be sent");
        let apology = Message::failure(500, "the reply could not be sent");
        if let Err(error) = send(&request, apology).await {
            tracing::debug!(subject, %error, "caller waits in vain");
        }
    }
}

async fn send(request: &Request, reply: Message) -> Result<(), async_nats::PublishError> {
    let outcome = match reply.as_failure() {
        // Counted as an error by `nats micro stats`; such a reply has no body.
        Some((code, reason)) if reply.body.is_empty() => {
            Err(ServiceError { status: reason.to_owned(), code: usize::from(code) })
        }
        Some(_) | None => Ok(reply.body),
    };
    request.respond_with_headers(outcome, to_nats(&reply.headers)).await
}
