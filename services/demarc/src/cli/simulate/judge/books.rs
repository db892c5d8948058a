//! The books, folded from the log: every entry of every event.

use std::collections::BTreeMap;

use domain::{
    invoice::InvoiceEvent,
    ledger::{
        LedgerEvent, Standing,
        books::{self, Posting},
    },
};

/// Sums by account of the books, in minor units; debits are positive.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Books {
    pub(in super::super) sums: BTreeMap<String, i64>,
    /// Events whose entries did not add up to zero.
    uneven: u64,
}

impl Books {
    pub(super) fn ledger(&mut self, before: &Standing, event: &LedgerEvent, after: &Standing) {
        self.post(books::of_ledger(before, event, after));
    }

    pub(super) fn invoice(&mut self, event: &InvoiceEvent) {
        self.post(books::of_invoice(event));
    }

    fn post(&mut self, entries: Vec<Posting>) {
        self.uneven += u64::from(entries.iter().map(|entry| entry.minor).sum::<i64>() != 0);
        for entry in entries {
            *self.sums.entry(entry.account).or_default() += entry.minor;
        }
    }

    /// All accounts together.
    pub(in super::super) fn trial_balance(&self) -> i64 {
        self.sums.values().sum()
    }

    /// What is wrong, if something is.
    pub(super) fn imbalance(&self) -> Option<String> {
        let (trial, uneven) = (self.trial_balance(), self.uneven);
        (trial != 0 || uneven != 0).then(|| {
            format!("the trial balance is {trial}, and {uneven} events have uneven entries")
        })
    }

    /// What customers owe less what they have as credit.
    pub(super) fn owed_by_customers(&self) -> i64 {
        let sum = |account| self.sums.get(account).copied().unwrap_or_default();
        sum(books::RECEIVABLE) + sum(books::UNAPPLIED)
    }
}
