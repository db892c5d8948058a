//! Which address is the NOC to look at? What is known of a site when a request is made there.

use domain::site::SiteEvent;
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

const SITES: Table = Table::new(b's');

/// One site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) account_id: String,
    pub(crate) address_id: String,
    pub(crate) address: String,
}

/// Remembers a registered site.
pub(crate) fn apply(
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let SiteEvent::Registered { account_id, address_id, address, .. } = event else {
        return Ok(());
    };
    let place = Place {
        account_id: account_id.to_string(),
        address_id: address_id.to_string(),
        address: address.as_str().to_owned(),
    };
    rows.put(SITES, recorded.event.stream.as_bytes(), &place)
}

/// Where a request is made.
pub(crate) fn demand(rows: &Rows<'_>, site_id: &str) -> Result<Place, Fault> {
    let place = rows.get(SITES, site_id)?;
    place.ok_or_else(|| Fault::new(format!("{site_id} was never registered")))
}
