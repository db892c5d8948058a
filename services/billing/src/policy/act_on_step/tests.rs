//! What follows on a step of dunning, and on its end.

use contract::pb::{
    site::v1::{SuspendSite, SuspensionReason},
    task::v1::AssignTask,
    ticket::v1::{AddTicketEntry, OpenTicket, ResolveTicket, TicketKind},
};
use domain::{
    Event, Fact,
    biller::DunningAction,
    dunning::{DunningEvent, LadderEnd, StepTaken},
    site::{self, NocFailure, SiteEvent},
    testing::fixtures::{account_id, code, debt, service, site_id, step_taken},
};
use jiff::civil::{Date, date};
use projection::Wanted;

use crate::testing::{sent, wanted};

type Want = (String, String, Wanted);

/// An active service and a debt.
fn owing() -> Vec<Fact> {
    service("basic").into_iter().chain([debt(4_999, date(2026, 3, 5))]).collect()
}

fn after(facts: impl IntoIterator<Item = Fact>) -> Vec<Want> {
    wanted(owing().into_iter().chain(facts))
}

/// The step of that number on a day.
fn step(number: u32, name: &str, on: Date, actions: &[DunningAction]) -> Fact {
    let Event::Dunning(DunningEvent::StepTaken(first)) = step_taken(on).event else {
        unreachable!("it is a step")
    };
    let taken = StepTaken {
        step: number,
        name: code(name),
        actions: actions.iter().copied().collect(),
        ahead: Vec::new(),
        ..first
    };
    DunningEvent::StepTaken(taken).on(&account_id())
}

fn suspend() -> Want {
    let suspend = SuspendSite {
        site_id: "site_88".to_owned(),
        verified_address_id: "A-17".to_owned(),
        reason: SuspensionReason::NonPayment.into(),
    };
    sent("act_on_step", "site_88", &suspend)
}

#[test]
fn f76_the_first_step_opens_the_ladders_ticket() {
    let open = OpenTicket {
        ticket_id: "ticket_dunning-7-1".to_owned(),
        account_id: "account_7".to_owned(),
        kind: TicketKind::Delinquency.into(),
        site_id: String::new(),
        summary: "Step notice: 49.99 USD past due. An e-mail is sent. Next: call on 2026-03-17. \
                  Next: suspension on 2026-03-18."
            .to_owned(),
    };
    let expected = [sent("act_on_step", "ticket", &open)];
    assert_eq!(after([step_taken(date(2026, 3, 16))]), expected);
}

#[test]
fn f78_f85_f91_the_call_is_a_task_and_an_entry_of_the_ticket_and_both_name_the_procedure() {
    let on = date(2026, 3, 17);
    let entry = AddTicketEntry {
        ticket_id: "ticket_dunning-7-1".to_owned(),
        account_id: "account_7".to_owned(),
        entry_id: "step-call".to_owned(),
        text: "Step call: 49.99 USD past due. The customer is called. Call \
               tree: https://kb.example/calls"
            .to_owned(),
    };
    let call = AssignTask {
        task_id: "task_dunning-7-1-1".to_owned(),
        account_id: "account_7".to_owned(),
        recipient: "collections".to_owned(),
        text: "Call the customer: 49.99 USD is past due. Without payment or arrangement the \
               service is suspended on 2026-03-18. Call tree: https://kb.example/calls"
            .to_owned(),
        due_on: "2026-03-17".to_owned(),
    };
    let actions = [DunningAction::Ticket, DunningAction::Call];
    let mut wants = after([step(1, "call", on, &actions)]);
    wants.sort_by(|(_, one, _), (_, other, _)| one.cmp(other));
    let expected = [sent("act_on_step", "call", &call), sent("act_on_step", "ticket", &entry)];
    assert_eq!(wants, expected);
}

#[test]
fn f78_f86_the_call_to_whoever_is_suspended_says_what_brings_service_back() {
    let reason = site::SuspensionReason::NonPayment;
    let stopped = [
        SiteEvent::SuspensionRequested { request: 1, reason },
        SiteEvent::Suspended { request: 1, reason },
    ];
    let actions = [DunningAction::Ticket, DunningAction::Call, DunningAction::Suspend];
    let later = step(1, "later", date(2026, 3, 17), &actions);
    let wants = after(stopped.map(|event| event.on(&site_id())).into_iter().chain([later]));
    let call = AssignTask {
        task_id: "task_dunning-7-1-1".to_owned(),
        account_id: "account_7".to_owned(),
        recipient: "collections".to_owned(),
        text: "Call the customer: 49.99 USD is past due. Service is suspended: it comes back when \
               49.99 USD is paid, or a manager makes an arrangement."
            .to_owned(),
        due_on: "2026-03-17".to_owned(),
    };
    assert!(wants.contains(&sent("act_on_step", "call", &call)), "{wants:?}");
    let entry = AddTicketEntry {
        ticket_id: "ticket_dunning-7-1".to_owned(),
        account_id: "account_7".to_owned(),
        entry_id: "step-later".to_owned(),
        text: "Step later: 49.99 USD past due. The customer is called. No site is in service."
            .to_owned(),
    };
    assert!(wants.contains(&sent("act_on_step", "ticket", &entry)), "{wants:?}");
    assert!(!wants.contains(&suspend()), "it is suspended already");
}

#[test]
fn f79_f82_the_sites_in_service_are_suspended_by_their_addresses() {
    let suspension = step(2, "suspension", date(2026, 3, 18), &[DunningAction::Suspend]);
    assert_eq!(after([suspension.clone()]), [suspend()]);
    let reason = site::SuspensionReason::CustomerRequest;
    let stopped = SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id());
    assert_eq!(after([stopped, suspension]), [], "its traffic stops already");
}

