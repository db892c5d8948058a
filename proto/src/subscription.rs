//! Subscriptions between protobuf and the domain.

use domain::subscription::{
    ChangeBillDay, ChargeFee, EndItem, ExpireCampaign, GrantExemption, RepriceItem,
    RevokeExemption, StartItem,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, codes, date, id, optional},
    pb::subscription::v1 as pb,
};

mod facts;

pub(crate) use facts::{decode, encode};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::StartItem>(),
    CommandType::of::<pb::EndItem>(),
    CommandType::of::<pb::RepriceItem>(),
    CommandType::of::<pb::ChargeFee>(),
    CommandType::of::<pb::ChangeBillDay>(),
    CommandType::of::<pb::GrantExemption>(),
    CommandType::of::<pb::RevokeExemption>(),
    CommandType::of::<pb::ExpireCampaign>(),
];

impl CommandMessage for pb::StartItem {
    type Rule = StartItem;
}

impl TryFrom<pb::StartItem> for StartItem {
    type Error = Invalid;

    fn try_from(message: pb::StartItem) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            item_id: code("itemId", &message.item_id)?,
            product: code("product", &message.product)?,
            market: optional("market", &message.market, code)?,
            from: date("from", &message.from)?,
        })
    }
}

impl CommandMessage for pb::EndItem {
    type Rule = EndItem;
}

impl TryFrom<pb::EndItem> for EndItem {
    type Error = Invalid;

    fn try_from(message: pb::EndItem) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            item_id: code("itemId", &message.item_id)?,
            on: date("on", &message.on)?,
        })
    }
}

impl CommandMessage for pb::RepriceItem {
    type Rule = RepriceItem;
}

impl TryFrom<pb::RepriceItem> for RepriceItem {
    type Error = Invalid;

    fn try_from(message: pb::RepriceItem) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            item_id: code("itemId", &message.item_id)?,
            version: optional("version", &message.version, date)?,
            from: date("from", &message.from)?,
        })
    }
}

impl CommandMessage for pb::ChargeFee {
    type Rule = ChargeFee;
}

impl TryFrom<pb::ChargeFee> for ChargeFee {
    type Error = Invalid;

    fn try_from(message: pb::ChargeFee) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            charge_id: code("chargeId", &message.charge_id)?,
            product: code("product", &message.product)?,
            market: optional("market", &message.market, code)?,
        })
    }
}

impl CommandMessage for pb::ChangeBillDay {
    type Rule = ChangeBillDay;
}

impl TryFrom<pb::ChangeBillDay> for ChangeBillDay {
    type Error = Invalid;

    fn try_from(message: pb::ChangeBillDay) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            bill_day: facts::bill_day("billDay", message.bill_day)?,
        })
    }
}

impl CommandMessage for pb::GrantExemption {
    type Rule = GrantExemption;
}

impl TryFrom<pb::GrantExemption> for GrantExemption {
    type Error = Invalid;

    fn try_from(message: pb::GrantExemption) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            taxes: codes("taxes", &message.taxes)?,
            certificate: code("certificate", &message.certificate)?,
            until: optional("until", &message.until, date)?,
        })
    }
}

impl CommandMessage for pb::RevokeExemption {
    type Rule = RevokeExemption;
}

impl TryFrom<pb::RevokeExemption> for RevokeExemption {
    type Error = Invalid;

    fn try_from(message: pb::RevokeExemption) -> Result<Self, Invalid> {
        Ok(Self { account_id: id("accountId", &message.account_id)? })
    }
}

impl CommandMessage for pb::ExpireCampaign {
    type Rule = ExpireCampaign;
}

impl TryFrom<pb::ExpireCampaign> for ExpireCampaign {
    type Error = Invalid;

    fn try_from(message: pb::ExpireCampaign) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            item_id: code("itemId", &message.item_id)?,
        })
    }
}
