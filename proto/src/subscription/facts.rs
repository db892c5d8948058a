//! Facts about subscriptions, as they are stored.

use domain::subscription::{Item, ItemKind, PendingFee, Price, SubscriptionEvent, Timing};

use crate::{
    Invalid,
    invalid::{code, codes, date, id, listed, optional, or_empty, required, text},
    money::{self, money},
    pb::subscription::v1::{self as pb, subscription_event::Fact},
    service::{encode_promotion, promotion},
};

pub(crate) fn encode(event: &SubscriptionEvent) -> pb::SubscriptionEvent {
    pb::SubscriptionEvent { fact: of_item(event).or_else(|| of_all(event)) }
}

/// What is true of one item.
fn of_item(event: &SubscriptionEvent) -> Option<Fact> {
    Some(match event {
        SubscriptionEvent::ItemStarted { item_id, item, from } => {
            Fact::ItemStarted(pb::SubscriptionItemStarted {
                item_id: item_id.to_string(),
                item: Some(encode_item(item)),
                from: from.to_string(),
            })
        }
        SubscriptionEvent::ItemChanged { item_id, item, from } => {
            Fact::ItemChanged(pb::SubscriptionItemChanged {
                item_id: item_id.to_string(),
                item: Some(encode_item(item)),
                from: from.to_string(),
            })
        }
        SubscriptionEvent::ItemEnded { item_id, on } => {
            let (item_id, on) = (item_id.to_string(), on.to_string());
            Fact::ItemEnded(pb::SubscriptionItemEnded { item_id, on })
        }
        SubscriptionEvent::ItemRepriced { item_id, price, from } => {
            Fact::ItemRepriced(pb::SubscriptionItemRepriced {
                item_id: item_id.to_string(),
                price: Some(encode_price(price)),
                from: from.to_string(),
            })
        }
        SubscriptionEvent::CampaignExpired { item_id, campaign_code, on, monthly } => {
            Fact::CampaignExpired(pb::SubscriptionCampaignExpired {
                item_id: item_id.to_string(),
                campaign_code: campaign_code.to_string(),
                on: on.to_string(),
                monthly: Some(money::encode(monthly)),
            })
        }
        SubscriptionEvent::Opened { .. }
        | SubscriptionEvent::FeeCharged { .. }
        | SubscriptionEvent::BillDayChanged { .. }
        | SubscriptionEvent::ExemptionGranted { .. }
        | SubscriptionEvent::ExemptionRevoked
        | SubscriptionEvent::Billed { .. }
        | SubscriptionEvent::Unbilled { .. }
        | SubscriptionEvent::Waived { .. }
        | SubscriptionEvent::Parked { .. } => return None,
    })
}

/// What is true of the subscription as a whole.
fn of_all(event: &SubscriptionEvent) -> Option<Fact> {
    Some(match event {
        SubscriptionEvent::Opened { account_id, bill_day } => {
            Fact::Opened(pb::SubscriptionOpened {
                account_id: account_id.to_string(),
                bill_day: u32::from(bill_day.unsigned_abs()),
            })
        }
        SubscriptionEvent::ItemStarted { .. }
        | SubscriptionEvent::ItemChanged { .. }
        | SubscriptionEvent::ItemEnded { .. }
        | SubscriptionEvent::ItemRepriced { .. }
        | SubscriptionEvent::CampaignExpired { .. } => return None,
        SubscriptionEvent::FeeCharged { fee } => {
            Fact::FeeCharged(pb::SubscriptionFeeCharged { fee: Some(encode_fee(fee)) })
        }
        SubscriptionEvent::BillDayChanged { bill_day, from } => {
            Fact::BillDayChanged(pb::SubscriptionBillDayChanged {
                bill_day: u32::from(bill_day.unsigned_abs()),
                from: from.to_string(),
            })
        }
        SubscriptionEvent::ExemptionGranted { taxes, certificate, until } => {
            Fact::ExemptionGranted(pb::SubscriptionExemptionGranted {
                taxes: listed(taxes),
                certificate: certificate.to_string(),
                until: or_empty(until.as_ref()),
            })
        }
        SubscriptionEvent::ExemptionRevoked => {
            Fact::ExemptionRevoked(pb::SubscriptionExemptionRevoked {})
        }
        SubscriptionEvent::Billed { invoice, cycle, through } => {
            Fact::Billed(pb::SubscriptionBilled {
                invoice: or_empty(invoice.as_ref()),
                cycle: cycle.to_string(),
                through: through.to_string(),
            })
        }
        SubscriptionEvent::Unbilled { invoice } => {
            Fact::Unbilled(pb::SubscriptionUnbilled { invoice: invoice.to_string() })
        }
        SubscriptionEvent::Waived { invoice } => {
            Fact::Waived(pb::SubscriptionWaived { invoice: invoice.to_string() })
        }
        SubscriptionEvent::Parked { cycle, code, reason } => Fact::Parked(pb::SubscriptionParked {
            cycle: cycle.to_string(),
            code: code.to_string(),
            reason: reason.clone(),
        }),
    })
}

