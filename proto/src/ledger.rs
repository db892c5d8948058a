//! Ledgers between protobuf and the domain.

use domain::{
    account::Account,
    ledger::{
        AdjustAccount, ApproveAdjustment, BillAccount, ConfirmRefund, DeclineAdjustment,
        FailRefund, PaymentMethod, RecordCharge, RecordPayment, RefundAccount, ReversePayment,
    },
};

mod facts;
mod reference;

pub(crate) use facts::{decode, encode};
pub use reference::reference_of;

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread, one_line},
    invalid::{code, date, id, optional, sealed},
    money::asked,
    pb::ledger::v1 as pb,
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::RecordCharge>(),
    CommandType::of::<pb::RecordPayment>(),
    CommandType::of::<pb::BillAccount>(),
    CommandType::of::<pb::AdjustAccount>(),
    CommandType::of::<pb::ApproveAdjustment>(),
    CommandType::of::<pb::DeclineAdjustment>(),
    CommandType::of::<pb::ReversePayment>(),
    CommandType::of::<pb::RefundAccount>(),
    CommandType::of::<pb::ConfirmRefund>(),
    CommandType::of::<pb::FailRefund>(),
];

impl CommandMessage for pb::RecordCharge {
    type Rule = RecordCharge;
}

impl TryFrom<pb::RecordCharge> for RecordCharge {
    type Error = Invalid;

    fn try_from(message: pb::RecordCharge) -> Result<Self, Invalid> {
        for (at, line) in message.lines.iter().enumerate() {
            one_line(&format!("lines[{at}].description"), &line.description)?;
        }
        for (at, line) in message.lines.iter().enumerate() {
            asked(&format!("lines[{at}].amount"), line.amount.clone())?;
        }
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            charge_id: code("chargeId", &message.charge_id)?,
            lines: facts::lines("lines", message.lines)?,
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
            amount: asked("amount", message.amount)?,
            method: method("method", message.method)?,
            received_on: date("receivedOn", &message.received_on)?,
            invoice_id: optional("invoiceId", &message.invoice_id, id)?,
            reference: optional("reference", &message.reference, reference::named)?,
        })
    }
}

impl CommandMessage for pb::BillAccount {
    type Rule = BillAccount;
}

impl TryFrom<pb::BillAccount> for BillAccount {
    type Error = Invalid;

    fn try_from(message: pb::BillAccount) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            cycle: optional("cycle", &message.cycle, date)?,
        })
    }
}

impl CommandMessage for pb::AdjustAccount {
    type Rule = AdjustAccount;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("note", &mut self.note)
    }
}

impl TryFrom<pb::AdjustAccount> for AdjustAccount {
    type Error = Invalid;

    fn try_from(message: pb::AdjustAccount) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            adjustment_id: code("adjustmentId", &message.adjustment_id)?,
            amount: asked("amount", message.amount)?,
            reason: code("reason", &message.reason)?,
            note: sealed("note", &message.note)?,
        })
    }
}

impl CommandMessage for pb::ApproveAdjustment {
    type Rule = ApproveAdjustment;
}

impl TryFrom<pb::ApproveAdjustment> for ApproveAdjustment {
    type Error = Invalid;

    fn try_from(message: pb::ApproveAdjustment) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            adjustment_id: code("adjustmentId", &message.adjustment_id)?,
        })
    }
}

impl CommandMessage for pb::DeclineAdjustment {
    type Rule = DeclineAdjustment;
}

impl TryFrom<pb::DeclineAdjustment> for DeclineAdjustment {
    type Error = Invalid;

    fn try_from(message: pb::DeclineAdjustment) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            adjustment_id: code("adjustmentId", &message.adjustment_id)?,
        })
    }
}

impl CommandMessage for pb::ReversePayment {
    type Rule = ReversePayment;
}

impl TryFrom<pb::ReversePayment> for ReversePayment {
    type Error = Invalid;

    fn try_from(message: pb::ReversePayment) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            payment_id: code("paymentId", &message.payment_id)?,
            reason: code("reason", &message.reason)?,
        })
    }
}

impl CommandMessage for pb::RefundAccount {
    type Rule = RefundAccount;
}

impl TryFrom<pb::RefundAccount> for RefundAccount {
    type Error = Invalid;

    fn try_from(message: pb::RefundAccount) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            refund_id: code("refundId", &message.refund_id)?,
            amount: asked("amount", message.amount)?,
            method: method("method", message.method)?,
            payment_id: optional("paymentId", &message.payment_id, code)?,
        })
    }
}

impl CommandMessage for pb::ConfirmRefund {
    type Rule = ConfirmRefund;
}

impl TryFrom<pb::ConfirmRefund> for ConfirmRefund {
    type Error = Invalid;

    fn try_from(message: pb::ConfirmRefund) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            refund_id: code("refundId", &message.refund_id)?,
            reference: reference::name("reference", &message.reference)?,
        })
    }
}

impl CommandMessage for pb::FailRefund {
    type Rule = FailRefund;
}

impl TryFrom<pb::FailRefund> for FailRefund {
    type Error = Invalid;

    fn try_from(message: pb::FailRefund) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            refund_id: code("refundId", &message.refund_id)?,
            code: code("code", &message.code)?,
        })
    }
}

pub(crate) fn method(field: &str, number: i32) -> Result<PaymentMethod, Invalid> {
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

pub(crate) fn method_number(method: PaymentMethod) -> i32 {
    i32::from(match method {
        PaymentMethod::Cash => pb::PaymentMethod::Cash,
        PaymentMethod::Check => pb::PaymentMethod::Check,
        PaymentMethod::Card => pb::PaymentMethod::Card,
        PaymentMethod::BankTransfer => pb::PaymentMethod::BankTransfer,
    })
}
