//! A biller's data: catalog, calendar and policies. The unit of order, ownership and scale (F39).
//!
//! What must stay true: everything that differs between operators is here, as data; a rule names no
//! package, market, VLAN or date of its own.

mod billing;
mod business_days;
mod campaign;
mod dated;
mod dunning;
mod guides;
mod letterhead;
mod tasks;
mod tax;
mod testing;

pub use billing::{BILL_DAY_MAX, BillingPlan, Bundle, Extra, Fee};
pub use campaign::{Campaign, Offer};
pub use dated::{Dated, Version};
pub use dunning::{ArrangementLimit, DunningAction, DunningPlan, DunningStep, Procedure};
pub use guides::{GuidePlan, GuideSubject, PlanAnswer, PlanEnd, PlanStep};
pub use letterhead::{Letterhead, Paper};
pub use tasks::{LeadsTo, TASK_CODE_CHARS_MAX, Task, TaskCode, TaskCodeError};
pub use tax::{Tax, TaxTable, Taxable, Taxation, Taxed, Untaxable};
pub use testing::testing;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{
    SignedDuration,
    civil::{Date, Weekday},
};

use crate::{
    money::{Currency, Money},
    text::{Code, Text},
};

/// One biller and its data.
#[derive(Clone, Debug)]
pub struct Biller {
    /// Name of the log, the subjects and the routes: lower-case letters, digits, `-`, `_`.
    pub name: String,
    /// IANA time zone in which its days begin.
    pub zone: String,
    /// Currency of its ledger.
    pub currency: Currency,
    /// What it sells and certifies.
    pub catalog: Catalog,
    /// How it tells its customers apart.
    pub customers: Customers,
    /// On which days it works.
    pub business_days: BusinessDays,
    /// What it does when.
    pub policies: Policies,
    /// When and how it bills.
    pub billing: BillingPlan,
    /// What is the same on all of its statements (F44).
    pub letterhead: Letterhead,
    /// How it gets its money.
    pub dunning: DunningPlan,
    /// What is taxed how.
    pub taxes: Arc<dyn Taxation>,
    /// Queues in which tickets wait for somebody (F35, F57).
    pub ticket_queues: BTreeSet<Code>,
    /// Categories of interactions with their subcategories (F66).
    pub interactions: BTreeMap<Code, BTreeSet<Code>>,
    /// What agents type, and where it leads them (F8).
    pub tasks: BTreeMap<TaskCode, Task>,
    /// What agents are walked through, by name (F29 to F36).
    pub guides: BTreeMap<Code, GuidePlan>,
}

/// What a biller sells, and the codes its orders carry.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// By Package ID.
    pub packages: BTreeMap<Code, Package>,
    /// Certified modems and ONTs by model (F2).
    pub devices: BTreeMap<Code, DeviceModel>,
    /// Order types that may be scheduled (F21), and the points that a visit for one costs.
    pub order_types: BTreeMap<Code, u32>,
    /// Appointment slots of a day, and the points that there are in each.
    pub slots: BTreeMap<Code, u32>,
    /// Sale types of a service change (F12).
    pub sale_types: BTreeSet<Code>,
    /// Sale reasons of a service change (F12).
    pub sale_reasons: BTreeSet<Code>,
    /// Campaigns that may be named (F12), and what they offer (F69).
    pub campaigns: BTreeMap<Code, Campaign>,
    /// Problems that a trouble call may be about (F38).
    pub problems: BTreeSet<Code>,
    /// What a special request order may ask for (F38).
    pub requests: BTreeSet<Code>,
    /// What is paid once, by code.
    pub fees: BTreeMap<Code, Fee>,
    /// What is paid every month beside a package, by code.
    pub extras: BTreeMap<Code, Extra>,
    /// Packages that cost less together, by code.
    pub bundles: BTreeMap<Code, Bundle>,
    /// Why a service may be disconnected (F67).
    pub disconnect_reasons: BTreeSet<Code>,
}

/// What kind of service a package is (F65).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceType {
    /// Data.
    Internet,
    /// Telephone.
    Voice,
    /// Television.
    Video,
    /// Digital television and what comes with it.
    Digital,
}

/// How a biller tells its customers apart.
#[derive(Clone, Debug, Default)]
pub struct Customers {
    /// Whether an order that changes or ends a service needs the customer to be authenticated (F7).
    pub authenticate_before_orders: bool,
    /// Customer types (F10).
    pub types: BTreeSet<Code>,
    /// Categories of customers (F10).
    pub categories: BTreeSet<Code>,
    /// Who serves whom (F47, F57).
    pub segments: BTreeMap<Code, Segment>,
}

/// Who serves the customers of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Who makes changes, for example the MACD group (F57).
    pub changes: Code,
    /// Who is asked for an upgrade of fiber, for example the account executive (F47).
    pub fiber_upgrades: Code,
}

