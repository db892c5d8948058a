//! Policies: done once, whatever is lost; late, cancelled and parked as they should be.

use std::sync::atomic::Ordering;

use super::world::{World, dump, fold, until};
use crate::{OpenIntent, Wanted};

#[tokio::test]
async fn a_command_is_sent_once_and_closed_by_its_record() {
    let world = World::new().await;
    world.open_core().await;
    let handle = world.start().await;

    world.log.append(&[("book-1", "ask", "anna")]);

    until(&handle, |status| status.checkpoint == 2 && status.pending_intents == 0).await;
    assert_eq!(world.core.counts(), (1, 0));
    let asked = world.core.asked.lock().unwrap();
    let (_, message) = asked.values().next().unwrap();
    assert_eq!(&message.body[..], b"anna");
    assert_eq!(message.headers.get("demarc-actor"), Some("library"));
    let cause = "00000000-0000-0001-0000-000000000000";
    assert_eq!(message.headers.get("demarc-causation"), Some(cause));
    assert_eq!(message.headers.get("demarc-correlation"), Some(cause));
}

#[tokio::test]
async fn an_effect_is_performed_once_and_reported() {
    let world = World::new().await;
    world.open_core().await;
    world.post.failures.store(1, Ordering::Relaxed);
    let handle = world.start().await;

    world.log.append(&[("book-1", "mail", "dear anna")]);

    let waiting = until(&handle, |_| world.post.failures.load(Ordering::Relaxed) == 0).await;
    assert_eq!(waiting.pending_intents, 1);
    world.advance(1_000_000);
    until(&handle, |status| status.checkpoint == 2 && status.pending_intents == 0).await;
    let sent = world.post.sent.lock().unwrap();
    assert_eq!(sent.iter().map(|mail| &mail.body[..]).collect::<Vec<_>>(), [b"dear anna"]);
    assert!(world.core.asked.lock().unwrap().contains_key(&sent[0].id.to_string()));
}

#[tokio::test]
async fn effects_that_hang_hold_up_no_command() {
    let world = World::new().await;
    world.open_core().await;
    world.post.hangs.send_replace(true);
    let handle = world.start().await;

    let mails = u64::try_from(world.config().limits.in_flight * 2).unwrap();
    for _ in 0..mails {
        world.log.append(&[("book-1", "mail", "dear anna")]);
    }
    world.log.append(&[("book-1", "ask", "anna")]);

    until(&handle, |_| world.core.counts() == (1, 0)).await;
    until(&handle, |status| status.pending_intents == mails).await;
    world.post.hangs.send_replace(false);
    until(&handle, |status| status.pending_intents == 0).await;
    assert_eq!(world.post.sent.lock().unwrap().len() as u64, mails, "each once");
}

#[tokio::test]
async fn a_crash_between_deciding_and_sending_sends_after_the_restart() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "ask", "anna")]);
    until(&handle, |status| status.pending_intents == 1).await;
    handle.shutdown().await;

    world.open_core().await;
    let handle = world.start().await;
    world.advance(60_000_000);

    until(&handle, |status| status.checkpoint == 2 && status.pending_intents == 0).await;
    assert_eq!(world.core.counts(), (1, 0));
}

#[tokio::test]
async fn a_deleted_read_model_comes_back_and_repeats_nothing() {
    let world = World::new().await;
    world.open_core().await;
    let handle = world.start().await;
    let events = [("book-1", "ask", "anna"), ("book-2", "mail", "bert"), ("book-1", "ask", "cleo")];
    world.log.append(&events);
    until(&handle, |status| status.checkpoint == 6 && status.pending_intents == 0).await;
    handle.shutdown().await;
    std::fs::remove_dir_all(world.dir()).unwrap();

    let handle = world.start().await;
    world.log.append(&[("book-3", "ask", "dora")]);

    until(&handle, |status| status.checkpoint == 8 && status.pending_intents == 0).await;
    assert_eq!(world.core.counts(), (4, 0));
    assert_eq!(world.post.sent.lock().unwrap().len(), 1);
    assert_eq!(dump(&handle), fold(&world));
}

