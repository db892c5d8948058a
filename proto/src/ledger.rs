//! Ledgers between protobuf and the domain.

use domain::ledger::{ChargeLine, LedgerEvent, PaymentMethod, RecordCharge, RecordPayment};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, date, id, required, text},
    money::{self, money},
    pb::ledger::v1::{self as pb, ledger_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::RecordCharge>(), CommandType::of::<pb::RecordPayment>()];

impl CommandMessage for pb::RecordCharge {
    type Rule = RecordCharge;
}

impl TryFrom<pb::RecordCharge> for RecordCharge {
    type Error = Invalid;

    fn try_from(message: pb::RecordCharge) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            charge_id: code("chargeId", &message.charge_id)?,
            lines: lines("lines", message.lines)?,
            due_on: date("dueOn", &message.due_on)?,
        })
    }
}

impl CommandMessage for pb::RecordPayment {
    type Rule = RecordPayment;
}

impl TryFrom<pb::RecordPayment> for RecordPayment {
    type Error = Invalid;

    fn try_from(message: pb::RecordPayment) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            payment_id: code("paymentId", &message.payment_id)?,
            amount: money("amount", message.amount)?,
            method: method("method", message.method)?,
            received_on: date("receivedOn", &message.received_on)?,
        })
    }
}

pub(crate) fn encode(event: &LedgerEvent) -> pb::LedgerEvent {
    let fact = match event {
        LedgerEvent::Charged { account_id, charge_id, lines, due_on } => {
            Fact::Charged(pb::LedgerCharged {
                account_id: account_id.to_string(),
                charge_id: charge_id.to_string(),
                lines: lines.iter().map(encode_line).collect(),
                due_on: due_on.to_string(),
            })
        }
        LedgerEvent::PaymentReceived { account_id, payment_id, amount, method, received_on } => {
            Fact::PaymentReceived(pb::LedgerPaymentReceived {
                account_id: account_id.to_string(),
                payment_id: payment_id.to_string(),
                amount: Some(money::encode(amount)),
                method: method_number(*method),
                received_on: received_on.to_string(),
            })
        }
    };
    pb::LedgerEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::LedgerEvent) -> Result<LedgerEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Charged(fact) => LedgerEvent::Charged {
            account_id: id("accountId", &fact.account_id)?,
            charge_id: code("chargeId", &fact.charge_id)?,
            lines: lines("lines", fact.lines)?,
            due_on: date("dueOn", &fact.due_on)?,
        },
        Fact::PaymentReceived(fact) => LedgerEvent::PaymentReceived {
            account_id: id("accountId", &fact.account_id)?,
            payment_id: code("paymentId", &fact.payment_id)?,
            amount: money("amount", fact.amount)?,
            method: method("method", fact.method)?,
            received_on: date("receivedOn", &fact.received_on)?,
        },
    })
}

fn lines(field: &str, lines: Vec<pb::ChargeLine>) -> Result<Vec<ChargeLine>, Invalid> {
    let line = |(index, line): (usize, pb::ChargeLine)| {
        let within = format!("{field}[{index}]");
        let parsed = || {
            Ok(ChargeLine {
                description: text("description", &line.description)?,
                amount: money("amount", line.amount)?,
            })
        };
        parsed().map_err(|invalid: Invalid| invalid.within(&within))
    };
    lines.into_iter().enumerate().map(line).collect()
}

fn encode_line(line: &ChargeLine) -> pb::ChargeLine {
    pb::ChargeLine {
        description: line.description.to_string(),
        amount: Some(money::encode(&line.amount)),
    }
}

fn method(field: &str, number: i32) -> Result<PaymentMethod, Invalid> {
    match pb::PaymentMethod::try_from(number) {
        Ok(pb::PaymentMethod::Cash) => Ok(PaymentMethod::Cash),
        Ok(pb::PaymentMethod::Check) => Ok(PaymentMethod::Check),
        Ok(pb::PaymentMethod::Card) => Ok(PaymentMethod::Card),
        Ok(pb::PaymentMethod::BankTransfer) => Ok(PaymentMethod::BankTransfer),
        Ok(pb::PaymentMethod::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a PaymentMethod"))
        }
    }
}

fn method_number(method: PaymentMethod) -> i32 {
    i32::from(match method {
        PaymentMethod::Cash => pb::PaymentMethod::Cash,
        PaymentMethod::Check => pb::PaymentMethod::Check,
        PaymentMethod::Card => pb::PaymentMethod::Card,
        PaymentMethod::BankTransfer => pb::PaymentMethod::BankTransfer,
    })
}
