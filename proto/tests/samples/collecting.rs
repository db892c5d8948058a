//! One of every fact about how money is owed, paid and asked for: ledgers, references of
//! processors, autopay and dunning.

use domain::{
    Event,
    autopay::{AutopayEvent, Source},
    biller::DunningAction,
    dunning::{DunningEvent, LadderEnd, Promise, StepTaken},
    ledger::{ChargeLine, Drawn, LedgerEvent, PaymentMethod},
    money::Money,
    reference::ReferenceEvent,
};

use super::{code, day, id, sealed, text, usd};

pub(super) fn every() -> Vec<Event> {
    let taken = ReferenceEvent::Taken { account_id: id("account_7"), payment_id: code("p-1") };
    [ledgers(), corrections(), autopay(), dunning(), vec![Event::Reference(taken)]].concat()
}

fn ledgers() -> Vec<Event> {
    let line = ChargeLine { description: text("Gigablast, 15 of 30 days"), amount: usd(-5_999) };
    let paid = |method, invoice_id, reference| LedgerEvent::PaymentReceived {
        account_id: id("account_7"),
        payment_id: code("p-1"),
        amount: usd(5_999),
        method,
        received_on: day(),
        invoice_id,
        reference,
    };
    let credited = |due_on| LedgerEvent::InvoiceCredited {
        account_id: id("account_7"),
        invoice_id: id("invoice_1042"),
        credit_note: code("CN-7"),
        total: usd(12_799),
        due_on,
    };
    [
        LedgerEvent::Charged {
            account_id: id("account_7"),
            charge_id: code("order_1001"),
            lines: vec![line],
            due_on: day(),
        },
        paid(PaymentMethod::Card, None, None),
        paid(PaymentMethod::BankTransfer, Some(id("invoice_1042")), None),
        paid(PaymentMethod::Card, None, Some(text("ch_1.2"))),
        LedgerEvent::Invoiced {
            account_id: id("account_7"),
            invoice_id: id("invoice_1042"),
            total: usd(12_799),
            due_on: day(),
        },
        credited(None),
        credited(Some(day())),
    ]
    .map(Event::Ledger)
    .into()
}

/// What happens to a ledger outside the normal billing.
fn corrections() -> Vec<Event> {
    let adjusted = |amount, approved_by| LedgerEvent::Adjusted {
        account_id: id("account_7"),
        adjustment_id: code("a-1"),
        amount: usd(amount),
        reason: code("SERVICE-QUALITY"),
        note: sealed("{sealed:customer_4:wVj_-n}"),
        due_on: day(),
        approved_by,
    };
    let refunded = |method, drawn| LedgerEvent::Refunded {
        account_id: id("account_7"),
        refund_id: code("r-1"),
        amount: usd(1_250),
        method,
        refunded_on: day(),
        drawn,
    };
    [
        LedgerEvent::PaymentReversed {
            account_id: id("account_7"),
            payment_id: code("p-1"),
            amount: usd(5_999),
            method: PaymentMethod::Check,
            reason: code("NSF"),
            reversed_on: day(),
        },
        refunded(PaymentMethod::Cash, None),
        refunded(
            PaymentMethod::Card,
            Some(Drawn { payment_id: code("p-1"), reference: text("ch_1.2") }),
        ),
        LedgerEvent::RefundConfirmed {
            account_id: id("account_7"),
            refund_id: code("r-1"),
            reference: text("re_1"),
        },
        LedgerEvent::RefundFailed {
            account_id: id("account_7"),
            refund_id: code("r-1"),
            payment_id: code("p-1"),
            amount: usd(1_250),
            method: PaymentMethod::Card,
            code: code("too_late"),
            failed_on: day(),
        },
        adjusted(-2_500, None),
        adjusted(2_500, Some(code("sam"))),
        LedgerEvent::AdjustmentRequested {
            account_id: id("account_7"),
            adjustment_id: code("a-2"),
            amount: usd(-7_500),
            reason: code("OUTAGE"),
            note: sealed("{sealed:customer_4:wVj_-o}"),
            requested_by: code("jane"),
        },
        LedgerEvent::AdjustmentDeclined { account_id: id("account_7"), adjustment_id: code("a-2") },
        LedgerEvent::ChargeDisputed {
            account_id: id("account_7"),
            charge_id: code("invoice_1042"),
        },
        LedgerEvent::DisputeClosed { account_id: id("account_7"), charge_id: code("invoice_1042") },
    ]
    .map(Event::Ledger)
    .into()
}

