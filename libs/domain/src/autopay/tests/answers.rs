//! What follows from what the processor answers, and from its silence.

use super::*;

#[test]
fn f48_nothing_is_collected_twice_a_day() {
    let due = owing().and([day(march(5)), tried(march(5))]);
    due.clone().when(collect()).then([]);
    due.after(fail(5, true)).when(collect()).then([]);
}

#[test]
fn f48_nothing_is_drawn_while_the_processor_has_not_answered() {
    // 49.99 is drawn on the 5th; 7.00 more is due on the 6th, and nobody knows of the first draw.
    let waiting = owing().and([debt(700, march(6)), tried(march(5)), day(march(6))]);
    waiting.clone().when(collect()).then([]);
    assert_eq!(next_try(&waiting), None);
    let long = waiting.clone().and([day(march(15))]);
    long.when(collect()).then([]);
    // It was paid: what has become due meanwhile is drawn, and no more.
    let paid = waiting.clone().and([paid("autopay-7-2026-03-05", 4_999)]);
    assert_eq!(next_try(&paid), Some(march(6)));
    paid.when(collect()).then([drawn(700, 6)]);
    // It failed: all of it is.
    let failed = waiting.after(fail(5, true));
    assert_eq!(next_try(&failed), Some(march(6)));
    failed.when(collect()).then([drawn(5_699, 6)]);
}

#[test]
fn f48_a_late_refusal_is_of_the_source_that_was_drawn_from() {
    let other = || Source { token: code("tok_new"), ..source() };
    let set_other = || AutopayEvent::Set { account_id: account_id(), source: other() };
    let changed = owing().and([tried(march(5)), set_other().on(&account_id()), day(march(7))]);
    let refused = changed.after(fail(5, false));
    assert!(!refused.state(&AutopayId::of(&account_id())).is_refused);
    assert_eq!(next_try(&refused), Some(march(15)));
    let again = AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: code("autopay-7-2026-03-07"),
        amount: usd(4_999),
        source: other(),
        on: march(7),
    };
    refused.when(collect()).then([again.on(&account_id())]);
    let same = owing().and([tried(march(5)), day(march(7))]).after(fail(5, false));
    assert!(same.state(&AutopayId::of(&account_id())).is_refused);
}

#[test]
fn f48_another_source_is_asked_on_the_day_on_which_the_first_one_failed() {
    let on_the_17th = |token: &str, others: u32| {
        let number = if others == 0 { String::new() } else { format!(".{others}") };
        AutopayEvent::CollectionRequested {
            account_id: account_id(),
            collection_id: code(&format!("autopay-7-2026-03-17{number}")),
            amount: usd(4_999),
            source: Source { token: code(token), ..source() },
            on: march(17),
        }
        .on(&account_id())
    };
    let set = |token: &str| {
        let source = Source { token: code(token), ..source() };
        AutopayEvent::Set { account_id: account_id(), source }.on(&account_id())
    };
    let fail = |others: u32| FailCollection {
        collection_id: code(&format!("autopay-7-2026-03-17.{others}")),
        ..fail(17, false)
    };
    let failed = || owing().and([day(march(17)), tried(march(17))]).after(super::fail(17, false));
    failed().when(collect()).then([]);
    failed().and([set("tok_ok")]).when(collect()).then([]);
    let again = failed().and([set("tok_1")]);
    again.clone().when(collect()).then([on_the_17th("tok_1", 1)]);
    let waits = again.and([on_the_17th("tok_1", 1), set("tok_2")]);
    waits.clone().when(collect()).then([]);
    let mut given = waits.after(fail(1));
    for others in 2..DRAWS_A_DAY {
        given.clone().when(collect()).then([on_the_17th(&format!("tok_{others}"), others)]);
        let next =
            [on_the_17th(&format!("tok_{others}"), others), set(&format!("tok_{}", others + 1))];
        given = given.and(next).after(fail(others));
    }
    given.clone().when(collect()).then([]);
    given.and([day(march(18))]).when(collect()).then([drawn_from("tok_5", 18)]);
}

/// All of it is drawn from a source on a day of March.
fn drawn_from(token: &str, on: i8) -> Fact {
    AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: code(&format!("autopay-7-{}", march(on))),
        amount: usd(4_999),
        source: Source { token: code(token), ..source() },
        on: march(on),
    }
    .on(&account_id())
}

#[test]
fn f48_what_was_paid_did_not_fail() {
    let paid = owing().and([tried(march(5)), paid("autopay-7-2026-03-05", 4_999)]);
    paid.when(fail(5, false)).then_rejected(AutopayRejection::Collected);
}

#[test]
fn a_collection_tells_whose_it_is() {
    for account in ["account_7", "account_a-b_c", "account_7-2026-03-16"] {
        let account = Id::parse(account).unwrap();
        for others in [0, 1, 12] {
            let id = collection_id(&account, march(5), others);
            assert_eq!(collected_from(&id), Some(account.clone()), "{id}");
        }
    }
    for other in [
        "autopay-7",
        "autopay--2026-03-16",
        "portal-7-2026-03-16",
        "autopay-7-2026-13-16",
        "autopay-7-2026-03-16.0",
        "autopay-7-2026-03-16.+1",
        "autopay-7-2026-03-16.1.1",
    ] {
        assert_eq!(collected_from(&code(other)), None, "{other}");
    }
}