pub(crate) fn decode(message: pb::SubscriptionEvent) -> Result<SubscriptionEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Opened(fact) => SubscriptionEvent::Opened {
            account_id: id("accountId", &fact.account_id)?,
            bill_day: bill_day("billDay", fact.bill_day)?,
        },
        Fact::ItemStarted(fact) => SubscriptionEvent::ItemStarted {
            item_id: code("itemId", &fact.item_id)?,
            item: item("item", fact.item)?,
            from: date("from", &fact.from)?,
        },
        Fact::ItemChanged(fact) => SubscriptionEvent::ItemChanged {
            item_id: code("itemId", &fact.item_id)?,
            item: item("item", fact.item)?,
            from: date("from", &fact.from)?,
        },
        Fact::ItemEnded(fact) => SubscriptionEvent::ItemEnded {
            item_id: code("itemId", &fact.item_id)?,
            on: date("on", &fact.on)?,
        },
        Fact::ItemRepriced(fact) => SubscriptionEvent::ItemRepriced {
            item_id: code("itemId", &fact.item_id)?,
            price: price("price", fact.price)?,
            from: date("from", &fact.from)?,
        },
        Fact::CampaignExpired(fact) => SubscriptionEvent::CampaignExpired {
            item_id: code("itemId", &fact.item_id)?,
            campaign_code: code("campaignCode", &fact.campaign_code)?,
            on: date("on", &fact.on)?,
            monthly: money("monthly", fact.monthly)?,
        },
        Fact::FeeCharged(fact) => SubscriptionEvent::FeeCharged { fee: fee("fee", fact.fee)? },
        Fact::BillDayChanged(fact) => SubscriptionEvent::BillDayChanged {
            bill_day: bill_day("billDay", fact.bill_day)?,
            from: date("from", &fact.from)?,
        },
        Fact::ExemptionGranted(fact) => SubscriptionEvent::ExemptionGranted {
            taxes: codes("taxes", &fact.taxes)?,
            certificate: code("certificate", &fact.certificate)?,
            until: optional("until", &fact.until, date)?,
        },
        Fact::ExemptionRevoked(pb::SubscriptionExemptionRevoked {}) => {
            SubscriptionEvent::ExemptionRevoked
        }
        Fact::Billed(fact) => SubscriptionEvent::Billed {
            invoice: optional("invoice", &fact.invoice, code)?,
            cycle: date("cycle", &fact.cycle)?,
            through: date("through", &fact.through)?,
        },
        Fact::Unbilled(fact) => {
            SubscriptionEvent::Unbilled { invoice: code("invoice", &fact.invoice)? }
        }
        Fact::Waived(fact) => {
            SubscriptionEvent::Waived { invoice: code("invoice", &fact.invoice)? }
        }
        Fact::Parked(fact) => SubscriptionEvent::Parked {
            cycle: date("cycle", &fact.cycle)?,
            code: code("code", &fact.code)?,
            reason: fact.reason,
        },
    })
}

/// A day of the month; whether every month has it is the rule's to say.
pub(super) fn bill_day(field: &str, number: u32) -> Result<i8, Invalid> {
    i8::try_from(number).map_err(|_| Invalid::new(field, "must be a day of the month"))
}

