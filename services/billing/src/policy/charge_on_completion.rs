//! A completed order is charged at once, for the rest of its month: the customer sees a credit for
//! the old package and a charge for the new one.

use contract::pb::{
    ledger::v1::{ChargeLine, RecordCharge},
    money::v1::Money,
};
use domain::{Event, biller::Biller, order::OrderEvent, proration::change_lines};
use event_store::Recorded;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Intents};
use read_side::command;

use crate::recurring::package;

const POLICY: &str = "charge_on_completion";

/// Charges what a completed order costs.
pub(crate) fn react(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let Event::Order(OrderEvent::Completed {
        account_id,
        from_package_id,
        to_package_id,
        start_billing_date,
        ..
    }) = event
    else {
        return Ok(());
    };
    let from = from_package_id.as_ref().map(|id| package(biller, id)).transpose()?;
    let from = from.map(|package| (package.name.as_str(), package.monthly));
    let to = package(biller, to_package_id)?;
    let lines = change_lines(from, (&to.name, to.monthly), *start_billing_date);
    let line = |(description, amount): (String, domain::money::Money)| {
        let amount = Money { currency: amount.currency.to_string(), minor: amount.minor };
        ChargeLine { description, amount: Some(amount) }
    };
    let charge = RecordCharge {
        account_id: account_id.to_string(),
        charge_id: recorded.event.stream.to_string(),
        lines: lines.into_iter().map(line).collect(),
        due_on: next_due_date(biller, *start_billing_date).to_string(),
    };
    intents.command(POLICY, "charge", command(&charge));
    Ok(())
}

/// The first due day after a date (F74).
fn next_due_date(biller: &Biller, date: Date) -> Date {
    let due_day = |month: Date| {
        let day = biller.policies.due_day.clamp(1, month.days_in_month());
        month.first_of_month().saturating_add((day - 1).days())
    };
    let this_month = due_day(date);
    if this_month > date {
        this_month
    } else {
        due_day(date.first_of_month().saturating_add(1.month()))
    }
}

#[cfg(test)]
mod tests {
    use contract::pb::{
        ledger::v1::{ChargeLine, RecordCharge},
        money::v1::Money,
    };
    use domain::{
        Fact,
        biller::testing,
        order::{OrderEvent, OrderKind},
        testing::fixtures::{
            TODAY, account_id, code, committed_change, installation_in, order_id, service_id,
            site_id,
        },
    };
    use jiff::civil::date;

    use super::next_due_date;
    use crate::testing::{sent, wanted};

    fn completed(kind: OrderKind, from: Option<&str>, to: &str) -> Fact {
        OrderEvent::Completed {
            kind,
            account_id: account_id(),
            site_id: site_id(),
            service_id: service_id(),
            from_package_id: from.map(code),
            to_package_id: code(to),
            start_billing_date: TODAY,
            sales_id: None,
            sales_date: None,
        }
        .on(&order_id())
    }

    fn charge(lines: &[(&str, i64)]) -> RecordCharge {
        let line = |(description, minor): &(&str, i64)| ChargeLine {
            description: (*description).to_owned(),
            amount: Some(Money { currency: "USD".to_owned(), minor: *minor }),
        };
        RecordCharge {
            account_id: "account_7".to_owned(),
            charge_id: "order_1001".to_owned(),
            lines: lines.iter().map(line).collect(),
            due_on: "2026-04-05".to_owned(),
        }
    }

    #[test]
    fn f27_a_change_is_credited_and_charged_from_its_start_billing_date() {
        let change = completed(OrderKind::ServiceChange, Some("basic"), "classic");
        let lines = [("Credit Basic, 16 of 31 days", -2_580), ("Classic, 16 of 31 days", 3_612)];
        assert_eq!(
            wanted(committed_change().into_iter().chain([change])),
            [sent("charge_on_completion", "charge", &charge(&lines))]
        );
    }

    #[test]
    fn an_installation_is_charged_in_one_line() {
        let installed = completed(OrderKind::Installation, None, "basic");
        let facts = installation_in("phoenix", "SB8200", "basic");
        assert_eq!(
            wanted(facts.into_iter().chain([installed])),
            [sent("charge_on_completion", "charge", &charge(&[("Basic, 16 of 31 days", 2_580)]))]
        );
    }

    #[test]
    fn f74_a_charge_is_due_on_the_first_due_day_after_it_starts() {
        let due = |start| next_due_date(&testing(), start);
        assert_eq!(due(date(2026, 3, 4)), date(2026, 3, 5));
        assert_eq!(due(date(2026, 3, 5)), date(2026, 4, 5));
        assert_eq!(due(date(2026, 12, 31)), date(2027, 1, 5));
    }
}
