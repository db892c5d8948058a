//! Bill an account: one invoice for one cycle, or what has come up since, on demand.
//!
//! What must stay true: an account's cycles are billed in order, each once, and nothing else is
//! taken for one; an account that cannot be billed for a cycle is parked with the reason and stays
//! due, and whoever asks for that bill again for nothing is told the reason. A bill on demand that
//! cannot be made is refused: no cycle waits for it.

use jiff::civil::Date;

use super::{LedgerEvent, LedgerRejection, posted};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    biller::Biller,
    calendar::today,
    invoice::{InvoiceEvent, InvoiceId, InvoiceLine, Issued},
    money::{MINOR_MAX, Money},
    series::{self, Numbered},
    subscription::{Subscription, SubscriptionEvent, SubscriptionId, SubscriptionRejection},
    text::Code,
};

/// Bill an account.
#[derive(Clone, Debug)]
pub struct BillAccount {
    /// Which.
    pub account_id: AccountId,
    /// The bill day; absent: now, for what has come up since the last bill.
    pub cycle: Option<Date>,
}

/// What a bill is made of.
struct Bill {
    cycle: Date,
    through: Date,
}

impl Decide for BillAccount {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_opened_once()?;
        let today = today(desk)?;
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        let Some(bill) = self.due(subscription, today)? else { return Ok(vec![]) };
        match bill_lines(desk.biller, subscription, bill.cycle, bill.through) {
            Err(obstacle) => self.stop(subscription, obstacle),
            Ok(lines) => self.issue(desk, &bill, lines, today),
        }
    }
}

/// What prevents an account's bill until somebody has seen to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Stable for ever.
    pub code: &'static str,
    /// What it is, and what to do about it.
    pub reason: String,
}

impl Obstacle {
    const MARKET_WITHOUT_TAXES: &'static str = "bill.market_without_taxes";
    const TOO_LARGE: &'static str = "bill.too_large";

    /// Whether a refusal with this code says that a bill could not be made.
    #[must_use]
    pub fn is_told_by(code: &str) -> bool {
        [Self::MARKET_WITHOUT_TAXES, Self::TOO_LARGE].contains(&code)
    }
}

/// What the bill of a cycle has on it that pays until `through` in advance. Drafts are made of it
/// as bills are.
///
/// # Errors
/// What prevents the bill.
pub fn bill_lines(
    biller: &Biller,
    subscription: &Subscription,
    cycle: Date,
    through: Date,
) -> Result<Vec<InvoiceLine>, Obstacle> {
    let rated = subscription.rate(cycle, through).naming_campaigns(&biller.catalog);
    match rated.taxed(subscription, &*biller.taxes, cycle) {
        Err(untaxable) => {
            let code = Obstacle::MARKET_WITHOUT_TAXES;
            Err(Obstacle { code, reason: untaxable.to_string() })
        }
        Ok(lines) if total(&lines).is_none() => {
            let reason = "the bill is too large: end what is not sold".to_owned();
            Err(Obstacle { code: Obstacle::TOO_LARGE, reason })
        }
        Ok(lines) => Ok(lines),
    }
}

impl BillAccount {
    /// The bill that is to be made, if one is.
    fn due(&self, subscription: &Subscription, today: Date) -> Result<Option<Bill>, Rejection> {
        if !subscription.is_opened() {
            return Err(SubscriptionRejection::NotOpened.into());
        }
        let next = subscription.next_cycle();
        let Some(cycle) = self.cycle else {
            let through = subscription.through_on_demand(today);
            return Ok(Some(Bill { cycle: today, through }));
        };
        let was_billed = subscription.was_billed_for(cycle);
        match next {
            None if was_billed => Ok(None),
            None => Err(LedgerRejection::NoCycleDue.into()),
            Some(due) if cycle < due && was_billed => Ok(None),
            Some(due) if cycle < due => Err(LedgerRejection::CycleOver { cycle, due }.into()),
            Some(next) if cycle > next => {
                Err(LedgerRejection::EarlierCycleOpen { due: next }.into())
            }
            Some(_) if cycle > today => {
                Err(LedgerRejection::CycleNotReached { cycle, today }.into())
            }
            Some(_) => Ok(Some(Bill { cycle, through: subscription.end_of_cycle(cycle) })),
        }
    }

    fn issue(
        &self,
        desk: &Desk<'_>,
        bill: &Bill,
        lines: Vec<InvoiceLine>,
        today: Date,
    ) -> Result<Vec<Fact>, Rejection> {
        let Bill { cycle, through } = *bill;
        if lines.is_empty() {
            // On demand there is nothing to say.
            let billed = SubscriptionEvent::Billed { invoice: None, cycle, through };
            return Ok(self.cycle.map(|_| billed.on(&self.account_id)).into_iter().collect());
        }
        let (number, taken) = series::next(desk, Numbered::Invoice);
        let invoice_id = InvoiceId::parse(&format!("invoice_{number}"))
            .expect("a number of the series is safe in an id");
        let ledger = desk.get(&Id::<super::Ledger>::of(&self.account_id));
        let issued = Issued {
            account_id: self.account_id.clone(),
            number: number.clone(),
            cycle,
            issued_on: today,
            due_on: desk.biller.billing.due_on(cycle, today),
            previous_balance: Money::new(desk.biller.currency, ledger.balance()),
            lines,
        };
        let entry = LedgerEvent::Invoiced {
            account_id: self.account_id.clone(),
            invoice_id: invoice_id.clone(),
            total: issued.total(),
            due_on: issued.due_on,
        };
        let billed = SubscriptionEvent::Billed { invoice: Some(number), cycle, through };
        let mut facts = vec![taken, InvoiceEvent::Issued(issued).on(&invoice_id)];
        facts.extend(posted(desk, entry));
        facts.push(billed.on(&self.account_id));
        Ok(facts)
    }

    /// The account waits, visibly, until what prevents its bill is seen to. Where it waits for
    /// that already there is nothing to note, and still no bill. On demand it is due on no day and
    /// has nothing to wait with.
    fn stop(
        &self,
        subscription: &Subscription,
        Obstacle { code, reason }: Obstacle,
    ) -> Result<Vec<Fact>, Rejection> {
        let Some(cycle) = self.cycle else { return Err(Rejection { code, reason }) };
        let parked = (cycle, Code::parse(code).expect("the code is printable ASCII"));
        if subscription.parked() == Some(&parked) {
            return Err(Rejection { code, reason });
        }
        let (cycle, code) = parked;
        Ok(vec![SubscriptionEvent::Parked { cycle, code, reason }.on(&self.account_id)])
    }
}

/// All lines together, unless that is more than any bill.
fn total(lines: &[InvoiceLine]) -> Option<i64> {
    let total = lines.iter().map(|line| i128::from(line.amount.minor)).sum::<i128>();
    i64::try_from(total).ok().filter(|total| total.saturating_abs() <= MINOR_MAX)
}

#[cfg(test)]
mod tests;
