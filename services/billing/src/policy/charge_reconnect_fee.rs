//! A site that was suspended because somebody did not pay is reinstated: what that costs is
//! charged with the next bill. Where every service has ended nothing comes back, and costs nothing.

use contract::pb::subscription::v1::ChargeFee;
use domain::{Event, biller::Biller, site::SiteEvent};
use event_store::Recorded;
use projection::{Fault, Intents, Rows};
use read_side::command;

use crate::site;

const POLICY: &str = "charge_reconnect_fee";

/// Charges the biller's fee, if it has one.
pub(crate) fn react(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let Event::Site(SiteEvent::Reinstated { request, .. }) = event else { return Ok(()) };
    let Some(fee) = &biller.dunning.reconnect_fee else { return Ok(()) };
    let site = site::find(rows, &recorded.event.stream)?;
    if !site.is_about_money() || !site.is_in_use() {
        return Ok(());
    }
    let charge = ChargeFee {
        account_id: site.account_id.clone(),
        charge_id: format!("reconnect-{}-{request}", site.site_id),
        product: fee.to_string(),
        market: String::new(),
    };
    intents.command(POLICY, "fee", command(&charge));
    Ok(())
}

#[cfg(test)]
mod tests {
    use contract::pb::subscription::v1::ChargeFee;
    use domain::{
        Fact,
        site::{SiteEvent, SuspensionReason},
        testing::fixtures::{disconnected, service, site_id},
    };

    use projection::Wanted;

    use super::POLICY;
    use crate::testing::{sent, wanted};

    /// What this policy wants of a site that is back after something else.
    fn reinstated(reason: SuspensionReason, then: Option<Fact>) -> Vec<(String, String, Wanted)> {
        let site = [
            SiteEvent::SuspensionRequested { request: 1, reason },
            SiteEvent::Suspended { request: 1, reason },
        ];
        let site = site.map(|event| event.on(&site_id()));
        let back = SiteEvent::Reinstated { request: 2, vlan: 552 }.on(&site_id());
        let facts = service("basic").into_iter().chain(site).chain(then).chain([back]);
        wanted(facts).into_iter().filter(|(policy, ..)| policy == POLICY).collect()
    }

    #[test]
    fn f89_the_fee_is_charged_where_service_comes_back_that_was_not_paid() {
        let charge = ChargeFee {
            account_id: "account_7".into(),
            charge_id: "reconnect-site_88-2".into(),
            product: "RECONNECT".into(),
            market: String::new(),
        };
        let unpaid = SuspensionReason::NonPayment;
        assert_eq!(reinstated(unpaid, None), [sent(POLICY, "fee", &charge)]);
        assert_eq!(reinstated(SuspensionReason::CustomerRequest, None), []);
    }

    #[test]
    fn f89_nothing_is_charged_where_everything_has_ended() {
        assert_eq!(reinstated(SuspensionReason::NonPayment, Some(disconnected())), []);
    }
}