#[test]
fn f79_a_suspension_that_failed_is_asked_for_again_while_the_ladder_stands() {
    let suspension = step(2, "suspension", date(2026, 3, 18), &[DunningAction::Suspend]);
    let reason = site::SuspensionReason::NonPayment;
    let requested = SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id());
    let failure = NocFailure::TimedOut;
    let failed = SiteEvent::NocRequestFailed { request: 1, failure }.on(&site_id());
    let again = after([suspension, requested, failed]);
    let (_, _, Wanted::Command(again)) =
        again.into_iter().rfind(|(_, step, _)| step == "site_88").expect("it is asked again")
    else {
        panic!("a suspension is a command")
    };
    assert!(again.not_before.is_some(), "not at once");
}

#[test]
fn f90_the_ticket_is_resolved_when_the_ladder_is_over() {
    let ended = DunningEvent::LadderEnded {
        account_id: account_id(),
        ladder: 1,
        because: LadderEnd::Settled,
    };
    let resolve = ResolveTicket {
        ticket_id: "ticket_dunning-7-1".to_owned(),
        account_id: "account_7".to_owned(),
        resolution: "What was past due is paid or disputed.".to_owned(),
    };
    let facts = [step_taken(date(2026, 3, 16)), ended.on(&account_id())];
    assert!(after(facts).contains(&sent("act_on_step", "ticket", &resolve)));
}

#[test]
fn f90_the_ticket_of_whoever_was_suspended_is_resolved_by_the_reinstatement() {
    let reason = site::SuspensionReason::NonPayment;
    let ended = DunningEvent::LadderEnded {
        account_id: account_id(),
        ladder: 1,
        because: LadderEnd::Settled,
    };
    let stopped = [
        step_taken(date(2026, 3, 16)),
        SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id()),
        SiteEvent::Suspended { request: 1, reason }.on(&site_id()),
        ended.on(&account_id()),
    ];
    let resolve = |resolution: &str| ResolveTicket {
        ticket_id: "ticket_dunning-7-1".to_owned(),
        account_id: "account_7".to_owned(),
        resolution: resolution.to_owned(),
    };
    let paid = sent("act_on_step", "ticket", &resolve("What was past due is paid or disputed."));
    assert!(!after(stopped.clone()).contains(&paid), "there is no service yet");
    let back = SiteEvent::Reinstated { request: 2, vlan: 552 }.on(&site_id());
    let done = sent("act_on_step", "ticket", &resolve("All sites have service."));
    assert!(after(stopped.into_iter().chain([back])).contains(&done));
}

#[test]
fn f90_the_ticket_is_resolved_where_the_noc_failed_or_another_ladder_begins() {
    let reason = site::SuspensionReason::NonPayment;
    let ended = |because| {
        DunningEvent::LadderEnded { account_id: account_id(), ladder: 1, because }.on(&account_id())
    };
    let resolved = |wants: Vec<Want>, resolution: &str| {
        let resolve = ResolveTicket {
            ticket_id: "ticket_dunning-7-1".to_owned(),
            account_id: "account_7".to_owned(),
            resolution: resolution.to_owned(),
        };
        wants.contains(&sent("act_on_step", "ticket", &resolve))
    };
    let requested = || {
        let requested = SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id());
        [step_taken(date(2026, 3, 16)), requested]
    };
    // Paid while the NOC was asked, and the NOC did not do it.
    let failed = SiteEvent::NocRequestFailed { request: 1, failure: NocFailure::TimedOut };
    let facts = requested().into_iter().chain([ended(LadderEnd::Settled), failed.on(&site_id())]);
    assert!(resolved(after(facts), "All sites have service."));
    // A promise was broken: the next ladder has a ticket of its own.
    let suspended = SiteEvent::Suspended { request: 1, reason }.on(&site_id());
    let facts = requested().into_iter().chain([suspended, ended(LadderEnd::PromiseBroken)]);
    assert!(resolved(after(facts), "A promise was broken: the next ladder begins."));
}

#[test]
fn f79_who_had_service_stopped_for_another_reason_is_suspended_when_it_comes_back() {
    let reason = site::SuspensionReason::CustomerRequest;
    let stopped = || {
        [
            SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id()),
            SiteEvent::Suspended { request: 1, reason }.on(&site_id()),
        ]
    };
    let back = || SiteEvent::Reinstated { request: 2, vlan: 552 }.on(&site_id());
    let on = |day| date(2026, 3, day);
    let called = || [step_taken(on(16)), step(1, "call", on(17), &[DunningAction::Call])];
    let suspended = || step(2, "suspension", on(18), &[DunningAction::Suspend]);
    let wants = after(stopped().into_iter().chain(called()).chain([suspended()]));
    assert!(!wants.contains(&suspend()), "there is nothing to suspend yet");
    let wants = after(stopped().into_iter().chain(called()).chain([suspended(), back()]));
    assert!(wants.contains(&suspend()));
    let wants = after(stopped().into_iter().chain(called()).chain([back()]));
    assert!(!wants.contains(&suspend()), "the ladder has not come to it");
    let [requested, _] = stopped();
    let failed = SiteEvent::NocRequestFailed { request: 1, failure: NocFailure::TimedOut };
    let facts = [requested].into_iter().chain(called()).chain([suspended()]);
    let wants = after(facts.chain([failed.on(&site_id())]));
    assert!(wants.contains(&suspend()), "it was not stopped after all");
}
