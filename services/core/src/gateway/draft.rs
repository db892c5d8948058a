//! `GET /v1/{biller}/drafts/{account}`: what an account's next bill has on it as things stand, line
//! by line: for whoever is asked for it on the phone, and for whoever approves a bill run.
//!
//! What must stay true: it is rated by the rule that makes the bill, on the same states.

pub(super) mod run;
mod tally;

use axum::{
    Json,
    extract::{Path, State},
};
use contract::view::Amount;
use domain::{
    account::AccountId,
    invoice::InvoiceLine,
    ledger::{Ledger, LedgerId, bill_lines},
    money::Money,
    subscription::{Subscription, SubscriptionId},
};
use serde_json::{Value, json};
use service::{Problem, error};
use tokio::task::spawn_blocking;

use super::edge;
use crate::{Core, Desk, states};

pub(super) async fn show(
    State(core): State<Core>,
    Path((biller, account_id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let account_id = AccountId::parse(&account_id)
        .map_err(|error| Problem::invalid("account", &error.to_string()))?;
    let reader = desk.reader.clone();
    let of = account_id.clone();
    let read = spawn_blocking(move || {
        let subscription = states::of::<Subscription>(&reader, &SubscriptionId::of(&of))?;
        Ok::<_, states::LoadError>((
            subscription,
            states::of::<Ledger>(&reader, &LedgerId::of(&of))?,
        ))
    });
    let states = read.await.map_err(|_| Problem::unavailable("the draft was not made"))?;
    let (subscription, ledger) = states.map_err(|failure| {
        tracing::error!(cause = error::chain(&failure), "a draft's account was not read");
        Problem::unavailable("the account cannot be read now")
    })?;
    Ok(Json(shown(desk, &account_id, &subscription, &ledger)))
}

fn shown(
    desk: &Desk,
    account_id: &AccountId,
    subscription: &Subscription,
    ledger: &Ledger,
) -> Value {
    let currency = desk.biller.currency;
    let amount = |minor| Amount::from(Money::new(currency, minor));
    let previous = ledger.balance();
    let Some(cycle) = subscription.next_cycle() else {
        return json!({
            "accountId": account_id.as_str(),
            "cycle": null,
            "previousBalance": amount(previous),
            "lines": [],
        });
    };
    let through = subscription.end_of_cycle(cycle);
    match bill_lines(&desk.biller, subscription, cycle, through) {
        Err(obstacle) => json!({
            "accountId": account_id.as_str(),
            "cycle": cycle.to_string(),
            "parked": obstacle.reason,
        }),
        Ok(lines) => {
            let total: i64 = lines.iter().map(|line| line.amount.minor).sum();
            json!({
                "accountId": account_id.as_str(),
                "cycle": cycle.to_string(),
                "paysThrough": through.to_string(),
                "dueOn": desk.biller.billing.due_on(cycle, cycle).to_string(),
                "previousBalance": amount(previous),
                "newCharges": amount(total),
                "wouldOwe": amount(previous.saturating_add(total)),
                "lines": lines.iter().map(line).collect::<Vec<_>>(),
            })
        }
    }
}

fn line(line: &InvoiceLine) -> Value {
    json!({
        "description": line.description.as_str(),
        "from": line.span.map(|(from, _)| from.to_string()),
        "to": line.span.map(|(_, to)| to.to_string()),
        "amount": Amount::from(line.amount),
        "kind": line.kind.name(),
    })
}
