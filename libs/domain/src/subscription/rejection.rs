//! What prevents a wish about a subscription.

use jiff::civil::Date;

use super::{FEES_MAX, ITEMS_MAX};
use crate::{Rejection, biller::BILL_DAY_MAX, text::Code};

/// What prevents a wish about a subscription.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionRejection {
    /// Two things under one id.
    #[error("the item id belongs to something else that is paid for: choose another one")]
    ItemIdUsed,
    /// Orders and bundles name what they bring themselves.
    #[error("ids that begin with `service_` or `bundle-` are given by orders: choose another one")]
    IdReserved,
    /// Nobody pays for it on that day.
    #[error("the account pays for no such item on that day")]
    NoSuchItem,
    /// It belongs to a service.
    #[error("the item belongs to a service or a bundle: an order changes or ends it")]
    ItemOfAService,
    /// The biller does not sell it.
    #[error("{product} is not sold by itself: name a package, an extra or a fee of the catalog")]
    ProductNotInCatalog {
        /// Which.
        product: Code,
    },
    /// It has no price on that day.
    #[error("{product} has no price on {on}")]
    NotSoldOn {
        /// What.
        product: Code,
        /// When.
        on: Date,
    },
    /// There is no such version of its price.
    #[error("{product} has no version of its price of that date")]
    NoSuchVersion {
        /// What.
        product: Code,
    },
    /// It is too old to be changed by itself.
    #[error("what was billed before {since} is not changed any more: adjust the account instead")]
    TooFarBack {
        /// The earliest day.
        since: Date,
    },
    /// A year that was mistyped.
    #[error("nothing begins more than a year after today, {today}: name an earlier day")]
    TooFarAhead {
        /// The last opened day.
        today: Date,
    },
    /// There is nothing to bill.
    #[error("the account pays for nothing: start an item first")]
    NotOpened,
    /// Not every month has it.
    #[error("a bill day is from 1 to {BILL_DAY_MAX}")]
    BillDayOutOfRange,
    /// Two things under one id.
    #[error("the charge id belongs to another fee: choose another one")]
    ChargeIdUsed,
    /// Nothing grows without a bound.
    #[error("the account has {ITEMS_MAX} items or {FEES_MAX} fees: bill or end some first")]
    Full,
    /// An exemption is of some tax.
    #[error("an exemption names the taxes that are not charged")]
    NoTaxNamed,
    /// The biller does not charge it.
    #[error("there is no tax {tax}: name taxes of the biller's markets")]
    NoSuchTax {
        /// Which.
        tax: Code,
    },
    /// Nobody said what is taxed there, so no bill could be made.
    #[error("there are no taxes for market {market}: name one of {known}, or none")]
    NoSuchMarket {
        /// Where.
        market: Code,
        /// The biller's.
        known: String,
    },
    /// It would never hold.
    #[error("the certificate holds until {until}, which is over: ask for a newer one")]
    ExemptionOver {
        /// The first day on which it does not hold.
        until: Date,
    },
    /// It is not over.
    #[error("no campaign of the item is over by today")]
    CampaignNotOver,
}

impl SubscriptionRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ItemIdUsed => "subscription.item_id_used",
            Self::IdReserved => "subscription.id_reserved",
            Self::NoSuchItem => "subscription.no_such_item",
            Self::ItemOfAService => "subscription.item_of_a_service",
            Self::ProductNotInCatalog { .. } => "subscription.product_not_in_catalog",
            Self::NotSoldOn { .. } => "subscription.not_sold_on",
            Self::NoSuchVersion { .. } => "subscription.no_such_version",
            Self::TooFarBack { .. } => "subscription.too_far_back",
            Self::TooFarAhead { .. } => "subscription.too_far_ahead",
            Self::NotOpened => "subscription.not_opened",
            Self::BillDayOutOfRange => "subscription.bill_day_out_of_range",
            Self::ChargeIdUsed => "subscription.charge_id_used",
            Self::Full => "subscription.full",
            Self::NoTaxNamed => "subscription.no_tax_named",
            Self::NoSuchTax { .. } => "subscription.no_such_tax",
            Self::NoSuchMarket { .. } => "subscription.no_such_market",
            Self::ExemptionOver { .. } => "subscription.exemption_over",
            Self::CampaignNotOver => "subscription.campaign_not_over",
        }
    }
}

impl From<SubscriptionRejection> for Rejection {
    fn from(rejection: SubscriptionRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}
