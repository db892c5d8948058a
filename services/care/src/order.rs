//! How far is an order, and who did what to it when?

mod apply;

use contract::view::Amount;
use domain::order::{CancelReason, OrderKind};
use projection::Table;
use serde::{Deserialize, Serialize};

pub(crate) use apply::apply;

/// By order id.
pub(crate) const TABLE: Table = Table::new(b'o');

/// Most steps that are shown; older ones are in the log.
const STEPS_MAX: usize = 100;

/// One order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderRow {
    order_id: String,
    kind: Kind,
    pub(crate) account_id: String,
    site_id: String,
    service_id: String,
    /// Absent for an installation.
    package_from: Option<String>,
    /// Absent until a package is chosen.
    package_to: Option<String>,
    /// Reference of the passed serviceability check (F3).
    serviceability_check: Option<String>,
    sale_type: Option<String>,
    sale_reason: Option<String>,
    campaign_code: Option<String>,
    stage: Stage,
    schedule: Option<Schedule>,
    /// What the customer was told; absent when something changed since (F24).
    summary: Option<Summary>,
    completion: Option<Completion>,
    cancel_reason: Option<Cancelled>,
    /// Oldest first.
    steps: Vec<Step>,
}

/// What an order does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Installation,
    ServiceChange,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Stage {
    Draft,
    Reviewed,
    Committed,
    Completed,
    Cancelled,
}

/// How and when the work is done (F21 to F23).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    order_type: String,
    /// No technician (F22).
    office_only: bool,
    date: Option<String>,
    slot: Option<String>,
    comments: Option<String>,
}

/// What is paid per month now, and what will be (F24).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    monthly_before: Amount,
    monthly_after: Amount,
}

/// How an order was completed (F25 to F27).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Completion {
    start_billing_date: String,
    sales_id: Option<String>,
    sales_date: Option<String>,
}

/// Why an order was given up.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Cancelled {
    CustomerRequest,
    NotServiceable,
    EnteredInError,
}

/// What somebody did.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    step: String,
    at: String,
    actor: String,
    position: u64,
}

/// An order in a list of open orders.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderSummary {
    pub(crate) order_id: String,
    kind: Kind,
    service_id: String,
    stage: Stage,
}

impl OrderRow {
    /// `None` when the order is done or given up.
    pub(crate) fn open_summary(&self) -> Option<OrderSummary> {
        match self.stage {
            Stage::Draft | Stage::Reviewed | Stage::Committed => Some(OrderSummary {
                order_id: self.order_id.clone(),
                kind: self.kind,
                service_id: self.service_id.clone(),
                stage: self.stage,
            }),
            Stage::Completed | Stage::Cancelled => None,
        }
    }
}

impl From<OrderKind> for Kind {
    fn from(kind: OrderKind) -> Self {
        match kind {
            OrderKind::Installation => Self::Installation,
            OrderKind::ServiceChange => Self::ServiceChange,
        }
    }
}

impl From<CancelReason> for Cancelled {
    fn from(reason: CancelReason) -> Self {
        match reason {
            CancelReason::CustomerRequest => Self::CustomerRequest,
            CancelReason::NotServiceable => Self::NotServiceable,
            CancelReason::EnteredInError => Self::EnteredInError,
        }
    }
}
