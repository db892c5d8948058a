//! What a statement says after which events.

use domain::{
    Event, Fact,
    autopay::{AutopayEvent, Source},
    customer::CustomerEvent,
    dunning::{DunningEvent, StepTaken},
    invoice::{InvoiceEvent, InvoiceLine, Issued, LineKind},
    ledger::{LedgerEvent, PaymentMethod},
    site::{SiteEvent, SuspensionReason},
    testing::fixtures::{
        TODAY, account_id, bill_to, code, day, id, paid, sealed, service, site_id, step_taken,
        text, usd,
    },
};
use jiff::civil::{Date, date};
use projection::Keys;
use read_side::testing::Story;
use serde_json::{Value, json};

use super::{TABLE, TO_PRINT};
use crate::testing::story;

const BILL_DAY: Date = date(2026, 4, 1);

fn line(item_id: &str, kind: LineKind, words: &str, minor: i64) -> InvoiceLine {
    let span = matches!(kind, LineKind::Package | LineKind::Rental);
    InvoiceLine {
        item_id: code(item_id),
        kind,
        product: code("x"),
        description: text(words),
        span: span.then_some((date(2026, 4, 1), date(2026, 5, 1))),
        amount: usd(minor),
    }
}

/// The facts of a bill: an invoice, and what is owed for it.
fn bill(number: u32, on: Date, before: i64, lines: Vec<InvoiceLine>) -> [Fact; 2] {
    let name = format!("I{number:08}");
    let invoice_id = id(&format!("invoice_{name}"));
    let issued = Issued {
        account_id: account_id(),
        number: code(&name),
        cycle: on,
        issued_on: on,
        due_on: on.checked_add(jiff::Span::new().days(4)).unwrap(),
        previous_balance: usd(before),
        lines,
    };
    let owed = LedgerEvent::Invoiced {
        account_id: account_id(),
        invoice_id: id(&format!("invoice_{name}")),
        total: issued.total(),
        due_on: issued.due_on,
    };
    [InvoiceEvent::Issued(issued).on(&invoice_id), owed.on(&account_id())]
}

fn internet() -> Vec<InvoiceLine> {
    vec![
        line("service_5", LineKind::Package, "Basic", 4_999),
        line("service_5-MODEM-RENT", LineKind::Rental, "Modem rental", 800),
        line("bundle-TWO", LineKind::Bundle, "Two together", -500),
        line("phoenix", LineKind::Tax, "State tax", 300),
    ]
}

fn customer() -> Story {
    story().and(service("basic"))
}

fn shown(story: &Story, number: &str) -> Value {
    story.row(TABLE, number)
}

fn adjusted(minor: i64) -> Fact {
    LedgerEvent::Adjusted {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days"),
        due_on: date(2026, 4, 5),
        approved_by: None,
    }
    .on(&account_id())
}

#[test]
fn f44_a_statement_groups_what_is_charged_by_the_site_and_taxes_apart() {
    let story = customer().and(bill(1, BILL_DAY, 0, internet()));
    let statement = &shown(&story, "I00000001")["statement"];
    let period = json!({ "from": "2026-04-01", "to": "2026-04-30" });
    let charges = json!([
        { "heading": "17 Elm St", "charges": [
            { "description": "Basic", "period": period, "amount": 4999 },
            { "description": "Modem rental", "period": period, "amount": 800 },
        ]},
        { "heading": "Account", "charges": [{ "description": "Two together", "amount": -500 }] },
    ]);
    assert_eq!(statement["charges"], charges);
    assert_eq!(statement["taxes"], json!([{ "description": "State tax", "amount": 300 }]));
    assert_eq!(statement["period"], period);
    assert_eq!(
        (&statement["totalNewCharges"], &statement["amountDue"]),
        (&json!(5599), &json!(5599))
    );
    assert_eq!(statement["billTo"], json!({ "name": "Jo Doe", "address": ["17 Elm St"] }));
    assert_eq!(statement["accountId"], "7");
    assert_eq!(statement["biller"]["name"], "", "the letterhead is no fact");
}

