//! What a notice leads to, as things stand.

use contract::pb::{
    autopay::v1::FailCollection,
    ledger::v1::{self as ledger, RecordPayment, ReversePayment},
    money::v1::Money as PbMoney,
    ticket::v1::{OpenTicket, TicketKind},
};
use domain::{ledger::PaymentMethod, money::Money};
use event_store::CommandId;
use payment_processor::webhook::{Kind, Notice};
use serde::Serialize;

use super::known::{Known, Paid, Requested};

/// Why a payment is reversed that the customer's bank took back.
const CHARGEBACK: &str = "CHARGEBACK";
/// Why a payment is reversed that came back to the bank.
const RETURNED: &str = "RETURNED";

/// What a notice leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// This is to be done; where it is refused because the money had come, that.
    Send(Wish, Option<Wish>),
    /// What it is about is not recorded yet: the processor is to say it again.
    Later,
    /// It says nothing that is not known.
    Nothing,
}

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) command: &'static str,
    pub(super) json: Vec<u8>,
}

/// What is to be done because of a notice. The id is that of the command.
pub(super) fn to(notice: &Notice, known: &Known, id: CommandId) -> Reaction {
    let Known { requested, paid } = known;
    match (&notice.kind, requested, paid) {
        (Kind::Paid, Some(requested), _) if is_whole(notice, requested.amount) => {
            record(notice, requested)
        }
        (Kind::Failed { code, may_retry }, Some(requested), paid)
            if is_whole(notice, requested.amount) =>
        {
            let failed = fail(notice, requested, (code, *may_retry));
            Reaction::Send(failed, paid.as_ref().map(|paid| reversal(paid, RETURNED)))
        }
        (Kind::Paid | Kind::Failed { .. }, Some(requested), _) => {
            let account_id = requested.account_id.as_str();
            ask_a_person(notice, account_id, requested.amount, id)
        }
        (Kind::Failed { .. }, None, Some(paid)) => reverse(notice, paid, RETURNED, id),
        (Kind::Reversed, _, Some(paid)) => reverse(notice, paid, CHARGEBACK, id),
        // Billing still waits for the answer, or will never get one.
        (Kind::Reversed, Some(_), None) => Reaction::Later,
        // Whoever asked for a refund asks until it is answered. What nobody asked for here was
        // asked for by somebody who records it himself.
        (Kind::Refunded, _, _)
        | (Kind::Paid, None, _)
        | (Kind::Failed { .. } | Kind::Reversed, None, None) => Reaction::Nothing,
    }
}

/// Whether all of an amount is meant.
fn is_whole(notice: &Notice, amount: Money) -> bool {
    notice.amount_minor == amount.minor
        && notice.currency.as_str() == amount.currency.to_string().as_str()
}

/// As billing records what it collects.
fn record(notice: &Notice, requested: &Requested) -> Reaction {
    let method = match requested.method {
        PaymentMethod::Card => ledger::PaymentMethod::Card,
        PaymentMethod::BankTransfer | PaymentMethod::Cash | PaymentMethod::Check => {
            ledger::PaymentMethod::BankTransfer
        }
    };
    let amount = &requested.amount;
    let amount = PbMoney { currency: amount.currency.to_string(), minor: amount.minor };
    send(
        "RecordPayment",
        &RecordPayment {
            account_id: requested.account_id.to_string(),
            payment_id: notice.collection_id.clone(),
            amount: Some(amount),
            method: method.into(),
            received_on: requested.on.to_string(),
            invoice_id: String::new(),
            reference: notice.reference.clone(),
        },
    )
}

fn fail(notice: &Notice, requested: &Requested, (code, may_retry): (&str, bool)) -> Wish {
    let fail = FailCollection {
        account_id: requested.account_id.to_string(),
        collection_id: notice.collection_id.clone(),
        code: code.to_owned(),
        may_retry,
    };
    wish("FailCollection", &fail)
}

/// Only the whole of a payment is reversed; what to do about a part of it, a person decides.
fn reverse(notice: &Notice, paid: &Paid, reason: &str, id: CommandId) -> Reaction {
    let Paid { account_id, payment, .. } = paid;
    if !is_whole(notice, payment.amount) {
        return ask_a_person(notice, account_id.as_str(), payment.amount, id);
    }
    Reaction::Send(reversal(paid, reason), None)
}

fn reversal(paid: &Paid, reason: &str) -> Wish {
    let reverse = ReversePayment {
        account_id: paid.account_id.to_string(),
        payment_id: paid.payment_id.to_string(),
        reason: reason.to_owned(),
    };
    wish("ReversePayment", &reverse)
}

fn ask_a_person(notice: &Notice, account_id: &str, amount: Money, id: CommandId) -> Reaction {
    let happened = match notice.kind {
        Kind::Paid => "was drawn",
        Kind::Failed { .. } => "failed",
        Kind::Reversed => "was charged back",
        Kind::Refunded => "was refunded",
    };
    let (minor, currency) = (notice.amount_minor, notice.currency);
    let summary = format!(
        "The payment processor says that {minor} in minor units of {currency} {happened} of \
         payment {}, which is {amount}. Nothing was entered in the ledger: look at {} there, then \
         adjust the account.",
        notice.collection_id, notice.reference
    );
    let open = OpenTicket {
        ticket_id: format!("ticket_{id}"),
        account_id: account_id.to_owned(),
        kind: TicketKind::Other.into(),
        site_id: String::new(),
        summary,
    };
    send("OpenTicket", &open)
}

