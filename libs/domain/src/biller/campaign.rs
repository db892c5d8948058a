//! A campaign: some packages for less, for some months (F12, F69).

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};

use crate::{money::Money, service::Promotion, text::Code};

/// One campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// What the customer reads.
    pub name: String,
    /// Packages that it applies to.
    pub packages: BTreeSet<Code>,
    /// The first day on which it is offered; absent: it always was.
    pub from: Option<Date>,
    /// The first day on which it is no longer offered; absent: it still is.
    pub until: Option<Date>,
    /// For how long.
    pub months: u32,
    /// What the customer gets.
    pub offer: Offer,
}

/// What a customer gets from a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// This price a month, whatever the package costs.
    Monthly(Money),
    /// So much less a month than the package costs; never below nothing.
    Discount(Money),
}

impl Offer {
    /// What a package of that price costs a month with it.
    #[must_use]
    pub fn monthly(self, price: Money) -> Money {
        match self {
            Self::Monthly(monthly) => monthly,
            Self::Discount(less) => {
                let minor = price.minor.saturating_sub(less.minor).max(0);
                Money { minor, ..price }
            }
        }
    }
}

impl Campaign {
    /// Whether it is offered on a day.
    #[must_use]
    pub fn is_offered(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on) && self.until.is_none_or(|until| on < until)
    }

    /// What a package of that price costs a month under it.
    #[must_use]
    pub fn monthly(&self, price: Money) -> Money {
        self.offer.monthly(price)
    }

    /// What somebody has who takes a package of that price under this campaign on a day.
    #[must_use]
    pub fn promotion(&self, campaign_code: &Code, price: Money, start: Date) -> Promotion {
        Promotion {
            campaign_code: campaign_code.clone(),
            monthly: self.monthly(price),
            until: start.saturating_add(i64::from(self.months).months()),
            monthly_after: price,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::{
        biller::testing,
        service::Promotion,
        testing::fixtures::{TODAY, code, usd},
    };

    fn promotion(campaign: &str, package: &str) -> Promotion {
        let catalog = testing().catalog;
        catalog.campaigns[&code(campaign)].promotion(
            &code(campaign),
            catalog.packages[&code(package)].monthly.on(TODAY).expect("it is sold").value,
            TODAY,
        )
    }

    #[test]
    fn f69_a_campaign_has_a_price_of_its_own_or_takes_something_off() {
        let expected = Promotion {
            campaign_code: code("SPRING"),
            monthly: usd(5_999),
            until: date(2027, 3, 16),
            monthly_after: usd(11_999),
        };
        assert_eq!(promotion("SPRING", "gigablast"), expected);
        assert_eq!(promotion("LOYAL", "basic").monthly, usd(3_999));
        assert_eq!(promotion("LOYAL", "basic").monthly_after, usd(4_999));
    }
}
