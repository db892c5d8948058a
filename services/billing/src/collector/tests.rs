//! What the processor answers, as reports.

use std::{path::Path, sync::Arc};

use contract::pb::{
    autopay::v1::FailCollection,
    ledger::v1::{ConfirmRefund, FailRefund, PaymentMethod, RecordPayment},
};
use domain::{
    Fact,
    autopay::{AutopayEvent, Source},
    ledger::{self, Drawn, LedgerEvent},
    testing::fixtures::{TODAY, account, account_id, code, drawn, paid, text, usd},
};
use payment_processor::{Simulated, TOK_DECLINED_EXPIRED, TOK_FLAKY, TOK_OK, TOK_REFUND_REFUSED};
use projection::{OpenEffect, Performer, Report};
use read_side::testing::{effect, only};
use storage::Storage;

use super::{
    BoxFuture, Collection, Collector, FutureExt as _, Outcome, Processor, ProcessorError, Refund,
    RefundOutcome,
};
use crate::testing::story;

fn collector(dir: &Path) -> Collector {
    let storage: Arc<dyn Storage> = Arc::new(storage::Os);
    let processor = Simulated::open(&storage, dir).expect("the processor opens");
    Collector::new(Arc::new(processor))
}

/// The effect that a collection from a token leads to.
fn collection(token: &str) -> OpenEffect {
    let requested = AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: code("autopay-7-2026-03-16"),
        amount: usd(4_999),
        source: Source {
            method: ledger::PaymentMethod::Card,
            token: code(token),
            label: code("visa 4242"),
        },
        on: TODAY,
    };
    let facts = account().into_iter().chain([requested.on(&account_id())]);
    effect(only(story().and(facts).effects()))
}

fn read<M: prost::Message + Default>(report: Report) -> M {
    M::decode(report.body).expect("the report is a message")
}

#[tokio::test]
async fn f48_what_is_collected_is_a_payment_with_the_processors_reference() {
    let dir = tempfile::tempdir().unwrap();
    let report = collector(dir.path()).perform(&collection(TOK_OK)).await.unwrap();
    assert_eq!(report.verb, "record_payment");
    let payment: RecordPayment = read(report);
    assert_eq!(payment.payment_id, "autopay-7-2026-03-16");
    assert_eq!(payment.method(), PaymentMethod::Card);
    assert_eq!(payment.amount.as_ref().map(|amount| amount.minor), Some(4_999));
    assert!(!payment.reference.is_empty());
}

#[tokio::test]
async fn f48_a_refusal_is_reported_with_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let effect = collection(TOK_DECLINED_EXPIRED);
    let report = collector(dir.path()).perform(&effect).await.unwrap();
    let failed: FailCollection = read(report);
    assert!(!failed.may_retry && !failed.code.is_empty());
}

#[tokio::test]
async fn f48_what_is_not_known_is_asked_again_and_drawn_once() {
    let dir = tempfile::tempdir().unwrap();
    let collector = collector(dir.path());
    let effect = collection(TOK_FLAKY);
    assert!(collector.perform(&effect).await.is_err(), "the processor was not reached");
    let first: RecordPayment = read(collector.perform(&effect).await.unwrap());
    let again: RecordPayment = read(collector.perform(&effect).await.unwrap());
    assert_eq!(first, again);
}

/// The effect that a refund of what the processor calls so leads to.
fn refund(reference: &str) -> OpenEffect {
    let refunded = LedgerEvent::Refunded {
        account_id: account_id(),
        refund_id: code("r 1"),
        amount: usd(1_000),
        method: ledger::PaymentMethod::Card,
        refunded_on: TODAY,
        drawn: Some(Drawn { payment_id: code("p-1"), reference: text(reference) }),
    };
    let paid = drawn("p-1", 4_999);
    let facts = account().into_iter().chain([paid, refunded.on(&account_id())]);
    effect(only(story().and(facts).effects()))
}

/// What the processor calls what it drew from a token.
async fn collected(collector: &Collector, token: &str) -> String {
    let payment: RecordPayment = read(collector.perform(&collection(token)).await.unwrap());
    payment.reference
}

#[tokio::test]
async fn what_the_processor_drew_it_gives_back_once() {
    let dir = tempfile::tempdir().unwrap();
    let collector = collector(dir.path());
    let refund = refund(&collected(&collector, TOK_OK).await);
    let first: ConfirmRefund = read(collector.perform(&refund).await.unwrap());
    let again: ConfirmRefund = read(collector.perform(&refund).await.unwrap());
    assert_eq!(first, again);
    assert_eq!((&*first.account_id, &*first.refund_id), ("account_7", "r 1"));
    assert!(!first.reference.is_empty());
}

