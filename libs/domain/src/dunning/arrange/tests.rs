//! Who agrees to what.

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::{MakeArrangement, PROMISES_MAX, Promise};
use crate::{
    biller::DunningAction,
    dunning::{
        AdvanceDunning, CloseDispute, DisputeCharge, Dunning, DunningEvent, DunningId,
        DunningRejection, LadderEnd, StepTaken,
    },
    ledger::{Ledger, LedgerEvent, LedgerId, PaymentMethod, RecordPayment},
    money::{Currency, Money},
    testing::{
        Given,
        fixtures::{
            TODAY, account, account_id, arrangement, code, day, debt, invoiced, paid, step_taken,
            usd,
        },
        given,
    },
};

/// 49.99 was due on the 5th of March, and it is the 16th.
fn owing(minor: i64) -> Given {
    given(account()).and([debt(minor, date(2026, 3, 5))])
}

fn march(day: i8) -> Date {
    date(2026, 3, day)
}

fn made(minor: i64, on: Date, by_manager: bool) -> DunningEvent {
    DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        covers_through: march(5),
        total: usd(minor),
        promises: vec![Promise { on, amount: usd(minor) }],
        by_manager,
        to_reinstate: Some(usd(minor)),
    }
}

#[test]
fn f79_f86_how_long_and_how_much_depends_on_who_agrees() {
    let weeks = |days: i64| TODAY.saturating_add(days.days());
    // An agent: 7 days and 200.00; a manager: 60 days and 5000.00.
    let cases = [
        ("jane; roles=agent", 4_999, 0, Ok(false)),
        ("jane; roles=agent", 4_999, 7, Ok(false)),
        ("jane; roles=agent", 4_999, 8, Err(())),
        ("jane; roles=agent", 20_000, 7, Ok(false)),
        ("jane; roles=agent", 20_001, 7, Err(())),
        ("sam; roles=manager", 20_001, 8, Ok(true)),
        ("sam; roles=manager", 500_000, 60, Ok(true)),
        ("sam; roles=manager", 500_001, 60, Err(())),
        ("sam; roles=manager", 500_000, 61, Err(())),
        ("jo; roles=agent,manager", 20_001, 60, Ok(true)),
        ("nora; roles=noc", 4_999, 1, Err(())),
    ];
    for (actor, minor, days, allowed) in cases {
        let on = weeks(days);
        let outcome = owing(minor).by(actor).when(arrangement(minor, on));
        match allowed {
            Ok(by_manager) => outcome.then([made(minor, on, by_manager).on(&account_id())]),
            Err(()) => outcome.then_rejected(DunningRejection::AboveLimit),
        }
    }
}

#[test]
fn f86_an_arrangement_is_about_what_is_past_due_and_nothing_else() {
    given(account())
        .when(arrangement(4_999, march(20)))
        .then_rejected(DunningRejection::NothingPastDue);
    given(account())
        .and([debt(4_999, TODAY)])
        .when(arrangement(4_999, march(20)))
        .then_rejected(DunningRejection::NothingPastDue);
    // What is due in April is no part of it.
    owing(4_999)
        .and([invoiced(6_999, date(2026, 4, 5))])
        .when(arrangement(4_999, march(20)))
        .then([made(4_999, march(20), false).on(&account_id())]);
    owing(4_999)
        .when(arrangement(4_998, march(20)))
        .then_rejected(DunningRejection::PromisesTooSmall);
}

