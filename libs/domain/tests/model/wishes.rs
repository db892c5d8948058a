//! What is asked, at random.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    Decide,
    account::{AddComment, ClearFlash, RaiseFlash},
    ledger::{ChargeLine, PaymentMethod, RecordCharge, RecordPayment},
    order::{
        Appointment, CancelOrder, CancelReason, ChangeOrder, ChangeReason, CommitOrder,
        Confirmation, RescheduleOrder, ReviewOrder, ScheduleOrder, StartDisconnect,
        StartServiceChange, StartTroubleCall, SwapMethod, SwapPackage, Visit,
    },
    site::{ReinstatementGrounds, SuspendSite, SuspensionReason, UnsuspendSite},
    testing::fixtures::{TODAY, code, sealed, service_code, text, usd},
    ticket::{AddTicketEntry, AssignTicket, OpenTicket, ReopenTicket, ResolveTicket, TicketKind},
};
use jiff::civil::Date;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
};

use crate::{
    FLASHES, ORDERS, PACKAGES, SLOTS, Step, VISITS, WORDS, account, order, service, site, ticket,
};

fn wish(wish: impl Decide + 'static) -> Step {
    Step::Wish(Arc::new(wish))
}

fn money() -> impl Strategy<Value = Step> {
    let charge =
        (1_u32..=2, 0_u32..40, -500_i64..2_000, 1_i8..=31).prop_map(|(of, n, minor, day)| {
            wish(RecordCharge {
                account_id: account(of),
                charge_id: code(&format!("c-{n}")),
                lines: vec![ChargeLine { description: text("Bill"), amount: usd(minor) }],
                due_on: Date::constant(2026, 3, day),
            })
        });
    let pay = (1_u32..=2, 0_u32..40, 0_i64..3_000).prop_map(|(of, n, minor)| {
        wish(RecordPayment {
            account_id: account(of),
            payment_id: code(&format!("p-{n}")),
            amount: usd(minor),
            method: PaymentMethod::Cash,
            received_on: TODAY,
            invoice_id: None,
            reference: None,
        })
    });
    prop_oneof![charge, pay]
}

fn noc() -> impl Strategy<Value = Step> {
    use ReinstatementGrounds::{PaidInFull, PaymentArrangement, ReasonEnded};
    use SuspensionReason::{Abuse, CustomerRequest, NonPayment};
    let verified_address_id = || code("A-1");
    let suspend = (1_u32..=4, select(vec![NonPayment, CustomerRequest, Abuse])).prop_map(
        move |(at, reason)| {
            let verified_address_id = verified_address_id();
            wish(SuspendSite { site_id: site(at), verified_address_id, reason })
        },
    );
    let grounds = select(vec![PaidInFull, PaymentArrangement, ReasonEnded]);
    let unsuspend = (1_u32..=4, grounds).prop_map(move |(at, grounds)| {
        let verified_address_id = verified_address_id();
        wish(UnsuspendSite { site_id: site(at), verified_address_id, grounds })
    });
    let before = prop_oneof![5 => Just(0), 1 => Just(1)];
    let answer = (1_u32..=4, before, 0_u8..8).prop_map(|(site, before, answer)| Step::Answer {
        site,
        before,
        answer,
    });
    prop_oneof![2 => suspend, 2 => unsuspend, 5 => answer]
}

fn change() -> impl Strategy<Value = Step> {
    let read = vec(select(FLASHES.to_vec()), 0..20);
    let start = (5_u32..=8, 1_u32..=2, read).prop_map(|(number, on, read)| {
        wish(StartServiceChange {
            order_id: order(number),
            service_id: service(on),
            sale_type: code("EXISTING"),
            sale_reason: code("SPEED"),
            campaign_code: None,
            acknowledged_flashes: read.into_iter().map(code).collect(),
        })
    });
    let package = || select(PACKAGES.to_vec());
    let swap = (5_u32..=8, package(), package()).prop_map(|(number, from, to)| {
        wish(SwapPackage {
            order_id: order(number),
            method: SwapMethod::Swap,
            from_package_id: code(from),
            to_package_id: code(to),
            to_service_code: service_code(to),
            package_group: code("Data Packages"),
            serviceability_check: Some(code("SC-1")),
        })
    });
    let schedule = (ORDERS, visit()).prop_map(|(number, visit)| {
        let order_type = code("UPGRADE");
        wish(ScheduleOrder { order_id: order(number), order_type, visit, comments: None })
    });
    let call = (9_u32..=10, 1_u32..=2).prop_map(|(number, on)| {
        let problem = code("SLOW");
        wish(StartTroubleCall {
            order_id: order(number),
            service_id: service(on),
            problem,
            acknowledged_flashes: BTreeSet::new(),
        })
    });
    let disconnect = (9_u32..=10, 1_u32..=2).prop_map(|(number, on)| {
        let reason = code("MOVED");
        wish(StartDisconnect {
            order_id: order(number),
            service_id: service(on),
            reason,
            acknowledged_flashes: BTreeSet::new(),
        })
    });
    prop_oneof![10 => start, 30 => swap, 40 => schedule, 5 => call, 1 => disconnect]
}

