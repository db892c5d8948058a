//! How far is an order, and who did what to it when?

mod apply;

use contract::view::Amount;
use domain::order::{CancelReason, OrderKind, Task};
use projection::Table;
use serde::{Deserialize, Serialize};

use crate::service::Campaign;

pub(crate) use apply::apply;

/// By order id.
pub(crate) const TABLE: Table = Table::new(b'o');

/// Most steps that are shown; older ones are in the log.
const STEPS_MAX: usize = 100;

/// One order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderRow {
    pub(crate) order_id: String,
    pub(crate) kind: Kind,
    pub(crate) account_id: String,
    pub(crate) site_id: String,
    /// Absent for a special request.
    pub(crate) service_id: Option<String>,
    /// Absent where no package leaves.
    pub(crate) package_from: Option<String>,
    /// Absent until a package is chosen, and where none comes.
    pub(crate) package_to: Option<String>,
    /// The device that was chosen for it (F68).
    device_to: Option<String>,
    /// Reference of the passed serviceability check (F3).
    serviceability_check: Option<String>,
    sale_type: Option<String>,
    sale_reason: Option<String>,
    pub(crate) campaign_code: Option<String>,
    /// Why there is an order, in the biller's codes: a trouble call's problem, a special request's
    /// request, a disconnect's reason (F38, F67).
    about: Option<String>,
    pub(crate) stage: Stage,
    pub(crate) schedule: Option<Schedule>,
    /// What the customer was told; absent when something changed since (F24).
    summary: Option<Summary>,
    /// What technicians or the office have to do; absent until the order is committed (F67).
    pub(crate) work_order: Option<WorkOrder>,
    pub(crate) completion: Option<Completion>,
    cancel_reason: Option<Cancelled>,
    pub(crate) opened_at: String,
    pub(crate) opened_by: String,
    /// Where it began in the log.
    pub(crate) position: u64,
    /// Oldest first.
    steps: Vec<Step>,
}

/// What an order does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Installation,
    ServiceChange,
    TroubleCall,
    SpecialRequest,
    Disconnect,
}

/// What there is to do for a committed order (F67).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkOrder {
    /// The order's id.
    pub(crate) number: String,
    /// The day of the visit; without one, the day on which it was agreed on.
    pub(crate) date: String,
    pub(crate) tasks: Vec<TaskName>,
}

/// One task of a work order (F67).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TaskName {
    Installation,
    Activation,
    ServiceChange,
    Disconnect,
    Repair,
    SpecialRequest,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Stage {
    Draft,
    Reviewed,
    Committed,
    Completed,
    Cancelled,
}

/// How and when the work is done (F21 to F23).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schedule {
    pub(crate) order_type: String,
    /// No technician (F22).
    pub(crate) office_only: bool,
    pub(crate) date: Option<String>,
    pub(crate) slot: Option<String>,
    comments: Option<String>,
}

/// What is paid per month now, and what will be (F24, F69).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    monthly_before: Amount,
    monthly_after: Amount,
    /// What the rest of the first month costs; negative is a credit.
    prorated: Option<Amount>,
    prorated_from: Option<String>,
    /// Absent where no campaign applies.
    campaign: Option<Campaign>,
}

/// How an order was completed (F25 to F27).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Completion {
    pub(crate) start_billing_date: String,
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
    service_id: Option<String>,
    stage: Stage,
}

impl OrderRow {
    /// Whether it is neither done nor given up.
    pub(crate) fn is_open(&self) -> bool {
        match self.stage {
            Stage::Draft | Stage::Reviewed | Stage::Committed => true,
            Stage::Completed | Stage::Cancelled => false,
        }
    }

    /// `None` when the order is done or given up.
    pub(crate) fn open_summary(&self) -> Option<OrderSummary> {
        self.is_open().then(|| OrderSummary {
            order_id: self.order_id.clone(),
            kind: self.kind,
            service_id: self.service_id.clone(),
            stage: self.stage,
        })
    }
}

impl From<OrderKind> for Kind {
    fn from(kind: OrderKind) -> Self {
        match kind {
            OrderKind::Installation => Self::Installation,
            OrderKind::ServiceChange => Self::ServiceChange,
            OrderKind::TroubleCall => Self::TroubleCall,
            OrderKind::SpecialRequest => Self::SpecialRequest,
            OrderKind::Disconnect => Self::Disconnect,
        }
    }
}

impl From<Kind> for OrderKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Installation => Self::Installation,
            Kind::ServiceChange => Self::ServiceChange,
            Kind::TroubleCall => Self::TroubleCall,
            Kind::SpecialRequest => Self::SpecialRequest,
            Kind::Disconnect => Self::Disconnect,
        }
    }
}

impl From<Task> for TaskName {
    fn from(task: Task) -> Self {
        match task {
            Task::Installation => Self::Installation,
            Task::Activation => Self::Activation,
            Task::ServiceChange => Self::ServiceChange,
            Task::Disconnect => Self::Disconnect,
            Task::Repair => Self::Repair,
            Task::SpecialRequest => Self::SpecialRequest,
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
