//! Charge a fee: something of the catalog is paid once, with the next bill.

use super::{PendingFee, SubscriptionEvent, SubscriptionId, SubscriptionRejection, priced};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    calendar::today,
    remembered::{Fingerprint, Recall},
    text::Code,
};

/// Charge a fee of the catalog with the account's next bill.
#[derive(Clone, Debug)]
pub struct ChargeFee {
    /// Who pays.
    pub account_id: AccountId,
    /// Tells it apart within the account; the same again changes nothing.
    pub charge_id: Code,
    /// One of the biller's fees.
    pub product: Code,
    /// Where it is taxed; absent: it is not.
    pub market: Option<Code>,
}

impl Decide for ChargeFee {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_opened_once()?;
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        let market = self.market.clone();
        let fee = priced::fee(desk, &self.product, self.charge_id.clone(), market, today(desk)?)?;
        match subscription.charged.recall(&self.charge_id, fingerprint(&fee)) {
            Recall::Same => Ok(vec![]),
            Recall::Otherwise => Err(SubscriptionRejection::ChargeIdUsed.into()),
            Recall::New => {
                priced::demand_free(&self.charge_id)?;
                priced::demand_taxed(desk, self.market.as_ref())?;
                subscription.demand_room()?;
                let charged = SubscriptionEvent::FeeCharged { fee };
                let facts = subscription.opening(desk, &self.account_id).into_iter();
                Ok(facts.chain([charged]).map(|fact| fact.on(&self.account_id)).collect())
            }
        }
    }
}

/// What was charged, whatever it cost on its day and whichever day that was.
pub(super) fn fingerprint(fee: &PendingFee) -> Fingerprint {
    Fingerprint::of(&(&fee.product, &fee.market))
}

#[cfg(test)]
mod tests {
    use super::ChargeFee;
    use crate::{
        subscription::{PendingFee, SubscriptionEvent, SubscriptionRejection},
        testing::{
            fixtures::{TODAY, account_id, code, day, subscribed, text, usd},
            given,
        },
    };

    fn charge(product: &str) -> ChargeFee {
        ChargeFee {
            account_id: account_id(),
            charge_id: code("late-1"),
            product: code(product),
            market: None,
        }
    }

    #[test]
    fn a_fee_waits_for_the_next_bill() {
        let fee = PendingFee {
            charge_id: code("late-1"),
            product: code("LATE"),
            description: text("Late fee"),
            amount: usd(500),
            tax_code: None,
            market: None,
            on: TODAY,
        };
        let charged = SubscriptionEvent::FeeCharged { fee };
        given(subscribed())
            .and([day(TODAY)])
            .when(charge("LATE"))
            .then([charged.on(&account_id())]);
    }

    #[test]
    fn a_charge_id_stands_for_one_fee() {
        given(subscribed())
            .and([day(TODAY)])
            .after(charge("LATE"))
            .when(charge("RECONNECT"))
            .then_rejected(SubscriptionRejection::ChargeIdUsed);
    }

    #[test]
    fn what_is_taxed_nowhere_is_not_charged() {
        let (market, known) = (code("tucson"), "northern_virginia, phoenix".to_owned());
        given(subscribed())
            .and([day(TODAY)])
            .when(ChargeFee { market: Some(market.clone()), ..charge("LATE") })
            .then_rejected(SubscriptionRejection::NoSuchMarket { market, known });
    }

    #[test]
    fn the_fee_of_an_activation_is_named_by_its_order_alone() {
        given(subscribed())
            .and([day(TODAY)])
            .when(ChargeFee { charge_id: code("service_5-LATE"), ..charge("LATE") })
            .then_rejected(SubscriptionRejection::IdReserved);
    }

    #[test]
    fn a_fee_is_one_of_the_catalogs() {
        let product = code("PARKING");
        given(subscribed())
            .and([day(TODAY)])
            .when(charge("PARKING"))
            .then_rejected(SubscriptionRejection::ProductNotInCatalog { product });
    }
}
