//! Start a service change: the account's flashes are read, sale type and reason said before
//! anything is chosen (F8, F9, F12). Where the biller wants it, the customer is authenticated
//! before any of it (F7).

use std::collections::BTreeSet;

use super::{Job, Order, OrderId, OrderRejection, Start};
use crate::{Decide, Desk, Fact, Rejection, customer::Identity, service::ServiceId, text::Code};

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
    /// The account's flashes that the agent has read (F9).
    pub acknowledged_flashes: BTreeSet<Code>,
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
        Identity::demand_before_order(desk, active.account_id)?;
        let acknowledged = desk.get(active.account_id).acknowledged(&self.acknowledged_flashes)?;
        self.check_sale(desk)?;
        let job = Job::ServiceChange {
            service_id: self.service_id.clone(),
            package_id: active.package_id.clone(),
            sale_type: self.sale_type.clone(),
            sale_reason: self.sale_reason.clone(),
            campaign_code: self.campaign_code.clone(),
        };
        Ok(vec![active.start(job, acknowledged).on(&self.order_id)])
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
    use std::collections::BTreeSet;

    use super::StartServiceChange;
    use crate::{
        account::AccountRejection,
        biller::Biller,
        customer::{AuthenticateCustomer, CustomerRejection, EraseCustomer, Proof},
        order::{OrderRejection, StartDisconnect},
        service::ServiceRejection,
        testing::{
            fixtures::{
                cleared, code, disconnect as disconnect_started, flash, id, order_id, service,
                service_id, started, started_after,
            },
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
            acknowledged_flashes: BTreeSet::new(),
        }
    }

    fn having_read(ids: &[&str]) -> StartServiceChange {
        StartServiceChange {
            acknowledged_flashes: ids.iter().copied().map(code).collect(),
            ..start()
        }
    }

    #[test]
    fn f7_where_the_biller_wants_it_the_customer_is_authenticated_before_any_order() {
        let strict = || {
            let wants = |biller: &mut Biller| biller.customers.authenticate_before_orders = true;
            given(service("basic")).under(wants)
        };
        let shown = AuthenticateCustomer {
            customer_id: id("customer_account_7"),
            authentication_id: code("a-1"),
            proof: Proof::CallBack,
        };
        let disconnect = StartDisconnect {
            order_id: order_id(),
            service_id: service_id(),
            reason: code("MOVED"),
            acknowledged_flashes: BTreeSet::new(),
        };
        strict().when(start()).then_rejected(CustomerRejection::NotAuthenticated);
        strict().when(disconnect.clone()).then_rejected(CustomerRejection::NotAuthenticated);
        strict().after(shown.clone()).when(start()).then([started("basic")]);
        strict().after(shown).when(disconnect).then([disconnect_started("basic")]);
        strict()
            .by("sam; roles=manager")
            .after(EraseCustomer { customer_id: id("customer_account_7") })
            .when(start())
            .then_rejected(AccountRejection::HolderErased);
    }

    #[test]
    fn f9_every_flash_is_read_before_a_service_change_starts() {
        let flashed =
            given(service("basic")).and([flash("f-1", "Dog bites."), flash("f-2", "Gate code.")]);
        flashed
            .clone()
            .when(having_read(&["f-2"]))
            .then_rejected(OrderRejection::FlashesNotAcknowledged { flash_ids: vec![code("f-1")] });
        flashed
            .clone()
            .when(having_read(&["f-1", "f-2", "old"]))
            .then([started_after("basic", &["f-1", "f-2"])]);
        flashed
            .and([cleared("f-1")])
            .when(having_read(&["f-1", "f-2"]))
            .then([started_after("basic", &["f-2"])]);
    }

    #[test]
    fn f9_a_flash_that_is_raised_later_does_not_stop_what_has_started() {
        let begun = given(service("basic")).after(start()).and([flash("f-1", "Dog bites.")]);
        begun.when(start()).then([]);
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
