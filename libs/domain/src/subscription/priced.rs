//! What something of the catalog costs on a day, as an item or a fee.

use jiff::civil::Date;

use super::{Item, ItemKind, PendingFee, Price, SubscriptionRejection, Timing};
use crate::{
    Desk,
    biller::{Dated, Extra},
    money::Money,
    text::{Code, Text},
};

/// An extra, or the rent of a device, at the price of a day.
pub(super) fn extra_item(
    extra: &Extra,
    product: &Code,
    kind: ItemKind,
    from: Date,
) -> Result<Item, SubscriptionRejection> {
    Ok(Item {
        kind,
        description: named(&extra.name, product),
        price: price(&extra.monthly, product, from)?,
        promotion: None,
        timing: Timing::InAdvance,
        tax_code: extra.tax_code.clone(),
        market: None,
        service_id: None,
        product: product.clone(),
    })
}

/// A fee of the catalog, at the price of a day.
pub(crate) fn fee(
    desk: &Desk<'_>,
    product: &Code,
    charge_id: Code,
    market: Option<Code>,
    on: Date,
) -> Result<PendingFee, SubscriptionRejection> {
    let fees = &desk.biller.catalog.fees;
    let fee = fees
        .get(product)
        .ok_or_else(|| SubscriptionRejection::ProductNotInCatalog { product: product.clone() })?;
    Ok(PendingFee {
        charge_id,
        product: product.clone(),
        description: named(&fee.name, product),
        amount: price(&fee.amount, product, on)?.monthly,
        tax_code: fee.tax_code.clone(),
        market,
        on,
    })
}

pub(super) fn price(
    of: &Dated<Money>,
    product: &Code,
    on: Date,
) -> Result<Price, SubscriptionRejection> {
    let version = of
        .on(on)
        .ok_or_else(|| SubscriptionRejection::NotSoldOn { product: product.clone(), on })?;
    Ok(Price { monthly: version.value, version: version.from })
}

/// What the customer reads; what has no readable name goes by its code.
pub(super) fn named(name: &str, code: &Code) -> Text {
    Text::parse(name).or_else(|_| Text::parse(code.as_str())).expect("a code is a text")
}

/// An id of ours as a code; what is too long for one is cut, which no id of ours is.
/// An id of ours as a code.
pub(super) fn as_code(text: &str) -> Code {
    let cut = text.get(..crate::text::CODE_CHARS_MAX).unwrap_or(text);
    Code::parse(cut).expect("ids and codes are printable ASCII")
}