fn encode_item(item: &Item) -> pb::Item {
    pb::Item {
        kind: i32::from(match item.kind {
            ItemKind::Package => pb::ItemKind::Package,
            ItemKind::Rental => pb::ItemKind::Rental,
            ItemKind::Extra => pb::ItemKind::Extra,
            ItemKind::Bundle => pb::ItemKind::Bundle,
        }),
        product: item.product.to_string(),
        description: item.description.to_string(),
        price: Some(encode_price(&item.price)),
        promotion: item.promotion.as_ref().map(encode_promotion),
        timing: i32::from(match item.timing {
            Timing::InAdvance => pb::Timing::InAdvance,
            Timing::InArrears => pb::Timing::InArrears,
        }),
        tax_code: or_empty(item.tax_code.as_ref()),
        market: or_empty(item.market.as_ref()),
        service_id: or_empty(item.service_id.as_ref()),
    }
}

fn item(field: &str, message: Option<pb::Item>) -> Result<Item, Invalid> {
    let message = required(field, message)?;
    let read = || {
        Ok(Item {
            kind: item_kind("kind", message.kind)?,
            product: code("product", &message.product)?,
            description: text("description", &message.description)?,
            price: price("price", message.price)?,
            promotion: promotion("promotion", message.promotion)?,
            timing: timing("timing", message.timing)?,
            tax_code: optional("taxCode", &message.tax_code, code)?,
            market: optional("market", &message.market, code)?,
            service_id: optional("serviceId", &message.service_id, id)?,
        })
    };
    read().map_err(|invalid: Invalid| invalid.within(field))
}

fn item_kind(field: &str, number: i32) -> Result<ItemKind, Invalid> {
    match pb::ItemKind::try_from(number) {
        Ok(pb::ItemKind::Package) => Ok(ItemKind::Package),
        Ok(pb::ItemKind::Rental) => Ok(ItemKind::Rental),
        Ok(pb::ItemKind::Extra) => Ok(ItemKind::Extra),
        Ok(pb::ItemKind::Bundle) => Ok(ItemKind::Bundle),
        Ok(pb::ItemKind::Unspecified) | Err(_) => Err(Invalid::new(field, "must be an ItemKind")),
    }
}

fn timing(field: &str, number: i32) -> Result<Timing, Invalid> {
    match pb::Timing::try_from(number) {
        Ok(pb::Timing::InAdvance) => Ok(Timing::InAdvance),
        Ok(pb::Timing::InArrears) => Ok(Timing::InArrears),
        Ok(pb::Timing::Unspecified) | Err(_) => Err(Invalid::new(field, "must be a Timing")),
    }
}

fn encode_price(price: &Price) -> pb::Price {
    pb::Price {
        monthly: Some(money::encode(&price.monthly)),
        version: or_empty(price.version.as_ref()),
    }
}

fn price(field: &str, message: Option<pb::Price>) -> Result<Price, Invalid> {
    let message = required(field, message)?;
    let monthly = money("monthly", message.monthly);
    let price = monthly.and_then(|monthly| {
        Ok(Price { monthly, version: optional("version", &message.version, date)? })
    });
    price.map_err(|invalid| invalid.within(field))
}

fn encode_fee(fee: &PendingFee) -> pb::PendingFee {
    pb::PendingFee {
        charge_id: fee.charge_id.to_string(),
        product: fee.product.to_string(),
        description: fee.description.to_string(),
        amount: Some(money::encode(&fee.amount)),
        tax_code: or_empty(fee.tax_code.as_ref()),
        market: or_empty(fee.market.as_ref()),
        on: fee.on.to_string(),
    }
}

fn fee(field: &str, message: Option<pb::PendingFee>) -> Result<PendingFee, Invalid> {
    let message = required(field, message)?;
    let read = || {
        Ok(PendingFee {
            charge_id: code("chargeId", &message.charge_id)?,
            product: code("product", &message.product)?,
            description: text("description", &message.description)?,
            amount: money("amount", message.amount)?,
            tax_code: optional("taxCode", &message.tax_code, code)?,
            market: optional("market", &message.market, code)?,
            on: date("on", &message.on)?,
        })
    };
    read().map_err(|invalid: Invalid| invalid.within(field))
}
