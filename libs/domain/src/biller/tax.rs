//! Taxes by where a service is and what it is: a table, behind the seam at which another engine
//! can stand.
//!
//! What must stay true: one rounding per tax and market, half away from zero, on the sum of what
//! an invoice charges, and one on what it credits of each earlier one, at that one's rates; a
//! market without a table is an error and never a tax of nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::civil::Date;

use super::Dated;
use crate::{money::Money, text::Code};

/// Says what taxes there are on something. Pure: an engine that asks somebody else must have been
/// asked before a rule is decided.
pub trait Taxation: fmt::Debug + Send + Sync {
    /// The taxes on what is sold at some places, in a stable order.
    ///
    /// # Errors
    /// Where nobody said what is taxed how.
    fn taxes(&self, sold: &[Taxable], on: Date) -> Result<Vec<Taxed>, Untaxable>;

    /// The table that it goes by, for whoever shows it; an engine that asks somebody else has
    /// none.
    fn table(&self) -> Option<&TaxTable> {
        None
    }
}

/// Something that may be taxed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxable {
    /// Where: the market of the service address.
    pub market: Code,
    /// What it counts as.
    pub tax_code: Code,
    /// Negative is a credit, which takes its tax with it.
    pub amount: Money,
}

/// One tax of one market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxed {
    /// Where.
    pub market: Code,
    /// Which.
    pub tax: Code,
    /// What the customer reads.
    pub name: String,
    /// The tax.
    pub amount: Money,
}

/// Nobody said what is taxed how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no taxes for market {market}: add the market to the biller's taxes")]
pub struct Untaxable {
    /// Where.
    pub market: Code,
}

/// Taxes by market.
#[derive(Clone, Debug, Default)]
pub struct TaxTable {
    /// By market, then by the tax's code. A market whose map is empty has no taxes.
    pub markets: BTreeMap<Code, BTreeMap<Code, Tax>>,
}

/// One tax.
#[derive(Clone, Debug)]
pub struct Tax {
    /// What the customer reads.
    pub name: String,
    /// The tax codes that it is on.
    pub applies_to: BTreeSet<Code>,
    /// Parts per million.
    pub rate: Dated<u32>,
}

impl Taxation for TaxTable {
    fn taxes(&self, sold: &[Taxable], on: Date) -> Result<Vec<Taxed>, Untaxable> {
        let markets: BTreeSet<&Code> = sold.iter().map(|item| &item.market).collect();
        let mut taxed = Vec::new();
        for market in markets {
            let table =
                self.markets.get(market).ok_or_else(|| Untaxable { market: market.clone() })?;
            for (code, tax) in table {
                let of_tax = |item: &&Taxable| tax.applies_to.contains(&item.tax_code);
                let of = sold.iter().filter(|item| item.market == *market).filter(of_tax);
                taxed.extend(tax.on(of, market, code, on));
            }
        }
        Ok(taxed)
    }

    fn table(&self) -> Option<&TaxTable> {
        Some(self)
    }
}

impl Tax {
    /// The tax on the sum of what is sold; none where that is nothing.
    fn on<'a>(
        &self,
        sold: impl Iterator<Item = &'a Taxable>,
        market: &Code,
        code: &Code,
        on: Date,
    ) -> Option<Taxed> {
        let rate = self.rate.on(on)?.value;
        let base = sold.map(|item| item.amount).reduce(Money::plus)?;
        let amount = base.millionths(rate);
        (amount.minor != 0).then(|| Taxed {
            market: market.clone(),
            tax: code.clone(),
            name: self.name.clone(),
            amount,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::{Tax, TaxTable, Taxable, Taxation, Untaxable};
    use crate::{
        biller::{Dated, Version},
        testing::fixtures::{code, usd},
    };

    fn table() -> TaxTable {
        let version = |from, value| Version { from, value };
        let rate = Dated::versions(vec![version(None, 53_000), version(Some(date(2027, 1, 1)), 0)]);
        let tax = Tax {
            name: "State tax".to_owned(),
            applies_to: [code("internet")].into(),
            rate: rate.expect("they are in order"),
        };
        let virginia = BTreeMap::from([(code("STATE"), tax)]);
        TaxTable { markets: [(code("va"), virginia), (code("nh"), BTreeMap::new())].into() }
    }

    fn sold(market: &str, tax_code: &str, minor: i64) -> Taxable {
        Taxable { market: code(market), tax_code: code(tax_code), amount: usd(minor) }
    }

    fn total(sold: &[Taxable]) -> Vec<i64> {
        let taxed = table().taxes(sold, date(2026, 12, 1)).expect("the markets are known");
        taxed.iter().map(|tax| tax.amount.minor).collect()
    }

    #[test]
    fn a_tax_is_rounded_once_on_the_sum() {
        assert_eq!(total(&[sold("va", "internet", 999), sold("va", "internet", 999)]), [106]);
        assert_eq!(total(&[sold("va", "internet", 999)]), [53], "52.947");
        assert_eq!(total(&[sold("va", "internet", 500)]), [27], "26.5 is half: away from zero");
    }

    #[test]
    fn a_credit_takes_its_tax_with_it() {
        assert_eq!(total(&[sold("va", "internet", -999)]), [-53]);
        assert_eq!(
            total(&[sold("va", "internet", -999), sold("va", "internet", 999)]),
            [] as [i64; 0]
        );
    }

    #[test]
    fn what_a_tax_is_not_on_is_not_taxed() {
        assert_eq!(total(&[sold("va", "voice", 999), sold("nh", "internet", 999)]), [] as [i64; 0]);
    }

    #[test]
    fn a_rate_holds_from_its_date_on() {
        let later = table().taxes(&[sold("va", "internet", 999)], date(2027, 1, 1));
        assert_eq!(later, Ok(vec![]));
    }

    #[test]
    fn a_market_without_a_table_is_an_error() {
        let nowhere = table().taxes(&[sold("tx", "internet", 999)], date(2026, 12, 1));
        assert_eq!(nowhere, Err(Untaxable { market: code("tx") }));
    }
}
