//! Charge: lines are owed together or not at all.

use jiff::{ToSpan, civil::Date};

use super::{ChargeLine, Ledger, LedgerEvent, LedgerRejection, posted, state::fingerprint};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    calendar::today,
    money::{Currency, MINOR_MAX},
    text::Code,
};

/// How long ago a charge may have been due: as long ago as a payment may have been received.
const DUE_BACK_YEARS: i32 = 10;
/// How far ahead it may be due.
const DUE_AHEAD_YEARS: i32 = 1;
/// Most lines of one charge.
pub(super) const LINES_MAX: usize = 100;

/// Post one or more charge lines to an account's ledger, together or not at all.
#[derive(Clone, Debug)]
pub struct RecordCharge {
    /// Whose.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id with the same lines again changes nothing.
    pub charge_id: Code,
    /// What the customer reads.
    pub lines: Vec<ChargeLine>,
    /// When the total is due (F74).
    pub due_on: Date,
}

impl Decide for RecordCharge {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_opened_once()?;
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        match ledger.charges.get(&self.charge_id) {
            Some(content) if *content == fingerprint(&(&self.lines, self.due_on)) => Ok(vec![]),
            Some(_) => Err(LedgerRejection::ChargeIdUsed.into()),
            None if ledger.is_taken(&self.charge_id) => Err(LedgerRejection::IdOfAnother.into()),
            None => {
                check_lines(desk.biller.currency, &self.lines)?;
                self.check_due(desk)?;
                let charged = LedgerEvent::Charged {
                    account_id: self.account_id.clone(),
                    charge_id: self.charge_id.clone(),
                    lines: self.lines.clone(),
                    due_on: self.due_on,
                };
                Ok(posted(desk, charged))
            }
        }
    }
}

impl RecordCharge {
    /// A debt of another century would be dunned at once, or never. Before the first day nobody
    /// knows what is far.
    fn check_due(&self, desk: &Desk<'_>) -> Result<(), LedgerRejection> {
        let Ok(today) = today(desk) else { return Ok(()) };
        let since = today.saturating_sub(DUE_BACK_YEARS.years());
        let until = today.saturating_add(DUE_AHEAD_YEARS.years());
        match (since..=until).contains(&self.due_on) {
            true => Ok(()),
            false => Err(LedgerRejection::DueTooFar { since, until }),
        }
    }
}

fn check_lines(currency: Currency, lines: &[ChargeLine]) -> Result<(), LedgerRejection> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(LedgerRejection::LinesOutOfRange { max: LINES_MAX });
    }
    if lines.iter().any(|line| line.amount.currency != currency) {
        return Err(LedgerRejection::OtherCurrency { currency });
    }
    let total = lines.iter().map(|line| i128::from(line.amount.minor)).sum::<i128>();
    let largest = lines.iter().map(|line| line.amount.minor.unsigned_abs()).max();
    let limit = MINOR_MAX.unsigned_abs();
    if largest > Some(limit) || total.unsigned_abs() > u128::from(limit) {
        return Err(LedgerRejection::AmountTooLarge);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
