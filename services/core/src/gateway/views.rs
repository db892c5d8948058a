//! Every service's views, status and rebuild, asked over the bus: the gateway knows no view.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use domain::actor::Role;
use futures::future::join_all;
use serde_json::{Value, json};
use service::{
    Filter, Problem,
    query::{self, Query as Question, QueryError},
};

use super::{edge, search};
use crate::{Core, SERVICES, access::Caller};

/// How long the status waits for one service.
const STATUS_WAIT: Duration = Duration::from_secs(2);
/// Rows on a page unless the caller says otherwise.
const PAGE_ROWS: usize = 50;

/// Which rows, at which moment.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    of: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
    as_of: Option<String>,
    filter: Filter,
}

type Asked = Query<BTreeMap<String, String>>;

pub(super) async fn describe(
    State(core): State<Core>,
    Path((biller, service)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    ask(&core, &biller, &service, &Question::Views).await
}

pub(super) async fn show(
    State(core): State<Core>,
    Extension(caller): Extension<Caller>,
    Path((biller, service, view, key)): Path<(String, String, String, String)>,
    Query(asked): Asked,
) -> Result<Json<Value>, Problem> {
    let page = Page::read(asked)?;
    if !page.filter.is_empty() || page.of.is_some() {
        return Err(Problem::invalid("query", "of one row takes asOf"));
    }
    let as_of = page.moment(&core, &biller)?;
    let question = Question::Show { view: view.clone(), key: key.clone(), as_of };
    let answer = ask(&core, &biller, &service, &question).await?;
    let desk = edge::desk(&core, &biller)?;
    search::note(desk, &caller, (&service, &view, &key), &answer).await;
    Ok(answer)
}

pub(super) async fn list(
    State(core): State<Core>,
    Path((biller, service, view)): Path<(String, String, String)>,
    Query(asked): Asked,
) -> Result<Json<Value>, Problem> {
    let page = Page::read(asked)?;
    let as_of = page.moment(&core, &biller)?;
    let Page { of, after, limit, filter, .. } = page;
    let limit = limit.unwrap_or(PAGE_ROWS);
    let question = Question::List { view, filter, of, after, limit, as_of };
    ask(&core, &biller, &service, &question).await
}

/// Only who keeps the system running has a service work for nothing.
fn demand_operator(caller: &Caller) -> Result<(), Problem> {
    if [Role::Administrator, Role::Noc].iter().any(|role| caller.actor.is(*role)) {
        return Ok(());
    }
    let detail = "a rebuild or a retry needs an actor with the role administrator or noc";
    Err(Problem::forbidden("actor.role_may_not", detail))
}

pub(super) async fn rebuild(
    State(core): State<Core>,
    Extension(caller): Extension<Caller>,
    Path((biller, service)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    demand_operator(&caller)?;
    Ok((StatusCode::ACCEPTED, ask(&core, &biller, &service, &Question::Rebuild).await?))
}

pub(super) async fn retry(
    State(core): State<Core>,
    Extension(caller): Extension<Caller>,
    Path((biller, service)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    demand_operator(&caller)?;
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

impl Page {
    /// What the view does not know among the filters is refused by its service.
    fn read(mut asked: BTreeMap<String, String>) -> Result<Self, Problem> {
        let limit = asked.remove("limit").map(|limit| limit.parse());
        let limit = limit.transpose().map_err(|_| Problem::invalid("limit", "must be a number"))?;
        Ok(Self {
            of: asked.remove("of"),
            after: asked.remove("after"),
            limit,
            as_of: asked.remove("asOf"),
            filter: Filter { from: asked.remove("from"), to: asked.remove("to"), fields: asked },
        })
    }

    fn moment(&self, core: &Core, biller: &str) -> Result<Option<u64>, Problem> {
        let desk = edge::desk(core, biller)?;
        self.as_of.as_deref().map(|moment| edge::position_at(desk, moment)).transpose()
    }
}

async fn ask(
    core: &Core,
    biller: &str,
    service: &str,
    question: &Question,
) -> Result<Json<Value>, Problem> {
    let answer = sealed(core, biller, service, question).await?;
    edge::opened(edge::desk(core, biller)?, answer).map(Json)
}

/// A service's answer as the service has it: what is sealed stays sealed.
pub(super) async fn sealed(
    core: &Core,
    biller: &str,
    service: &str,
    question: &Question,
) -> Result<Value, Problem> {
    edge::desk(core, biller)?;
    if !SERVICES.contains(&service) {
        let services = SERVICES.join(", ");
        let detail = format!("there is no service {service:?}; there is {services}");
        return Err(Problem::not_found(detail));
    }
    let answer = query::ask(core.bus(), biller, service, question).await;
    answer.map_err(|error| match error {
        QueryError::NotFound { reason } => Problem::not_found(reason),
        QueryError::Unreachable { .. } | QueryError::Failed { .. } => {
            Problem::unavailable(error.to_string())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Page;

    fn read(query: &[(&str, &str)]) -> Option<Page> {
        let asked = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Page::read(asked.collect()).ok()
    }

    #[test]
    fn f67_what_is_no_word_of_the_page_is_a_filter() {
        let page = read(&[
            ("limit", "2"),
            ("of", "account_7"),
            ("from", "2026-03-16"),
            ("status", "committed"),
        ])
        .unwrap();
        assert_eq!((page.limit, page.filter.from.as_deref()), (Some(2), Some("2026-03-16")));
        assert_eq!(page.filter.fields.len(), 1, "{page:?}");
        assert_eq!(
            (page.of.as_deref(), &*page.filter.fields["status"]),
            (Some("account_7"), "committed")
        );
        assert!(read(&[]).unwrap().filter.is_empty());
        assert_eq!(read(&[("limit", "many")]), None);
    }
}
