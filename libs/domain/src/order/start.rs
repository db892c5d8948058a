//! Start a service change: sale type and reason are said before anything is chosen (F8, F12).

use super::{Job, Order, OrderId, OrderRejection, Start};
use crate::{Decide, Desk, Fact, Rejection, service::ServiceId, text::Code};

/// Begin a service change order, task SC (F8, F12).
#[derive(Clone, Debug)]
pub struct StartServiceChange {
    /// Which.
    pub order_id: OrderId,
    /// At what.
    pub service_id: ServiceId,
    /// One of the biller's.
    pub sale_type: Code,
    /// One of the biller's.
    pub sale_reason: Code,
    /// Only where a campaign applies.
    pub campaign_code: Option<Code>,
}

impl Decide for StartServiceChange {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.order_id) {
            Order::NotStarted => self.start(desk),
            Order::Started(order) if self.started(&order.start) => Ok(vec![]),
            Order::Started(_) => Err(OrderRejection::StartedOtherwise.into()),
        }
    }
}

impl StartServiceChange {
    fn start(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let active = desk.get(&self.service_id).active()?;
        self.check_sale(desk)?;
        let job = Job::ServiceChange {
            service_id: self.service_id.clone(),
            package_id: active.package_id.clone(),
            sale_type: self.sale_type.clone(),
            sale_reason: self.sale_reason.clone(),
            campaign_code: self.campaign_code.clone(),
        };
        let (account_id, site_id) = (active.account_id.clone(), active.site_id.clone());
        Ok(vec![Start { account_id, site_id, job }.on(&self.order_id)])
    }

    fn check_sale(&self, desk: &Desk<'_>) -> Result<(), OrderRejection> {
        let catalog = &desk.biller.catalog;
        if !catalog.sale_types.contains(&self.sale_type) {
            let sale_type = self.sale_type.clone();
            return Err(OrderRejection::SaleTypeNotInCatalog { sale_type });
        }
        if !catalog.sale_reasons.contains(&self.sale_reason) {
            let sale_reason = self.sale_reason.clone();
            return Err(OrderRejection::SaleReasonNotInCatalog { sale_reason });
        }
        match &self.campaign_code {
            Some(code) if !catalog.campaigns.contains_key(code) => {
                Err(OrderRejection::CampaignNotInCatalog { campaign_code: code.clone() })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn started(&self, start: &Start) -> bool {
        match &start.job {
            Job::ServiceChange { service_id, sale_type, sale_reason, campaign_code, .. } => {
                *service_id == self.service_id
                    && *sale_type == self.sale_type
                    && *sale_reason == self.sale_reason
                    && *campaign_code == self.campaign_code
            }
            Job::Installation { .. }
            | Job::TroubleCall { .. }
            | Job::SpecialRequest { .. }
            | Job::Disconnect { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StartServiceChange;
    use crate::{
        order::OrderRejection,
        service::ServiceRejection,
        testing::{
            fixtures::{code, id, order_id, service, service_id, started},
            given,
        },
    };

    fn start() -> StartServiceChange {
        StartServiceChange {
            order_id: order_id(),
            service_id: service_id(),
            sale_type: code("EXISTING"),
            sale_reason: code("SPEED"),
            campaign_code: None,
        }
    }

    #[test]
    fn f8_a_service_change_is_started_on_an_active_service() {
        given(service("basic")).when(start()).then([started("basic")]);
        given([]).when(start()).then_rejected(ServiceRejection::NotActive);
    }

    #[test]
    fn f12_sale_type_reason_and_campaign_are_the_billers() {
        let (sale_type, sale_reason) = (code("X"), code("Y"));
        given(service("basic"))
            .when(StartServiceChange { sale_type: sale_type.clone(), ..start() })
            .then_rejected(OrderRejection::SaleTypeNotInCatalog { sale_type });
        given(service("basic"))
            .when(StartServiceChange { sale_reason: sale_reason.clone(), ..start() })
            .then_rejected(OrderRejection::SaleReasonNotInCatalog { sale_reason });
        given(service("basic"))
            .when(StartServiceChange { campaign_code: Some(code("AUTUMN")), ..start() })
            .then_rejected(OrderRejection::CampaignNotInCatalog { campaign_code: code("AUTUMN") });
    }

    #[test]
    fn an_order_number_means_one_order() {
        let one = given(service("basic")).after(start());
        one.clone()
            .when(StartServiceChange { campaign_code: Some(code("SPRING")), ..start() })
            .then_rejected(OrderRejection::StartedOtherwise);
        one.when(StartServiceChange { service_id: id("service_6"), ..start() })
            .then_rejected(OrderRejection::StartedOtherwise);
    }
}
