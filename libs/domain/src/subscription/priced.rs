//! What something of the catalog costs on a day, as an item or a fee.

use jiff::civil::Date;

use super::{Item, ItemKind, PendingFee, Price, SubscriptionRejection, Timing};
use crate::{
    Desk,
    biller::{Dated, Extra},
    money::Money,
    text::{CODE_CHARS_MAX, Code, Text},
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

/// What is taxed nowhere would hold up every bill that it is on.
pub(super) fn demand_taxed(
    desk: &Desk<'_>,
    market: Option<&Code>,
) -> Result<(), SubscriptionRejection> {
    let (Some(market), Some(table)) = (market, desk.biller.taxes.table()) else { return Ok(()) };
    if table.markets.contains_key(market) {
        return Ok(());
    }
    let known: Vec<_> = table.markets.keys().map(Code::as_str).collect();
    let (market, known) = (market.clone(), known.join(", "));
    Err(SubscriptionRejection::NoSuchMarket { market, known })
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

/// What orders and bundles bring has ids of their own making, which nobody else may take: an item
/// of one account's service under another account would be two things by one name.
pub(super) fn demand_free(id: &Code) -> Result<(), SubscriptionRejection> {
    let is_reserved = ["service_", BUNDLE].iter().any(|prefix| id.as_str().starts_with(prefix));
    if is_reserved { Err(SubscriptionRejection::IdReserved) } else { Ok(()) }
}

/// How the ids of bundles begin.
pub(super) const BUNDLE: &str = "bundle-";

/// Names put together into a code. What is longer than a code ends in a digest of the whole, so
/// that two things never go by one name.
pub(crate) fn as_code(text: &str) -> Code {
    let fits = text.len() <= CODE_CHARS_MAX;
    let digest = format!("-{:016x}", digest(text));
    let cut = &text[..text.len().min(CODE_CHARS_MAX - digest.len())];
    let name = if fits { text.to_owned() } else { format!("{cut}{digest}") };
    Code::parse(&name).expect("ids and codes are printable ASCII")
}

/// FNV-1a, which is the same for ever: it is in ids that are stored.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::as_code;

    #[test]
    fn what_is_too_long_for_a_code_keeps_a_name_of_its_own() {
        let long =
            |product: char| as_code(&format!("service_5-{}", product.to_string().repeat(91)));
        assert_eq!(as_code("service_5-WIFI").as_str(), "service_5-WIFI");
        let expected = format!("service_5-{}-6bb4b9ab70ab4c94", "A".repeat(73));
        assert_eq!(long('A').as_str(), expected, "stored for ever");
        let same_start = |last: char| as_code(&format!("service_5-{}{last}", "A".repeat(91)));
        assert_ne!(same_start('B'), same_start('C'));
    }
}
