//! What comes of a bill: its number, its invoice, what is owed, and how far everything is billed.

use std::sync::Arc;

use jiff::civil::{Date, date};

use super::BillAccount;
use crate::{
    Event, Fact, Rejection,
    biller::TaxTable,
    invoice::{InvoiceEvent, InvoiceLine, Issued, LineKind},
    ledger::{Ledger, LedgerEvent, LedgerId, LedgerRejection},
    series::{SeriesEvent, SeriesId},
    subscription::{
        Item, ItemKind, Subscription, SubscriptionEvent, SubscriptionId, SubscriptionRejection,
    },
    testing::{
        Given,
        fixtures::{
            TODAY, account, account_id, code, day, debt, id, item, other_account, paid, subscribed,
            text, usd,
        },
        given,
    },
};

const APRIL: Date = date(2026, 4, 1);
const MAY: Date = date(2026, 5, 1);

fn bill(cycle: Date) -> BillAccount {
    BillAccount { account_id: account_id(), cycle: Some(cycle) }
}

fn on_demand() -> BillAccount {
    BillAccount { account_id: account_id(), cycle: None }
}

/// Basic is paid for since the 16th of March, and it is the 1st of April.
fn subscribed_in_april() -> Given {
    given(subscribed()).and([day(APRIL)])
}

fn line(description: &str, span: (Date, Date), minor: i64) -> InvoiceLine {
    InvoiceLine {
        item_id: code("service_5"),
        kind: LineKind::Package,
        product: code("basic"),
        description: text(description),
        span: Some(span),
        amount: usd(minor),
    }
}

/// An invoice's lines, for the cycle of a day, made on a day.
fn issued(cycle: Date, issued_on: Date, due_on: Date, lines: Vec<InvoiceLine>) -> Issued {
    Issued {
        account_id: account_id(),
        number: code("I00000001"),
        cycle,
        issued_on,
        due_on,
        previous_balance: usd(0),
        lines,
    }
}

/// The first invoice: 49.99 * 16 / 31 = 25.8012..., and April.
fn first_invoice() -> Issued {
    let lines = vec![
        line("Basic, 16 of 31 days", (TODAY, APRIL), 2_580),
        line("Basic", (APRIL, MAY), 4_999),
    ];
    issued(APRIL, APRIL, date(2026, 4, 5), lines)
}

/// What comes of an invoice: everything together.
fn facts(number: u64, issued: Issued, through: Date) -> [Fact; 4] {
    let named = code(&format!("I{number:08}"));
    let invoice_id = id(&format!("invoice_{named}"));
    let series: SeriesId = id("series_invoice");
    let total = issued.total();
    let (cycle, due_on) = (issued.cycle, issued.due_on);
    let issued = Issued { number: named.clone(), ..issued };
    let owed = LedgerEvent::Invoiced {
        account_id: account_id(),
        invoice_id: crate::Id::clone(&invoice_id),
        total,
        due_on,
    };
    let billed = SubscriptionEvent::Billed { invoice: Some(named), cycle, through };
    [
        Fact::new(&series, Event::Series(SeriesEvent::NumberTaken { number })),
        InvoiceEvent::Issued(issued).on(&invoice_id),
        owed.on(&account_id()),
        billed.on(&account_id()),
    ]
}

fn subscription(given: &Given) -> &Subscription {
    given.state(&SubscriptionId::of(&account_id()))
}

#[test]
fn f71_f73_f74_an_account_is_billed_on_its_day_and_pays_four_days_later() {
    subscribed_in_april().when(bill(APRIL)).then(facts(1, first_invoice(), MAY));
}

#[test]
fn f74_who_is_billed_late_pays_later() {
    let late = Issued { issued_on: date(2026, 4, 9), due_on: date(2026, 4, 13), ..first_invoice() };
    subscribed_in_april().and([day(date(2026, 4, 9))]).when(bill(APRIL)).then(facts(1, late, MAY));
}

#[test]
fn f44_numbers_have_no_gaps_whoever_is_billed() {
    let (other, from) = (other_account(), TODAY);
    let other_id = id("account_8");
    let other_bills = [
        SubscriptionEvent::Opened { account_id: crate::Id::clone(&other_id), bill_day: 1 },
        SubscriptionEvent::ItemStarted {
            item_id: code("wifi"),
            item: item(ItemKind::Extra, "WIFI", "Whole-home WiFi", 1_000),
            from,
        },
    ];
    let after = subscribed_in_april()
        .and(other)
        .and(other_bills.map(|event| event.on(&other_id)))
        .after(BillAccount { account_id: other_id, cycle: Some(APRIL) });
    after.when(bill(APRIL)).then(facts(2, first_invoice(), MAY));
}