#[test]
fn f44_what_was_paid_and_adjusted_since_the_last_statement_is_on_the_next_one_only() {
    let story = customer()
        .and(bill(1, BILL_DAY, 0, internet()))
        .and([paid("p-1", 5_000), adjusted(-599)])
        .and(bill(2, date(2026, 5, 1), 0, internet()))
        .and(bill(3, date(2026, 6, 1), 5_599, internet()));
    let second = &shown(&story, "I00000002")["statement"];
    assert_eq!(second["previousBalance"], 5_599, "what the one before asked for");
    let payment = json!([{ "on": "2026-03-16", "description": "Payment, card", "amount": 5000 }]);
    assert_eq!(second["payments"], payment);
    assert_eq!(second["adjustments"][0]["description"], "Adjustment: OUTAGE");
    assert_eq!(second["amountDue"], 5_599);
    let third = &shown(&story, "I00000003")["statement"];
    assert_eq!((&third["payments"], &third["adjustments"]), (&json!([]), &json!([])));
    assert_eq!(third["previousBalance"], second["amountDue"]);
}

#[test]
fn f44_what_came_back_and_what_was_given_back_are_payments_the_other_way() {
    let reversed = LedgerEvent::PaymentReversed {
        account_id: account_id(),
        payment_id: code("p-1"),
        amount: usd(5_599),
        method: PaymentMethod::Check,
        reason: code("NSF"),
        reversed_on: TODAY,
    };
    let story = customer()
        .and(bill(1, BILL_DAY, 0, internet()))
        .and([paid("p-1", 5_599), reversed.on(&account_id())])
        .and(bill(2, date(2026, 5, 1), 5_599, internet()));
    let statement = &shown(&story, "I00000002")["statement"];
    let amounts: Vec<_> =
        statement["payments"].as_array().unwrap().iter().map(|it| it["amount"].clone()).collect();
    assert_eq!(amounts, [5_599, -5_599]);
    assert_eq!(statement["amountDue"], 2 * 5_599);
}

#[test]
fn f44_a_credit_note_and_a_negative_invoice_have_statements() {
    let refund = vec![line("service_5", LineKind::Package, "Basic", -1_000)];
    let credited = InvoiceEvent::Credited {
        account_id: account_id(),
        credit_note: code("C00000001"),
        reason: code("BILLING-ERROR"),
        credited_on: date(2026, 4, 2),
        rebilled: false,
        lines: internet(),
    };
    let taken_back = LedgerEvent::InvoiceCredited {
        account_id: account_id(),
        invoice_id: id("invoice_I00000001"),
        credit_note: code("C00000001"),
        total: usd(5_599),
        due_on: Some(date(2026, 4, 6)),
    };
    let story = customer()
        .and(bill(1, BILL_DAY, 0, internet()))
        .and([credited.on(&id("invoice_I00000001")), taken_back.on(&account_id())])
        .and(bill(2, date(2026, 5, 1), 0, refund));
    let note = &shown(&story, "C00000001")["statement"];
    assert_eq!((&note["kind"], &note["corrects"]), (&json!("creditNote"), &json!("I00000001")));
    assert_eq!((&note["totalNewCharges"], &note["amountDue"]), (&json!(-5599), &json!(0)));
    assert_eq!(shown(&story, "I00000002")["statement"]["amountDue"], -1_000);
}

#[test]
fn f58_a_statement_goes_to_whom_and_where_somebody_said() {
    let story =
        customer().then(bill_to("Doe LLC", "PO Box 9")).and(bill(1, BILL_DAY, 0, internet()));
    let to = &shown(&story, "I00000001")["statement"]["billTo"];
    assert_eq!(*to, json!({ "name": "Doe LLC", "address": ["PO Box 9"] }));
}

