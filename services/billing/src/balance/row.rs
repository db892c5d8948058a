//! The row of a balance, and the domain's standing that it writes down.
//!
//! What must stay true: what pays what is decided by that standing alone.

use contract::view::Amount;
use domain::{
    biller::Biller,
    ledger::{Applied, Credit, OpenCharge, Standing},
    money::Money,
};
use jiff::civil::Date;
use projection::Fault;
use serde::{Deserialize, Serialize};

use crate::read::{code, parse};

/// What one account owes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BalanceRow {
    pub(crate) account_id: String,
    /// Negative is credit.
    balance: Amount,
    /// What was due before the last opened day.
    past_due: Amount,
    /// Oldest due date first: the order in which they are paid.
    pub(crate) open_charges: Vec<OpenRow>,
    /// What was paid and nothing is owed for.
    credit: Amount,
    /// The same, payment by payment.
    credits: Vec<CreditRow>,
    /// What paid what, the newest last.
    paid: Vec<PaidRow>,
    /// What the customer says is not owed: it is paid last.
    disputed: Vec<String>,
    pub(crate) last_payment: Option<Payment>,
}

/// A charge that is not wholly paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenRow {
    charge_id: String,
    pub(crate) due_on: String,
    pub(crate) remaining: Amount,
}

/// A payment of which something is left.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreditRow {
    source: String,
    is_payment: bool,
    left: Amount,
}

/// A part of a payment and what it paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaidRow {
    by: String,
    is_payment: bool,
    charge_id: String,
    due_on: String,
    amount: Amount,
}

/// Money that came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payment {
    pub(crate) payment_id: String,
    pub(crate) amount: Amount,
    pub(crate) method: String,
    pub(crate) received_on: String,
    /// When it became known that it did not hold.
    pub(crate) reversed_on: Option<String>,
}

impl BalanceRow {
    /// Nothing is owed yet.
    pub(super) fn opened(biller: &Biller, account_id: &str) -> Self {
        let nothing = Amount::from(Money::new(biller.currency, 0));
        Self {
            account_id: account_id.to_owned(),
            balance: nothing,
            past_due: nothing,
            open_charges: Vec::new(),
            credit: nothing,
            credits: Vec::new(),
            paid: Vec::new(),
            disputed: Vec::new(),
            last_payment: None,
        }
    }

    /// The standing of this row.
    pub(crate) fn standing(&self) -> Result<Standing, Fault> {
        let open = |row: &OpenRow| {
            Ok(OpenCharge {
                charge_id: code(&row.charge_id)?,
                due_on: parse(&row.due_on)?,
                remaining: row.remaining.minor,
            })
        };
        let credit = |row: &CreditRow| {
            let (is_payment, left) = (row.is_payment, row.left.minor);
            Ok(Credit { source: code(&row.source)?, is_payment, left })
        };
        let applied = |row: &PaidRow| {
            Ok(Applied {
                source: code(&row.by)?,
                is_payment: row.is_payment,
                charge_id: code(&row.charge_id)?,
                due_on: parse(&row.due_on)?,
                amount: row.amount.minor,
            })
        };
        Ok(Standing {
            open: self.open_charges.iter().map(open).collect::<Result<_, Fault>>()?,
            credits: self.credits.iter().map(credit).collect::<Result<_, Fault>>()?,
            applied: self.paid.iter().map(applied).collect::<Result<_, Fault>>()?,
            disputed: self.disputed.iter().map(|id| code(id)).collect::<Result<_, Fault>>()?,
        })
    }

    /// The row that writes a standing down.
    pub(super) fn holding(&self, biller: &Biller, standing: &Standing, today: Date) -> Self {
        let amount = |minor| Amount::from(Money::new(biller.currency, minor));
        let open = |charge: &OpenCharge| OpenRow {
            charge_id: charge.charge_id.to_string(),
            due_on: charge.due_on.to_string(),
            remaining: amount(charge.remaining),
        };
        let credit = |credit: &Credit| CreditRow {
            source: credit.source.to_string(),
            is_payment: credit.is_payment,
            left: amount(credit.left),
        };
        let paid = |applied: &Applied| PaidRow {
            by: applied.source.to_string(),
            is_payment: applied.is_payment,
            charge_id: applied.charge_id.to_string(),
            due_on: applied.due_on.to_string(),
            amount: amount(applied.amount),
        };
        Self {
            account_id: self.account_id.clone(),
            balance: amount(standing.balance()),
            past_due: amount(standing.past_due(today)),
            open_charges: standing.open.iter().map(open).collect(),
            credit: amount(standing.credit()),
            credits: standing.credits.iter().map(credit).collect(),
            paid: standing.applied.iter().map(paid).collect(),
            disputed: standing.disputed.iter().map(ToString::to_string).collect(),
            last_payment: self.last_payment.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Event,
        biller::testing,
        ledger::{LedgerEvent, Standing},
        testing::fixtures::{TODAY, account_id, code, debt, paid},
    };
    use jiff::civil::date;
    use proptest::{
        collection::vec,
        prelude::{Strategy, proptest},
    };

    use super::BalanceRow;

    fn events() -> impl Strategy<Value = Vec<LedgerEvent>> {
        let event = (0_u8..4, -1_000_i64..1_000, 1_i8..=31).prop_map(|(kind, minor, day)| {
            let charge_id = || code(&format!("bill-{}", date(2026, 3, day)));
            let account_id = account_id();
            let fact = match kind {
                0 => debt(minor, date(2026, 3, day)),
                1 => paid("p", minor.abs() + 1),
                2 => return LedgerEvent::ChargeDisputed { account_id, charge_id: charge_id() },
                _ => return LedgerEvent::DisputeClosed { account_id, charge_id: charge_id() },
            };
            let Event::Ledger(event) = fact.event else { unreachable!("a ledger's fact") };
            event
        });
        vec(event, 0..40)
    }

    proptest! {
        #[test]
        fn a_row_stands_where_cores_ledger_stands(events in events()) {
            let (biller, mut standing) = (testing(), Standing::default());
            let mut row = BalanceRow::opened(&biller, "account_7");
            for event in &events {
                standing.post(event);
                let mut stored = row.standing().unwrap();
                stored.post(event);
                assert_eq!(stored, standing);
                row = row.holding(&biller, &stored, TODAY);
            }
            assert_eq!(row.balance.minor, standing.balance());
            assert_eq!(row.past_due.minor, standing.past_due(TODAY));
        }
    }
}
