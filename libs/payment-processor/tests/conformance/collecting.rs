//! Money is drawn once for an id, whatever goes wrong.

use payment_processor::{
    Collection, Currency, Outcome, ProcessorError, TOK_DECLINED_EXPIRED, TOK_DECLINED_INSUFFICIENT,
    TOK_FLAKY, TOK_LOST_ANSWER, TOK_OK, TOK_PENDING,
};

use crate::world::{World, collection};

fn declined(code: &str, may_retry: bool) -> Outcome {
    Outcome::Declined { code: code.to_owned(), may_retry }
}

#[tokio::test]
async fn the_same_id_is_drawn_once_and_says_the_same_after_a_restart_too() {
    for world in World::all().await {
        let first = world.collect(&collection("c1", TOK_OK)).await.unwrap();
        assert!(matches!(first, Outcome::Paid { .. }), "{first:?}");
        assert_eq!(world.collect(&collection("c1", TOK_OK)).await.unwrap(), first);
        let world = world.restarted().await;
        assert_eq!(world.collect(&collection("c1", TOK_OK)).await.unwrap(), first);
        assert_eq!(world.held().await, 4_999, "{}", world.name);
        world.paid("c2", TOK_OK).await;
        assert_eq!(world.held().await, 2 * 4_999, "{}", world.name);
    }
}

#[tokio::test]
async fn twenty_at_once_draw_once() {
    for world in World::all().await {
        let asked = collection("c1", TOK_OK);
        let asking = (0..20).map(|_| world.collect(&asked));
        let answers = futures::future::join_all(asking).await;
        let paid = world.paid("c1", TOK_OK).await;
        for answer in answers {
            assert_eq!(answer.unwrap(), Outcome::Paid { reference: paid.clone() });
        }
        assert_eq!(world.held().await, 4_999, "{}", world.name);
    }
}

#[tokio::test]
async fn a_refusal_says_whether_it_may_be_tried_again_and_stays_one() {
    for world in World::all().await {
        for (id, token, outcome) in [
            ("c1", TOK_DECLINED_INSUFFICIENT, declined("insufficient_funds", true)),
            ("c2", TOK_DECLINED_EXPIRED, declined("card_expired", false)),
            ("c3", "tok_of_nobody", declined("unknown_token", false)),
        ] {
            let said = world.collect(&collection(id, token)).await.unwrap();
            assert_eq!(said, outcome, "{}", world.name);
            let again = world.collect(&collection(id, token)).await.unwrap();
            assert_eq!(again, outcome, "{}", world.name);
        }
        assert_eq!(world.held().await, 0, "{}", world.name);
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_under_the_same_id_and_draws_nothing_more() {
    for world in World::all().await {
        let lost = world.collect(&collection("c1", TOK_LOST_ANSWER)).await.unwrap_err();
        assert!(lost.may_ask_again(), "{lost}");
        assert_eq!(world.held().await, 4_999, "the money is drawn");
        let world = world.restarted().await;
        world.paid("c1", TOK_LOST_ANSWER).await;
        assert_eq!(world.held().await, 4_999, "{}", world.name);
    }
}

#[tokio::test]
async fn who_is_not_reached_has_drawn_nothing_and_is_asked_again() {
    for world in World::all().await {
        let lost = world.collect(&collection("c1", TOK_FLAKY)).await.unwrap_err();
        assert!(lost.may_ask_again(), "{lost}");
        assert_eq!(world.held().await, 0, "{}", world.name);
        world.paid("c1", TOK_FLAKY).await;
        assert_eq!(world.held().await, 4_999, "{}", world.name);
    }
}

#[tokio::test]
async fn what_is_on_its_way_is_not_held() {
    for world in World::all().await {
        let said = world.collect(&collection("c1", TOK_PENDING)).await.unwrap();
        assert!(matches!(said, Outcome::Pending { .. }), "{said:?}");
        assert_eq!(world.held().await, 0, "{}", world.name);
    }
}

#[tokio::test]
async fn an_id_with_another_content_draws_nothing_and_is_named() {
    for world in World::all().await {
        world.paid("c1", TOK_OK).await;
        let first = collection("c1", TOK_OK);
        for other in [
            Collection { amount_minor: 1, ..first.clone() },
            Collection { token: TOK_PENDING.to_owned(), ..first.clone() },
            Collection { currency: Currency::parse("EUR").unwrap(), ..first.clone() },
            Collection { reference: "invoice_8".to_owned(), ..first.clone() },
        ] {
            let error = world.collect(&other).await.unwrap_err();
            assert!(matches!(error, ProcessorError::Reused { .. }), "{}: {error}", world.name);
            assert!(!error.may_ask_again());
        }
        assert_eq!(world.held().await, 4_999, "{}", world.name);
    }
}

#[tokio::test]
async fn what_is_unfit_is_refused_by_its_field_and_nobody_is_asked() {
    for world in World::all().await {
        let fit = collection("c1", TOK_OK);
        let texts = ["", "a\r\nb: c", "\u{e9}", &"x".repeat(300)];
        let mut unfit: Vec<_> = [0, -1, i64::MIN, i64::MAX]
            .map(|amount_minor| ("amount_minor", Collection { amount_minor, ..fit.clone() }))
            .into();
        for text in texts.map(str::to_owned) {
            unfit.push(("id", Collection { id: text.clone(), ..fit.clone() }));
            unfit.push(("token", Collection { token: text.clone(), ..fit.clone() }));
            unfit.push(("reference", Collection { reference: text, ..fit.clone() }));
        }
        let token = "4242-4242-4242-4242".to_owned();
        unfit.push(("token", Collection { token, ..fit.clone() }));
        for (expected, unfit) in unfit {
            let error = world.collect(&unfit).await.unwrap_err();
            let is_named =
                matches!(error, ProcessorError::Unfit { field, .. } if field == expected);
            assert!(is_named, "{}: {expected}, {error}", world.name);
        }
        assert_eq!(world.held().await, 0, "{}", world.name);
        world.paid("c1", TOK_OK).await;
    }
}

#[tokio::test]
async fn no_token_is_shown() {
    let asked = collection("c1", "tok_that_nobody_sees");
    let shown = format!("{asked:?}");
    assert!(shown.contains("c1") && !shown.contains("nobody_sees"), "{shown}");
    for world in World::all().await {
        let reused = Collection { amount_minor: 1, ..asked.clone() };
        world.collect(&asked).await.unwrap();
        let error = world.collect(&reused).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("nobody_sees"), "{shown}");
    }
}
