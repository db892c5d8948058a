//! `GET /v1/{biller}/drafts/{account}`: what an account's next bill has on it as things stand, line
//! by line: for whoever is asked for it on the phone, and for whoever approves a bill run.
//!
//! What must stay true: it is rated by the rule that makes the bill, on the same states, and due
//! when the bill would be that is made on its bill day, or today where that is over. Days are said
//! as on the statement: both ends included.

pub(super) mod run;
mod tally;

use axum::{
    Json,
    extract::{Path, State},
};
use contract::view::ShownAmount;
use domain::{
    account::{Account, AccountId},
    calendar::{self, Calendar},
    invoice::InvoiceLine,
    ledger::{Ledger, LedgerId, bill_lines},
    money::Money,
    subscription::{Subscription, SubscriptionId},
};
use event_store::Reader;
use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};
use service::{Problem, error};
use tokio::task::spawn_blocking;

use super::edge;
use crate::{Core, Desk, states};

/// What a draft follows from.
struct Read {
    subscription: Subscription,
    ledger: Ledger,
    /// The last opened day, if there is one.
    today: Option<Date>,
}

pub(super) async fn show(
    State(core): State<Core>,
    Path((biller, account_id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let account_id = AccountId::parse(&account_id)
        .map_err(|error| Problem::invalid("account", &error.to_string()))?;
    let (reader, of) = (desk.reader.clone(), account_id.clone());
    let read = spawn_blocking(move || read(&reader, &of)).await;
    let read = read.map_err(|_| Problem::unavailable("the draft was not made"))?;
    let read = read.map_err(|failure| {
        tracing::error!(cause = error::chain(&failure), "a draft's account was not read");
        Problem::unavailable("the account cannot be read now")
    })?;
    let unknown = || Problem::not_found(format!("there is no account {account_id}"));
    Ok(Json(shown(desk, &account_id, &read.ok_or_else(unknown)?)))
}

/// The states of an account; `None`: nobody opened it.
fn read(reader: &Reader, account_id: &AccountId) -> Result<Option<Read>, states::LoadError> {
    if states::of::<Account>(reader, account_id)? == Account::Unopened {
        return Ok(None);
    }
    let today = match states::of::<Calendar>(reader, &calendar::days())? {
        Calendar::Open { today } => Some(today),
        Calendar::NoDayOpened => None,
    };
    Ok(Some(Read {
        subscription: states::of(reader, &SubscriptionId::of(account_id))?,
        ledger: states::of(reader, &LedgerId::of(account_id))?,
        today,
    }))
}

fn shown(desk: &Desk, account_id: &AccountId, read: &Read) -> Value {
    let Read { subscription, ledger, today } = read;
    let currency = desk.biller.currency;
    let amount = |minor| ShownAmount(Money::new(currency, minor));
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
            let due_on = desk.biller.billing.due_on(cycle, today.unwrap_or(cycle));
            let total: i64 = lines.iter().map(|line| line.amount.minor).sum();
            json!({
                "accountId": account_id.as_str(),
                "cycle": cycle.to_string(),
                "paysThrough": last_day(through).to_string(),
                "dueOn": due_on.to_string(),
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
        "to": line.span.map(|(_, end)| last_day(end).to_string()),
        "amount": ShownAmount(line.amount),
        "kind": line.kind.name(),
    })
}

/// The day before.
fn last_day(end: Date) -> Date {
    end.saturating_sub(1.day())
}
