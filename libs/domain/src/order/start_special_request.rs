//! Start a special request: something is to be done at a site that changes no service (F38, F60).

use std::collections::BTreeSet;

use super::{Job, Order, OrderId, OrderRejection, Start};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    service::ServiceRejection,
    site::{Site, SiteId, SiteRejection},
    text::Code,
};

/// Begin a special request order, SRO (F38, F60).
#[derive(Clone, Debug)]
pub struct StartSpecialRequest {
    /// Which.
    pub order_id: OrderId,
    /// Who asks.
    pub account_id: AccountId,
    /// Where.
    pub site_id: SiteId,
    /// One of the biller's.
    pub request: Code,
    /// The account's flashes that the agent has read (F9).
    pub acknowledged_flashes: BTreeSet<Code>,
}

impl Decide for StartSpecialRequest {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.order_id) {
            Order::NotStarted => self.start(desk),
            Order::Started(order) if order.start.asks_as(&self.wanted()) => Ok(vec![]),
            Order::Started(_) => Err(OrderRejection::StartedOtherwise.into()),
        }
    }
}

impl StartSpecialRequest {
    fn start(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let acknowledged_flashes =
            desk.get(&self.account_id).acknowledged(&self.acknowledged_flashes)?;
        match desk.get(&self.site_id) {
            Site::Unregistered => return Err(SiteRejection::NotRegistered.into()),
            Site::Registered { account_id, .. } if *account_id != self.account_id => {
                return Err(ServiceRejection::SiteOfAnotherAccount.into());
            }
            Site::Registered { .. } => {}
        }
        if !desk.biller.catalog.requests.contains(&self.request) {
            let request = self.request.clone();
            return Err(OrderRejection::RequestNotInCatalog { request }.into());
        }
        Ok(vec![Start { acknowledged_flashes, ..self.wanted() }.on(&self.order_id)])
    }

    fn wanted(&self) -> Start {
        Start {
            account_id: self.account_id.clone(),
            site_id: self.site_id.clone(),
            job: Job::SpecialRequest { request: self.request.clone() },
            acknowledged_flashes: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StartSpecialRequest;
    use crate::{
        Fact,
        account::AccountRejection,
        order::{Job, OrderRejection},
        service::ServiceRejection,
        site::SiteRejection,
        testing::{
            fixtures::{
                account, account_id, code, id, order_id, service, site, site_id, start_of, started,
            },
            given,
        },
    };

    fn start() -> StartSpecialRequest {
        StartSpecialRequest {
            order_id: order_id(),
            account_id: account_id(),
            site_id: site_id(),
            request: code("WIRING"),
            acknowledged_flashes: [].into(),
        }
    }

    #[test]
    fn f38_f60_a_special_request_needs_a_site_and_no_service() {
        let job = Job::SpecialRequest { request: code("WIRING") };
        let fact = start_of(job);
        given(site()).when(start()).then([fact]);
        given([]).when(start()).then_rejected(AccountRejection::NotOpen);
        given(account()).when(start()).then_rejected(SiteRejection::NotRegistered);
    }

    #[test]
    fn f38_a_special_request_is_one_of_the_billers_at_the_customers_own_site() {
        let request = code("PIANO");
        given(site())
            .when(StartSpecialRequest { request: request.clone(), ..start() })
            .then_rejected(OrderRejection::RequestNotInCatalog { request });
        let other = id("account_8");
        let opened = account().pop().expect("the account was opened").event;
        given(site())
            .and([Fact::new(&other, opened)])
            .when(StartSpecialRequest { account_id: other, ..start() })
            .then_rejected(ServiceRejection::SiteOfAnotherAccount);
    }

    #[test]
    fn an_order_number_means_one_order() {
        given(service("basic"))
            .and([started("basic")])
            .when(start())
            .then_rejected(OrderRejection::StartedOtherwise);
    }
}
