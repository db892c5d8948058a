//! As soon as nothing is past due any more, sites that were suspended for it are reinstated (F86,
//! F87). A payment that comes while the NOC is still stopping the line counts when it has stopped.
//! Where the NOC fails, it is asked again after the time that a reinstatement may take: whoever has
//! paid does not wait for somebody to notice. Who disputes what a site was suspended for has not
//! paid it.

use contract::pb::site::v1::{ReinstatementGrounds, UnsuspendSite};
use domain::{Event, biller::Biller, dunning::DunningEvent, site::SiteEvent};
use event_store::Recorded;
use projection::{CommandIntent, Fault, Intents, Rows};
use read_side::command;

use crate::{
    balance, dunning,
    site::{self, SiteRow},
    today,
};

const POLICY: &str = "reinstate_on_payment";

/// Reinstates whoever has paid in full.
pub(crate) fn react(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let (sites, not_before) = match event {
        // A credit pays as money does. Where a ladder is climbed, its end follows in the same
        // record and says so.
        Event::Ledger(event)
            if event.effect() < 0
                && dunning::state(rows, event.account_id().as_str())?.ladder.is_none() =>
        {
            (site::of_account(rows, event.account_id().as_str())?, None)
        }
        // Until it was kept the arrangement was why.
        Event::Dunning(event @ DunningEvent::ArrangementKept { account_id, .. })
            if dunning::state(rows, account_id.as_str())?.ladder.is_none() =>
        {
            (site::of_account(rows, event.account_id().as_str())?, None)
        }
        Event::Dunning(
            event @ (DunningEvent::LadderEnded { .. } | DunningEvent::ArrangementMade { .. }),
        ) => (site::of_account(rows, event.account_id().as_str())?, None),
        Event::Site(SiteEvent::Suspended { .. }) => {
            (vec![site::find(rows, &recorded.event.stream)?], None)
        }
        Event::Site(SiteEvent::NocRequestFailed { .. }) => {
            let due = recorded.meta.committed_at.saturating_add(pause(biller));
            (vec![site::find(rows, &recorded.event.stream)?], Some(due))
        }
        Event::Site(
            SiteEvent::Registered { .. }
            | SiteEvent::SuspensionRequested { .. }
            | SiteEvent::NocRequestAcknowledged { .. }
            | SiteEvent::ReinstatementRequested { .. }
            | SiteEvent::Reinstated { .. },
        )
        | Event::Customer(_)
        | Event::Account(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => return Ok(()),
    };
    for site in sites.iter().filter(|site| site.waits_for_payment()) {
        if let Some(grounds) = grounds(biller, rows, &site.account_id)? {
            let unsuspend = CommandIntent { not_before, ..command(&unsuspend(site, grounds)) };
            intents.command(POLICY, &site.site_id, unsuspend);
        }
    }
    Ok(())
}

/// How long to wait after the NOC failed, in microseconds.
fn pause(biller: &Biller) -> i64 {
    i64::try_from(biller.policies.reinstatement_limit.as_micros()).unwrap_or(i64::MAX)
}

/// Why a suspension may end now, if it may (F86).
fn grounds(
    biller: &Biller,
    rows: &Rows<'_>,
    account_id: &str,
) -> Result<Option<ReinstatementGrounds>, Fault> {
    let dunning = dunning::state(rows, account_id)?;
    if dunning.arrangement.as_ref().is_some_and(|arrangement| arrangement.by_manager) {
        return Ok(Some(ReinstatementGrounds::PaymentArrangement));
    }
    let standing = balance::find(rows, account_id)?.standing()?;
    let is_paid = dunning.has_paid(biller, &standing, today::of(rows)?);
    Ok(is_paid.then_some(ReinstatementGrounds::PaidInFull))
}

fn unsuspend(site: &SiteRow, grounds: ReinstatementGrounds) -> UnsuspendSite {
    UnsuspendSite {
        site_id: site.site_id.clone(),
        verified_address_id: site.address_id.clone(),
        grounds: grounds.into(),
    }
}

#[cfg(test)]
mod tests {
    use contract::pb::site::v1::{self as pb, UnsuspendSite};
    use domain::{
        Fact,
        dunning::{DunningEvent, LadderEnd, Promise},
        ledger::LedgerEvent,
        site::{NocFailure, ReinstatementGrounds, SiteEvent, SuspensionReason},
        testing::fixtures::{
            TODAY, account_id, code, debt, paid, resuming, site_id, step_taken, stopping_site,
            suspended_site, usd,
        },
    };
    use jiff::civil::date;
    use projection::{CommandIntent, Wanted};
    use read_side::testing::{START, only};

    use crate::testing::{sent, story, wanted};

    const SECOND: i64 = 1_000_000;

    type Want = (String, String, Wanted);

    fn past_due() -> Fact {
        debt(4_999, date(2026, 3, 5))
    }

    fn after(facts: Vec<Fact>, then: impl IntoIterator<Item = Fact>) -> Vec<Want> {
        wanted(facts.into_iter().chain(then))
    }

    fn failed(request: u32) -> Fact {
        SiteEvent::NocRequestFailed { request, failure: NocFailure::TimedOut }.on(&site_id())
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
            grounds: pb::ReinstatementGrounds::PaidInFull.into(),
        };
        sent("reinstate_on_payment", "site_88", &unsuspend)
    }

    #[test]
    fn f86_f87_a_site_is_reinstated_when_the_past_due_amount_is_paid() {
        assert_eq!(after(suspended(), [paid("p-1", 4_999)]), [unsuspend()]);
    }

    #[test]
    fn f86_a_part_of_the_past_due_amount_is_not_enough() {
        assert_eq!(after(suspended(), [paid("p-1", 4_899)]), []);
    }

    #[test]
    fn f86_who_owes_less_than_anybody_is_asked_for_is_not_kept_cut_off() {
        let mut facts = suspended();
        facts.insert(3, step_taken(TODAY));
        let ended = DunningEvent::LadderEnded {
            account_id: account_id(),
            ladder: 1,
            because: LadderEnd::Settled,
        };
        // 0.99 of 49.99 is left: the ladder is over in the payment's record.
        let wants = after(facts, [paid("p-1", 4_900), ended.on(&account_id())]);
        assert!(wants.contains(&unsuspend()), "{wants:?}");
    }

    #[test]
    fn f86_a_dispute_from_after_the_suspension_pays_nothing() {
        let ended = |ladder| {
            let because = LadderEnd::Settled;
            DunningEvent::LadderEnded { account_id: account_id(), ladder, because }
                .on(&account_id())
        };
        let disputed = |while_suspended| DunningEvent::ChargeDisputed {
            account_id: account_id(),
            charge_id: code("bill-2026-03-05"),
            reason: code("NOT-ORDERED"),
            while_suspended,
        };
        let late = |then: &[Fact]| {
            let mut facts = suspended();
            facts.insert(3, step_taken(TODAY));
            facts.push(disputed(true).on(&account_id()));
            let wants = after(facts, then.to_vec());
            wants.contains(&unsuspend())
        };
        assert!(!late(&[ended(1)]), "in the record of the dispute");
        assert!(!late(&[ended(1), paid("p-1", 1)]), "nor by a payment of next to nothing");
        assert!(late(&[ended(1), paid("p-1", 4_999)]), "it is paid");
        assert!(late(&[ended(1), debt(-4_999, date(2026, 4, 5))]), "it is taken back");
        let mut facts = suspended();
        let (account_id, charge_id) = (account_id(), code("bill-2026-03-05"));
        let aside = LedgerEvent::ChargeDisputed { account_id: account_id.clone(), charge_id };
        facts.insert(3, aside.on(&account_id));
        facts.insert(4, disputed(false).on(&account_id));
        facts.insert(5, debt(700, date(2026, 3, 6)));
        assert_eq!(after(facts, [paid("p-1", 700)]), [unsuspend()], "disputed before");
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
    fn f86_f87_who_paid_is_reinstated_though_the_noc_failed_once() {
        let story = story().and(suspended()).then(paid("p-1", 4_999));
        let story = story.answered(resuming(2)).then(failed(2));
        let again = only(story.commands());
        // The failure is the story's tenth fact; the test biller waits ten minutes.
        let due = START + 10 * SECOND + 600 * SECOND;
        assert_eq!(again.not_before, Some(due));
        let at_once = CommandIntent { not_before: None, ..again };
        assert_eq!(Wanted::Command(at_once), unsuspend().2);
        let story = story.answered(resuming(3));
        assert_eq!(story.commands(), []);
        assert_eq!(only(story.then(failed(3)).commands()).not_before, Some(due + 2 * SECOND));
    }

    #[test]
    fn f86_who_has_an_arrangement_has_not_paid() {
        let grounds = ReinstatementGrounds::PaymentArrangement;
        let arranged = SiteEvent::ReinstatementRequested { request: 2, grounds }.on(&site_id());
        assert_eq!(after(suspended(), [arranged.clone(), failed(2)]), []);
        let paid_meanwhile = after(suspended(), [arranged, paid("p-1", 4_999), failed(2)]);
        assert_eq!(only(paid_meanwhile).1, "site_88");
    }

    #[test]
    fn f86_who_keeps_an_arrangement_while_the_noc_fails_has_paid() {
        let (account_id, arrangement_id) = (account_id(), code("arr-1"));
        let made = DunningEvent::ArrangementMade {
            account_id: account_id.clone(),
            arrangement_id: arrangement_id.clone(),
            covers_through: date(2026, 3, 5),
            total: usd(4_999),
            promises: vec![Promise { on: date(2026, 3, 20), amount: usd(4_999) }],
            by_manager: true,
            to_reinstate: None,
        };
        let kept = DunningEvent::ArrangementKept { account_id: account_id.clone(), arrangement_id };
        let grounds = ReinstatementGrounds::PaymentArrangement;
        let asked = SiteEvent::ReinstatementRequested { request: 2, grounds }.on(&site_id());
        let mut facts = suspended();
        facts.extend([made.on(&account_id), asked, failed(2)]);
        let wants = after(facts, [paid("p-1", 4_999), kept.on(&account_id)]);
        assert!(wants.contains(&unsuspend()), "{wants:?}");
    }

    #[test]
    fn f87_a_suspension_that_failed_needs_no_reinstatement() {
        assert_eq!(after(stopping_site(SuspensionReason::NonPayment), [failed(1)]), []);
    }

    #[test]
    fn a_reinstatement_after_abuse_is_not_asked_for_again() {
        let abused = suspended_site(SuspensionReason::Abuse);
        assert_eq!(after(abused, [resuming(2), failed(2)]), []);
    }

    #[test]
    fn a_payment_does_not_end_a_suspension_for_abuse() {
        let abused = suspended_site(SuspensionReason::Abuse);
        assert_eq!(after(abused, [past_due(), paid("p-1", 4_999)]), []);
    }
}
