//! What was done at a site, latest first, and what the NOC is asked for there?

use domain::site::SiteEvent;
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{
    Action,
    transaction::{State, Transaction},
};

pub(crate) const SITES: Table = Table::new(b's');

/// Transactions listed per site.
const LISTED_MAX: usize = 100;

/// One site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteTransactions {
    pub(crate) site_id: String,
    /// The last request to the NOC.
    pub(crate) noc_request: Option<NocRequest>,
    /// Latest first.
    pub(crate) transactions: Vec<Listed>,
}

/// What the NOC was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NocRequest {
    pub(crate) number: u32,
    pub(crate) action: Action,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    pub(crate) transaction_id: String,
    pub(crate) action: Action,
    pub(crate) state: State,
    /// What the network answered last; absent until it has answered (F33).
    pub(crate) resp_code: Option<String>,
    pub(crate) meaning: Option<String>,
    /// Absent where nothing is left to do (F34).
    pub(crate) remedy: Option<String>,
    pub(crate) requested_at: String,
}

impl Listed {
    /// As it is now.
    fn of(transaction: &Transaction) -> Self {
        let last = transaction.attempts.last();
        Self {
            transaction_id: transaction.transaction_id.clone(),
            action: transaction.action,
            state: transaction.state,
            resp_code: last.map(|attempt| attempt.resp_code.clone()),
            meaning: last.map(|attempt| attempt.meaning.clone()),
            remedy: last.and_then(|attempt| attempt.remedy.clone()),
            requested_at: transaction.requested_at.clone(),
        }
    }
}

/// Remembers what the NOC is asked for: its acknowledgement names only the number.
pub(crate) fn note(
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let (number, action) = match event {
        SiteEvent::SuspensionRequested { request, .. } => (*request, Action::Suspend),
        SiteEvent::ReinstatementRequested { request, .. } => (*request, Action::Reinstate),
        SiteEvent::Registered { .. }
        | SiteEvent::NocRequestAcknowledged { .. }
        | SiteEvent::Suspended { .. }
        | SiteEvent::Reinstated { .. }
        | SiteEvent::NocRequestFailed { .. } => return Ok(()),
    };
    let site_id: &str = &recorded.event.stream;
    rows.upsert(SITES, site_id, |site: &mut SiteTransactions| {
        site_id.clone_into(&mut site.site_id);
        site.noc_request = Some(NocRequest { number, action });
    })
}

/// What a request under way asks for.
pub(crate) fn action_of_request(
    rows: &Rows<'_>,
    site_id: &str,
    number: u32,
) -> Result<Action, Fault> {
    let site = rows.get::<SiteTransactions>(SITES, site_id)?;
    let request = site.and_then(|site| site.noc_request).filter(|it| it.number == number);
    let nobody = || Fault::new(format!("request {number} at {site_id} was never made"));
    Ok(request.ok_or_else(nobody)?.action)
}

/// Shows a transaction in the list of its site.
pub(crate) fn list(transaction: &Transaction, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let (site_id, listed) = (&transaction.site_id, Listed::of(transaction));
    rows.upsert(SITES, site_id, |site: &mut SiteTransactions| {
        site_id.clone_into(&mut site.site_id);
        let mut known = site.transactions.iter_mut();
        match known.find(|it| it.transaction_id == listed.transaction_id) {
            Some(before) => *before = listed,
            None => {
                site.transactions.insert(0, listed);
                site.transactions.truncate(LISTED_MAX);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::provisioning::ProvisioningEvent;

    use super::{SITES, SiteTransactions};
    use crate::{
        testing::{acknowledged, attempt, order_completed, story, suspension},
        transaction::State,
    };

    #[test]
    fn f33_the_transactions_of_a_site_are_listed_latest_first() {
        let story = story()
            .then(order_completed())
            .then(attempt(ProvisioningEvent::Failed, 1, "430"))
            .then(suspension(1))
            .then(acknowledged(1));
        let site: SiteTransactions = story.row(SITES, "site_88");
        let listed: Vec<_> =
            site.transactions.iter().map(|it| (it.transaction_id.as_str(), it.state)).collect();
        assert_eq!(
            listed,
            [
                ("provisioning_site-88-1", State::Pending),
                ("provisioning_order-1001", State::Failed),
            ]
        );
        let [asked, failed] = site.transactions.as_slice() else { panic!("{site:?}") };
        assert_eq!(asked.resp_code, None);
        assert_eq!(failed.resp_code.as_deref(), Some("430"));
        assert_eq!(failed.meaning.as_deref(), Some("the device is offline"));
        assert!(failed.remedy.as_ref().is_some_and(|it| it.contains("15 seconds")), "{failed:?}");
    }
}