fn autopay() -> Vec<Event> {
    let account_id = || id("account_7");
    let source = || Source {
        method: PaymentMethod::Card,
        token: code("tok_1a2b3c"),
        label: code("visa 4242"),
    };
    [
        AutopayEvent::Set { account_id: account_id(), source: source() },
        AutopayEvent::Removed { account_id: account_id() },
        AutopayEvent::CollectionRequested {
            account_id: account_id(),
            collection_id: code("autopay-2026-11-16"),
            amount: usd(12_799),
            source: source(),
            on: day(),
        },
        AutopayEvent::CollectionFailed {
            account_id: account_id(),
            collection_id: code("autopay-2026-11-16"),
            code: code("card_declined"),
            may_retry: true,
        },
    ]
    .map(Event::Autopay)
    .into()
}

/// Older facts do not say what has to be paid before service comes back.
fn step(to_reinstate: Option<Money>) -> DunningEvent {
    DunningEvent::StepTaken(StepTaken {
        account_id: id("account_7"),
        ladder: 2,
        anchor: day(),
        step: 1,
        name: code("call"),
        actions: [
            DunningAction::Ticket,
            DunningAction::Email,
            DunningAction::Call,
            DunningAction::Suspend,
        ]
        .into(),
        past_due: usd(12_799),
        taken_on: day(),
        ahead: vec![(code("suspension"), day())],
        suspends_on: Some(day()),
        to_reinstate,
    })
}

fn arranged(to_reinstate: Option<Money>) -> DunningEvent {
    DunningEvent::ArrangementMade {
        account_id: id("account_7"),
        arrangement_id: code("a-1"),
        covers_through: day(),
        total: usd(12_799),
        promises: vec![Promise { on: day(), amount: usd(12_799) }],
        by_manager: true,
        to_reinstate,
    }
}

fn dunning() -> Vec<Event> {
    let account_id = || id("account_7");
    let arrangement_id = || code("a-1");
    let ended =
        |because| DunningEvent::LadderEnded { account_id: account_id(), ladder: 2, because };
    let broken = |to_reinstate| DunningEvent::ArrangementBroken {
        account_id: account_id(),
        arrangement_id: arrangement_id(),
        promised_on: day(),
        missing: usd(2_799),
        to_reinstate,
    };
    let demanded = |to_reinstate| DunningEvent::PaymentDemanded {
        account_id: account_id(),
        through: day(),
        to_reinstate,
    };
    [
        step(None),
        step(Some(usd(4_999))),
        ended(LadderEnd::Settled),
        ended(LadderEnd::Excluded),
        ended(LadderEnd::PromiseBroken),
        arranged(None),
        arranged(Some(usd(4_999))),
        DunningEvent::ArrangementKept {
            account_id: account_id(),
            arrangement_id: arrangement_id(),
        },
        broken(None),
        broken(Some(usd(4_999))),
        DunningEvent::ChargeDisputed {
            account_id: account_id(),
            charge_id: code("invoice_1042"),
            reason: code("NOT-ORDERED"),
            while_suspended: false,
        },
        DunningEvent::ChargeDisputed {
            account_id: account_id(),
            charge_id: code("invoice_1042"),
            reason: code("NOT-ORDERED"),
            while_suspended: true,
        },
        DunningEvent::DisputeClosed { account_id: account_id(), charge_id: code("invoice_1042") },
        DunningEvent::Excluded {
            account_id: account_id(),
            reason: code("BANKRUPTCY"),
            until: Some(day()),
        },
        DunningEvent::Included { account_id: account_id() },
        demanded(None),
        demanded(Some(usd(4_999))),
    ]
    .map(Event::Dunning)
    .into()
}
