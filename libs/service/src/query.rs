//! Questions to a service over the bus: one row of a view, a page of rows, its views, its status,
//! a rebuild. The same in process and over NATS.

use std::time::Duration;

use bus::{Bus, Message, RequestError, subject};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Filter;

/// How long a question may take: a view of the past reads the log from its beginning.
const ANSWER_MAX: Duration = Duration::from_secs(600);

/// What is asked of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum Query {
    /// One row.
    Show {
        /// The view.
        view: String,
        /// The row's key.
        key: String,
        /// The state after this position; `None`: now.
        as_of: Option<u64>,
    },
    /// A page of rows in the order of their keys; with a filter, in the order of their dates.
    List {
        /// The view.
        view: String,
        /// Only rows that fit.
        #[serde(default)]
        filter: Filter,
        /// Only rows whose keys begin with this and a slash.
        #[serde(default)]
        of: Option<String>,
        /// Only rows after this key, or after what a filtered page calls the next.
        after: Option<String>,
        /// At most so many rows.
        limit: usize,
        /// The state after this position; `None`: now.
        as_of: Option<u64>,
    },
    /// Which views there are.
    Views,
    /// How the service is doing.
    Status,
    /// Fill its rows again from the log.
    Rebuild,
    /// Try again what has stopped.
    Retry,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Nobody runs the service, or the bus is down.
    #[error("{service} cannot be asked: is it running?")]
    Unreachable {
        /// The service.
        service: String,
        /// What the bus says.
        #[source]
        source: RequestError,
    },
    /// The service has no such view or row.
    #[error("{reason}")]
    NotFound {
        /// What there is instead.
        reason: String,
    },
    /// The service cannot answer now.
    #[error("{service} has no answer: {reason}")]
    Failed {
        /// The service.
        service: String,
        /// The service's words.
        reason: String,
    },
}

/// Code of a failure: there is no such view or row.
pub(crate) const NOT_FOUND: u16 = 404;

/// Asks a service. The answer is JSON.
///
/// # Errors
/// When the service does not run, has no such view or row, or cannot answer.
pub async fn ask(
    bus: &Bus,
    biller: &str,
    service: &str,
    query: &Query,
) -> Result<Value, QueryError> {
    let failed = |reason: String| QueryError::Failed { service: service.to_owned(), reason };
    let body = serde_json::to_vec(query).map_err(|error| failed(error.to_string()))?;
    let reply = bus
        .request(&subject::query(biller, service), Message::new(body.into()), ANSWER_MAX)
        .await
        .map_err(|source| QueryError::Unreachable { service: service.to_owned(), source })?;
    match reply.as_failure() {
        Some((NOT_FOUND, reason)) => Err(QueryError::NotFound { reason: reason.to_owned() }),
        Some((_, reason)) => Err(failed(reason.to_owned())),
        None => serde_json::from_slice(&reply.body).map_err(|error| failed(error.to_string())),
    }
}
