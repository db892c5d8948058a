//! That the parts of a statement add up, before anybody sees it.

use std::fmt;

use thiserror::Error;

use crate::money::Currency;
use crate::statement::{Entry, Statement};
use crate::{Sheet, html, pdf};

/// A statement that adds up: the only one that is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked(Statement);

/// A total that is not what its parts come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the {total} is {}, but its parts come to {}: {} too {}",
    currency.show(*stated),
    currency.show(*parts),
    currency.show((stated - parts).abs()),
    if stated > parts { "much" } else { "little" }
)]
pub struct Mismatch {
    /// Which total.
    pub total: Total,
    /// What the statement says, in hundredths.
    pub stated: i128,
    /// What the parts come to, in hundredths.
    pub parts: i128,
    /// The statement's currency.
    pub currency: Currency,
}

/// A total of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// All charges and taxes.
    NewCharges,
    /// Previous balance - payments + adjustments + new charges.
    AmountDue,
}

impl fmt::Display for Total {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NewCharges => "total of new charges",
            Self::AmountDue => "amount due",
        })
    }
}

impl Checked {
    /// The statement, if its parts add up.
    ///
    /// # Errors
    ///
    /// [`Mismatch`] names the first total that differs from its parts, and by how much.
    pub fn new(statement: Statement) -> Result<Self, Mismatch> {
        let new_charges = total_of_charges(&statement) + total(&statement.taxes);
        let due = i128::from(statement.previous_balance) - total(&statement.payments)
            + total(&statement.adjustments)
            + new_charges;
        let totals = [
            (Total::NewCharges, statement.total_new_charges, new_charges),
            (Total::AmountDue, statement.amount_due, due),
        ];
        for (total, stated, parts) in totals {
            let (stated, currency) = (i128::from(stated), statement.currency);
            if stated != parts {
                return Err(Mismatch { total, stated, parts, currency });
            }
        }
        Ok(Self(statement))
    }

    /// The data.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.0
    }

    /// One page for a browser or an e-mail that needs nothing else, and that prints well.
    #[must_use]
    pub fn html(&self) -> String {
        html::render(&Sheet::of(&self.0))
    }

    /// The same as PDF, on the biller's paper.
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        pdf::render(&[Sheet::of(&self.0)])
    }
}

/// What entries come to. In 128 bits no sum of a statement overflows.
pub(crate) fn total(entries: &[Entry]) -> i128 {
    entries.iter().map(|entry| i128::from(entry.amount)).sum()
}

fn total_of_charges(statement: &Statement) -> i128 {
    let charges = statement.charges.iter().flat_map(|group| &group.charges);
    charges.map(|charge| i128::from(charge.amount)).sum()
}
