//! The card of an account: what a list of found accounts shows, and what filters look at.
//!
//! What must stay true: every text on it is sealed.

use std::collections::BTreeSet;

use contract::search::{Kind, Standing};
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

/// By the account's number in the index.
const TABLE: Table = Table::new(b'c');

/// One account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Card {
    pub(crate) account_id: String,
    /// Absent for a customer who has this account alone (F56).
    pub(crate) customer_id: Option<String>,
    pub(crate) holder_name: String,
    pub(crate) email: String,
    pub(crate) sites: Vec<Site>,
    pub(crate) devices: Vec<Device>,
    pub(crate) services: Vec<Service>,
    pub(crate) telephones: Vec<Telephone>,
    /// Charges less payments, in minor units.
    pub(crate) owed: i64,
}

/// Where a line ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Site {
    pub(crate) site_id: String,
    /// Compared before anything is suspended (F82).
    pub(crate) address_id: String,
    pub(crate) address: String,
    /// No traffic flows.
    pub(crate) suspended: bool,
}

/// What stands there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Device {
    pub(crate) device_id: String,
    pub(crate) model: String,
    pub(crate) serial: String,
}

/// What the customer has.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Service {
    pub(crate) service_id: String,
    pub(crate) site_id: String,
    /// Absent in services of before it was noted (F65).
    #[serde(rename = "type")]
    pub(crate) kind: Option<Kind>,
    /// As the service itself stands: whether its site is suspended is the site's.
    pub(crate) status: Standing,
}

/// A number that rings one of the services.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Telephone {
    pub(crate) telephone_id: String,
    pub(crate) number: String,
}

impl Card {
    pub(crate) fn read(rows: &Rows<'_>, ordinal: u32) -> Result<Option<Self>, Fault> {
        rows.get(TABLE, ordinal.to_be_bytes())
    }

    pub(crate) fn write(&self, rows: &mut Rows<'_>, ordinal: u32) -> Result<(), Fault> {
        rows.put(TABLE, ordinal.to_be_bytes(), self)
    }

    pub(crate) fn remove(rows: &mut Rows<'_>, ordinal: u32) {
        rows.remove(TABLE, ordinal.to_be_bytes());
    }

    /// How a service stands, with its site.
    pub(crate) fn standing(&self, service: &Service) -> Standing {
        let site = self.sites.iter().find(|site| site.site_id == service.site_id);
        let is_suspended = site.is_some_and(|site| site.suspended);
        match service.status == Standing::Active && is_suspended {
            true => Standing::Suspended,
            false => service.status,
        }
    }

    /// What filters ask for: see [`facet`] and [`owing`].
    pub(crate) fn facets(&self) -> BTreeSet<String> {
        let mut facets: BTreeSet<_> = self
            .services
            .iter()
            .map(|service| facet(service.kind, self.standing(service)))
            .collect();
        if facets.is_empty() {
            facets.insert(facet(None, Standing::None));
        }
        facets.insert(EVERYBODY.to_owned());
        facets.extend(magnitude(self.owed).map(owing));
        facets
    }
}

/// The facet of every account.
pub(crate) const EVERYBODY: &str = "everybody";
/// Most magnitudes: see [`magnitude`].
pub(crate) const MAGNITUDES: u32 = i64::BITS;

/// The facet of accounts with a service of a type that stands somehow.
pub(crate) fn facet(kind: Option<Kind>, standing: Standing) -> String {
    format!("{} {}", kind.map_or("?", Kind::name), standing.name())
}

/// The facet of accounts that owe an amount of some magnitude.
pub(crate) fn owing(magnitude: u32) -> String {
    format!("owing {magnitude}")
}

/// How large a debt is: debts of a magnitude are less than twice as large as each other.
pub(crate) fn magnitude(owed: i64) -> Option<u32> {
    owed.checked_ilog2()
}
