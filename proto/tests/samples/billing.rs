//! One of every fact about what is billed: subscriptions, invoices, their numbers, and runs.

use domain::{
    Event,
    invoice::{InvoiceEvent, InvoiceLine, Issued, LineKind},
    run::{RunEvent, RunKind},
    series::SeriesEvent,
    subscription::{Item, ItemKind, PendingFee, Price, SubscriptionEvent, Timing},
};

use super::{code, day, id, promotion, text, usd};

pub(super) fn every() -> Vec<Event> {
    let series = Event::Series(SeriesEvent::NumberTaken { number: 1_042 });
    [subscriptions(), invoices(), runs(), vec![series]].concat()
}

fn subscriptions() -> Vec<Event> {
    let mut facts = items();
    facts.extend([
        SubscriptionEvent::Opened { account_id: id("account_7"), bill_day: 1 },
        SubscriptionEvent::FeeCharged {
            fee: PendingFee {
                charge_id: code("order_1001"),
                product: code("ACTIVATION"),
                description: text("Activation"),
                amount: usd(1_999),
                tax_code: Some(code("equipment")),
                market: Some(code("northern_virginia")),
                on: day(),
            },
        },
        SubscriptionEvent::BillDayChanged { bill_day: 28, from: day() },
        SubscriptionEvent::ExemptionGranted {
            taxes: [code("STATE"), code("COUNTY")].into(),
            certificate: code("VA-501"),
            until: Some(day()),
        },
        SubscriptionEvent::ExemptionRevoked,
        SubscriptionEvent::Billed { invoice: Some(code("INV-1042")), cycle: day(), through: day() },
        SubscriptionEvent::Billed { invoice: None, cycle: day(), through: day() },
        SubscriptionEvent::Unbilled { invoice: code("INV-1042") },
        SubscriptionEvent::Waived { invoice: code("INV-1042") },
        SubscriptionEvent::Parked {
            cycle: day(),
            code: code("subscription.market_not_taxed"),
            reason: "there are no taxes for market boston".to_owned(),
        },
    ]);
    facts.into_iter().map(Event::Subscription).collect()
}

/// What is paid for every month, from its start to its end.
fn items() -> Vec<SubscriptionEvent> {
    let kinds =
        [ItemKind::Package, ItemKind::Rental, ItemKind::Extra, ItemKind::Bundle].map(|kind| {
            SubscriptionEvent::ItemStarted {
                item_id: code("service_3"),
                item: item(kind, Timing::InAdvance),
                from: day(),
            }
        });
    let mut facts = Vec::from(kinds);
    facts.extend([
        SubscriptionEvent::ItemChanged {
            item_id: code("service_3"),
            item: item(ItemKind::Package, Timing::InArrears),
            from: day(),
        },
        SubscriptionEvent::ItemChanged {
            item_id: code("bundle_DOUBLE-PLAY"),
            item: Item {
                kind: ItemKind::Bundle,
                product: code("DOUBLE-PLAY"),
                description: text("Internet and voice"),
                price: Price { monthly: usd(-1_000), version: None },
                promotion: None,
                timing: Timing::InAdvance,
                tax_code: None,
                market: None,
                service_id: None,
            },
            from: day(),
        },
        SubscriptionEvent::ItemRepriced {
            item_id: code("service_3"),
            price: Price { monthly: usd(6_499), version: Some(day()) },
            from: day(),
        },
        SubscriptionEvent::CampaignExpired {
            item_id: code("service_3"),
            campaign_code: code("FALL26"),
            on: day(),
            monthly: usd(11_999),
        },
        SubscriptionEvent::ItemEnded { item_id: code("service_3"), on: day() },
    ]);
    facts
}

fn item(kind: ItemKind, timing: Timing) -> Item {
    Item {
        kind,
        product: code("gigablast"),
        description: text("Gigablast"),
        price: Price { monthly: usd(11_999), version: Some(day()) },
        promotion: Some(promotion()),
        timing,
        tax_code: Some(code("equipment")),
        market: Some(code("northern_virginia")),
        service_id: Some(id("service_3")),
    }
}

fn invoices() -> Vec<Event> {
    let lines = [
        LineKind::Package,
        LineKind::Rental,
        LineKind::Extra,
        LineKind::Bundle,
        LineKind::Fee,
        LineKind::Tax,
    ]
    .map(line);
    [
        InvoiceEvent::Issued(Issued {
            account_id: id("account_7"),
            number: code("1042"),
            cycle: day(),
            issued_on: day(),
            due_on: day(),
            previous_balance: usd(-250),
            lines: lines.into(),
        }),
        InvoiceEvent::Credited {
            account_id: id("account_7"),
            credit_note: code("CN-7"),
            reason: code("BILLING-ERROR"),
            credited_on: day(),
            rebilled: true,
            lines: vec![line(LineKind::Package)],
        },
    ]
    .map(Event::Invoice)
    .into()
}

/// What is paid once pays for no days.
fn line(kind: LineKind) -> InvoiceLine {
    let pays_for_days = !matches!(kind, LineKind::Fee | LineKind::Tax);
    InvoiceLine {
        item_id: code("service_3"),
        kind,
        product: code("gigablast"),
        description: text("Gigablast"),
        span: pays_for_days.then(|| (day(), day())),
        amount: usd(11_999),
    }
}

fn runs() -> Vec<Event> {
    let opened = RunKind::ALL.map(|kind| {
        let awaits_approval = kind == RunKind::Bill;
        RunEvent::Opened { kind, date: day(), awaits_approval }
    });
    let later = [
        RunEvent::Approved,
        RunEvent::Continued { kind: RunKind::Bill, date: day(), after: code("account_7") },
        RunEvent::Closed { kind: RunKind::Bill, date: day() },
    ];
    opened.into_iter().chain(later).map(Event::Run).collect()
}
