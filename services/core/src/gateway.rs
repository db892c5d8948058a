//! The HTTP gateway: one address for commands, events, every service's views, task codes, the
//! catalog, statements, status and rebuild.
//!
//! What must stay true: one generic route for every command and every view, so that a new one
//! changes nothing here; every error is a problem document; nothing is answered that the guard has
//! not let through.

mod catalog;
mod commands;
mod draft;
pub mod edge;
mod events;
mod guard;
mod local;
mod logins;
mod openapi;
mod revealed;
mod search;
mod session;
mod statements;
mod tasks;
mod views;
mod webhook;

use axum::{
    Json, Router,
    extract::State,
    middleware,
    routing::{get, post},
};
use serde_json::{Value, json};
use service::Problem;

use crate::{Access, Core};
use guard::Guard;

/// Largest body of a command, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;

/// Every route below `/v1`, and the API's description.
pub(crate) fn routes(core: Core, access: Access) -> Router {
    let guard = Guard { core: core.clone(), access };
    Router::new()
        .route("/v1", get(billers))
        .route("/v1/keys", get(keys))
        .route("/v1/{biller}/login", post(session::log_in))
        .route("/v1/{biller}/logout", post(session::log_out))
        .route("/v1/{biller}/password", post(session::change_password))
        .route("/v1/{biller}/logins", post(logins::create))
        .route("/v1/{biller}/logins/{name}/password", post(logins::reset))
        .route("/v1/{biller}/logins/{name}/token", post(logins::token))
        .route("/v1/{biller}/commands/{command}", post(commands::send))
        .route("/v1/{biller}/events", get(events::page))
        .route("/v1/{biller}/events/stream", get(events::stream))
        .route("/v1/{biller}/status", get(views::status))
        .route("/v1/{biller}/catalog", get(catalog::show))
        .route("/v1/{biller}/drafts", get(draft::run::show))
        .route("/v1/{biller}/drafts/{account}", get(draft::show))
        .route("/v1/{biller}/tasks", get(tasks::list))
        .route("/v1/{biller}/tasks/{code}", get(tasks::show))
        .route("/v1/{biller}/search", get(search::find))
        .route("/v1/{biller}/statements/{number}", get(statements::show))
        .route("/v1/{biller}/print-file", get(statements::print_file))
        .route("/v1/{biller}/recently-opened", get(search::recently_opened))
        .route("/v1/{biller}/payments/webhook", post(webhook::receive))
        .route("/v1/{biller}/{service}", get(views::describe))
        .route("/v1/{biller}/{service}/rebuild", post(views::rebuild))
        .route("/v1/{biller}/{service}/retry", post(views::retry))
        .route("/v1/{biller}/{service}/{view}", get(views::list))
        .route("/v1/{biller}/{service}/{view}/{key}", get(views::show))
        .route("/openapi.json", get(openapi::document))
        .fallback(|| async { Problem::not_found("no such path: GET /openapi.json lists them") })
        .method_not_allowed_fallback(|| async { Problem::wrong_method() })
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(guard, guard::stand))
        .with_state(core)
}

/// What tokens are verified with, for whoever does it himself.
async fn keys(State(core): State<Core>) -> Json<Value> {
    Json(core.tokens().public())
}

async fn billers(State(core): State<Core>) -> Json<Value> {
    Json(json!({ "billers": core.billers().collect::<Vec<_>>() }))
}
