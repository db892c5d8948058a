//! Autopay between protobuf and the domain.

use domain::autopay::{
    AutopayEvent, CollectPayment, FailCollection, RemoveAutopay, SetAutopay, Source,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, date, id, required},
    ledger::{method, method_number},
    money::{self, money},
    pb::autopay::v1::{self as pb, autopay_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[
    CommandType::of::<pb::SetAutopay>(),
    CommandType::of::<pb::RemoveAutopay>(),
    CommandType::of::<pb::CollectPayment>(),
    CommandType::of::<pb::FailCollection>(),
];

impl CommandMessage for pb::SetAutopay {
    type Rule = SetAutopay;
}

impl TryFrom<pb::SetAutopay> for SetAutopay {
    type Error = Invalid;

    fn try_from(message: pb::SetAutopay) -> Result<Self, Invalid> {
        let source = source("source", message.source)?;
        for (field, value) in [("source.token", &source.token), ("source.label", &source.label)] {
            if domain::text::holds_card_number(value.as_str()) {
                let problem = "must not hold a card number: it is the processor's own token";
                return Err(Invalid::new(field, problem));
            }
        }
        Ok(Self { account_id: id("accountId", &message.account_id)?, source })
    }
}

impl CommandMessage for pb::RemoveAutopay {
    type Rule = RemoveAutopay;
}

impl TryFrom<pb::RemoveAutopay> for RemoveAutopay {
    type Error = Invalid;

    fn try_from(message: pb::RemoveAutopay) -> Result<Self, Invalid> {
        Ok(Self { account_id: id("accountId", &message.account_id)? })
    }
}

impl CommandMessage for pb::CollectPayment {
    type Rule = CollectPayment;
}

impl TryFrom<pb::CollectPayment> for CollectPayment {
    type Error = Invalid;

    fn try_from(message: pb::CollectPayment) -> Result<Self, Invalid> {
        Ok(Self { account_id: id("accountId", &message.account_id)? })
    }
}

impl CommandMessage for pb::FailCollection {
    type Rule = FailCollection;
}

impl TryFrom<pb::FailCollection> for FailCollection {
    type Error = Invalid;

    fn try_from(message: pb::FailCollection) -> Result<Self, Invalid> {
        Ok(Self {
            account_id: id("accountId", &message.account_id)?,
            collection_id: code("collectionId", &message.collection_id)?,
            code: code("code", &message.code)?,
            may_retry: message.may_retry,
        })
    }
}

pub(crate) fn encode(event: &AutopayEvent) -> pb::AutopayEvent {
    let fact = match event {
        AutopayEvent::Set { account_id, source } => Fact::Set(pb::AutopaySet {
            account_id: account_id.to_string(),
            source: Some(encode_source(source)),
        }),
        AutopayEvent::Removed { account_id } => {
            Fact::Removed(pb::AutopayRemoved { account_id: account_id.to_string() })
        }
        AutopayEvent::CollectionRequested { account_id, collection_id, amount, source, on } => {
            Fact::CollectionRequested(pb::AutopayCollectionRequested {
                account_id: account_id.to_string(),
                collection_id: collection_id.to_string(),
                amount: Some(money::encode(amount)),
                source: Some(encode_source(source)),
                on: on.to_string(),
            })
        }
        AutopayEvent::CollectionFailed { account_id, collection_id, code, may_retry } => {
            Fact::CollectionFailed(pb::AutopayCollectionFailed {
                account_id: account_id.to_string(),
                collection_id: collection_id.to_string(),
                code: code.to_string(),
                may_retry: *may_retry,
            })
        }
    };
    pb::AutopayEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::AutopayEvent) -> Result<AutopayEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Set(fact) => AutopayEvent::Set {
            account_id: id("accountId", &fact.account_id)?,
            source: source("source", fact.source)?,
        },
        Fact::Removed(fact) => {
            AutopayEvent::Removed { account_id: id("accountId", &fact.account_id)? }
        }
        Fact::CollectionRequested(fact) => AutopayEvent::CollectionRequested {
            account_id: id("accountId", &fact.account_id)?,
            collection_id: code("collectionId", &fact.collection_id)?,
            amount: money("amount", fact.amount)?,
            source: source("source", fact.source)?,
            on: date("on", &fact.on)?,
        },
        Fact::CollectionFailed(fact) => AutopayEvent::CollectionFailed {
            account_id: id("accountId", &fact.account_id)?,
            collection_id: code("collectionId", &fact.collection_id)?,
            code: code("code", &fact.code)?,
            may_retry: fact.may_retry,
        },
    })
}

fn encode_source(source: &Source) -> pb::Source {
    pb::Source {
        method: method_number(source.method),
        token: source.token.to_string(),
        label: source.label.to_string(),
    }
}

fn source(field: &str, message: Option<pb::Source>) -> Result<Source, Invalid> {
    let message = required(field, message)?;
    let read = || {
        Ok(Source {
            method: method("method", message.method)?,
            token: code("token", &message.token)?,
            label: code("label", &message.label)?,
        })
    };
    read().map_err(|invalid: Invalid| invalid.within(field))
}
