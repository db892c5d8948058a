//! Billing's read model: an event passes the views, then the policies look at what has become.

use std::sync::Arc;

use domain::biller::Biller;
use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows};
use read_side::decoded;
use service::{View, Views};

use crate::{
    balance, lines,
    policy::{charge_on_completion, reinstate_on_payment, suspend_on_past_due},
    recurring, site,
};

/// The views and policies of billing under one biller's rules.
pub(crate) struct Billing {
    pub(crate) biller: Arc<Biller>,
}

const VIEWS: &[View] = &[
    View {
        name: "balance",
        about: "What a customer owes, what is past due, and when that suspends, by account id",
        table: Some(balance::TABLE),
    },
    View {
        name: "lines",
        about: "What was charged and what was paid, line by line, by account id",
        table: Some(lines::TABLE),
    },
    View {
        name: "recurring",
        about: "What a customer pays every month, service by service, by account id",
        table: Some(recurring::TABLE),
    },
];

impl ReadModel for Billing {
    fn name(&self) -> &'static str {
        "billing"
    }

    fn version(&self) -> u32 {
        2
    }

    fn apply(&self, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
        let event = decoded(recorded)?;
        site::apply(&event, recorded, rows)?;
        balance::apply(&self.biller, &event, recorded, rows)?;
        lines::apply(&event, recorded, rows)?;
        recurring::apply(&self.biller, &event, recorded, rows)
    }

    fn react(
        &self,
        recorded: &Recorded,
        rows: &Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let event = decoded(recorded)?;
        charge_on_completion::react(&self.biller, &event, recorded, rows, intents)?;
        suspend_on_past_due::react(&event, rows, intents)?;
        reinstate_on_payment::react(&self.biller, &event, recorded, rows, intents)
    }
}

impl Views for Billing {
    fn views(&self) -> &'static [View] {
        VIEWS
    }
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{TODAY, debt};

    use crate::testing::story;

    #[test]
    fn an_event_about_something_unknown_is_a_fault() {
        let fault = story().try_then(debt(100, TODAY)).unwrap_err();
        assert_eq!(fault.to_string(), "no earlier event tells of account_7");
    }
}
