//! Register a site: a place where a line is delivered.

use super::{Site, SiteEvent, SiteId, SiteRejection};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, sealed::Sealed, text::Code};

/// Register a place where a line is delivered.
#[derive(Clone, Debug)]
pub struct RegisterSite {
    /// Which.
    pub site_id: SiteId,
    /// Whose line it is.
    pub account_id: AccountId,
    /// The network owner's key of the address, compared before anything is suspended (F82).
    pub address_id: Code,
    /// Service address in one line. Personal data.
    pub address: Sealed,
    /// The biller's market, for example `northern_virginia`.
    pub market: Code,
}

impl Decide for RegisterSite {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.site_id) {
            Site::Registered { account_id, address_id, address, market, .. }
                if *account_id == self.account_id
                    && *address_id == self.address_id
                    && *address == self.address
                    && *market == self.market =>
            {
                Ok(vec![])
            }
            Site::Registered { .. } => Err(SiteRejection::RegisteredOtherwise.into()),
            Site::Unregistered => {
                desk.get(&self.account_id).demand_open()?;
                let registered = SiteEvent::Registered {
                    account_id: self.account_id.clone(),
                    address_id: self.address_id.clone(),
                    address: self.address.clone(),
                    market: self.market.clone(),
                };
                Ok(vec![registered.on(&self.site_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RegisterSite;
    use crate::{
        account::AccountRejection,
        site::{SiteEvent, SiteRejection},
        testing::{
            fixtures::{account, account_id, code, sealed, site, site_id},
            given,
        },
    };

    fn register() -> RegisterSite {
        RegisterSite {
            site_id: site_id(),
            account_id: account_id(),
            address_id: code("A-17"),
            address: sealed("17 Elm St"),
            market: code("phoenix"),
        }
    }

    #[test]
    fn f82_a_site_is_registered_with_its_address_id() {
        let registered = SiteEvent::Registered {
            account_id: account_id(),
            address_id: code("A-17"),
            address: sealed("17 Elm St"),
            market: code("phoenix"),
        };
        given(account()).when(register()).then([registered.on(&site_id())]);
    }

    #[test]
    fn a_site_does_not_move() {
        given(site())
            .when(RegisterSite { address: sealed("71 Elm St"), ..register() })
            .then_rejected(SiteRejection::RegisteredOtherwise);
    }

    #[test]
    fn a_site_belongs_to_an_open_account() {
        given([]).when(register()).then_rejected(AccountRejection::NotOpen);
    }
}
