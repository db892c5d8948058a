//! A few months of a small operator, in seconds.

use std::sync::Arc;

use domain::{
    Event,
    dunning::{DunningEvent, StepTaken},
    invoice::InvoiceEvent,
    ledger::LedgerEvent,
    site::{SiteEvent, SuspensionReason},
    subscription::SubscriptionEvent,
};
use event_store::Recorded;
use indicatif::ProgressBar;
use jiff::civil::date;

use super::{Outcome, Plan, Stage, Town, judge::Judge, play, play_day};
use crate::billers;

fn plan(seed: u64) -> Plan {
    Plan { from: date(2026, 1, 1), to: date(2026, 4, 30), accounts: 60, seed }
}

fn played(seed: u64) -> Outcome {
    let (biller, dir) = (billers::shipped_one("northeast").unwrap(), tempfile::tempdir().unwrap());
    play(plan(seed), &biller, dir.path(), &ProgressBar::hidden()).unwrap()
}

#[test]
fn f73_to_f91_four_months_keep_every_promise_and_the_same_seed_gives_the_same_log() {
    let outcome = played(1);
    let told: Vec<_> = outcome.broken.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let tally = &outcome.tally;
    assert_eq!(tally.trial_balance, 0);
    assert!(tally.invoices > 120, "{} invoices", tally.invoices);
    assert!(tally.dunning.suspended > 0 && tally.dunning.reinstated > 0, "{:?}", tally.dunning);
    assert_eq!(played(1).hash, outcome.hash);
    assert_ne!(played(2).hash, outcome.hash);
}

/// The log of a small operator, event by event.
fn story() -> Vec<(Recorded, Event)> {
    let (biller, dir) = (billers::shipped_one("northeast").unwrap(), tempfile::tempdir().unwrap());
    let Plan { from, to, accounts, seed } = plan(1);
    let mut stage = Stage::open(dir.path(), Arc::clone(&biller), seed).unwrap();
    let mut town = Town::new(&biller, seed, accounts, (from, to)).unwrap();
    let days = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to);
    days.for_each(|day| play_day(&mut stage, &mut town, day).unwrap());
    let blocks = stage.reader().read_blocks(1, usize::MAX).unwrap();
    let recorded = blocks.iter().flat_map(event_store::Block::events).map(Result::unwrap);
    recorded.map(|it| (it.clone(), read_side::decoded(&it).unwrap())).collect()
}

/// What the judge says of a log.
fn judged(log: impl IntoIterator<Item = (Recorded, Event)>) -> Vec<String> {
    let biller = billers::shipped_one("northeast").unwrap();
    let mut judge = Judge::new(&biller);
    log.into_iter().for_each(|(recorded, event)| judge.read(&recorded, &event));
    judge.finish();
    judge.broken.iter().map(ToString::to_string).collect()
}

/// The log with the first event that fits changed, or taken out.
fn without(
    log: &[(Recorded, Event)],
    mut change: impl FnMut(&mut Event) -> Option<bool>,
) -> Vec<(Recorded, Event)> {
    let mut is_done = false;
    let mut changed = Vec::new();
    for (recorded, event) in log {
        let mut event = event.clone();
        let stays = if is_done { None } else { change(&mut event) };
        is_done |= stays.is_some();
        if stays != Some(false) {
            changed.push((recorded.clone(), event));
        }
    }
    assert!(is_done, "there is no such event in the log");
    changed
}

#[track_caller]
fn assert_told(told: &[String], what: &str) {
    assert!(told.iter().any(|told| told.contains(what)), "{what:?} is not in {told:#?}");
}

#[test]
fn f44_f80_f86_the_judge_sees_what_was_planted() {
    let log = story();
    assert_eq!(judged(log.clone()), Vec::<String>::new());

    let told = judged(without(&log, |event| {
        matches!(event, Event::Invoice(InvoiceEvent::Issued(_))).then_some(false)
    }));
    assert_told(&told, "stands where number 1 is due");
    assert_told(&told, ", and the books say ");

    let told = judged(without(&log, |event| {
        let called = |step: &StepTaken| step.step == 1;
        matches!(event, Event::Dunning(DunningEvent::StepTaken(step)) if called(step))
            .then_some(false)
    }));
    assert_told(&told, "step suspension is taken where step 1 is due");

    let told = judged(without(&log, |event| {
        let Event::Dunning(DunningEvent::StepTaken(step)) = event else { return None };
        step.taken_on = date(2026, 1, 18);
        Some(true)
    }));
    assert_told(&told, "on another day than today");

    let told = judged(without(&log, |event| {
        matches!(event, Event::Subscription(SubscriptionEvent::Billed { .. })).then_some(false)
    }));
    assert_told(&told, "cycle");

    let told = judged(without(&log, |event| {
        matches!(event, Event::Site(SiteEvent::ReinstatementRequested { .. })).then_some(false)
    }));
    assert_told(&told, "has paid, and was still suspended after");
}

#[test]
fn f79_f86_the_judge_sees_a_suspension_without_a_debt_and_a_reinstatement_with_one() {
    let log = story();
    let suspension = |event: &Event| {
        let unpaid = SuspensionReason::NonPayment;
        let Event::Site(SiteEvent::SuspensionRequested { reason, .. }) = event else {
            return false;
        };
        *reason == unpaid
    };
    let (place, (recorded, event)) =
        log.iter().enumerate().find(|(_, (_, event))| suspension(event)).unwrap();
    // The same suspension once more at the end of the log, when all is long settled.
    let told = judged(log.iter().cloned().chain([(recorded.clone(), event.clone())]));
    assert_told(&told, "is suspended");

    // Whoever was reinstated because of a payment that never came.
    let reinstated = log[place..].iter().position(|(_, event)| {
        matches!(event, Event::Site(SiteEvent::ReinstatementRequested { .. }))
    });
    let upto = place + reinstated.unwrap();
    let account = log[..upto].iter().rposition(|(_, event)| {
        matches!(event, Event::Ledger(LedgerEvent::PaymentReceived { .. }))
    });
    let mut unpaid = log.clone();
    unpaid.remove(account.unwrap());
    let told = judged(unpaid);
    assert_told(&told, "is reinstated as paid, and owes");
}
