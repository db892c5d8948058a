//! Billing's read model: an event passes the views, then the policies look at what has become.

use std::sync::Arc;

use contract::view::spell_out;
use domain::biller::Biller;
use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows};
use read_side::decoded;
use serde_json::Value;
use service::{View, Views};

use crate::{
    adjustments, aging, autopay, balance, books, dunning, invoice, lines,
    policy::{
        act_on_step, charge_reconnect_fee, collect_on_request, collect_when_set, refund_on_request,
        reinstate_on_payment, run_the_day,
    },
    recurring, run, site, statement, today,
};

/// The views and policies of billing under one biller's rules.
pub(crate) struct Billing {
    pub(crate) biller: Arc<Biller>,
}

const VIEWS: &[View] = &[
    View {
        name: "balance",
        about: "What a customer owes, what is past due, and what paid what, by account id",
        table: Some(balance::TABLE),
    },
    View {
        name: "lines",
        about: "What was charged, billed, adjusted and paid in the past six months, by account id",
        table: Some(lines::TABLE),
    },
    View {
        name: "invoice",
        about: "What is on an invoice, and whether it was credited, by invoice id",
        table: Some(invoice::TABLE),
    },
    View {
        name: "invoices",
        about: "Every statement of an account, newest first; listed of an account id",
        table: Some(invoice::OF_ACCOUNT),
    },
    View {
        name: "statement",
        about: "The statement of an invoice or a credit note and the digest of its sealed form, by \
                number",
        table: Some(statement::TABLE),
    },
    View {
        name: "to-print",
        about: "Which statements go out on paper; listed of a bill day, as in 2026-12-01",
        table: Some(statement::TO_PRINT),
    },
    View {
        name: "recurring",
        about: "What a customer pays every month, service by service, by account id",
        table: Some(recurring::TABLE),
    },
    View {
        name: "parked",
        about: "Whose bill could not be made, and why? List all, or ask by account id",
        table: Some(recurring::PARKED),
    },
    View {
        name: "dunning",
        about: "Where dunning stands, which events led there, and what happens next on which date, \
                by account id",
        table: Some(dunning::TABLE),
    },
    View {
        name: "autopay",
        about: "What is collected from where, and how it went, by account id",
        table: Some(autopay::TABLE),
    },
    View {
        name: "runs",
        about: "How far a run is and what came of it, by run id, as in run_bill-2026-12-01",
        table: Some(run::TABLE),
    },
    View {
        name: "books",
        about: "What stands in each account of the books, and what moved in it this month, by the \
                account's name, as in assets:receivable",
        table: Some(books::TRIAL_BALANCE),
    },
    View {
        name: "journal",
        about: "What was entered in the books, in order? List the entries of a day",
        table: Some(books::JOURNAL),
    },
    View {
        name: "periods",
        about: "What every account of the books opened and closed a month with, by month, as in \
                2026-11",
        table: Some(books::PERIODS),
    },
    View {
        name: "adjustments",
        about: "What was credited and charged outside the normal billing, why and by whom, newest \
                first? List those of an account id",
        table: Some(adjustments::TABLE),
    },
    View {
        name: aging::NAME,
        about: "How long is what customers owe past due? On a day, or `today`",
        table: None,
    },
];

impl ReadModel for Billing {
    fn name(&self) -> &'static str {
        "billing"
    }

    fn version(&self) -> u32 {
        9
    }

    fn apply(
        &self,
        recorded: &Recorded,
        rows: &mut Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let event = decoded(recorded)?;
        site::apply(&event, recorded, rows)?;
        let posted = balance::apply(&self.biller, &event, recorded, rows)?;
        books::apply(&self.biller, &event, posted.as_ref(), recorded, rows)?;
        adjustments::apply(&event, recorded, rows)?;
        lines::apply(&event, recorded, rows)?;
        dunning::apply(&self.biller, &event, posted.as_ref(), recorded, rows)?;
        recurring::apply(&self.biller, &event, recorded, rows)?;
        statement::apply(&event, recorded, rows)?;
        invoice::apply(&event, recorded, rows)?;
        run::apply(&self.biller, &event, recorded, rows)?;
        today::apply(&event, rows)?;

        run_the_day::react(&event, recorded, rows, intents)?;
        act_on_step::react(&self.biller, &event, recorded, rows, intents)?;
        reinstate_on_payment::react(&self.biller, &event, recorded, rows, intents)?;
        charge_reconnect_fee::react(&self.biller, &event, recorded, rows, intents)?;
        collect_when_set::react(&self.biller, &event, rows, intents)?;
        collect_on_request::react(&event, intents)?;
        refund_on_request::react(&event, intents)
    }
}

impl Views for Billing {
    fn views(&self) -> &'static [View] {
        VIEWS
    }

    fn show(&self, row: &mut Value) {
        spell_out(row);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{
        biller,
        testing::fixtures::{TODAY, debt},
    };
    use serde_json::json;
    use service::Views;

    use super::Billing;
    use crate::testing::story;

    #[test]
    fn amounts_are_spelled_out_when_a_row_is_shown() {
        let mut row = json!({ "balance": { "minor": 4999, "currency": "USD" } });
        Billing { biller: Arc::new(biller::testing()) }.show(&mut row);
        assert_eq!(row["balance"]["text"], "49.99 USD");
    }

    #[test]
    fn an_event_about_something_unknown_is_a_fault() {
        let fault = story().try_then(debt(100, TODAY)).unwrap_err();
        assert_eq!(fault.to_string(), "no earlier event tells of account_7");
    }
}