#[test]
fn f79_what_is_disputed_is_no_part_of_an_arrangement() {
    let dispute = |on: Date| DisputeCharge {
        account_id: account_id(),
        charge_id: code(&format!("bill-{on}")),
        reason: code("NOT-ORDERED"),
    };
    // 50.00 of the 5th is disputed, 49.99 of the 4th is not.
    let owing = || owing(5_000).after(dispute(march(5))).and([debt(4_999, march(4))]);
    let made = DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        covers_through: march(4),
        total: usd(4_999),
        promises: vec![Promise { on: march(17), amount: usd(4_999) }],
        by_manager: false,
        to_reinstate: Some(usd(4_999)),
    };
    owing().when(arrangement(4_999, march(17))).then([made.on(&account_id())]);
    let all_disputed = owing().after(dispute(march(4)));
    all_disputed
        .when(arrangement(4_999, march(17)))
        .then_rejected(DunningRejection::NothingPastDue);
    // Whoever disputes what was arranged has broken nothing.
    let kept =
        DunningEvent::ArrangementKept { account_id: account_id(), arrangement_id: code("arr-1") };
    let disputed = DunningEvent::ChargeDisputed {
        account_id: account_id(),
        charge_id: code("bill-2026-03-04"),
        reason: code("NOT-ORDERED"),
        while_suspended: false,
    };
    let in_ledger = LedgerEvent::ChargeDisputed {
        account_id: account_id(),
        charge_id: code("bill-2026-03-04"),
    };
    owing().after(arrangement(4_999, march(17))).when(dispute(march(4))).then([
        in_ledger.on(&account_id()),
        disputed.on(&account_id()),
        kept.on(&account_id()),
    ]);
    // A dispute that is decided later brings nothing into the arrangement.
    let close = CloseDispute { account_id: account_id(), charge_id: code("bill-2026-03-05") };
    let newer = owing().and([debt(700, march(6))]).after(arrangement(5_699, march(17)));
    let decided = newer.after(close);
    let dunning: &Dunning = decided.state(&DunningId::of(&account_id()));
    let ledger: &Ledger = decided.state(&LedgerId::of(&account_id()));
    assert_eq!(ledger.balance(), 10_699);
    assert_eq!(dunning.promised(dunning.arrangement.as_ref().unwrap(), &ledger.standing), 5_699);
}

#[test]
fn promises_are_amounts_in_the_order_of_their_days() {
    let promise = |minor, on| Promise { on, amount: usd(minor) };
    let asked = |promises: Vec<Promise>| {
        owing(4_999).when(MakeArrangement { promises, ..arrangement(1, TODAY) })
    };
    let refused = |promises, rejection: DunningRejection| asked(promises).then_rejected(rejection);
    let two = |first, second| vec![promise(2_500, march(first)), promise(2_499, march(second))];
    refused(vec![], DunningRejection::PromisesOutOfRange);
    refused(two(20, 19), DunningRejection::PromisesNotInOrder);
    refused(two(20, 20), DunningRejection::PromisesNotInOrder);
    refused(two(15, 20), DunningRejection::PromisesNotInOrder);
    let nothing = vec![promise(0, march(17)), promise(4_999, march(18))];
    refused(nothing, DunningRejection::PromiseOfNothing);
    let eur = Currency::parse("EUR").expect("three capital letters");
    let euros = vec![Promise { on: march(17), amount: Money::new(eur, 4_999) }];
    refused(euros, DunningRejection::PromiseOfNothing);
    let too_many = (0..=PROMISES_MAX).map(|days| {
        let days = i64::try_from(days).expect("they are few");
        promise(4_999, TODAY.saturating_add(days.days()))
    });
    refused(too_many.collect(), DunningRejection::PromisesOutOfRange);
}

#[test]
fn there_is_one_arrangement_at_a_time() {
    let arranged = || owing(4_999).after(arrangement(4_999, march(20)));
    arranged().when(arrangement(4_999, march(20))).then([]);
    arranged()
        .when(arrangement(5_000, march(20)))
        .then_rejected(DunningRejection::ArrangementIdUsed);
    let second = |on| MakeArrangement { arrangement_id: code("arr-2"), ..arrangement(4_999, on) };
    arranged().when(second(march(20))).then_rejected(DunningRejection::Arranged);
    // The first one is broken: there may be another one, under another id.
    let broken = || {
        let broken = AdvanceDunning { account_id: account_id() };
        arranged().and([day(march(21))]).after(broken)
    };
    let another =
        MakeArrangement { arrangement_id: code("arr-2"), ..arrangement(4_999, march(27)) };
    let made = DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-2"),
        covers_through: march(5),
        total: usd(4_999),
        promises: another.promises.clone(),
        by_manager: false,
        to_reinstate: Some(usd(4_999)),
    };
    broken().when(another).then([made.on(&account_id())]);
    broken().when(arrangement(4_999, march(20))).then([]);
}