fn send(command: &'static str, message: &impl Serialize) -> Reaction {
    Reaction::Send(wish(command, message), None)
}

fn wish(command: &'static str, message: &impl Serialize) -> Wish {
    let json = serde_json::to_vec(message).expect("a message of the contract is JSON");
    Wish { command, json }
}

#[cfg(test)]
mod tests {
    use domain::{
        account::AccountId,
        ledger::{Payment, PaymentMethod},
        money::{Currency, Money},
        text::Code,
    };
    use event_store::CommandId;
    use jiff::civil::date;
    use payment_processor::webhook::{Kind, Notice};
    use serde_json::{Value, json};

    use super::{Known, Paid, Reaction, Requested, to};

    const ID: CommandId = CommandId([7; 16]);

    fn account() -> AccountId {
        AccountId::parse("account_7").unwrap()
    }

    fn usd(minor: i64) -> Money {
        Money::new(Currency::parse("USD").unwrap(), minor)
    }

    fn notice(kind: Kind, amount_minor: i64) -> Notice {
        Notice {
            id: "evt_1".to_owned(),
            kind,
            collection_id: "autopay-7-2026-03-05".to_owned(),
            reference: "ch.1".to_owned(),
            amount_minor,
            currency: payment_processor::Currency::parse("USD").unwrap(),
        }
    }

    fn failed() -> Kind {
        Kind::Failed { code: "no_account".to_owned(), may_retry: false }
    }

    /// 49.99 was to be drawn, and perhaps was.
    fn asked(is_paid: bool) -> Known {
        let requested = Requested {
            account_id: account(),
            amount: usd(4_999),
            method: PaymentMethod::Card,
            on: date(2026, 3, 5),
        };
        Known { requested: Some(requested), ..recorded(is_paid) }
    }

    fn recorded(is_paid: bool) -> Known {
        let paid = is_paid.then(|| Paid {
            account_id: account(),
            payment_id: Code::parse("p-1").unwrap(),
            payment: Payment { amount: usd(4_999), is_reversed: false },
        });
        Known { requested: None, paid }
    }

    fn sent(notice: &Notice, known: &Known) -> (&'static str, Value) {
        match to(notice, known, ID) {
            Reaction::Send(wish, _) => (wish.command, serde_json::from_slice(&wish.json).unwrap()),
            other @ (Reaction::Later | Reaction::Nothing) => panic!("{other:?}"),
        }
    }

    #[test]
    fn f48_what_was_drawn_is_recorded_as_it_was_asked_for() {
        let expected = json!({
            "accountId": "account_7",
            "paymentId": "autopay-7-2026-03-05",
            "amount": { "currency": "USD", "minor": "4999" },
            "method": "PAYMENT_METHOD_CARD",
            "receivedOn": "2026-03-05",
            "reference": "ch.1",
        });
        for known in [asked(false), asked(true)] {
            assert_eq!(
                sent(&notice(Kind::Paid, 4_999), &known),
                ("RecordPayment", expected.clone())
            );
        }
        assert_eq!(to(&notice(Kind::Paid, 4_999), &recorded(true), ID), Reaction::Nothing);
    }

    #[test]
    fn f48_what_failed_fails_whether_or_not_it_was_recorded() {
        for known in [asked(false), asked(true)] {
            let (command, json) = sent(&notice(failed(), 4_999), &known);
            assert_eq!((command, &json["code"]), ("FailCollection", &json!("no_account")));
        }
        let otherwise = |known: &Known| match to(&notice(failed(), 4_999), known, ID) {
            Reaction::Send(_, otherwise) => otherwise.map(|wish| wish.command),
            other @ (Reaction::Later | Reaction::Nothing) => panic!("{other:?}"),
        };
        assert_eq!(otherwise(&asked(true)), Some("ReversePayment"));
        assert_eq!(otherwise(&asked(false)), None);
        let (command, json) = sent(&notice(failed(), 4_999), &recorded(true));
        assert_eq!((command, &json["reason"]), ("ReversePayment", &json!("RETURNED")));
        assert_eq!(to(&notice(failed(), 4_999), &recorded(false), ID), Reaction::Nothing);
    }

    #[test]
    fn what_is_charged_back_is_reversed_once_it_is_recorded() {
        for known in [asked(true), recorded(true)] {
            let (command, json) = sent(&notice(Kind::Reversed, 4_999), &known);
            assert_eq!((command, &json["paymentId"]), ("ReversePayment", &json!("p-1")));
            assert_eq!(json["reason"], "CHARGEBACK");
        }
        assert_eq!(to(&notice(Kind::Reversed, 4_999), &asked(false), ID), Reaction::Later);
        assert_eq!(to(&notice(Kind::Reversed, 4_999), &recorded(false), ID), Reaction::Nothing);
        assert_eq!(to(&notice(Kind::Refunded, 4_999), &asked(true), ID), Reaction::Nothing);
    }

    #[test]
    fn a_part_of_an_amount_is_for_a_person_to_look_at() {
        for kind in [Kind::Paid, failed(), Kind::Reversed] {
            let (command, json) = sent(&notice(kind, 4_998), &asked(true));
            assert_eq!((command, &json["accountId"]), ("OpenTicket", &json!("account_7")));
            let summary = json["summary"].as_str().unwrap();
            assert!(summary.contains("4998") && summary.contains("49.99 USD"), "{summary}");
        }
    }
}