#[test]
fn f50_who_wants_no_paper_is_not_on_the_list_for_the_printer() {
    let listed = |story: &Story| {
        let rows = story.rows().scan::<Value>(TO_PRINT, Keys::prefix("2026-04-01/"), 9);
        rows.map(|row| row.unwrap().1["number"].clone()).collect::<Vec<_>>()
    };
    let set = |paperless| CustomerEvent::PaperlessSet { paperless }.on(&id("customer_account_7"));
    let paper = customer().and(bill(1, BILL_DAY, 0, internet()));
    assert_eq!(listed(&paper), ["I00000001"]);
    let none = customer().then(set(true)).and(bill(1, BILL_DAY, 0, internet()));
    assert_eq!(listed(&none), Vec::<Value>::new());
    assert_eq!(shown(&none, "I00000001")["statement"]["delivery"], "paperless");
    let again = customer().and([set(true), set(false)]).and(bill(1, BILL_DAY, 0, internet()));
    assert_eq!(listed(&again), ["I00000001"]);
}

#[test]
fn f48_f77_a_statement_says_what_is_collected_and_what_is_past_due() {
    let source =
        Source { method: PaymentMethod::Card, token: code("tok_1"), label: code("visa 4242") };
    let set = AutopayEvent::Set { account_id: account_id(), source }.on(&account_id());
    let story = customer()
        .and(bill(1, BILL_DAY, 0, internet()))
        .and([day(date(2026, 4, 16)), step_taken(date(2026, 4, 16)), set])
        .and(bill(2, date(2026, 5, 1), 5_599, internet()));
    let statement = &shown(&story, "I00000002")["statement"];
    assert_eq!(statement["autopay"], json!({ "on": "2026-05-05", "method": "visa 4242" }));
    let past_due = json!({ "amount": 5599, "since": "2026-04-05" });
    assert_eq!(statement["pastDue"], past_due, "the day of the suspension is over");
    assert!(shown(&story, "I00000001")["statement"].get("pastDue").is_none());
}

#[test]
fn f77_a_statement_announces_no_suspension_where_service_is_off_but_says_what_brings_it_back() {
    let requested = |reason| SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id());
    let past_due = |then: Option<Fact>| {
        let Event::Dunning(DunningEvent::StepTaken(step)) = step_taken(date(2026, 4, 16)).event
        else {
            unreachable!("it is a step")
        };
        let (anchor, suspends_on) = (date(2026, 4, 5), Some(date(2026, 5, 18)));
        let step = StepTaken { anchor, suspends_on, ..step };
        let story = customer()
            .and(bill(1, BILL_DAY, 0, internet()))
            .and([day(date(2026, 4, 16)), DunningEvent::StepTaken(step).on(&account_id())])
            .and(then)
            .and([paid("p-1", 600), day(date(2026, 5, 1))])
            .and(bill(2, date(2026, 5, 1), 4_999, internet()));
        shown(&story, "I00000002")["statement"]["pastDue"].clone()
    };
    let mut said = json!({ "amount": 4999, "since": "2026-04-05", "suspendedOn": "2026-05-18" });
    assert_eq!(past_due(None), said);
    said.as_object_mut().unwrap().remove("suspendedOn");
    let on_request = past_due(Some(requested(SuspensionReason::CustomerRequest)));
    assert_eq!(on_request, said, "nobody suspends it");
    said["reinstatedFor"] = json!(4_999);
    assert_eq!(past_due(Some(requested(SuspensionReason::NonPayment))), said);
}

#[test]
fn f44_the_digest_is_of_the_stored_form_and_the_same_whenever_rows_are_filled_again() {
    let told = || customer().and(bill(1, BILL_DAY, 0, internet()));
    let row = shown(&told(), "I00000001");
    assert_eq!(row, shown(&told(), "I00000001"));
    let kept: ::statement::Statement = serde_json::from_value(row["statement"].clone()).unwrap();
    assert_eq!(row["digest"], ::statement::digest(&kept.canonical_json()));
    let digest = "aaa8a47522a9aa3f86b3ad92d35dd5735a455f713b6d5ab2d37b98f7f786f8f0";
    assert_eq!(row["digest"], digest, "what was digested once is digested so for ever");
}
