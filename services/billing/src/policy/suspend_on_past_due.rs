//! When a day is opened, the sites in service of everybody who has neither paid nor made an
//! arrangement by their suspension date are suspended (F79). A suspension that failed is asked for
//! again the next day.

use contract::pb::site::v1::{SuspendSite, SuspensionReason};
use domain::{Event, calendar::CalendarEvent};
use projection::{Fault, Intents, Rows};
use read_side::command;

use crate::{balance, site};

const POLICY: &str = "suspend_on_past_due";

/// Suspends on the day that a debt leads to it.
pub(crate) fn react(
    event: &Event,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let Event::Calendar(CalendarEvent::DayOpened { date, .. }) = event else { return Ok(()) };
    for account_id in balance::to_suspend(rows, *date)? {
        let sites = site::of_account(rows, &account_id)?;
        for site in sites.iter().filter(|site| site.is_in_service()) {
            let suspend = SuspendSite {
                site_id: site.site_id.clone(),
                verified_address_id: site.address_id.clone(),
                reason: SuspensionReason::NonPayment.into(),
            };
            intents.command(POLICY, &site.site_id, command(&suspend));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use contract::pb::site::v1::{SuspendSite, SuspensionReason};
    use domain::{
        Fact,
        site::{self, NocFailure, ReinstatementGrounds, SiteEvent},
        testing::fixtures::{day, debt, service, site as pending_site, site_id},
    };
    use jiff::civil::date;
    use projection::Wanted;

    use crate::testing::{paid, sent, wanted};

    type Want = (String, String, Wanted);

    /// An active service, and a debt that suspends on the 18th of March.
    fn owing() -> Vec<Fact> {
        service("basic").into_iter().chain([debt(4_999, date(2026, 3, 5))]).collect()
    }

    fn after(facts: Vec<Fact>, then: impl IntoIterator<Item = Fact>) -> Vec<Want> {
        wanted(facts.into_iter().chain(then))
    }

    fn march(of_month: i8) -> Fact {
        day(date(2026, 3, of_month))
    }

    fn suspend() -> Want {
        let suspend = SuspendSite {
            site_id: "site_88".to_owned(),
            verified_address_id: "A-17".to_owned(),
            reason: SuspensionReason::NonPayment.into(),
        };
        sent("suspend_on_past_due", "site_88", &suspend)
    }

    fn requested() -> Fact {
        let reason = site::SuspensionReason::NonPayment;
        SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id())
    }

    #[test]
    fn f79_a_site_is_suspended_on_the_suspension_date_and_not_before() {
        assert_eq!(after(owing(), [march(17)]), []);
        assert_eq!(after(owing(), [march(17), march(18)]), [suspend()]);
    }

    #[test]
    fn f79_who_paid_before_the_day_is_not_suspended() {
        assert_eq!(after(owing(), [march(17), paid("p-1", 4_999), march(18)]), []);
    }

    #[test]
    fn f79_who_paid_a_part_is_suspended() {
        assert_eq!(after(owing(), [paid("p-1", 4_998), march(18)]), [suspend()]);
    }

    #[test]
    fn f79_who_has_an_arrangement_is_not_suspended_again() {
        let suspended =
            SiteEvent::Suspended { request: 1, reason: site::SuspensionReason::NonPayment };
        let grounds = ReinstatementGrounds::PaymentArrangement;
        let arranged = SiteEvent::ReinstatementRequested { request: 2, grounds };
        let reinstated = SiteEvent::Reinstated { request: 2, vlan: 552 };
        let story = [suspended, arranged, reinstated].map(|event| event.on(&site_id()));
        let facts = [requested()].into_iter().chain(story);
        assert_eq!(after(owing(), facts.chain([march(19)])), []);
    }

    #[test]
    fn a_suspension_is_asked_for_once_unless_it_failed() {
        assert_eq!(after(owing(), [requested(), march(18)]), []);
        let failure = NocFailure::TimedOut;
        let failed = SiteEvent::NocRequestFailed { request: 1, failure }.on(&site_id());
        assert_eq!(after(owing(), [requested(), failed, march(19)]), [suspend()]);
    }

    #[test]
    fn a_site_without_an_active_service_is_not_suspended() {
        assert_eq!(after(pending_site(), [debt(4_999, date(2026, 3, 5)), march(18)]), []);
    }
}