#[test]
fn f73_cycles_are_billed_in_their_order_and_none_before_its_day() {
    let may = || subscribed_in_april().and([day(MAY)]);
    may().when(bill(MAY)).then_rejected(LedgerRejection::EarlierCycleOpen { due: APRIL });
    let basic = line("Basic", (MAY, date(2026, 6, 1)), 4_999);
    let second = issued(MAY, MAY, date(2026, 5, 5), vec![basic]);
    let owed = Issued { previous_balance: usd(7_579), ..second };
    may().after(bill(APRIL)).when(bill(MAY)).then(facts(2, owed, date(2026, 6, 1)));
    given(subscribed())
        .when(bill(APRIL))
        .then_rejected(LedgerRejection::CycleNotReached { cycle: APRIL, today: TODAY });
    let billed = || may().after(bill(APRIL)).after(bill(MAY));
    billed().when(bill(APRIL)).then([]);
    // What was never billed, or so long ago that nobody remembers, is said not to be.
    let due = date(2026, 6, 1);
    for cycle in [date(1999, 1, 1), date(2026, 3, 1), date(2026, 4, 2)] {
        billed().when(bill(cycle)).then_rejected(LedgerRejection::CycleOver { cycle, due });
    }
    let years = date(2031, 1, 1);
    billed().when(bill(years)).then_rejected(LedgerRejection::EarlierCycleOpen { due });
}

#[test]
fn a_bill_says_what_was_owed_before_it() {
    let owing = Issued { previous_balance: usd(1_234), ..first_invoice() };
    subscribed_in_april()
        .and([debt(1_234, date(2026, 3, 5))])
        .when(bill(APRIL))
        .then(facts(1, owing, MAY));
    let in_credit = Issued { previous_balance: usd(-500), ..first_invoice() };
    subscribed_in_april().and([paid("p-1", 500)]).when(bill(APRIL)).then(facts(1, in_credit, MAY));
}

#[test]
fn credit_pays_the_bill_at_once() {
    let after = subscribed_in_april().and([paid("p-1", 8_000)]).after(bill(APRIL));
    let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
    assert_eq!((ledger.balance(), ledger.open_charges()), (7_579 - 8_000, &[][..]));
}

/// Something is paid for where nobody said what is taxed how.
fn untaxed() -> Fact {
    let wifi = item(ItemKind::Extra, "WIFI", "Whole-home WiFi", 1_000);
    let item = Item { market: Some(code("tucson")), ..wifi };
    let item_id = code("wifi");
    SubscriptionEvent::ItemStarted { item_id, item, from: TODAY }.on(&account_id())
}

fn untaxable() -> Rejection {
    Rejection {
        code: "bill.market_without_taxes",
        reason: "there are no taxes for market tucson: add the market to the biller's taxes"
            .to_owned(),
    }
}

fn too_large() -> Rejection {
    let reason = "the bill is too large: end what is not sold".to_owned();
    Rejection { code: "bill.too_large", reason }
}

/// April waits for what a bill on demand would be refused for.
fn parked_for(Rejection { code: named, reason }: Rejection) -> Fact {
    SubscriptionEvent::Parked { cycle: APRIL, code: code(named), reason }.on(&account_id())
}

#[test]
fn who_cannot_be_billed_waits_with_the_reason_and_is_billed_when_it_is_gone() {
    let waiting = || subscribed_in_april().and([untaxed()]);
    waiting().when_in_vain(bill(APRIL), untaxable()).then([parked_for(untaxable())]);
    let parked = waiting().after(bill(APRIL));
    assert_eq!(subscription(&parked).next_cycle(), Some(APRIL));
    let reason = Some(&(APRIL, code("bill.market_without_taxes")));
    assert_eq!(subscription(&parked).parked(), reason);
    let billed = parked
        .under(|biller| {
            let untaxed = ["phoenix", "tucson"].map(|market| (code(market), [].into()));
            biller.taxes = Arc::new(TaxTable { markets: untaxed.into() });
        })
        .after(bill(APRIL));
    assert_eq!(subscription(&billed).parked(), None);
    assert_eq!(subscription(&billed).through(), Some(MAY));
    let ledger: &Ledger = billed.state(&LedgerId::of(&account_id()));
    // 10.00 * 16 / 31 = 5.1612..., and April.
    assert_eq!(ledger.balance(), 7_579 + 516 + 1_000);
}