/// One package (F37).
#[derive(Clone, Debug)]
pub struct Package {
    /// What the customer reads.
    pub name: String,
    /// What kind of service it is (F65).
    pub service_type: ServiceType,
    /// The group it is chosen from, for example "Data Packages" (F16, F19).
    pub group: Code,
    /// Moves together with the Package ID (F20).
    pub service_code: Code,
    /// `docsis` or `pon`: what a device must speak.
    pub technologies: BTreeSet<Code>,
    /// What a device must reach downstream, in Mbit/s (F2).
    pub down_mbps: u32,
    /// What the customer gets upstream, in Mbit/s.
    pub up_mbps: u32,
    /// Order of the tiers: a change to a higher rank is an upgrade.
    pub rank: u32,
    /// Per month.
    pub monthly: Dated<Money>,
    /// What it counts as for taxes; absent: not taxed.
    pub tax_code: Option<Code>,
    /// What is paid once when it is installed: one of the biller's fees.
    pub activation_fee: Option<Code>,
    /// What is paid every month beside it: some of the biller's extras.
    pub extras: BTreeSet<Code>,
    /// Whether a month is paid when it is over, and not before it begins.
    pub in_arrears: bool,
    /// Packages of the same swap family can be swapped directly; `None`: never (F14).
    pub swap_family: Option<Code>,
    /// An upgrade to it needs a passed serviceability check (F3).
    pub serviceability_check: bool,
    /// An upgrade to it needs a technician (F4), but for these markets (F5).
    pub installation: Installation,
    /// A downgrade from it keeps the device, whatever the list of certified devices says (F6).
    pub downgrade_keeps_device: bool,
}

/// Who may install a package (F4, F5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installation {
    /// The customer, or the office, in every market.
    SelfInstall,
    /// A technician, but for the markets where self-installation is allowed.
    Professional {
        /// Markets with the exception.
        self_install_markets: BTreeSet<Code>,
    },
}

/// A certified modem or ONT (F2).
#[derive(Clone, Debug)]
pub struct DeviceModel {
    /// `docsis` or `pon`.
    pub technology: Code,
    /// The fastest package that it is certified for, in Mbit/s downstream.
    pub down_mbps_max: u32,
    /// What it costs a month to rent it: one of the biller's extras.
    pub rental: Option<Code>,
}

/// Which days are business days (F80).
#[derive(Clone, Debug, Default)]
pub struct BusinessDays {
    /// Days of the week without business.
    pub weekend: Vec<Weekday>,
    /// Dates without business.
    pub holidays: BTreeSet<Date>,
}

/// What a biller does when.
#[derive(Clone, Debug)]
pub struct Policies {
    /// The VLAN in which a line has service (F89).
    pub service_vlan: u32,
    /// The VLAN in which a suspended line ends.
    pub suspended_vlan: u32,
    /// How long a suspension may take to become effective (F84).
    pub suspension_limit: SignedDuration,
    /// How long a reinstatement may take to become effective (F88).
    pub reinstatement_limit: SignedDuration,
    /// How often a provisioning transaction is attempted at most.
    pub provisioning_attempts_max: u32,
    /// How long to wait before the second attempt; doubles for each further one.
    pub provisioning_retry: SignedDuration,
}

/// Why a device cannot deliver a package (F2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is not certified for the speed.
    TooSlow,
    /// It speaks something else.
    AnotherTechnology,
}

impl Package {
    /// What the customer reads. A package without a readable name goes by its id.
    #[must_use]
    pub fn name_or(&self, package_id: &Code) -> Text {
        Text::parse(&self.name)
            .or_else(|_| Text::parse(package_id.as_str()))
            .expect("a code is a text")
    }

    /// What prevents a device of that model from delivering the package (F2).
    #[must_use]
    pub fn unfit(&self, model: &DeviceModel) -> Option<Unfit> {
        if !self.technologies.contains(&model.technology) {
            Some(Unfit::AnotherTechnology)
        } else if model.down_mbps_max < self.down_mbps {
            Some(Unfit::TooSlow)
        } else {
            None
        }
    }

    /// Whether the swap window offers one for the other (F14).
    #[must_use]
    pub fn swaps_with(&self, other: &Self) -> bool {
        self.swap_family.is_some() && self.swap_family == other.swap_family
    }
}

impl Installation {
    /// Whether a technician has to come in that market (F4, F5).
    #[must_use]
    pub fn needs_technician(&self, market: &Code) -> bool {
        match self {
            Self::SelfInstall => false,
            Self::Professional { self_install_markets } => !self_install_markets.contains(market),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Package, testing};
    use crate::testing::fixtures::{code, text};

    #[test]
    fn a_package_without_a_readable_name_goes_by_its_id() {
        let basic = testing().catalog.packages[&code("basic")].clone();
        assert_eq!(basic.name_or(&code("basic")), text("Basic"));
        let nameless = Package { name: " ".to_owned(), ..basic };
        assert_eq!(nameless.name_or(&code("basic")), text("basic"));
    }
}
