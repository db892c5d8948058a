//! What a processor says, by status and body.

use std::io;

use bytes::Bytes;
use hyper::StatusCode;
use serde::de::DeserializeOwned;

use crate::ProcessorError;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// An answer that says yes or no: 2xx or 402.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: StatusCode,
    body: Bytes,
}

impl Answer {
    /// What it says, or why it says nothing.
    pub(super) fn said(self, id: &str) -> Result<Said, ProcessorError> {
        let id = id.to_owned();
        match self.status {
            status if status.is_success() || status == StatusCode::PAYMENT_REQUIRED => {
                Ok(Said { status, body: self.body })
            }
            StatusCode::UNPROCESSABLE_ENTITY => Err(ProcessorError::Reused { id }),
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::CONFLICT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS => Err(busy(id, self.status)),
            status if status.is_server_error() => Err(busy(id, status)),
            status => Err(ProcessorError::Misconfigured { id, status: status.as_u16() }),
        }
    }
}

impl Said {
    /// The body; `None` when it is not one.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The outcome, if it was understood and says the same as the status. Where it does not, money
    /// may have been moved. The body is not repeated: it may hold what we sent.
    pub(super) fn understood<T>(
        &self,
        id: &str,
        outcome: Option<T>,
        is_no: bool,
    ) -> Result<T, ProcessorError> {
        let is_same = is_no == (self.status == StatusCode::PAYMENT_REQUIRED);
        outcome.filter(|_| is_same).ok_or_else(|| ProcessorError::Unreachable {
            id: id.to_owned(),
            source: io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the answer with status {} is not understood", self.status.as_u16()),
            ),
        })
    }
}

fn busy(id: String, status: StatusCode) -> ProcessorError {
    let source = io::Error::other(format!("it answered with status {}", status.as_u16()));
    ProcessorError::Unreachable { id, source }
}
