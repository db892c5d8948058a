//! Every service's views, status and rebuild, asked over the bus: the gateway knows no view.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use service::{
    Problem,
    query::{self, Query as Question, QueryError},
};

use super::edge;
use crate::{Core, SERVICES};

/// How long the status waits for one service.
const STATUS_WAIT: Duration = Duration::from_secs(2);
/// Rows on a page unless the caller says otherwise.
const PAGE_ROWS: usize = 50;

/// Which rows, at which moment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Page {
    after: Option<String>,
    limit: Option<usize>,
    as_of: Option<String>,
}

type Asked = Result<Query<Page>, axum::extract::rejection::QueryRejection>;

pub(super) async fn describe(
    State(core): State<Core>,
    Path((biller, service)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    ask(&core, &biller, &service, &Question::Views).await
}

pub(super) async fn show(
    State(core): State<Core>,
    Path((biller, service, view, key)): Path<(String, String, String, String)>,
    page: Asked,
) -> Result<Json<Value>, Problem> {
    let as_of = moment(&core, &biller, page)?.0;
    ask(&core, &biller, &service, &Question::Show { view, key, as_of }).await
}

pub(super) async fn list(
    State(core): State<Core>,
    Path((biller, service, view)): Path<(String, String, String)>,
    page: Asked,
) -> Result<Json<Value>, Problem> {
    let (as_of, page) = moment(&core, &biller, page)?;
    let limit = page.limit.unwrap_or(PAGE_ROWS);
    let question = Question::List { view, after: page.after, limit, as_of };
    ask(&core, &biller, &service, &question).await
}

pub(super) async fn rebuild(
    State(core): State<Core>,
    Path((biller, service)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    Ok((StatusCode::ACCEPTED, ask(&core, &biller, &service, &Question::Rebuild).await?))
}

pub(super) async fn retry(
    State(core): State<Core>,
    Path((biller, service)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    Ok((StatusCode::ACCEPTED, ask(&core, &biller, &service, &Question::Retry).await?))
}

pub(super) async fn status(
    State(core): State<Core>,
    Path(biller): Path<String>,
) -> Result<Json<Value>, Problem> {
    let head = edge::desk(&core, &biller)?.reader.head().position;
    let services = SERVICES.map(|service| {
        let (core, biller) = (&core, &biller);
        async move {
            let asked = query::ask(core.bus(), biller, service, &Question::Status);
            match tokio::time::timeout(STATUS_WAIT, asked).await {
                Ok(Ok(status)) => status,
                Ok(Err(_)) | Err(_) => json!({ "service": service, "state": "unreachable" }),
            }
        }
    });
    let services = join_all(services).await;
    Ok(Json(json!({ "biller": biller, "head": head, "services": services })))
}

fn moment(core: &Core, biller: &str, page: Asked) -> Result<(Option<u64>, Page), Problem> {
    let desk = edge::desk(core, biller)?;
    let Query(page) =
        page.map_err(|_| Problem::invalid("query", "takes after, limit (a number) and asOf"))?;
    let as_of = page.as_of.as_deref().map(|moment| edge::position_at(desk, moment)).transpose()?;
    Ok((as_of, page))
}

async fn ask(
    core: &Core,
    biller: &str,
    service: &str,
    question: &Question,
) -> Result<Json<Value>, Problem> {
    let desk = edge::desk(core, biller)?;
    if !SERVICES.contains(&service) {
        let services = SERVICES.join(", ");
        let detail = format!("there is no service {service:?}; there is {services}");
        return Err(Problem::not_found(detail));
    }
    let answer = query::ask(core.bus(), biller, service, question).await;
    let answer = answer.map_err(|error| match error {
        QueryError::NotFound { reason } => Problem::not_found(reason),
        QueryError::Unreachable { .. } | QueryError::Failed { .. } => {
            Problem::unavailable(error.to_string())
        }
    })?;
    edge::opened(desk, answer).map(Json)
}
