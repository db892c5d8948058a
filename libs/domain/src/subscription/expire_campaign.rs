//! Expire a campaign: the day has come on which it is over (F69). What the bill says follows from
//! the sale; this is the fact that people are told of.

use super::{SubscriptionEvent, SubscriptionId, SubscriptionRejection};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, calendar::today, text::Code};

/// Note that an item's campaign is over.
#[derive(Clone, Debug)]
pub struct ExpireCampaign {
    /// Whose.
    pub account_id: AccountId,
    /// Of which item.
    pub item_id: Code,
}

impl Decide for ExpireCampaign {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let today = today(desk)?;
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        let tracked =
            subscription.items.get(&self.item_id).ok_or(SubscriptionRejection::NoSuchItem)?;
        let promotion = tracked.on(today).and_then(|item| item.promotion.as_ref());
        match promotion.filter(|promotion| promotion.until <= today) {
            None => Err(SubscriptionRejection::CampaignNotOver.into()),
            Some(promotion) if tracked.expired.as_ref() == Some(&promotion.campaign_code) => {
                Ok(vec![])
            }
            Some(promotion) => {
                let expired = SubscriptionEvent::CampaignExpired {
                    item_id: self.item_id.clone(),
                    campaign_code: promotion.campaign_code.clone(),
                    on: promotion.until,
                    monthly: promotion.monthly_after,
                };
                Ok(vec![expired.on(&self.account_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::ExpireCampaign;
    use crate::{
        subscription::{SubscriptionEvent, SubscriptionRejection},
        testing::{
            fixtures::{account_id, code, day, promoted, usd},
            given,
        },
    };

    fn expire() -> ExpireCampaign {
        ExpireCampaign { account_id: account_id(), item_id: code("service_5") }
    }

    #[test]
    fn f69_a_campaign_is_over_when_its_day_has_come() {
        let expired = SubscriptionEvent::CampaignExpired {
            item_id: code("service_5"),
            campaign_code: code("LOYAL"),
            on: date(2026, 5, 16),
            monthly: usd(4_999),
        };
        given(promoted(3_999, date(2026, 5, 16)))
            .and([day(date(2026, 5, 16))])
            .when(expire())
            .then([expired.on(&account_id())]);
        given(promoted(3_999, date(2026, 5, 16)))
            .and([day(date(2026, 5, 15))])
            .when(expire())
            .then_rejected(SubscriptionRejection::CampaignNotOver);
    }
}
