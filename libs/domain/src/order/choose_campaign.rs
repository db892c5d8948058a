//! Choose a campaign: what the package costs for a while (F12, F68, F69).

use super::{OrderEvent, OrderId, campaign_on_offer};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Let a campaign apply to an open order, or none.
#[derive(Clone, Debug)]
pub struct ChooseCampaign {
    /// Which.
    pub order_id: OrderId,
    /// Absent where none is to apply any more.
    pub campaign_code: Option<Code>,
}

impl Decide for ChooseCampaign {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        order.demand_open_sale()?;
        if order.campaign_code == self.campaign_code {
            return Ok(vec![]);
        }
        if let (Some(code), Some(package_id)) = (&self.campaign_code, order.target()) {
            campaign_on_offer(desk, code, package_id)?;
        }
        let campaign_code = self.campaign_code.clone();
        Ok(vec![OrderEvent::CampaignChosen { campaign_code }.on(&self.order_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::ChooseCampaign;
    use crate::{
        order::{CommitOrder, OrderEvent, OrderRejection},
        testing::{
            Given,
            fixtures::{
                code, committed_change, order_id, reviewed, scheduled, service, started,
                started_in, swapped, trouble_call,
            },
            given,
        },
    };

    fn choose(campaign: Option<&str>) -> ChooseCampaign {
        ChooseCampaign { order_id: order_id(), campaign_code: campaign.map(code) }
    }

    fn change(to: &str) -> Given {
        given(service("basic")).and([started_in("basic", "SPRING"), swapped("basic", to)])
    }

    #[test]
    fn f12_f68_another_campaign_or_none_is_chosen_and_reviewed_again() {
        let chosen = |campaign: Option<&str>| {
            let campaign_code = campaign.map(code);
            OrderEvent::CampaignChosen { campaign_code }.on(&order_id())
        };
        change("classic").when(choose(Some("LOYAL"))).then([chosen(Some("LOYAL"))]);
        change("classic").when(choose(None)).then([chosen(None)]);
        change("classic").when(choose(Some("SPRING"))).then([]);
        change("classic")
            .and([scheduled(None), reviewed()])
            .after(choose(None))
            .when(CommitOrder { order_id: order_id() })
            .then_rejected(OrderRejection::NotReviewed);
    }

    #[test]
    fn f69_a_campaign_applies_to_the_chosen_package_or_is_refused() {
        let (campaign_code, package_id) = (code("LOYAL"), code("gigablast"));
        change("gigablast")
            .when(choose(Some("LOYAL")))
            .then_rejected(OrderRejection::CampaignNotForPackage { campaign_code, package_id });
        change("gigablast")
            .when(choose(Some("AUTUMN")))
            .then_rejected(OrderRejection::CampaignNotInCatalog { campaign_code: code("AUTUMN") });
    }

    #[test]
    fn f12_a_campaign_needs_an_open_order_that_sells_something() {
        given(committed_change())
            .when(choose(Some("LOYAL")))
            .then_rejected(OrderRejection::Committed);
        given(service("basic"))
            .and([trouble_call()])
            .when(choose(Some("LOYAL")))
            .then_rejected(OrderRejection::NothingIsSold);
        given(service("basic"))
            .and([started("basic")])
            .after(choose(None))
            .when(choose(None))
            .then([]);
    }
}