#[tokio::test]
async fn an_intent_waits_for_its_time() {
    let world = World::new().await;
    world.open_core().await;
    let handle = world.start().await;

    world.log.append(&[("book-1", "remind", "5000000"), ("book-2", "ask", "anna")]);

    until(&handle, |status| status.checkpoint == 3 && status.pending_intents == 1).await;
    assert_eq!(world.core.counts(), (1, 0));
    world.advance(4_000_000);
    until(&handle, |status| status.checkpoint == 4 && status.pending_intents == 0).await;
    assert_eq!(world.core.counts(), (2, 0));
}

#[tokio::test]
async fn a_cancelled_intent_is_never_sent() {
    let world = World::new().await;
    world.open_core().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "remind", "5000000"), ("book-1", "forget", "")]);
    until(&handle, |status| status.checkpoint == 2 && status.pending_intents == 0).await;

    world.advance(10_000_000);
    world.log.append(&[("book-2", "ask", "anna")]);

    until(&handle, |status| status.checkpoint == 4 && status.pending_intents == 0).await;
    assert_eq!(world.core.counts(), (1, 0));
}

#[tokio::test]
async fn what_was_performed_is_reported_although_it_was_cancelled_meanwhile() {
    let world = World::new().await;
    world.open_core().await;
    world.post.hangs.send_replace(true);
    let handle = world.start().await;
    world.log.append(&[("book-1", "letter", "dear anna")]);
    until(&handle, |_| world.post.hangs.receiver_count() > 0).await;
    world.log.append(&[("book-1", "forget", "")]);
    until(&handle, |status| status.checkpoint == 2 && status.pending_intents == 0).await;

    world.post.hangs.send_replace(false);

    until(&handle, |status| status.checkpoint == 3).await;
    assert_eq!(world.core.counts(), (1, 0));
}

#[tokio::test]
async fn the_latest_intent_with_a_key_takes_the_place_of_an_open_one() {
    let world = World::new().await;
    world.log.append(&[("book-1", "remind", "5"), ("book-1", "remind", "7")]);

    let open = world.fresh_fold().intents(9).unwrap();

    let [OpenIntent { wanted: Wanted::Command(wish), .. }] = &open[..] else {
        panic!("one command is open: {open:?}");
    };
    assert_eq!(wish.not_before, Some(7));
}

#[tokio::test]
async fn what_core_does_not_understand_is_parked_until_it_is_retried() {
    let world = World::new().await;
    *world.core.outcome.lock().unwrap() = "invalid";
    world.open_core().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "ask", "anna")]);

    let parked = until(&handle, |status| !status.parked.is_empty()).await.parked;
    assert_eq!(parked[0].policy, "lend_on_ask");
    assert_eq!(parked[0].last_error.as_deref(), Some("invalid: book.odd odd book"));

    *world.core.outcome.lock().unwrap() = "accepted";
    handle.retry();
    let done = until(&handle, |status| status.checkpoint == 2 && status.pending_intents == 0).await;
    assert!(done.parked.is_empty());
}

#[tokio::test]
async fn an_answered_intent_is_not_sent_again_while_its_record_is_on_its_way() {
    let world = World::new().await;
    *world.core.outcome.lock().unwrap() = "rejected";
    world.open_core().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "ask", "anna")]);
    until(&handle, |_| world.core.counts().0 == 1).await;

    world.advance(60_000_000);
    world.log.append(&[("book-2", "ask", "bert")]);
    until(&handle, |_| world.core.counts().0 == 2).await;

    assert_eq!(world.core.counts(), (2, 0));
    assert_eq!(handle.status().pending_intents, 2);
}

#[tokio::test]
async fn an_unavailable_core_is_asked_again_later() {
    let world = World::new().await;
    *world.core.outcome.lock().unwrap() = "unavailable";
    world.open_core().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "ask", "anna")]);
    until(&handle, |_| world.core.counts().0 == 1).await;

    *world.core.outcome.lock().unwrap() = "accepted";
    until(&handle, |status| {
        world.advance(1_000);
        status.checkpoint == 2 && status.pending_intents == 0
    })
    .await;
    assert_eq!(world.core.counts(), (1, 1));
}

#[tokio::test]
async fn an_effect_without_a_performer_is_parked() {
    let world = World::new().await;
    let config = crate::RunnerConfig { performer: None, ..world.config() };
    let handle = crate::start(config).await.unwrap();
    world.log.append(&[("book-1", "mail", "anna")]);

    let parked = until(&handle, |status| !status.parked.is_empty()).await.parked;
    assert_eq!(parked[0].last_error.as_deref(), Some("the service has no performer"));
}
