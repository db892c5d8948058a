//! As soon as nothing is past due any more, sites that were suspended for it are reinstated (F86,
//! F87). A payment that comes while the NOC is still stopping the line counts when it has stopped.

use contract::pb::site::v1::{ReinstatementGrounds, UnsuspendSite};
use domain::{Event, ledger::LedgerEvent, site::SiteEvent};
use event_store::Recorded;
use projection::{Fault, Intents, Rows};
use read_side::command;

use crate::{balance, site};

const POLICY: &str = "reinstate_on_payment";

/// Reinstates whoever has paid in full.
pub(crate) fn react(
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    match event {
        // A credit pays as money does.
        Event::Ledger(
            LedgerEvent::Charged { account_id, .. }
            | LedgerEvent::PaymentReceived { account_id, .. },
        ) => reinstate(account_id.as_str(), rows, intents),
        Event::Site(SiteEvent::Suspended { .. }) => {
            let site = site::find(rows, &recorded.event.stream)?;
            reinstate(&site.account_id, rows, intents)
        }
        Event::Site(_)
        | Event::Account(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Notification(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn reinstate(account_id: &str, rows: &Rows<'_>, intents: &mut Intents<'_>) -> Result<(), Fault> {
    if !balance::is_paid_in_full(rows, account_id)? {
        return Ok(());
    }
    let sites = site::of_account(rows, account_id)?;
    for site in sites.iter().filter(|site| site.waits_for_payment()) {
        let unsuspend = UnsuspendSite {
            site_id: site.site_id.clone(),
            verified_address_id: site.address_id.clone(),
            grounds: ReinstatementGrounds::PaidInFull.into(),
        };
        intents.command(POLICY, &site.site_id, command(&unsuspend));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use contract::pb::site::v1::{ReinstatementGrounds, UnsuspendSite};
    use domain::{
        Fact,
        site::{SiteEvent, SuspensionReason},
        testing::fixtures::{debt, resuming, site_id, stopping_site, suspended_site},
    };
    use jiff::civil::date;
    use projection::Wanted;

    use crate::testing::{paid, sent, wanted};

    type Want = (String, String, Wanted);

    fn past_due() -> Fact {
        debt(4_999, date(2026, 3, 5))
    }

    fn after(facts: Vec<Fact>, then: impl IntoIterator<Item = Fact>) -> Vec<Want> {
        wanted(facts.into_iter().chain(then))
    }

    fn suspended() -> Vec<Fact> {
        // The debt comes first, as it does outside of tests.
        let mut facts = suspended_site(SuspensionReason::NonPayment);
        facts.insert(2, past_due());
        facts
    }

    fn unsuspend() -> Want {
        let unsuspend = UnsuspendSite {
            site_id: "site_88".to_owned(),
            verified_address_id: "A-17".to_owned(),
            grounds: ReinstatementGrounds::PaidInFull.into(),
        };
        sent("reinstate_on_payment", "site_88", &unsuspend)
    }

    #[test]
    fn f86_f87_a_site_is_reinstated_when_the_past_due_amount_is_paid() {
        assert_eq!(after(suspended(), [paid("p-1", 4_999)]), [unsuspend()]);
    }

    #[test]
    fn f86_a_part_of_the_past_due_amount_is_not_enough() {
        assert_eq!(after(suspended(), [paid("p-1", 4_998)]), []);
    }

    #[test]
    fn f86_what_is_not_yet_due_need_not_be_paid() {
        let newer = debt(4_999, date(2026, 4, 5));
        assert_eq!(after(suspended(), [newer, paid("p-1", 4_999)]), [unsuspend()]);
    }

    #[test]
    fn a_credit_pays_as_money_does() {
        assert_eq!(after(suspended(), [debt(-4_999, date(2026, 4, 5))]), [unsuspend()]);
    }

    #[test]
    fn a_payment_before_the_suspension_is_effective_reinstates_when_it_is() {
        let mut stopping = stopping_site(SuspensionReason::NonPayment);
        stopping.insert(2, past_due());
        stopping.push(paid("p-1", 4_999));
        assert_eq!(after(stopping.clone(), []), []);
        let reason = SuspensionReason::NonPayment;
        let effective = SiteEvent::Suspended { request: 1, reason }.on(&site_id());
        assert_eq!(after(stopping, [effective]), [unsuspend()]);
    }

    #[test]
    fn a_reinstatement_is_asked_for_once() {
        assert_eq!(after(suspended(), [resuming(2), paid("p-1", 4_999)]), []);
    }

    #[test]
    fn a_payment_does_not_end_a_suspension_for_abuse() {
        let abused = suspended_site(SuspensionReason::Abuse);
        assert_eq!(after(abused, [past_due(), paid("p-1", 4_999)]), []);
    }
}