#[test]
fn f86_a_manager_makes_another_arrangement_in_the_place_of_one_that_stands() {
    let manager = "sam; roles=manager";
    let second = |on| MakeArrangement { arrangement_id: code("arr-2"), ..arrangement(4_999, on) };
    let arranged = || owing(4_999).after(arrangement(4_999, march(20)));
    let made = DunningEvent::ArrangementMade {
        account_id: account_id(),
        arrangement_id: code("arr-2"),
        covers_through: march(5),
        total: usd(4_999),
        promises: second(march(30)).promises,
        by_manager: true,
        to_reinstate: Some(usd(4_999)),
    };
    arranged().by(manager).when(second(march(30))).then([made.on(&account_id())]);
    let replaced = || arranged().by(manager).after(second(march(30)));
    // The first one has no promise any more that could be broken, and comes back under no id.
    let advance = AdvanceDunning { account_id: account_id() };
    replaced().and([day(march(23))]).when(advance).then([]);
    replaced().when(arrangement(4_999, march(20))).then([]);
    let dunning: &Dunning = &replaced().state(&DunningId::of(&account_id())).clone();
    let stands = dunning.arrangement.as_ref().map(|it| it.arrangement_id.as_str());
    assert_eq!(stands, Some("arr-2"));
    // An agent takes nothing back that a manager agreed to.
    let third = MakeArrangement { arrangement_id: code("arr-3"), ..second(march(21)) };
    replaced().by("jane; roles=agent").when(third).then_rejected(DunningRejection::Arranged);
}

#[test]
fn f86_an_arrangement_is_kept_when_all_of_it_is_paid_and_its_ladder_is_over() {
    let kept =
        DunningEvent::ArrangementKept { account_id: account_id(), arrangement_id: code("arr-1") };
    let ended = DunningEvent::LadderEnded {
        account_id: account_id(),
        ladder: 1,
        because: LadderEnd::Settled,
    };
    let pay = |minor| RecordPayment {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(minor),
        method: PaymentMethod::Card,
        received_on: TODAY,
        invoice_id: None,
        reference: None,
    };
    let arranged = || owing(4_999).and([step_taken(TODAY)]).after(arrangement(4_999, march(20)));
    arranged().when(pay(4_999)).then([
        paid("p-1", 4_999),
        kept.on(&account_id()),
        ended.on(&account_id()),
    ]);
    arranged().when(pay(4_998)).then([
        paid("p-1", 4_998),
        // What is left is less than anybody is asked for; it is still promised.
        DunningEvent::LadderEnded {
            account_id: account_id(),
            ladder: 1,
            because: LadderEnd::Settled,
        }
        .on(&account_id()),
    ]);
}

#[test]
fn f79_a_broken_arrangement_says_what_is_missing_and_the_ladder_goes_on() {
    let broken = DunningEvent::ArrangementBroken {
        account_id: account_id(),
        arrangement_id: code("arr-1"),
        promised_on: march(17),
        missing: usd(4_999),
        to_reinstate: Some(usd(4_999)),
    };
    let arranged = owing(4_999).and([step_taken(TODAY)]).after(arrangement(4_999, march(17)));
    let advance = || AdvanceDunning { account_id: account_id() };
    arranged.clone().and([day(march(17))]).when(advance()).then([]);
    let call = StepTaken {
        account_id: account_id(),
        ladder: 1,
        anchor: march(5),
        step: 1,
        name: code("call"),
        actions: [DunningAction::Ticket, DunningAction::Call].into(),
        past_due: usd(4_999),
        taken_on: march(18),
        ahead: vec![(code("suspension"), march(19))],
        suspends_on: Some(march(19)),
        to_reinstate: Some(usd(4_999)),
    };
    arranged
        .and([day(march(18))])
        .when(advance())
        .then([broken, DunningEvent::StepTaken(call)].map(|event| event.on(&account_id())));
}
