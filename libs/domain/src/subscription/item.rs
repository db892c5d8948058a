//! What is paid for: an item with its price and campaign, and a fee that is paid once.

use jiff::civil::Date;

use crate::{
    Id,
    biller::Catalog,
    money::Money,
    service::{Promotion, Service},
    text::{Code, Text},
};

/// Something that is paid for every month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What kind of thing it is.
    pub kind: ItemKind,
    /// Its code in the catalog: a Package ID, for example.
    pub product: Code,
    /// What the customer reads.
    pub description: Text,
    /// What it costs, and under which version.
    pub price: Price,
    /// What makes it cheaper for a while (F69).
    pub promotion: Option<Promotion>,
    /// Whether a month is paid before it begins or when it is over.
    pub timing: Timing,
    /// What it counts as for taxes; absent: not taxed.
    pub tax_code: Option<Code>,
    /// Where it is taxed: the market of the service address.
    pub market: Option<Code>,
    /// The service that it belongs to; absent: the account as a whole.
    pub service_id: Option<Id<Service>>,
}

/// A price and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Per month. Negative for a discount.
    pub monthly: Money,
    /// From when on the catalog has this version; absent: it always had.
    pub version: Option<Date>,
}

/// What kind of thing an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// A package of a service.
    Package,
    /// A rented device.
    Rental,
    /// Something that is paid beside a package.
    Extra,
    /// What packages cost less together.
    Bundle,
}

/// When a month is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Before it begins.
    InAdvance,
    /// When it is over.
    InArrears,
}

/// Something that is paid once, with the next bill.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PendingFee {
    /// Tells it apart within the account.
    pub charge_id: Code,
    /// Its code in the catalog.
    pub product: Code,
    /// What the customer reads.
    pub description: Text,
    /// What it costs.
    pub amount: Money,
    /// What it counts as for taxes; absent: not taxed.
    pub tax_code: Option<Code>,
    /// Where it is taxed.
    pub market: Option<Code>,
    /// Since when it is owed.
    pub on: Date,
}

impl ItemKind {
    /// Its name outside, and in the books.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Rental => "rental",
            Self::Extra => "extra",
            Self::Bundle => "bundle",
        }
    }
}

impl Item {
    /// Whether it is the discount of a bundle that is sold.
    pub(super) fn is_of_sold_bundle(&self, catalog: &Catalog) -> bool {
        self.kind == ItemKind::Bundle && catalog.bundles.contains_key(&self.product)
    }

    /// What it costs a month on a day: the campaign's price while that lasts.
    #[must_use]
    pub fn monthly(&self, on: Date) -> Money {
        match &self.promotion {
            Some(promotion) if on < promotion.until => promotion.monthly,
            Some(_) | None => self.price.monthly,
        }
    }
}