fn visit() -> impl Strategy<Value = Visit> {
    let appointment = (VISITS, select(SLOTS.to_vec())).prop_map(|(day, slot)| {
        let date = Date::constant(2026, 3, day);
        Visit::Appointment(Appointment { date, slot: code(slot) })
    });
    prop_oneof![1 => Just(Visit::OfficeOnly), 4 => appointment]
}

fn said() -> impl Strategy<Value = Step> {
    let comment = (1_u32..=2, 0_u32..200, select(WORDS.to_vec())).prop_map(|(of, n, words)| {
        let comment_id = code(&format!("c-{n}"));
        wish(AddComment { account_id: account(of), comment_id, text: sealed(words) })
    });
    let raise = (1_u32..=2, select(FLASHES.to_vec()), select(WORDS.to_vec())).prop_map(
        |(of, flash, words)| {
            let (account_id, flash_id) = (account(of), code(flash));
            wish(RaiseFlash { account_id, flash_id, text: sealed(words) })
        },
    );
    let clear = (1_u32..=2, select(FLASHES.to_vec())).prop_map(|(of, flash)| {
        wish(ClearFlash { account_id: account(of), flash_id: code(flash) })
    });
    prop_oneof![4 => comment, 1 => raise, 1 => clear]
}

fn seen_to() -> impl Strategy<Value = Step> {
    let words = || select(WORDS.to_vec()).prop_map(sealed);
    let open = (1_u32..=2, words()).prop_map(|(of, summary)| {
        let (ticket_id, account_id, kind) = (ticket(of), account(of), TicketKind::Trouble);
        wish(OpenTicket { ticket_id, account_id, kind, site_id: None, summary })
    });
    let add = (1_u32..=2, 1_u32..=2, 0_u32..300, words()).prop_map(|(at, of, n, text)| {
        let (ticket_id, account_id) = (ticket(at), account(of));
        wish(AddTicketEntry { ticket_id, account_id, entry_id: code(&format!("s-{n}")), text })
    });
    let assign = (1_u32..=2, select(vec!["BILLING", "TECH-SUPPORT"]))
        .prop_map(|(at, queue)| wish(AssignTicket { ticket_id: ticket(at), queue: code(queue) }));
    let resolve = (1_u32..=2, words()).prop_map(|(of, resolution)| {
        wish(ResolveTicket { ticket_id: ticket(of), account_id: account(of), resolution })
    });
    let reopen = (1_u32..=2, words()).prop_map(|(of, reason)| {
        wish(ReopenTicket { ticket_id: ticket(of), account_id: account(of), reason })
    });
    prop_oneof![1 => open, 8 => add, 1 => assign, 1 => resolve, 1 => reopen]
}

fn end() -> impl Strategy<Value = Step> {
    let review = ORDERS.prop_map(|n| wish(ReviewOrder { order_id: order(n) }));
    let commit = ORDERS.prop_map(|n| wish(CommitOrder { order_id: order(n) }));
    let check_in = (ORDERS, any::<bool>()).prop_map(|(order, twice)| {
        let confirmed = if twice { Confirmation::Twice } else { Confirmation::Once };
        Step::CheckIn { order, confirmed }
    });
    let cancel = ORDERS.prop_map(|n| {
        wish(CancelOrder { order_id: order(n), reason: CancelReason::CustomerRequest })
    });
    let move_visit = (ORDERS, visit())
        .prop_map(|(n, visit)| wish(RescheduleOrder { order_id: order(n), visit }));
    let change = ORDERS.prop_map(|n| {
        wish(ChangeOrder { order_id: order(n), reason: ChangeReason::CustomerRequest })
    });
    prop_oneof![
        12 => review, 12 => commit, 12 => check_in, 6 => move_visit, 3 => change, 1 => cancel,
    ]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::NextDay),
        6 => money(),
        12 => noc(),
        12 => change(),
        12 => end(),
        4 => said(),
        4 => seen_to(),
    ]
}
