//! Dunning between protobuf and the domain.

use domain::dunning::{
    AdvanceDunning, CloseDispute, DisputeCharge, ExcludeFromDunning, IncludeInDunning,
    MakeArrangement,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, date, id, optional},
    money::asked,
    pb::dunning::v1 as pb,
};

mod facts;

pub(crate) use facts::{decode, encode};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::AdvanceDunning>(),
    CommandType::of::<pb::MakeArrangement>(),
    CommandType::of::<pb::DisputeCharge>(),
    CommandType::of::<pb::CloseDispute>(),
    CommandType::of::<pb::ExcludeFromDunning>(),
    CommandType::of::<pb::IncludeInDunning>(),
];

impl CommandMessage for pb::AdvanceDunning {
    type Rule = AdvanceDunning;
}

impl TryFrom<pb::AdvanceDunning> for AdvanceDunning {
    type Error = Invalid;

    fn try_from(message: pb::AdvanceDunning) -> Result<Self, Invalid> {
        Ok(Self { account_id: id("accountId", &message.account_id)? })
    }
}

impl CommandMessage for pb::MakeArrangement {
    type Rule = MakeArrangement;
}

impl TryFrom<pb::MakeArrangement> for MakeArrangement {
    type Error = Invalid;

    fn try_from(message: pb::MakeArrangement) -> Result<Self, Invalid> {
        for (at, promise) in message.promises.iter().enumerate() {
            asked(&format!("promises[{at}].amount"), promise.amount.clone())?;
        }
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            arrangement_id: code("arrangementId", &message.arrangement_id)?,
            promises: facts::promises("promises", message.promises)?,
        })
    }
}

impl CommandMessage for pb::DisputeCharge {
    type Rule = DisputeCharge;
}

impl TryFrom<pb::DisputeCharge> for DisputeCharge {
    type Error = Invalid;

    fn try_from(message: pb::DisputeCharge) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            charge_id: code("chargeId", &message.charge_id)?,
            reason: code("reason", &message.reason)?,
        })
    }
}

impl CommandMessage for pb::CloseDispute {
    type Rule = CloseDispute;
}

impl TryFrom<pb::CloseDispute> for CloseDispute {
    type Error = Invalid;

    fn try_from(message: pb::CloseDispute) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            charge_id: code("chargeId", &message.charge_id)?,
        })
    }
}

impl CommandMessage for pb::ExcludeFromDunning {
    type Rule = ExcludeFromDunning;
}

impl TryFrom<pb::ExcludeFromDunning> for ExcludeFromDunning {
    type Error = Invalid;

    fn try_from(message: pb::ExcludeFromDunning) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            reason: code("reason", &message.reason)?,
            until: optional("until", &message.until, date)?,
        })
    }
}

impl CommandMessage for pb::IncludeInDunning {
    type Rule = IncludeInDunning;
}

impl TryFrom<pb::IncludeInDunning> for IncludeInDunning {
    type Error = Invalid;

    fn try_from(message: pb::IncludeInDunning) -> Result<Self, Invalid> {
        Ok(Self { account_id: id("accountId", &message.account_id)? })
    }
}
