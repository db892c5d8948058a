//! What the processor answers, as reports.

use std::{path::Path, sync::Arc};

use contract::pb::{
    autopay::v1::FailCollection,
    ledger::v1::{PaymentMethod, RecordPayment},
};
use domain::{
    autopay::{AutopayEvent, Source},
    ledger,
    testing::fixtures::{TODAY, account, account_id, code, usd},
};
use payment_processor::{Simulated, TOK_DECLINED_EXPIRED, TOK_FLAKY, TOK_OK};
use projection::{OpenEffect, Performer, Report};
use read_side::testing::{effect, only};
use storage::Storage;

use super::Collector;
use crate::testing::story;

fn collector(dir: &Path) -> Collector {
    let storage: Arc<dyn Storage> = Arc::new(storage::Os);
    let processor = Simulated::open(&storage, dir).expect("the processor opens");
    Collector { processor: Arc::new(processor) }
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
