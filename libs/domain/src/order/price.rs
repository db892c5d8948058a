//! What an order costs: what the customer is told at the review, and what is billed after the
//! check-in (F24, F69).
//!
//! What must stay true: the price that is told of a package is reckoned as the one that is billed;
//! a campaign that does not apply to the package is refused wherever package or campaign is chosen.
//! What is told is the packages alone: rent, extras, the activation and the discount of a bundle
//! follow at the check-in, from the device that is there then (`subscription::sold`), and taxes
//! from the bill.

use jiff::civil::Date;

use super::{Job, OrderRejection, Work, WorkOrder, progress::package};
use crate::{
    Desk, Rejection,
    account::AccountId,
    biller::{Campaign, Package},
    calendar::today,
    money::{Currency, Money},
    proration::{Period, change_lines},
    service::{Promotion, Service, ServiceId},
    subscription::SubscriptionId,
    text::{Code, Text},
};

/// What the customer was told (F24).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What is paid per month now.
    pub monthly_before: Money,
    /// What will be paid per month.
    pub monthly_after: Money,
    /// What the change costs in its first month; absent in reviews of before it was told.
    pub prorated: Option<Prorated>,
    /// What makes the package cheaper for a while, and what it costs afterwards (F69).
    pub promotion: Option<Promotion>,
}

/// What the rest of a month costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prorated {
    /// Credit and charge together; negative is a credit.
    pub amount: Money,
    /// If it is billed from this day on: the day of the visit, or of the review.
    pub from: Date,
}

/// A package as it was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sold {
    /// Which.
    pub package_id: Code,
    /// As the customer reads it.
    pub package_name: Text,
    /// What it costs per month now, the campaign's price where one applies.
    pub monthly: Money,
}

impl WorkOrder {
    /// What the order does and what that costs, if it is billed from a day on.
    pub(super) fn work(&self, desk: &Desk<'_>, start: Date) -> Result<Work, Rejection> {
        let account_id = &self.start.account_id;
        Ok(match &self.start.job {
            Job::Installation { service_id, package_id, .. } => {
                let to = self.target().unwrap_or(package_id);
                let (to, promotion) = self.sale(desk, to, start)?;
                Work::Installed { service_id: service_id.clone(), to, promotion }
            }
            Job::ServiceChange { service_id, package_id, .. } => {
                let from =
                    paid(desk, account_id, service_id, self.origin().unwrap_or(package_id), start)?;
                let to = self.target().unwrap_or(package_id);
                let (to, promotion) = self.sale(desk, to, start)?;
                Work::Changed { service_id: service_id.clone(), from, to, promotion }
            }
            Job::TroubleCall { service_id, .. } => {
                Work::Repaired { service_id: service_id.clone() }
            }
            Job::SpecialRequest { .. } => Work::RequestFulfilled,
            Job::Disconnect { service_id, package_id, reason } => {
                let from = paid(desk, account_id, service_id, package_id, start)?;
                let (service_id, reason) = (service_id.clone(), reason.clone());
                Work::Disconnected { service_id, from, reason }
            }
        })
    }

    /// A package at its price, or at the campaign's.
    fn sale(
        &self,
        desk: &Desk<'_>,
        package_id: &Code,
        start: Date,
    ) -> Result<(Sold, Option<Promotion>), Rejection> {
        let sold = package(desk, package_id)?;
        let listed = sold.monthly_on(package_id, start)?;
        let promotion = match &self.campaign_code {
            Some(code) => {
                Some(campaign_for(desk, code, package_id)?.promotion(code, listed, start))
            }
            None => None,
        };
        let monthly = promotion.as_ref().map_or(listed, |promotion| promotion.monthly);
        Ok((Sold::new(package_id, sold, monthly), promotion))
    }
}

impl Work {
    /// The package that leaves, if one does.
    #[must_use]
    pub fn from(&self) -> Option<&Sold> {
        match self {
            Self::Changed { from, .. } | Self::Disconnected { from, .. } => Some(from),
            Self::Installed { .. } | Self::Repaired { .. } | Self::RequestFulfilled => None,
        }
    }

    /// The package that comes, if one does.
    #[must_use]
    pub fn to(&self) -> Option<&Sold> {
        match self {
            Self::Installed { to, .. } | Self::Changed { to, .. } => Some(to),
            Self::Repaired { .. } | Self::RequestFulfilled | Self::Disconnected { .. } => None,
        }
    }

