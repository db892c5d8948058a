//! Money is given back once for an id, and never more than was drawn.

use payment_processor::{
    Currency, ProcessorError, Refund, RefundOutcome, TOK_DECLINED_EXPIRED, TOK_FLAKY,
    TOK_LOST_ANSWER, TOK_OK, TOK_PENDING, TOK_REFUND_REFUSED,
};

use crate::world::{World, collection, refund};

fn refused(code: &str) -> RefundOutcome {
    RefundOutcome::Refused { code: code.to_owned() }
}

#[tokio::test]
async fn a_refund_is_done_once_and_says_the_same_after_a_restart_too() {
    for world in World::all().await {
        let paid = world.paid("c1", TOK_OK).await;
        let first = world.refund(&refund("r1", &paid, 1_000)).await.unwrap();
        assert!(matches!(first, RefundOutcome::Refunded { .. }), "{first:?}");
        let world = world.restarted().await;
        assert_eq!(world.refund(&refund("r1", &paid, 1_000)).await.unwrap(), first);
        assert_eq!(world.held().await, 3_999, "{}", world.name);
    }
}

#[tokio::test]
async fn parts_that_are_given_back_at_once_are_no_more_than_was_drawn() {
    for world in World::all().await {
        let paid = world.paid("c1", TOK_OK).await;
        let parts: Vec<_> = (0..8).map(|n| refund(&format!("r{n}"), &paid, 1_000)).collect();
        let giving = parts.iter().map(|part| world.refund(part));
        let answers = futures::future::join_all(giving).await;
        let too_much =
            answers.into_iter().filter(|said| *said.as_ref().unwrap() == refused("more_than_paid"));
        assert_eq!(too_much.count(), 4, "{}: 4 of 1000 are in 4999", world.name);
        assert_eq!(world.held().await, 999, "{}", world.name);
    }
}

#[tokio::test]
async fn what_was_not_paid_is_not_given_back() {
    for world in World::all().await {
        let pending = world.collect(&collection("c1", TOK_PENDING)).await.unwrap();
        let payment_processor::Outcome::Pending { reference } = pending else { panic!() };
        world.collect(&collection("c2", TOK_DECLINED_EXPIRED)).await.unwrap();
        let never = world.paid("c3", TOK_REFUND_REFUSED).await;
        let paid = world.paid("c4", TOK_OK).await;
        let euros = Refund { currency: Currency::parse("EUR").unwrap(), ..refund("r5", &paid, 1) };
        for (asked, code) in [
            (refund("r1", &reference, 1), "not_paid"),
            (refund("r2", "sim_c2", 1), "not_paid"),
            (refund("r3", &never, 1), "refund_refused"),
            (refund("r4", "ch_of_another", 1), "unknown_reference"),
            (euros, "other_currency"),
            (refund("r6", &paid, 5_000), "more_than_paid"),
        ] {
            assert_eq!(world.refund(&asked).await.unwrap(), refused(code), "{}", world.name);
        }
        assert_eq!(world.held().await, 2 * 4_999, "{}", world.name);
    }
}

#[tokio::test]
async fn a_refund_that_was_lost_is_asked_again_under_its_id() {
    for world in World::all().await {
        for (token, held_when_lost) in [(TOK_LOST_ANSWER, 0), (TOK_FLAKY, 4_999)] {
            let asked = collection(&format!("c_{token}"), token);
            world.collect(&asked).await.unwrap_err();
            let paid = world.paid(&asked.id, token).await;
            let back = refund(&format!("r_{token}"), &paid, 4_999);
            assert!(world.refund(&back).await.unwrap_err().may_ask_again());
            assert_eq!(world.held().await, held_when_lost, "{}", world.name);
            let said = world.refund(&back).await.unwrap();
            assert!(matches!(said, RefundOutcome::Refunded { .. }), "{said:?}");
            assert_eq!(world.held().await, 0, "{}", world.name);
        }
    }
}

#[tokio::test]
async fn a_refund_with_another_content_or_none_gives_nothing_back() {
    for world in World::all().await {
        let paid = world.paid("c1", TOK_OK).await;
        world.refund(&refund("r1", &paid, 1)).await.unwrap();
        let reused = world.refund(&refund("r1", &paid, 2)).await.unwrap_err();
        assert!(matches!(reused, ProcessorError::Reused { .. }), "{}: {reused}", world.name);
        for unfit in [refund("r 2", &paid, 1), refund("r2", &paid, -1), refund("r2", "", 1)] {
            let error = world.refund(&unfit).await.unwrap_err();
            assert!(matches!(error, ProcessorError::Unfit { .. }), "{}: {error}", world.name);
        }
        assert_eq!(world.held().await, 4_998, "{}", world.name);
    }
}
