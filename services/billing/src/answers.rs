//! What billing reckons when somebody asks, because no row can hold it: it depends on the day.

use std::sync::Arc;

use domain::biller::Biller;
use futures::{FutureExt, future::BoxFuture};
use projection::Handle;
use serde_json::Value;
use service::{Live, LiveError, error};

use crate::{aging::Aging, dunning};

/// Answers from the rows and the biller's data.
pub(crate) struct Answers {
    aging: Aging,
    biller: Arc<Biller>,
}

impl Answers {
    /// Under one biller's rules.
    pub(crate) fn of(biller: &Arc<Biller>) -> Self {
        Self { aging: Aging { biller: Arc::clone(biller) }, biller: Arc::clone(biller) }
    }

    async fn explain(
        &self,
        handle: &Handle,
        account_id: &str,
        as_of: Option<u64>,
    ) -> Result<Option<Value>, LiveError> {
        let explained = match as_of {
            None => {
                let told = handle.query(|rows| dunning::explained(&self.biller, account_id, rows));
                told.map_err(|cause| LiveError(error::chain(&cause)))?
            }
            Some(position) => handle
                .as_of(position, |rows| dunning::explained(&self.biller, account_id, rows))
                .await
                .map_err(|cause| LiveError(error::chain(&cause)))?,
        };
        let value = explained.map(serde_json::to_value).transpose();
        value.map_err(|cause| LiveError(error::chain(&cause)))
    }
}

impl Live for Answers {
    fn show<'a>(
        &'a self,
        handle: &'a Handle,
        view: &'a str,
        key: &'a str,
        as_of: Option<u64>,
    ) -> BoxFuture<'a, Result<Option<Value>, LiveError>> {
        match self.completes(view) {
            true => self.explain(handle, key, as_of).boxed(),
            false => self.aging.ask(handle, key, as_of).boxed(),
        }
    }

    fn completes(&self, view: &str) -> bool {
        view == dunning::NAME
    }
}
