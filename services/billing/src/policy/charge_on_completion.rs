//! A completed order is charged at once, for the rest of its month: the customer sees a credit for
//! the old package and a charge for the new one.
//!
//! What must stay true: names and prices are the event's, so that deciding again after the catalog
//! changed is deciding the same. What is credited is what was billed.

use contract::pb::{
    ledger::v1::{ChargeLine, RecordCharge},
    money::v1::Money,
};
use domain::{
    Event,
    biller::Biller,
    money::Money as Price,
    order::{OrderEvent, Sold},
    proration::change_lines,
};
use event_store::Recorded;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Intents, Rows};
use read_side::command;

use crate::recurring::billed_before;

const POLICY: &str = "charge_on_completion";

/// Charges what a completed order costs.
pub(crate) fn react(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let Event::Order(OrderEvent::Completed(completed)) = event else { return Ok(()) };
    let Some(service_id) = completed.work.service_id() else { return Ok(()) };
    let start_billing_date = completed.completion.start_billing_date;
    let billed = billed_before(rows, service_id)?;
    let from = completed.work.from().map(|sold| {
        let (name, listed) = sold.line();
        // The catalog may have changed since the service was sold.
        (name, Price::new(listed.currency, billed.unwrap_or(listed.minor)))
    });
    let to = completed.work.to().map(Sold::line);
    let lines = change_lines(from, to, start_billing_date);
    if lines.is_empty() {
        return Ok(());
    }
    let line = |(description, amount): (String, Price)| {
        let amount = Money { currency: amount.currency.to_string(), minor: amount.minor };
        ChargeLine { description, amount: Some(amount) }
    };
    let charge = RecordCharge {
        account_id: completed.account_id.to_string(),
        charge_id: recorded.event.stream.to_string(),
        lines: lines.into_iter().map(line).collect(),
        due_on: next_due_date(biller, start_billing_date).to_string(),
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
        Event, Fact,
        biller::testing,
        order::{OrderEvent, Work},
        testing::fixtures::{
            committed_change, completed, completed_disconnect, installation_in, repaired, service,
            usd,
        },
    };
    use jiff::civil::date;

    use super::next_due_date;
    use crate::testing::{sent, story_with_another_catalog, wanted, wanted_in};

    fn change() -> impl Iterator<Item = Fact> {
        committed_change().into_iter().chain([completed(Some("basic"), "classic")])
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
        let lines = [("Credit Basic, 16 of 31 days", -2_580), ("Classic, 16 of 31 days", 3_612)];
        assert_eq!(wanted(change()), [sent("charge_on_completion", "charge", &charge(&lines))]);
    }

    #[test]
    fn an_installation_is_charged_in_one_line() {
        let facts = installation_in("phoenix", "SB8200", "basic");
        assert_eq!(
            wanted(facts.into_iter().chain([completed(None, "basic")])),
            [sent("charge_on_completion", "charge", &charge(&[("Basic, 16 of 31 days", 2_580)]))]
        );
    }

    #[test]
    fn f49_a_disconnect_is_credited_from_its_date() {
        let facts = service("basic").into_iter().chain([completed_disconnect("basic")]);
        let lines = [("Credit Basic, 16 of 31 days", -2_580)];
        assert_eq!(wanted(facts), [sent("charge_on_completion", "charge", &charge(&lines))]);
    }

    #[test]
    fn f38_a_repair_is_not_charged() {
        assert_eq!(wanted(service("basic").into_iter().chain([repaired()])), []);
    }

    #[test]
    fn a_rebuild_after_a_price_change_wants_the_same_charge() {
        assert_eq!(wanted_in(story_with_another_catalog(), change()), wanted(change()));
    }

    #[test]
    fn what_is_credited_is_what_was_billed() {
        // Basic was sold for 31.00 a month; the catalog of the day of the change says 49.99.
        let mut sold = completed(None, "basic");
        if let Event::Order(OrderEvent::Completed(completed)) = &mut sold.event
            && let Work::Installed { to, .. } = &mut completed.work
        {
            to.monthly = usd(3_100);
        }
        let lines = [("Credit Basic, 16 of 31 days", -1_600), ("Classic, 16 of 31 days", 3_612)];
        let facts = installation_in("phoenix", "SB8200", "basic");
        let facts = facts.into_iter().chain([sold, completed(Some("basic"), "classic")]);
        let credited = sent("charge_on_completion", "charge", &charge(&lines));
        assert!(wanted(facts).contains(&credited));
    }

    #[test]
    fn f74_a_charge_is_due_on_the_first_due_day_after_it_starts() {
        let due = |start| next_due_date(&testing(), start);
        assert_eq!(due(date(2026, 3, 4)), date(2026, 3, 5));
        assert_eq!(due(date(2026, 3, 5)), date(2026, 4, 5));
        assert_eq!(due(date(2026, 12, 31)), date(2027, 1, 5));
    }
}
