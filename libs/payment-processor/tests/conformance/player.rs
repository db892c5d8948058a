//! Plays the processor over HTTP: a server that does what the simulated one does.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use payment_processor::{
    Collection, Outcome, Processor as _, ProcessorError, Refund, RefundOutcome, Simulated,
};
use serde::Serialize;

/// Our key there.
pub(crate) const KEY: &str = "sk_of_the_tests";

/// Begins to play; gives the base URL, and the task that ends it.
pub(crate) async fn play(book: Arc<Simulated>) -> (String, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/v1/collections", post(collect))
        .route("/v1/refunds", post(refund))
        .with_state(book);
    let playing = async move { axum::serve(listener, app).await.unwrap() };
    (url, tokio::spawn(playing))
}

async fn collect(
    State(book): State<Arc<Simulated>>,
    headers: HeaderMap,
    Json(asked): Json<Collection>,
) -> Response {
    if let Err(status) = demand_headers(&headers, &asked.id) {
        return status.into_response();
    }
    let outcome = book.collect(&asked).await;
    let is_no = matches!(outcome, Ok(Outcome::Declined { .. }));
    said(outcome, is_no)
}

async fn refund(
    State(book): State<Arc<Simulated>>,
    headers: HeaderMap,
    Json(asked): Json<Refund>,
) -> Response {
    if let Err(status) = demand_headers(&headers, &asked.id) {
        return status.into_response();
    }
    let outcome = book.refund(&asked).await;
    let is_no = matches!(outcome, Ok(RefundOutcome::Refused { .. }));
    said(outcome, is_no)
}

fn demand_headers(headers: &HeaderMap, id: &str) -> Result<(), StatusCode> {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    if !is("authorization", &format!("Bearer {KEY}")) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    if is("idempotency-key", id) { Ok(()) } else { Err(StatusCode::BAD_REQUEST) }
}

fn said(outcome: Result<impl Serialize, ProcessorError>, is_no: bool) -> Response {
    match outcome {
        Ok(outcome) if is_no => (StatusCode::PAYMENT_REQUIRED, Json(outcome)).into_response(),
        Ok(outcome) => Json(outcome).into_response(),
        Err(ProcessorError::Unreachable { .. }) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(ProcessorError::Reused { .. }) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Err(ProcessorError::Misconfigured { .. } | ProcessorError::Unfit { .. }) => {
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}