#[test]
fn who_waits_and_still_cannot_be_billed_is_not_said_to_be_billed() {
    let absurd = item(ItemKind::Extra, "WIFI", "Whole-home WiFi", crate::money::MINOR_MAX);
    let item_id = code("wifi-2");
    let started = SubscriptionEvent::ItemStarted { item_id, item: absurd, from: TODAY };
    let parked = subscribed_in_april().and([untaxed()]).after(bill(APRIL));
    parked.clone().when(bill(APRIL)).then_rejected(untaxable());
    // What prevents it now is another thing, and noted.
    let ended = SubscriptionEvent::ItemEnded { item_id: code("wifi"), on: TODAY };
    let otherwise = parked.and([ended, started].map(|event| event.on(&account_id())));
    otherwise.when_in_vain(bill(APRIL), too_large()).then([parked_for(too_large())]);
}

#[test]
fn f71_a_bill_on_demand_that_cannot_be_made_is_refused_and_parks_nobody() {
    let waiting = || subscribed_in_april().after(bill(APRIL)).and([untaxed()]);
    waiting().when(on_demand()).then_rejected(untaxable());
    let absurd = item(ItemKind::Extra, "WIFI", "Whole-home WiFi", crate::money::MINOR_MAX);
    let item_id = code("wifi");
    let started = SubscriptionEvent::ItemStarted { item_id, item: absurd, from: TODAY };
    subscribed_in_april()
        .after(bill(APRIL))
        .and([started.on(&account_id())])
        .when(on_demand())
        .then_rejected(too_large());
}

#[test]
fn a_cycle_with_nothing_to_bill_is_over_without_a_number() {
    let ended = SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: TODAY };
    let nothing = SubscriptionEvent::Billed { invoice: None, cycle: APRIL, through: MAY };
    let over = || subscribed_in_april().and([ended.clone().on(&account_id())]);
    over().when(bill(APRIL)).then([nothing.on(&account_id())]);
    over().when(on_demand()).then([]);
    let rests = || over().after(bill(APRIL));
    rests().when(bill(APRIL)).then([]);
    rests().when(bill(MAY)).then_rejected(LedgerRejection::NoCycleDue);
}

#[test]
fn who_never_paid_for_anything_is_not_billed() {
    given(account()).when(bill(APRIL)).then_rejected(SubscriptionRejection::NotOpened);
    let opened = SubscriptionEvent::Opened { account_id: account_id(), bill_day: 1 };
    let opened = given(account()).and([opened.on(&account_id())]);
    opened.when(bill(TODAY)).then_rejected(LedgerRejection::NoCycleDue);
}

#[test]
fn on_demand_what_has_come_up_is_billed_at_once() {
    let rest = line("Basic, 16 of 31 days", (TODAY, APRIL), 2_580);
    let demanded = issued(TODAY, TODAY, date(2026, 3, 20), vec![rest]);
    given(subscribed()).when(on_demand()).then(facts(1, demanded, APRIL));
    let ended = SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: APRIL };
    let credit = line("Credit Basic", (APRIL, MAY), -4_999);
    let final_bill = issued(APRIL, APRIL, date(2026, 4, 5), vec![credit]);
    let owed = Issued { previous_balance: usd(7_579), ..final_bill };
    let disconnected = subscribed_in_april().after(bill(APRIL)).and([ended.on(&account_id())]);
    disconnected.clone().when(on_demand()).then(facts(2, owed, MAY));
    let ledger = disconnected.after(on_demand());
    let ledger: &Ledger = ledger.state(&LedgerId::of(&account_id()));
    assert_eq!(ledger.balance(), 2_580);
}

#[test]
fn a_bill_that_is_absurd_is_not_made() {
    let absurd = item(ItemKind::Extra, "WIFI", "Whole-home WiFi", crate::money::MINOR_MAX);
    let item_id = code("wifi");
    let started = SubscriptionEvent::ItemStarted { item_id, item: absurd, from: TODAY };
    subscribed_in_april()
        .and([started.on(&account_id())])
        .when_in_vain(bill(APRIL), too_large())
        .then([parked_for(too_large())]);
}
