//! What does the network show for a line right now? Asked live, never from rows (F89).

use std::{sync::Arc, time::Duration};

use domain::site::SiteId;
use futures::{FutureExt, future::BoxFuture};
use projection::Handle;
use serde_json::{Value, json};
use service::{Live, LiveError, error};

use crate::Network;

/// The view's name.
pub(crate) const NAME: &str = "line";

/// Asks the network.
pub(crate) struct LiveLine {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) answer_max: Duration,
    pub(crate) service_vlan: u32,
}

impl LiveLine {
    async fn ask(&self, site_id: &str) -> Result<Option<Value>, LiveError> {
        let reading = tokio::time::timeout(self.answer_max, self.network.read_line(site_id)).await;
        let too_late = |_| LiveError(format!("the network did not answer about {site_id} in time"));
        let line = reading.map_err(too_late)?.map_err(|cause| LiveError(error::chain(&cause)))?;
        Ok(line.map(|line| {
            json!({
                "siteId": site_id,
                "vlan": line.vlan,
                "inServiceVlan": line.vlan == self.service_vlan,
                "packageId": line.package_id,
            })
        }))
    }
}

impl Live for LiveLine {
    fn show<'a>(
        &'a self,
        _: &'a Handle,
        _: &'a str,
        key: &'a str,
        as_of: Option<u64>,
    ) -> BoxFuture<'a, Result<Option<Value>, LiveError>> {
        async move {
            match as_of {
                None if SiteId::parse(key).is_err() => Ok(None),
                None => self.ask(key).await,
                Some(_) => Err(LiveError("the network knows only the present".to_owned())),
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use serde_json::json;

    use super::LiveLine;
    use crate::{Action, LineRequest, NetworkBehaviour, network::simulated::SimulatedNetwork};

    fn live(dir: &tempfile::TempDir, behaviour: &str) -> LiveLine {
        let policies = domain::biller::testing().policies;
        let behaviour = NetworkBehaviour::parse(behaviour).unwrap();
        let network = SimulatedNetwork::open(dir.path().to_owned(), &policies, behaviour).unwrap();
        let answer_max = Duration::from_secs(2);
        LiveLine { network: Arc::new(network), answer_max, service_vlan: policies.service_vlan }
    }

    #[tokio::test]
    async fn f89_the_line_shows_the_vlan_that_the_network_has_now() {
        let dir = tempfile::tempdir().unwrap();
        let live = live(&dir, "");
        assert_eq!(live.ask("site_88").await.unwrap(), None);
        let suspend = LineRequest {
            transaction_id: "provisioning_site-88-1".to_owned(),
            attempt: 1,
            site_id: "site_88".to_owned(),
            action: Action::Suspend,
            package_id: None,
        };
        live.network.carry_out(&suspend).await.unwrap();
        let expected = json!({
            "siteId": "site_88", "vlan": 999, "inServiceVlan": false, "packageId": null,
        });
        assert_eq!(live.ask("site_88").await.unwrap(), Some(expected));
    }

    #[tokio::test]
    async fn a_network_that_is_too_slow_is_no_answer() {
        let dir = tempfile::tempdir().unwrap();
        assert!(live(&dir, "slow=10s").ask("site_88").await.is_err());
    }
}
