//! The row of a balance, and the domain's ledger that it writes down.
//!
//! What must stay true: what pays what is decided by that ledger alone.

use contract::view::Amount;
use domain::{
    Aggregate,
    account::AccountId,
    biller::Biller,
    ledger::{ChargeLine, Ledger, LedgerEvent, PaymentMethod},
    money::Money,
    text::{Code, Text},
};
use jiff::civil::Date;
use projection::Fault;
use serde::{Deserialize, Serialize};

use super::parse;

/// What one account owes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BalanceRow {
    pub(super) account_id: String,
    /// Negative is credit.
    balance: Amount,
    /// What was due before the last opened day.
    pub(super) past_due: Amount,
    /// Oldest due date first: the order in which they are paid.
    pub(super) open_charges: Vec<OpenCharge>,
    /// What was paid and nothing is owed for.
    credit: Amount,
    pub(super) last_payment: Option<Payment>,
    /// Debts due before this day are part of a payment arrangement and suspend nobody (F79, F86).
    pub(super) arranged_before: Option<String>,
    /// When the sites in service are suspended, unless it is paid before (F79).
    pub(super) suspends_on: Option<String>,
}

/// A charge that is not wholly paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenCharge {
    pub(super) due_on: String,
    remaining: Amount,
}

/// Money that came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub(super) payment_id: String,
    pub(super) amount: Amount,
    pub(super) method: String,
    pub(super) received_on: String,
}

impl BalanceRow {
    /// Nothing is owed yet.
    pub(super) fn opened(biller: &Biller, account_id: &str) -> Self {
        let nothing = Amount::from(Money::new(biller.currency, 0));
        Self {
            account_id: account_id.to_owned(),
            balance: nothing.clone(),
            past_due: nothing.clone(),
            open_charges: Vec::new(),
            credit: nothing,
            last_payment: None,
            arranged_before: None,
            suspends_on: None,
        }
    }

    /// The ledger of this row: what is open is charged to an empty one, credit is paid into it.
    pub(super) fn ledger(&self, biller: &Biller, account_id: &AccountId) -> Result<Ledger, Fault> {
        let mut ledger = Ledger::UNKNOWN.clone();
        for charge in &self.open_charges {
            let amount = Money::new(biller.currency, charge.remaining.minor);
            let description = Text::parse("open").expect("a word is a text");
            ledger = ledger.evolve(&LedgerEvent::Charged {
                account_id: account_id.clone(),
                charge_id: Code::parse("open").expect("a word is a code"),
                lines: vec![ChargeLine { description, amount }],
                due_on: parse(&charge.due_on)?,
            });
        }
        Ok(ledger.evolve(&LedgerEvent::PaymentReceived {
            account_id: account_id.clone(),
            payment_id: Code::parse("credit").expect("a word is a code"),
            amount: Money::new(biller.currency, self.credit.minor),
            method: PaymentMethod::Cash,
            received_on: Date::MIN,
        }))
    }

    /// The row that writes a ledger down.
    pub(super) fn holding(&self, biller: &Biller, ledger: &Ledger, today: Date) -> Self {
        let amount = |minor| Amount::from(Money::new(biller.currency, minor));
        let is_arranged = |due_on: Date| {
            self.arranged_before.as_ref().is_some_and(|before| due_on.to_string() < *before)
        };
        let open = ledger.open_charges();
        let suspends = open.iter().map(|charge| charge.due_on).find(|due_on| !is_arranged(*due_on));
        Self {
            account_id: self.account_id.clone(),
            balance: amount(ledger.balance()),
            past_due: amount(ledger.past_due(today)),
            open_charges: open
                .iter()
                .map(|charge| OpenCharge {
                    due_on: charge.due_on.to_string(),
                    remaining: amount(charge.remaining),
                })
                .collect(),
            // There is never debt and credit at the same time.
            credit: amount((-ledger.balance()).max(0)),
            last_payment: self.last_payment.clone(),
            arranged_before: self.arranged_before.clone(),
            suspends_on: suspends
                .and_then(|due_on| biller.suspension_date(due_on))
                .map(|date| date.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Aggregate, Event,
        biller::testing,
        ledger::{Ledger, LedgerEvent},
        testing::fixtures::{TODAY, account_id, debt},
    };
    use jiff::civil::date;
    use proptest::{
        collection::vec,
        prelude::{Strategy, any, proptest},
    };

    use super::BalanceRow;
    use crate::testing::paid;

    fn events() -> impl Strategy<Value = Vec<LedgerEvent>> {
        let event =
            (any::<bool>(), -1_000_i64..1_000, 1_i8..=31).prop_map(|(charge, minor, day)| {
                let fact = match charge {
                    true => debt(minor, date(2026, 3, day)),
                    false => paid("p", minor.abs() + 1),
                };
                let Event::Ledger(event) = fact.event else { unreachable!("a ledger's fact") };
                event
            });
        vec(event, 0..40)
    }

    proptest! {
        #[test]
        fn a_row_stands_where_cores_ledger_stands(events in events()) {
            let (biller, mut ledger) = (testing(), Ledger::UNKNOWN.clone());
            let mut row = BalanceRow::opened(&biller, "account_7");
            for event in &events {
                ledger = ledger.evolve(event);
                let stored = row.ledger(&biller, &account_id()).unwrap().evolve(event);
                row = row.holding(&biller, &stored, TODAY);
                assert_eq!(stored.open_charges(), ledger.open_charges());
            }
            assert_eq!(row.balance.minor, ledger.balance());
            assert_eq!(row.past_due.minor, ledger.past_due(TODAY));
        }
    }
}
