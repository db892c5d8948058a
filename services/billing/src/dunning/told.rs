//! The events that led where an account's dunning stands, each in a sentence.

use domain::{
    biller::Biller,
    dunning::{Dunning, DunningEvent, LadderEnd, Promise, StepTaken},
    ledger::LedgerEvent,
    money::Money,
    site::{NocFailure, ReinstatementGrounds, SiteEvent},
    subscription::PendingFee,
    text::Code,
};

use super::row::{Entry, LEDGER};

/// What dunning did, or was told, as things stood, and what is left of what it is about: of an
/// arrangement that is over, of a dispute that is decided.
pub(super) fn dunning(event: &DunningEvent, stood: &Dunning, left: Option<Money>) -> Entry {
    match event {
        DunningEvent::StepTaken(StepTaken { ladder, anchor, name, past_due, taken_on, .. }) => {
            let what = format!(
                "Step {name} of ladder {ladder} taken on {taken_on}: {past_due} past due, the \
                 oldest since {anchor}"
            );
            Entry::of("step", what)
        }
        DunningEvent::LadderEnded { ladder, because, .. } => {
            let why = match because {
                LadderEnd::Settled => "what started it is paid or disputed",
                LadderEnd::Excluded => "the account is excluded",
                LadderEnd::PromiseBroken => "all steps were taken, and a promise was broken since",
            };
            Entry::of("end", format!("Ladder {ladder} ended: {why}"))
        }
        DunningEvent::ArrangementMade { arrangement_id, total, promises, by_manager, .. } => {
            let instead =
                stood.arrangement.as_ref().map(|it| format!(" instead of {}", it.arrangement_id));
            let (instead, promised) = (instead.unwrap_or_default(), promised(promises));
            let reach = match by_manager {
                true => "",
                false => "; no manager made it, so it reinstates nobody",
            };
            let what =
                format!("Arrangement {arrangement_id}{instead} for {total}: {promised}{reach}");
            Entry::of("arrangement", what)
        }
        DunningEvent::ArrangementKept { arrangement_id, .. } => {
            Entry::of("arrangement", kept(arrangement_id, left))
        }
        DunningEvent::ArrangementBroken { arrangement_id, promised_on, missing, .. } => {
            let what = format!(
                "Arrangement {arrangement_id} broken: {missing} missing of what was promised by \
                 {promised_on}"
            );
            Entry::of("arrangement", what)
        }
        DunningEvent::ChargeDisputed { charge_id, reason, while_suspended, .. } => {
            let stayed = stood.disputed_while_suspended.contains(charge_id);
            let stays = match while_suspended {
                true => "; the suspension stays until it is decided",
                false if stayed => "; since a manager arranged, no suspension waits for it",
                false => "",
            };
            Entry::of("dispute", format!("{charge_id} disputed: {reason}{stays}"))
        }
        DunningEvent::DisputeClosed { charge_id, .. } => {
            let outside = stood.arrangement.as_ref().filter(|it| it.excludes.contains(charge_id));
            let outside = outside.map(|it| format!(", and no part of {}", it.arrangement_id));
            let owed = left.map(|left| format!(": {left} is owed{}", outside.unwrap_or_default()));
            let owed = owed.unwrap_or_default();
            Entry::of("dispute", format!("The dispute about {charge_id} is decided{owed}"))
        }
        DunningEvent::Excluded { reason, until, .. } => {
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            Entry::of("exclusion", format!("Excluded{until}: {reason}"))
        }
        DunningEvent::Included { .. } => Entry::of("exclusion", "Included again".to_owned()),
        DunningEvent::PaymentDemanded { through, .. } => {
            let what = format!("Suspended by hand for what was due by {through}");
            Entry::of("suspension", what)
        }
    }
}

/// What is disputed is not paid.
fn kept(arrangement_id: &Code, left: Option<Money>) -> String {
    match left {
        None => format!("Arrangement {arrangement_id} kept"),
        Some(left) => format!(
            "Arrangement {arrangement_id} is over: {left} of what it covers is disputed, the rest \
             is paid"
        ),
    }
}

/// What is paid by when.
fn promised(promises: &[Promise]) -> String {
    let promised = promises.iter().map(|it| format!("{} by {}", it.amount, it.on));
    promised.collect::<Vec<_>>().join(", ")
}

