//! What is billed, taxed and asked for, as people and programs read it.

use domain::{
    biller::{BillingPlan, Bundle, DunningAction, DunningPlan, DunningStep, Extra, Fee, Taxation},
    money::{Currency, Money},
    text::Code,
};
use serde_json::{Value, json};

use super::{codes, prices, versions};
use crate::view::ShownAmount;

pub(super) fn fee((product, fee): (&Code, &Fee)) -> Value {
    json!({
        "product": product.as_str(),
        "name": fee.name,
        "prices": prices(&fee.amount, "amount"),
        "taxCode": fee.tax_code.as_ref().map(Code::as_str),
    })
}

pub(super) fn extra((product, extra): (&Code, &Extra)) -> Value {
    json!({
        "product": product.as_str(),
        "name": extra.name,
        "prices": prices(&extra.monthly, "monthly"),
        "taxCode": extra.tax_code.as_ref().map(Code::as_str),
    })
}

pub(super) fn bundle((product, bundle): (&Code, &Bundle)) -> Value {
    json!({
        "product": product.as_str(),
        "name": bundle.name,
        "packages": codes(&bundle.packages),
        "prices": prices(&bundle.discount, "discount"),
    })
}

/// Every tax of every market; a market without taxes is there with none. An engine that is no
/// table shows nothing.
pub(super) fn taxes(taxation: &dyn Taxation) -> Vec<Value> {
    let mut shown = Vec::new();
    for (market, taxes) in taxation.table().into_iter().flat_map(|table| &table.markets) {
        let rows = taxes.iter().map(|(code, tax)| {
            json!({
                "market": market.as_str(),
                "tax": code.as_str(),
                "name": tax.name,
                "on": codes(&tax.applies_to),
                "rates": versions(&tax.rate, "percent", |rate| percent(*rate).into()),
            })
        });
        shown.extend(rows);
        if taxes.is_empty() {
            shown.push(json!({ "market": market.as_str(), "tax": null }));
        }
    }
    shown
}

pub(super) fn plan(plan: &BillingPlan, currency: Currency) -> Value {
    let limits = plan
        .adjustment_limits
        .iter()
        .map(|(role, limit)| json!({ "role": role.name(), "amount": amount(currency, *limit) }));
    json!({
        "billDay": plan.bill_day,
        "dueDays": plan.due_days,
        "approvesRuns": plan.approves_runs,
        "autopayMinimum": amount(currency, plan.autopay_minimum),
        "adjustmentReasons": codes(&plan.adjustment_reasons),
        "adjustmentLimits": limits.collect::<Vec<_>>(),
    })
}

pub(super) fn dunning(plan: &DunningPlan, currency: Currency) -> Value {
    let arrangements = plan.arrangements.iter().map(|(role, limit)| {
        let amount = amount(currency, limit.amount);
        json!({ "role": role.name(), "days": limit.days, "amount": amount })
    });
    json!({
        "minimum": amount(currency, plan.minimum),
        "caller": plan.caller.as_str(),
        "reconnectFee": plan.reconnect_fee.as_ref().map(Code::as_str),
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "arrangements": arrangements.collect::<Vec<_>>(),
    })
}

fn step(step: &DunningStep) -> Value {
    json!({
        "name": step.name.as_str(),
        "afterDue": step.after_due,
        "actions": step.actions.iter().map(|action| word(*action)).collect::<Vec<_>>(),
        "lateFee": step.late_fee.as_ref().map(Code::as_str),
        "procedures": step
            .procedures
            .iter()
            .map(|it| json!({ "name": it.name.as_str(), "link": it.link.as_str() }))
            .collect::<Vec<_>>(),
    })
}

fn word(action: DunningAction) -> &'static str {
    match action {
        DunningAction::Ticket => "ticket",
        DunningAction::Email => "email",
        DunningAction::Call => "call",
        DunningAction::Suspend => "suspend",
    }
}

fn amount(currency: Currency, minor: i64) -> ShownAmount {
    ShownAmount(Money::new(currency, minor))
}

/// Parts of a million as the file has them: `6.25`.
fn percent(millionths: u32) -> String {
    let (whole, rest) = (millionths / 10_000, millionths % 10_000);
    let text = format!("{whole}.{rest:04}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
