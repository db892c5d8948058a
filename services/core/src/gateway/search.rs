//! `GET /v1/{biller}/search` and `/v1/{biller}/recently-opened`: who is meant by what a caller says
//! (F64, F81, F92), and what whoever asks opened last (F93).
//!
//! What must stay true: what is looked for is read once, here, and is in no message, no answer and
//! no log line.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
};
use contract::{
    event::time,
    search::{Finder, Question, Unanswered},
};
use serde_json::{Value, json};
use service::{Problem, clock};

use super::edge;
use crate::{
    Core, Desk,
    access::Caller,
    recents::{Kind, Opened},
};

/// Views that are an account, opened by its id.
const OF_ACCOUNT: [(&str, &str); 8] = [
    ("care", "account"),
    ("care", "orders"),
    ("care", "requests"),
    ("care", "services"),
    ("care", "telephones"),
    ("billing", "balance"),
    ("billing", "lines"),
    ("billing", "recurring"),
];
/// Views that are an order, opened by its id.
const OF_ORDER: [(&str, &str); 2] = [("care", "order"), ("care", "work-order")];

pub(super) async fn find(
    State(core): State<Core>,
    Path(biller): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let question = Question::read(asked)
        .map_err(|invalid| Problem::invalid(&invalid.field, &invalid.problem))?;
    let found = looked_for(desk, move |finder| finder.find(&question)).await?;
    edge::opened(desk, found).map(Json)
}

pub(super) async fn recently_opened(
    State(core): State<Core>,
    Extension(caller): Extension<Caller>,
    Path(biller): Path<String>,
) -> Result<Json<Value>, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let recents = Arc::clone(&desk.recents);
    let (opened, cards) = looked_for(desk, move |finder| {
        let opened = recents.of(caller.actor.name.as_str());
        let account_ids: Vec<_> = opened.iter().map(|opened| opened.account_id.clone()).collect();
        Ok((opened, finder.cards(&account_ids)?))
    })
    .await?;
    let shown = opened.iter().map(|opened| shown(opened, &cards));
    let list = json!({ "recentlyOpened": shown.collect::<Vec<_>>() });
    edge::opened(desk, list).map(Json)
}

/// Notes what somebody opened, if it was an account or an order.
pub(super) async fn note(desk: &Desk, caller: &Caller, path: (&str, &str, &str), answer: &Value) {
    if let Some(opened) = opened(path, answer, clock::now_micros()) {
        let (recents, actor) = (Arc::clone(&desk.recents), caller.actor.name.to_string());
        // It waits for the disk at times.
        if tokio::task::spawn_blocking(move || recents.note(&actor, opened)).await.is_err() {
            tracing::warn!("what was opened is not noted: the process is stopping");
        }
    }
}

fn opened((service, view, key): (&str, &str, &str), answer: &Value, at: i64) -> Option<Opened> {
    let (kind, account_id) = match (service, view) {
        view if OF_ACCOUNT.contains(&view) => (Kind::Account, key),
        view if OF_ORDER.contains(&view) => (Kind::Order, answer["value"]["accountId"].as_str()?),
        _ => return None,
    };
    Some(Opened { kind, id: key.to_owned(), account_id: account_id.to_owned(), at })
}

fn shown(opened: &Opened, cards: &BTreeMap<String, Value>) -> Value {
    json!({
        "kind": opened.kind,
        "id": opened.id,
        "accountId": opened.account_id,
        "openedAt": time(opened.at),
        // Of whoever was erased nothing is shown.
        "account": cards.get(&opened.account_id),
    })
}

/// Asks the index. It is read from the disk, so nobody else waits for it.
async fn looked_for<T: Send + 'static>(
    desk: &Desk,
    ask: impl FnOnce(&dyn Finder) -> Result<T, Unanswered> + Send + 'static,
) -> Result<T, Problem> {
    let starting = || Problem::unavailable("search is starting");
    let closed = |_| Problem::unavailable("search is stopping");
    let _turn = desk.searches.acquire().await.map_err(closed)?;
    let finder = Arc::clone(desk.finder.get().ok_or_else(starting)?);
    let answer = tokio::task::spawn_blocking(move || ask(&*finder)).await;
    let answer = answer.map_err(|_| Problem::internal("the search failed: see core's log"))?;
    answer.map_err(|unanswered| Problem::unavailable(unanswered.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::opened;
    use crate::recents::Kind;

    #[test]
    fn f93_an_account_and_an_order_are_opened_by_whoever_looks_at_them() {
        let account = opened(("care", "account", "account_7"), &Value::Null, 1).unwrap();
        assert_eq!((account.kind, account.account_id.as_str()), (Kind::Account, "account_7"));
        let answer = json!({ "value": { "accountId": "account_7" } });
        let order = opened(("care", "order", "order_1"), &answer, 1).unwrap();
        assert_eq!((order.kind, order.id.as_str()), (Kind::Order, "order_1"));
        assert_eq!(order.account_id, "account_7");
        for other in [("care", "quota", "2026-10-01"), ("audit", "account", "account_7")] {
            assert_eq!(opened(other, &answer, 1), None);
        }
    }
}