#[tokio::test]
async fn what_the_processor_does_not_give_back_is_reported_with_its_code() {
    let reference = "sim_autopay-7-2026-03-16";
    for (reference, code) in [(reference, "refund_refused"), ("ch_1", "unknown_reference")] {
        let dir = tempfile::tempdir().unwrap();
        let collector = collector(dir.path());
        collected(&collector, TOK_REFUND_REFUSED).await;
        let report = collector.perform(&refund(reference)).await.unwrap();
        assert_eq!(report.verb, "fail_refund");
        assert_eq!(read::<FailRefund>(report).code, code);
    }
}

#[tokio::test]
async fn a_refund_that_somebody_gives_himself_is_asked_of_nobody() {
    let refunded = LedgerEvent::Refunded {
        account_id: account_id(),
        refund_id: code("r-1"),
        amount: usd(1_000),
        method: ledger::PaymentMethod::Check,
        refunded_on: TODAY,
        drawn: None,
    };
    let facts = account().into_iter().chain([drawn("p-1", 4_999), refunded.on(&account_id())]);
    assert_eq!(story().and(facts).effects().len(), 0);
}

/// Nobody takes its key any more.
struct Locked;

impl Processor for Locked {
    fn collect<'a>(
        &'a self,
        collection: &'a Collection,
    ) -> BoxFuture<'a, Result<Outcome, ProcessorError>> {
        let id = collection.id.clone();
        async { Err(ProcessorError::Misconfigured { id, status: 401 }) }.boxed()
    }

    fn refund<'a>(
        &'a self,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<RefundOutcome, ProcessorError>> {
        let id = refund.id.clone();
        async { Err(ProcessorError::Misconfigured { id, status: 401 }) }.boxed()
    }
}

#[tokio::test]
async fn wrong_settings_say_nothing_about_what_was_asked_before() {
    let collector = Collector::new(Arc::new(Locked));
    for effect in [collection(TOK_OK), refund("ch_1")] {
        assert!(collector.perform(&effect).await.is_err(), "it may have been moved");
    }
}

/// Draws and refunds that are asked of the processor after what follows.
fn asked(facts: Vec<Fact>, then: Option<Fact>) -> usize {
    story().and(facts).and(then).effects().len()
}

#[test]
fn f48_a_draw_of_which_it_is_known_what_became_of_it_is_asked_no_more() {
    let collection_id = code("autopay-7-2026-03-16");
    let requested = AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: collection_id.clone(),
        amount: usd(4_999),
        source: Source {
            method: ledger::PaymentMethod::Card,
            token: code(TOK_OK),
            label: code("visa 4242"),
        },
        on: TODAY,
    };
    let facts = || account().into_iter().chain([requested.clone().on(&account_id())]).collect();
    let failed = AutopayEvent::CollectionFailed {
        account_id: account_id(),
        collection_id,
        code: code("no_answer"),
        may_retry: true,
    };
    assert_eq!(asked(facts(), None), 1);
    assert_eq!(asked(facts(), Some(failed.on(&account_id()))), 0);
    assert_eq!(asked(facts(), Some(paid("autopay-7-2026-03-16", 4_999))), 0);
    assert_eq!(asked(facts(), Some(paid("p-1", 4_999))), 1, "another payment");
}

#[test]
fn a_refund_of_which_it_is_known_what_became_of_it_is_asked_no_more() {
    let (account_id, refund_id, payment_id) = (account_id(), code("r 1"), code("p-1"));
    let refunded = LedgerEvent::Refunded {
        account_id: account_id.clone(),
        refund_id: refund_id.clone(),
        amount: usd(1_000),
        method: ledger::PaymentMethod::Card,
        refunded_on: TODAY,
        drawn: Some(Drawn { payment_id: payment_id.clone(), reference: text("ch_1") }),
    };
    let facts =
        || account().into_iter().chain([drawn("p-1", 4_999), refunded.clone().on(&account_id)]);
    let failed = LedgerEvent::RefundFailed {
        account_id: account_id.clone(),
        refund_id: refund_id.clone(),
        payment_id,
        amount: usd(1_000),
        method: ledger::PaymentMethod::Card,
        code: code("no_answer"),
        failed_on: TODAY,
    };
    let reference = text("re_1");
    let confirmed =
        LedgerEvent::RefundConfirmed { account_id: account_id.clone(), refund_id, reference };
    assert_eq!(asked(facts().collect(), None), 1);
    for answer in [failed, confirmed] {
        assert_eq!(asked(facts().collect(), Some(answer.on(&account_id))), 0);
    }
}