/// What was owed and paid.
pub(super) fn ledger(event: &LedgerEvent) -> Entry {
    let what = match event {
        LedgerEvent::Charged { charge_id, due_on, .. } => {
            format!("Charge {charge_id}, due on {due_on}")
        }
        LedgerEvent::Invoiced { invoice_id, total, due_on, .. } => {
            format!("{invoice_id} of {total}, due on {due_on}")
        }
        LedgerEvent::InvoiceCredited { invoice_id, credit_note, .. } => {
            format!("{invoice_id} credited by {credit_note}")
        }
        LedgerEvent::PaymentReceived { payment_id, amount, received_on, .. } => {
            format!("Payment {payment_id} of {amount}, received on {received_on}")
        }
        LedgerEvent::PaymentReversed { payment_id, amount, reason, .. } => {
            format!("Payment {payment_id} of {amount} reversed: {reason}")
        }
        LedgerEvent::Refunded { refund_id, amount, .. } => {
            format!("Refund {refund_id} of {amount}")
        }
        LedgerEvent::RefundConfirmed { refund_id, .. } => {
            format!("Refund {refund_id} was given back")
        }
        LedgerEvent::RefundFailed { refund_id, amount, code, .. } => {
            format!("Refund {refund_id} of {amount} was not given back: {code}")
        }
        LedgerEvent::Adjusted { adjustment_id, amount, reason, .. } => {
            format!("Adjustment {adjustment_id} of {amount}: {reason}")
        }
        LedgerEvent::AdjustmentRequested { adjustment_id, .. }
        | LedgerEvent::AdjustmentDeclined { adjustment_id, .. } => {
            format!("Adjustment {adjustment_id}")
        }
        LedgerEvent::ChargeDisputed { charge_id, .. }
        | LedgerEvent::DisputeClosed { charge_id, .. } => format!("Dispute about {charge_id}"),
    };
    Entry::of(LEDGER, what)
}

/// What became of a site that is suspended because somebody did not pay, or was.
pub(super) fn site(site_id: &str, event: &SiteEvent) -> Option<Entry> {
    let (kind, what) = match event {
        SiteEvent::SuspensionRequested { request, .. } => {
            ("suspension", format!("{site_id}: suspension requested of the NOC, request {request}"))
        }
        SiteEvent::Suspended { request, .. } => {
            ("suspension", format!("{site_id} suspended, request {request}"))
        }
        SiteEvent::ReinstatementRequested { request, grounds } => {
            let grounds = match grounds {
                ReinstatementGrounds::PaidInFull => "paid in full",
                ReinstatementGrounds::PaymentArrangement => "a payment arrangement",
                ReinstatementGrounds::ReasonEnded => "its reason ended",
            };
            let asked = format!("reinstatement requested of the NOC, request {request}");
            ("reinstatement", format!("{site_id}: {asked}: {grounds}"))
        }
        SiteEvent::Reinstated { request, .. } => {
            ("reinstatement", format!("{site_id} reinstated, request {request}"))
        }
        SiteEvent::NocRequestFailed { request, failure } => {
            let why = match failure {
                NocFailure::TimedOut => "not done in time",
                NocFailure::NetworkRefused => "the network refused it",
                NocFailure::VlanNotRestored => "the ONT shows the wrong VLAN",
            };
            ("noc", format!("{site_id}: request {request} to the NOC failed: {why}"))
        }
        SiteEvent::Registered { .. } | SiteEvent::NocRequestAcknowledged { .. } => return None,
    };
    Some(Entry::of(kind, what))
}

/// A fee that dunning charges, by a step or by a reinstatement.
pub(super) fn fee(biller: &Biller, fee: &PendingFee) -> Option<Entry> {
    let plan = &biller.dunning;
    let mut fees = plan.steps.iter().filter_map(|step| step.late_fee.as_ref());
    let is_ours =
        plan.reconnect_fee.as_ref() == Some(&fee.product) || fees.any(|late| *late == fee.product);
    let PendingFee { description, amount, on, .. } = fee;
    let what = format!("{description} of {amount} charged on {on}, with the next bill");
    is_ours.then(|| Entry::of("fee", what))
}
