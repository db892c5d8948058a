//! What was done outlives crashes, and is done once.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use proptest::prelude::*;
use storage::{Fault, Os, Storage};

use super::{Simulated, TOK_DECLINED_INSUFFICIENT, TOK_FLAKY, TOK_LOST_ANSWER, TOK_OK};
use crate::{Collection, Currency, Outcome, Processor as _, ProcessorError, Refund, RefundOutcome};

fn opened(disk: &storage::Simulated) -> Simulated {
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    Simulated::open(&storage, Path::new("/processor")).unwrap()
}

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn collection(id: &str, token: &str, amount_minor: i64) -> Collection {
    Collection {
        id: id.to_owned(),
        token: token.to_owned(),
        amount_minor,
        currency: usd(),
        reference: "invoice_7".to_owned(),
    }
}

async fn collect(processor: &Simulated, id: &str, token: &str) -> Result<Outcome, ProcessorError> {
    processor.collect(&collection(id, token, 4_999)).await
}

#[tokio::test]
async fn a_power_cut_between_draw_and_answer_draws_nothing_twice() {
    for seed in 0..20 {
        for token in [TOK_OK, TOK_LOST_ANSWER] {
            assert!(cut(seed, token, 1).await && cut(seed, token, 2).await, "batch and sync");
            assert!(!cut(seed, token, 3).await, "nothing else touches the disk");
        }
    }
}

/// Cuts the power at a call of the disk; whether the power was cut at all.
async fn cut(seed: u64, token: &str, at: u64) -> bool {
    let disk = storage::Simulated::new(seed);
    let processor = opened(&disk);
    collect(&processor, "before", TOK_OK).await.unwrap();
    disk.fail_at(Fault::Power, at);
    let first = collect(&processor, "c1", token).await;
    let was_cut = disk.heal();
    drop(processor);
    disk.crash();
    let processor = opened(&disk);
    let again = loop {
        match collect(&processor, "c1", token).await {
            Ok(outcome) => break outcome,
            Err(error) => assert!(error.may_ask_again(), "{error}"),
        }
    };
    assert!(matches!(again, Outcome::Paid { .. }), "{again:?}");
    if let Ok(first) = first {
        assert_eq!(first, again, "what was answered was on the disk");
    }
    let held = processor.held_minor(usd()).await.unwrap();
    assert_eq!(held, 2 * 4_999, "seed {seed}, {token}, cut at {at}");
    was_cut
}

#[tokio::test]
async fn a_power_cut_gives_nothing_back_twice() {
    for seed in 0..20 {
        for at in 1..=2 {
            let disk = storage::Simulated::new(seed);
            let processor = opened(&disk);
            let paid = collect(&processor, "c1", TOK_OK).await.unwrap();
            assert!(matches!(paid, Outcome::Paid { .. }), "{paid:?}");
            let back = Refund {
                id: "r1".to_owned(),
                reference: "sim_c1".to_owned(),
                amount_minor: 3_000,
                currency: usd(),
            };
            disk.fail_at(Fault::Power, at);
            let first = processor.refund(&back).await;
            assert!(disk.heal() && first.is_err(), "{first:?}");
            drop(processor);
            disk.crash();
            let processor = opened(&disk);
            let again = processor.refund(&back).await.unwrap();
            assert!(matches!(again, RefundOutcome::Refunded { .. }), "{first:?}, then {again:?}");
            assert_eq!(processor.held_minor(usd()).await.unwrap(), 1_999);
        }
    }
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_answered_until_it_is_opened_anew() {
    let disk = storage::Simulated::new(7);
    let processor = opened(&disk);
    disk.fail_at(Fault::Sync, 1);
    assert!(collect(&processor, "c1", TOK_OK).await.unwrap_err().may_ask_again());
    assert!(disk.heal());
    for id in ["c1", "c2"] {
        assert!(collect(&processor, id, TOK_OK).await.unwrap_err().may_ask_again());
    }
    drop(processor);
    disk.crash();
    let processor = opened(&disk);
    for id in ["c1", "c2"] {
        collect(&processor, id, TOK_OK).await.unwrap();
    }
    assert_eq!(processor.held_minor(usd()).await.unwrap(), 2 * 4_999);
}

#[tokio::test]
async fn the_token_is_not_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Os);
    let processor = Simulated::open(&storage, dir.path()).unwrap();
    let token = "tok_4f1c_of_somebody";
    processor.collect(&collection("c1", token, 1)).await.unwrap();
    drop(processor);
    let log = std::fs::read(dir.path().join("db")).unwrap();
    let has = |text: &str| log.windows(text.len()).any(|found| found == text.as_bytes());
    assert!(has("collection/c1") || has("unknown_token"), "this is where the rows are");
    assert!(!has(token));
}

/// One asking: which id and token, how much, and whether the power is cut afterwards.
type Asking = (usize, usize, i64, bool);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_is_asked_in_whatever_order_an_id_is_drawn_once(
        askings in prop::collection::vec((0..3_usize, 0..4_usize, 1..3_i64, any::<bool>()), 1..24),
        seed in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(play(&askings, seed));
    }
}

async fn play(askings: &[Asking], seed: u64) {
    let tokens = [TOK_OK, TOK_DECLINED_INSUFFICIENT, TOK_FLAKY, TOK_LOST_ANSWER];
    let disk = storage::Simulated::new(seed);
    let mut processor = opened(&disk);
    let mut first: BTreeMap<usize, (usize, i64)> = BTreeMap::new();
    let mut asked_before = BTreeMap::new();
    for &(id, token, amount, is_cut) in askings {
        let content = *first.entry(id).or_insert((token, amount));
        let times = asked_before.entry(id).or_insert(0);
        let said = processor.collect(&collection(&format!("c{id}"), tokens[token], amount)).await;
        if content == (token, amount) {
            let is_lost = *times == 0 && token >= 2;
            assert_eq!(said.is_err(), is_lost, "{said:?}");
            *times += 1;
        } else {
            assert!(matches!(said, Err(ProcessorError::Reused { .. })), "{said:?}");
        }
        if is_cut {
            drop(processor);
            disk.crash();
            processor = opened(&disk);
        }
    }
    let drawn = first.iter().map(|(id, (token, amount))| match tokens[*token] {
        TOK_OK | TOK_LOST_ANSWER => *amount,
        TOK_FLAKY if asked_before[id] > 1 => *amount,
        _ => 0,
    });
    assert_eq!(processor.held_minor(usd()).await.unwrap(), drawn.sum::<i64>());
}
