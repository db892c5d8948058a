//! A site that was suspended because somebody did not pay is reinstated: what that costs is
//! charged with the next bill.

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
    if !site.is_about_money() {
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
