//! What every process answers over HTTP: health, readiness and metrics; and how it listens.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context as _;
use axum::{Router, http::StatusCode, routing::get};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::telemetry;

/// Whether the process has started everything it should.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Everything has started.
    pub fn ready(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn status(&self) -> (StatusCode, &'static str) {
        if self.0.load(Ordering::Acquire) {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "starting\n")
        }
    }
}

/// `/healthz`: the process lives. `/readyz`: it has started. `/metrics`: Prometheus text.
pub fn health_routes(readiness: Readiness) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || async move { readiness.status() }))
        .route("/metrics", get(|| async { telemetry::metrics_text() }))
}

/// A server that is running.
#[derive(Debug)]
pub struct Listening {
    /// Where it listens.
    pub address: SocketAddr,
    running: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Listens on `address` (port 0 takes a free one) until `shutdown` is cancelled.
///
/// # Errors
/// When the address cannot be bound.
pub async fn listen(
    address: SocketAddr,
    routes: Router,
    shutdown: CancellationToken,
) -> anyhow::Result<Listening> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: is another process using it?"))?;
    let address = listener.local_addr()?;
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move { shutdown.cancelled().await });
    Ok(Listening { address, running: tokio::spawn(server.into_future()) })
}

impl Listening {
    /// Waits until every request is answered after the shutdown, at most a few seconds: a
    /// subscriber of server-sent events would stay for ever.
    pub async fn stopped(self) {
        let limit = std::time::Duration::from_secs(3);
        if tokio::time::timeout(limit, self.running).await.is_err() {
            tracing::debug!("connections were still open at shutdown");
        }
    }
}
