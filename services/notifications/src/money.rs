//! Which events about bills and money a customer hears of (F50, F69, F77).
//!
//! What must stay true: a letter says what its event says; whoever gets paper gets no letter about
//! a statement.

use domain::{
    account::AccountId,
    autopay::AutopayEvent,
    biller::DunningAction,
    dunning::{DunningEvent, StepTaken},
    invoice::{InvoiceEvent, Issued},
    ledger::LedgerEvent,
    money::Money,
    subscription::{SubscriptionEvent, SubscriptionId},
};
use event_store::Recorded;
use projection::{Fault, Rows};

use crate::{
    addressee::{self, day},
    occasion::Occasion,
    template::{Promised, Template, Words},
};

/// A payment came, or did not hold.
pub(crate) fn ledger(event: &LedgerEvent) -> Option<Occasion> {
    let (account_id, template, words) = match event {
        LedgerEvent::PaymentReceived {
            account_id,
            payment_id,
            amount,
            method,
            received_on,
            invoice_id: _,
            reference: _,
        } => {
            let words = Words { method: Some(method.name()), ..paid(payment_id, *amount) };
            let date = Some(received_on.to_string());
            (account_id, Template::PaymentReceived, Words { date, ..words })
        }
        LedgerEvent::PaymentReversed {
            account_id,
            payment_id,
            amount,
            method,
            reason: _,
            reversed_on,
        } => {
            let words = Words { method: Some(method.name()), ..paid(payment_id, *amount) };
            let date = Some(reversed_on.to_string());
            (account_id, Template::PaymentReversed, Words { date, ..words })
        }
        LedgerEvent::Charged { .. }
        | LedgerEvent::Invoiced { .. }
        | LedgerEvent::InvoiceCredited { .. }
        | LedgerEvent::Refunded { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::RefundFailed { .. }
        | LedgerEvent::Adjusted { .. }
        | LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => return None,
    };
    Some(Occasion { account_id: account_id.to_string(), template, words })
}

fn paid(payment_id: &impl ToString, amount: Money) -> Words {
    let (payment, amount) = (Some(payment_id.to_string()), Some(amount.to_string()));
    Words { payment, amount, ..Words::default() }
}

/// A statement is there, for whoever gets no paper (F50).
pub(crate) fn invoice(event: &InvoiceEvent, rows: &Rows<'_>) -> Result<Option<Occasion>, Fault> {
    let InvoiceEvent::Issued(issued) = event else { return Ok(None) };
    let Issued { account_id, number, due_on, previous_balance, .. } = issued;
    if !addressee::is_paperless(rows, account_id.as_str())? {
        return Ok(None);
    }
    let due = previous_balance.plus(issued.total());
    let words = Words {
        number: Some(number.to_string()),
        amount: Some(due.to_string()),
        unpaid: due.minor > 0,
        date: Some(due_on.to_string()),
        ..Words::default()
    };
    let account_id = account_id.to_string();
    Ok(Some(Occasion { account_id, template: Template::StatementReady, words }))
}

/// The customer is asked to pay, or promised to (F77).
pub(crate) fn dunning(event: &DunningEvent) -> Option<Occasion> {
    let (template, words) = match event {
        DunningEvent::StepTaken(StepTaken { actions, past_due, taken_on, suspends_on, .. }) => {
            if !actions.contains(&DunningAction::Email) {
                return None;
            }
            let words = Words {
                amount: Some(past_due.to_string()),
                date: Some(taken_on.to_string()),
                suspends: suspends_on.map(|on| on.to_string()),
                ..Words::default()
            };
            (Template::PastDue, words)
        }
        DunningEvent::ArrangementMade { arrangement_id, total, promises, .. } => {
            let promised = promises.iter().map(|promise| Promised {
                amount: promise.amount.to_string(),
                date: promise.on.to_string(),
            });
            let words = Words {
                amount: Some(total.to_string()),
                promises: promised.collect(),
                reference: Some(arrangement_id.to_string()),
                ..Words::default()
            };
            (Template::ArrangementMade, words)
        }
        DunningEvent::ArrangementBroken { arrangement_id, promised_on, missing, .. } => {
            let words = Words {
                amount: Some(missing.to_string()),
                date: Some(promised_on.to_string()),
                reference: Some(arrangement_id.to_string()),
                ..Words::default()
            };
            (Template::ArrangementBroken, words)
        }
        DunningEvent::LadderEnded { .. }
        | DunningEvent::ArrangementKept { .. }
        | DunningEvent::ChargeDisputed { .. }
        | DunningEvent::DisputeClosed { .. }
        | DunningEvent::Excluded { .. }
        | DunningEvent::Included { .. }
        | DunningEvent::PaymentDemanded { .. } => return None,
    };
    Some(Occasion { account_id: event.account_id().to_string(), template, words })
}

/// Something was not collected (F48).
pub(crate) fn autopay(
    event: &AutopayEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    let AutopayEvent::CollectionFailed { account_id, collection_id, may_retry, .. } = event else {
        return Ok(None);
    };
    let words = Words {
        payment: Some(collection_id.to_string()),
        retry: *may_retry,
        date: Some(day(rows, recorded)?),
        ..Words::default()
    };
    let account_id = account_id.to_string();
    Ok(Some(Occasion { account_id, template: Template::CollectionFailed, words }))
}

/// A campaign is over and the price is another one (F69).
pub(crate) fn subscription(
    event: &SubscriptionEvent,
    stream: &str,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    let SubscriptionEvent::CampaignExpired { item_id, on, monthly, .. } = event else {
        return Ok(None);
    };
    let id = SubscriptionId::parse(stream)
        .map_err(|error| Fault::because("a subscription's stream is no id", error))?;
    let words = Words {
        package: Some(addressee::item(rows, stream, item_id.as_str())?),
        amount: Some(monthly.to_string()),
        date: Some(on.to_string()),
        ..Words::default()
    };
    let account_id = AccountId::of(&id).to_string();
    Ok(Some(Occasion { account_id, template: Template::CampaignOver, words }))
}

#[cfg(test)]
mod tests {
    use domain::{
        autopay::AutopayEvent,
        customer::CustomerEvent,
        dunning::{DunningEvent, Promise},
        ledger::{LedgerEvent, PaymentMethod},
        subscription::SubscriptionEvent,
        testing::fixtures::{TODAY, account_id, code, id, issued, promoted, step_taken, usd},
    };
    use jiff::civil::date;
    use read_side::testing::Story;

    use crate::{
        message::{MESSAGES, Message},
        testing::{story, with_site},
    };

    fn told(story: &Story, id: &str) -> Option<Message> {
        story.rows().get(MESSAGES, id).unwrap()
    }

    fn letter(story: &Story, id: &str) -> (String, String) {
        let message = told(story, id).expect("the customer was told");
        (message.subject, message.body)
    }

    #[test]
    fn f50_whoever_gets_no_paper_is_told_of_a_statement_and_nobody_else_is() {
        let statement = || issued(5_599, date(2026, 3, 5));
        let name = "notification_invoice_I00000001-1";
        assert_eq!(told(&with_site().then(statement()), name), None);
        let paperless =
            |paperless| CustomerEvent::PaperlessSet { paperless }.on(&id("customer_account_7"));
        let (subject, body) = letter(&with_site().then(paperless(true)).then(statement()), name);
        assert_eq!(subject, "Your statement I00000001 is ready");
        let expected = "Hello Jo Doe,\n\nyour statement I00000001 is ready.\n55.99 USD is due on \
                        2026-03-05.\nYou see it online, or call us and we read it to you.\n\n\
                        Statement I00000001";
        assert_eq!(body, expected);
        let credit = with_site().then(paperless(true)).then(issued(-100, date(2026, 3, 5)));
        assert!(letter(&credit, name).1.contains("There is nothing to pay."));
        let again = with_site().then(paperless(true)).then(paperless(false)).then(statement());
        assert_eq!(told(&again, name), None);
    }

    #[test]
    fn f77_the_notice_says_what_is_past_due_and_when_service_is_suspended() {
        let story = with_site().then(step_taken(TODAY));
        let (subject, body) = letter(&story, "notification_dunning_7-1");
        assert_eq!(subject, "49.99 USD is past due");
        let expected = "Hello Jo Doe,\n\non 2026-03-16 your account is past due with 49.99 USD.\n\
                        If it is not paid in full by 2026-03-18, your service is suspended until \
                        it is.\nPlease pay it now, or call us to agree on a date.";
        assert_eq!(body, expected);
    }

    #[test]
    fn f79_what_was_agreed_is_written_down_and_what_was_not_kept_is_said() {
        let promise = |on, minor| Promise { on, amount: usd(minor) };
        let made = DunningEvent::ArrangementMade {
            account_id: account_id(),
            arrangement_id: code("arr-1"),
            covers_through: date(2026, 3, 5),
            total: usd(6_000),
            promises: vec![promise(date(2026, 3, 20), 2_500), promise(date(2026, 3, 27), 3_500)],
            by_manager: false,
        };
        let broken = DunningEvent::ArrangementBroken {
            account_id: account_id(),
            arrangement_id: code("arr-1"),
            promised_on: date(2026, 3, 20),
            missing: usd(2_500),
        };
        let story = with_site().and([made, broken].map(|event| event.on(&account_id())));
        let (_, body) = letter(&story, "notification_dunning_7-1");
        let expected = "Hello Jo Doe,\n\nwe agreed that you pay 60.00 USD:\n  25.00 USD by \
                        2026-03-20\n  35.00 USD by 2026-03-27\nUntil then we ask for nothing \
                        more.\n\nArrangement arr-1";
        assert_eq!(body, expected);
        let (subject, body) = letter(&story, "notification_dunning_7-2");
        assert_eq!(subject, "What we agreed on about your bill was not kept");
        assert!(body.contains("25.00 USD was to be paid by 2026-03-20 and was not."), "{body}");
    }

    #[test]
    fn f48_what_is_not_collected_is_told_with_what_to_do() {
        let failed = |may_retry| {
            let event = AutopayEvent::CollectionFailed {
                account_id: account_id(),
                collection_id: code("draw-1"),
                code: code("insufficient_funds"),
                may_retry,
            };
            letter(&with_site().then(event.on(&account_id())), "notification_autopay_7-1").1
        };
        assert!(failed(true).contains("on 2026-03-16 we could not collect"), "{}", failed(true));
        assert!(failed(true).contains("We try again another day."), "{}", failed(true));
        assert!(failed(false).contains("Please give us another one"), "{}", failed(false));
        assert!(!failed(false).contains("insufficient"), "the code says nothing to a customer");
    }

    #[test]
    fn f69_a_campaign_that_is_over_is_told_with_the_price_from_then_on() {
        let expired = SubscriptionEvent::CampaignExpired {
            item_id: code("service_5"),
            campaign_code: code("LOYAL"),
            on: date(2026, 4, 1),
            monthly: usd(4_999),
        };
        let story = story().and(promoted(2_999, date(2026, 4, 1)));
        let (subject, body) =
            letter(&story.then(expired.on(&account_id())), "notification_subscription_7-3");
        assert_eq!(subject, "Your price for Basic changes");
        assert!(body.contains("From 2026-04-01 on it costs 49.99 USD a month."), "{body}");
    }

    #[test]
    fn a_payment_that_came_back_is_owed_again() {
        let reversed = LedgerEvent::PaymentReversed {
            account_id: account_id(),
            payment_id: code("p-1"),
            amount: usd(6_999),
            method: PaymentMethod::Check,
            reason: code("NSF"),
            reversed_on: date(2026, 3, 18),
        };
        let story = with_site().then(reversed.on(&account_id()));
        let (subject, body) = letter(&story, "notification_ledger_7-1");
        assert_eq!(subject, "Your payment of 69.99 USD came back");
        assert!(body.contains("by check came back to us. You owe it again."), "{body}");
    }
}
