//! The taxes of what a bill has on it.
//!
//! What must stay true: what is charged is taxed as on the day of the bill; a credit takes back the
//! tax that was charged with what it takes back, whatever rates and exemptions are now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Rated;
use crate::{
    biller::{Taxable, Taxation, Taxed, Untaxable},
    invoice::{InvoiceLine, LineKind},
    subscription::{ChargedBy, Subscription},
    text::{Code, Text},
};

impl Rated {
    /// The bill's lines with their taxes: what is charged at the rates of a day and without what
    /// the account is exempt from on it; what is credited as it was charged.
    ///
    /// # Errors
    /// Where nobody said what is taxed how.
    pub fn taxed(
        self,
        subscription: &Subscription,
        taxes: &dyn Taxation,
        on: Date,
    ) -> Result<Vec<InvoiceLine>, Untaxable> {
        let due = self.taxes(&subscription.charging(None, on), taxes)?;
        let due = due.into_iter().filter(|taxed| taxed.amount.minor != 0);
        let due = due.map(|taxed| InvoiceLine {
            item_id: taxed.market,
            kind: LineKind::Tax,
            description: Text::parse(&taxed.name)
                .or_else(|_| Text::parse(taxed.tax.as_str()))
                .expect("a code is a text"),
            product: taxed.tax,
            span: None,
            amount: taxed.amount,
        });
        let lines = self.lines.into_iter().map(|line| InvoiceLine {
            item_id: line.item_id,
            kind: line.kind,
            product: line.product,
            description: line.description,
            span: line.span,
            amount: line.amount,
        });
        Ok(lines.chain(due).collect())
    }

    /// One amount per market and tax. What one bill charged is one base, now as it was then.
    fn taxes(&self, now: &ChargedBy, taxes: &dyn Taxation) -> Result<Vec<Taxed>, Untaxable> {
        let mut sold: BTreeMap<(Date, &BTreeSet<Code>), Vec<Taxable>> = BTreeMap::new();
        for line in &self.lines {
            let (Some(market), Some(tax_code)) = (&line.market, &line.tax_code) else { continue };
            let (market, tax_code) = (market.clone(), tax_code.clone());
            let bill = line.charged_by.as_deref().unwrap_or(now);
            let of_bill = sold.entry((bill.on, &bill.exempt_from)).or_default();
            of_bill.push(Taxable { market, tax_code, amount: line.amount });
        }
        let mut due: BTreeMap<(Code, Code), Taxed> = BTreeMap::new();
        for ((on, exempt_from), sold) in sold {
            let taxed = taxes.taxes(&sold, on)?.into_iter();
            for taxed in taxed.filter(|taxed| !exempt_from.contains(&taxed.tax)) {
                let of = (taxed.market.clone(), taxed.tax.clone());
                let before = due.get(&of).map(|before| before.amount);
                let amount = before.map_or(taxed.amount, |before| before.plus(taxed.amount));
                due.insert(of, Taxed { amount, ..taxed });
            }
        }
        Ok(due.into_values().collect())
    }
}