    /// What makes the package that comes cheaper for a while (F69).
    #[must_use]
    pub fn promotion(&self) -> Option<&Promotion> {
        match self {
            Self::Installed { promotion, .. } | Self::Changed { promotion, .. } => {
                promotion.as_ref()
            }
            Self::Repaired { .. } | Self::RequestFulfilled | Self::Disconnected { .. } => None,
        }
    }

    /// What the customer is told of it.
    pub(super) fn quote(&self, currency: Currency, start: Date, period: Period) -> Quote {
        let nothing = Money::new(currency, 0);
        let monthly = |sold: Option<&Sold>| sold.map_or(nothing, |sold| sold.monthly);
        let lines =
            change_lines(self.from().map(Sold::line), self.to().map(Sold::line), start, period);
        let minor = lines.iter().map(|(_, amount)| amount.minor).sum();
        Quote {
            monthly_before: monthly(self.from()),
            monthly_after: monthly(self.to()),
            prorated: Some(Prorated { amount: Money { minor, ..nothing }, from: start }),
            promotion: self.promotion().cloned(),
        }
    }
}

impl Sold {
    fn new(package_id: &Code, package: &Package, monthly: Money) -> Self {
        let package_name = package.name_or(package_id);
        Self { package_id: package_id.clone(), package_name, monthly }
    }

    /// Its name and its monthly price, as proration reads them.
    #[must_use]
    pub fn line(&self) -> (&str, Money) {
        (self.package_name.as_str(), self.monthly)
    }
}

/// A campaign that applies to the package (F12, F69).
///
/// # Errors
/// When there is none of that code, or it applies to others only.
pub(crate) fn campaign_for<'a>(
    desk: &Desk<'a>,
    campaign_code: &Code,
    package_id: &Code,
) -> Result<&'a Campaign, OrderRejection> {
    let campaign_code = campaign_code.clone();
    match desk.biller.catalog.campaigns.get(&campaign_code) {
        None => Err(OrderRejection::CampaignNotInCatalog { campaign_code }),
        Some(campaign) if !campaign.packages.contains(package_id) => {
            let package_id = package_id.clone();
            Err(OrderRejection::CampaignNotForPackage { campaign_code, package_id })
        }
        Some(campaign) => Ok(campaign),
    }
}

/// A campaign that applies to the package and is offered today. What was sold under it stays sold
/// when it is no longer offered.
///
/// # Errors
/// When there is none of that code, it applies to others only, or its time is over.
pub(crate) fn campaign_on_offer(
    desk: &Desk<'_>,
    campaign_code: &Code,
    package_id: &Code,
) -> Result<(), OrderRejection> {
    let campaign = campaign_for(desk, campaign_code, package_id)?;
    match today(desk) {
        Ok(today) if !campaign.is_offered(today) => {
            Err(OrderRejection::CampaignNotOffered { campaign_code: campaign_code.clone() })
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What a service has and costs on a day: what its subscription says, and the catalog where there
/// is none.
fn paid(
    desk: &Desk<'_>,
    account_id: &AccountId,
    service_id: &ServiceId,
    package_id: &Code,
    on: Date,
) -> Result<Sold, OrderRejection> {
    let package = package(desk, package_id)?;
    let subscription = desk.get(&SubscriptionId::of(account_id));
    let item_id = service_id.code();
    let mut items = subscription.items_on(on);
    let pinned = items.find(|(id, _)| **id == item_id).map(|(_, item)| item.monthly(on));
    let promotion = match desk.get(service_id) {
        Service::Added { promotion, .. } => promotion.as_ref(),
        Service::NotAdded => None,
    };
    let monthly = match (pinned, promotion) {
        (Some(pinned), _) => pinned,
        (None, Some(promotion)) if on < promotion.until => promotion.monthly,
        (None, Some(_) | None) => package.monthly_on(package_id, on)?,
    };
    Ok(Sold::new(package_id, package, monthly))
}

impl Package {
    /// What it costs a month on a day.
    fn monthly_on(&self, package_id: &Code, on: Date) -> Result<Money, OrderRejection> {
        let version = self.monthly.on(on).map(|version| version.value);
        let package_id = || package_id.clone();
        version.ok_or_else(|| OrderRejection::PackageNotSoldOn { package_id: package_id(), on })
    }
}
