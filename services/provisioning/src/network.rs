//! The seam to the network: what it can be asked, and what a line looks like from there.
//!
//! What must stay true: whoever implements it does a transaction once, however often it is asked;
//! the same attempt has the same answer.

pub mod behaviour;
pub(crate) mod simulated;

use domain::provisioning::RespCode;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::Action;

/// Carries out what is asked of lines. One network per biller.
pub trait Network: Send + Sync + 'static {
    /// Carries out one attempt at a transaction. A refusal is a code; an error means that it is
    /// not known whether anything was asked at all. Who does not want to wait drops the future.
    fn carry_out<'a>(
        &'a self,
        request: &'a LineRequest,
    ) -> BoxFuture<'a, Result<RespCode, NetworkError>>;

    /// Reads a line back, as the device shows it (F89); `None`: there is no such line.
    fn read_line<'a>(
        &'a self,
        site_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Line>, NetworkError>>;
}

/// One attempt at a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRequest {
    /// The key under which it is done once.
    pub transaction_id: String,
    /// 1, 2, 3, ...
    pub attempt: u32,
    /// Which line.
    pub site_id: String,
    /// What to do with it.
    pub action: Action,
    /// The package that comes with an activation or reprovisioning, or goes with a deactivation.
    pub package_id: Option<String>,
}

/// A line as the network knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What the ONT or modem shows.
    pub vlan: u32,
    /// What it is provisioned with; absent where nothing was activated.
    pub package_id: Option<String>,
}

/// The network cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("the network could not be asked about {site_id}")]
pub struct NetworkError {
    /// About which line.
    pub site_id: String,
    /// Why.
    #[source]
    pub source: std::io::Error,
}
