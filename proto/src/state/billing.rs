//! The states of what has to do with money, as JSON. Amounts are in minor units.

use domain::{
    autopay::Autopay,
    dunning::{Dunning, Promise},
    invoice::{Invoice, InvoiceLine},
    ledger::{Ledger, OpenCharge},
    subscription::Subscription,
};
use jiff::civil::Date;
use serde_json::{Value, json};

pub(super) fn of_ledger(ledger: &Ledger) -> Value {
    let open = |charge: &OpenCharge| {
        json!({
            "chargeId": charge.charge_id.as_str(),
            "dueOn": charge.due_on.to_string(),
            "remaining": charge.remaining,
        })
    };
    let charges: Vec<_> = ledger.open_charges().iter().map(open).collect();
    let credit = ledger.standing.credit();
    json!({ "balance": ledger.balance(), "openCharges": charges, "credit": credit })
}

pub(super) fn of_subscription(subscription: &Subscription) -> Value {
    // The last day that there is: what every item is by now, as far as it is known.
    let items = subscription.items_on(Date::MAX).map(|(item_id, item)| {
        json!({
            "itemId": item_id.as_str(),
            "product": item.product.as_str(),
            "monthly": item.price.monthly.minor,
            "version": item.price.version.map(|version| version.to_string()),
        })
    });
    let items: Vec<_> = items.collect();
    json!({
        "items": items,
        "nextCycle": subscription.next_cycle().map(|cycle| cycle.to_string()),
        "billedThrough": subscription.through().map(|through| through.to_string()),
        "parked": subscription.parked().map(|(cycle, code)| json!({
            "cycle": cycle.to_string(),
            "code": code.as_str(),
        })),
    })
}

pub(super) fn of_invoice(invoice: &Invoice) -> Value {
    match invoice {
        Invoice::NotIssued => Value::Null,
        Invoice::Issued(issued) => json!({
            "account": issued.account_id.as_str(),
            "cycle": issued.cycle.to_string(),
            "dueOn": issued.due_on.to_string(),
            "total": issued.total().minor,
            "lines": issued.lines.iter().map(of_line).collect::<Vec<_>>(),
        }),
        Invoice::Credited { account_id, reason, rebilled } => json!({
            "account": account_id.as_str(),
            "credited": reason.as_str(),
            "rebilled": rebilled,
        }),
    }
}

fn of_line(line: &InvoiceLine) -> Value {
    json!({
        "item": line.item_id.as_str(),
        "kind": line.kind.name(),
        "product": line.product.as_str(),
        "amount": line.amount.minor,
    })
}

pub(super) fn of_autopay(autopay: &Autopay) -> Value {
    json!({
        "source": autopay.source.as_ref().map(|source| source.label.as_str()),
        "refused": autopay.is_refused,
        "lastDraw": autopay.last.as_ref().map(|draw| draw.on.to_string()),
    })
}

pub(super) fn of_dunning(dunning: &Dunning) -> Value {
    let of_promise =
        |promise: &Promise| json!({ "on": promise.on.to_string(), "amount": promise.amount.minor });
    json!({
        "ladder": dunning.ladder.map(|ladder| json!({
            "anchor": ladder.anchor.to_string(),
            "stepsTaken": ladder.taken,
            "lastOn": ladder.last_on.to_string(),
        })),
        "arrangement": dunning.arrangement.as_ref().map(|arrangement| json!({
            "arrangementId": arrangement.arrangement_id.as_str(),
            "coversThrough": arrangement.covers_through.to_string(),
            "promises": arrangement.promises.iter().map(of_promise).collect::<Vec<_>>(),
        })),
        "disputed": dunning.disputed.keys().map(|id| id.as_str()).collect::<Vec<_>>(),
        "disputedWhileSuspended":
            dunning.disputed_while_suspended.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        "excluded": dunning.excluded.as_ref().map(|excluded| json!({
            "reason": excluded.reason.as_str(),
            "until": excluded.until.map(|until| until.to_string()),
        })),
    })
}
