//! The read side of a service: its read model, run over one biller's log and asked over the bus.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use bus::{Bus, Endpoint, Message, Serving, subject};
use futures::{FutureExt, future::BoxFuture};
use projection::{AsOfError, Fault, Handle, Keys, Performer, ReadModel, Rows, RunnerConfig, Table};
use serde_json::{Value, json};

use crate::{
    Filter, Listing, clock, error, listing,
    query::{NOT_FOUND, Query},
};

/// Most rows on one page.
pub const PAGE_ROWS_MAX: usize = 1_000;

/// Bytes of rows on one page: an answer must fit into one NATS message.
const PAGE_BYTES_MAX: usize = 512 * 1024;

/// How often the numbers of a read model go into the metrics.
const METRICS_EVERY: Duration = Duration::from_secs(2);

/// Where a service runs.
#[derive(Clone)]
pub struct Context {
    /// How it reaches the others.
    pub bus: Bus,
    /// The directory under which every service has its own.
    pub data: PathBuf,
}

/// One question that a service answers.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Its name in routes and on the command line.
    pub name: &'static str,
    /// The question, in a sentence that says what the key is.
    pub about: &'static str,
    /// Where its rows are; `None`: it is answered by [`Live`], which may answer about one key of
    /// other views as well.
    pub table: Option<Table>,
}

/// A read model that can be asked.
pub trait Views: ReadModel {
    /// Its views.
    fn views(&self) -> &'static [View];

    /// Which of them are also listed by date.
    fn listings(&self) -> &'static [Listing] {
        &[]
    }

    /// Adds to a row, or to a live answer, what people see and rows leave out.
    fn show(&self, _row: &mut Value) {}
}

/// Answers that are computed when somebody asks: from the log, or from the network.
pub trait Live: Send + Sync + 'static {
    /// The answer, or `None` where there is nothing with this key.
    fn show<'a>(
        &'a self,
        handle: &'a Handle,
        view: &'a str,
        key: &'a str,
        as_of: Option<u64>,
    ) -> BoxFuture<'a, Result<Option<Value>, LiveError>>;

    /// Whether it also answers about one key of this view, which has rows: they are what its list
    /// shows.
    fn completes(&self, _view: &str) -> bool {
        false
    }
}

/// Why a live view has no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LiveError(pub String);

/// A read model that runs and is asked. Stops with [`ReadSide::shutdown`].
pub struct ReadSide {
    /// The running read model.
    pub handle: Handle,
    serving: Serving,
    metrics: tokio::task::JoinHandle<()>,
}

/// What a service brings along.
pub struct Parts<M> {
    /// Its views and policies.
    pub model: Arc<M>,
    /// Who performs its effects.
    pub performer: Option<Arc<dyn Performer>>,
    /// Who answers its live views.
    pub live: Option<Arc<dyn Live>>,
}

impl ReadSide {
    /// Starts a service's read model over a biller's log and answers questions about it.
    ///
    /// # Errors
    /// When its directory or its subject cannot be had.
    pub async fn start<M: Views>(
        context: &Context,
        biller: &str,
        parts: Parts<M>,
    ) -> anyhow::Result<Self> {
        let service = parts.model.name();
        let handle = projection::start(RunnerConfig {
            storage: Arc::new(storage::Os),
            dir: context.data.join(service).join(biller),
            biller: biller.to_owned(),
            bus: context.bus.clone(),
            model: Arc::clone(&parts.model) as Arc<dyn ReadModel>,
            performer: parts.performer,
            actor: format!("{service}; roles=service"),
            clock: Arc::new(clock::now_micros),
            limits: projection::Limits::default(),
        })
        .await
        .with_context(|| format!("the read model of {service} did not start"))?;
        let desk = Arc::new(Desk {
            service,
            handle: handle.clone(),
            model: parts.model,
            live: parts.live,
        });
        let endpoint = Endpoint {
            service: service.to_owned(),
            version: "1.0.0".to_owned(),
            description: format!("Questions to {service}"),
            subject: subject::query(biller, service),
            queue_group: service.to_owned(),
        };
        let answer = move |_, message: Message| {
            let desk = Arc::clone(&desk);
            async move { desk.answer(&message.body).await }.boxed()
        };
        let serving = context.bus.serve(endpoint, Arc::new(answer)).await?;
        let metrics = tokio::spawn(publish_metrics(handle.clone()));
        Ok(Self { handle, serving, metrics })
    }

    /// Answers what is being asked, writes what was read and stops.
    pub async fn shutdown(self) {
        self.serving.shutdown().await;
        self.metrics.abort();
        self.handle.shutdown().await;
    }
}

struct Desk {
    service: &'static str,
    handle: Handle,
    model: Arc<dyn Views>,
    live: Option<Arc<dyn Live>>,
}

/// A failure's code and reason.
type Refusal = (u16, String);

impl Desk {
    async fn answer(&self, body: &[u8]) -> Message {
        let answer = match serde_json::from_slice(body) {
            Ok(query) => self.ask(query).await,
            Err(error) => Err((400, format!("the question cannot be read: {error}"))),
        };
        match answer {
            Ok(value) => Message::new(value.to_string().into()),
            Err((code, reason)) => Message::failure(code, &reason),
        }
    }

    async fn ask(&self, query: Query) -> Result<Value, Refusal> {
        match query {
            Query::Show { view, key, as_of } => self.show(&view, &key, as_of).await,
            Query::List { view, filter, of, after, limit, as_of } if filter.is_empty() => {
                self.list(&view, keys(of.as_deref(), after.as_deref())?, limit, as_of).await
            }
            Query::List { of: Some(_), .. } => {
                Err((NOT_FOUND, "days and fields are of lists by date, which take no of".into()))
            }
            Query::List { view, filter, of: None, after, limit, as_of } => {
                self.filtered(&view, (&filter, after.as_deref()), limit, as_of).await
            }
            Query::Views => Ok(self.describe()),
            Query::Status => Ok(json!(self.handle.status())),
            Query::Rebuild => {
                self.handle.rebuild();
                Ok(json!(self.handle.status()))
            }
            Query::Retry => {
                self.handle.retry();
                Ok(json!(self.handle.status()))
            }
        }
    }

    fn describe(&self) -> Value {
        let describe = |view: &View| {
            let listing = self.model.listings().iter().find(|it| it.view == view.name);
            match listing {
                None => json!({ "name": view.name, "about": view.about }),
                Some(listing) => {
                    let by: Vec<_> = ["from", "to"].iter().chain(listing.fields).collect();
                    json!({ "name": view.name, "about": view.about, "listedBy": by })
                }
            }
        };
        let views: Vec<_> = self.model.views().iter().map(describe).collect();
        json!({ "service": self.service, "views": views })
    }

    fn view(&self, name: &str) -> Result<&View, Refusal> {
        self.model.views().iter().find(|view| view.name == name).ok_or_else(|| {
            let names: Vec<_> = self.model.views().iter().map(|view| view.name).collect();
            let names = names.join(", ");
            (NOT_FOUND, format!("{} has no view {name:?}; it has {names}", self.service))
        })
    }

    async fn show(&self, view: &str, key: &str, as_of: Option<u64>) -> Result<Value, Refusal> {
        let view = self.view(view)?;
        let live = self.live.as_ref();
        let live = live.filter(|live| view.table.is_none() || live.completes(view.name));
        let (position, value) = match (live, view.table) {
            (Some(live), _) => {
                self.demand_applied(as_of)?;
                let answer = live.show(&self.handle, view.name, key, as_of).await;
                let position = as_of.unwrap_or_else(|| self.handle.status().checkpoint);
                (position, answer.map_err(|error| (503, error.to_string()))?)
            }
            (None, Some(table)) => self.read(as_of, |rows| rows.get::<Value>(table, key)).await?,
            (None, None) => (0, None),
        };
        let nothing =
            || (NOT_FOUND, format!("{} {} has nothing at {key:?}", self.service, view.name));
        let mut value = value.ok_or_else(nothing)?;
        self.model.show(&mut value);
        Ok(json!({
            "service": self.service,
            "view": view.name,
            "key": key,
            "position": position,
            "value": value,
        }))
    }

    /// A live view knows of the past what the rows hold: it must not pass a part off as the whole.
    fn demand_applied(&self, as_of: Option<u64>) -> Result<(), Refusal> {
        let status = self.handle.status();
        match as_of {
            Some(position) if position > status.head => {
                let head = status.head;
                Err((NOT_FOUND, format!("there is no position {position}: the log ends at {head}")))
            }
            Some(position) if position > status.checkpoint => {
                let checkpoint = status.checkpoint;
                Err((503, format!("only position {checkpoint} of {position} is applied yet")))
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn list(
        &self,
        view: &str,
        keys: Keys,
        limit: usize,
        as_of: Option<u64>,
    ) -> Result<Value, Refusal> {
        let view = self.view(view)?;
        let table = self.table(view)?;
        let limit = limit.clamp(1, PAGE_ROWS_MAX);
        let page = move |rows: &Rows<'_>| {
            rows.scan::<Value>(table, keys, limit + 1).collect::<Result<Vec<_>, _>>()
        };
        let (position, mut rows) = self.read(as_of, page).await?;
        rows.iter_mut().for_each(|(_, row)| self.model.show(row));
        let whole = rows.len();
        rows.truncate(limit.min(rows_that_fit(&rows)));
        let more = rows.len() < whole;
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(key, value)| (String::from_utf8_lossy(&key).into_owned(), value))
            .collect();
        let next = rows.last().filter(|_| more).map(|(key, _)| key.clone());
        Ok(self.page(view, position, rows, next))
    }

    /// A page of the rows between two days that have some value in some fields.
    async fn filtered(
        &self,
        view: &str,
        (filter, after): (&Filter, Option<&str>),
        limit: usize,
        as_of: Option<u64>,
    ) -> Result<Value, Refusal> {
        let view = self.view(view)?;
        let table = self.table(view)?;
        let listing = self.model.listings().iter().find(|listing| listing.view == view.name);
        let listing = listing.ok_or_else(|| {
            (NOT_FOUND, format!("{} {} is listed by key only", self.service, view.name))
        })?;
        if let Some(reason) = listing.refuses(filter) {
            return Err((NOT_FOUND, reason));
        }
        let size =
            listing::Size { rows_max: limit.clamp(1, PAGE_ROWS_MAX), bytes_max: PAGE_BYTES_MAX };
        let page = |rows: &Rows<'_>| {
            let shown = |key: &str| {
                let mut row = rows.get::<Value>(table, key)?;
                row.iter_mut().for_each(|row| self.model.show(row));
                Ok(row)
            };
            listing.page(rows, shown, (filter, after), size)
        };
        let (position, page) = self.read(as_of, page).await?;
        Ok(self.page(view, position, page.rows, page.next))
    }

    fn table(&self, view: &View) -> Result<Table, Refusal> {
        view.table.ok_or_else(|| {
            (NOT_FOUND, format!("{} {} has no list: name a key", self.service, view.name))
        })
    }

    fn page(
        &self,
        view: &View,
        position: u64,
        rows: Vec<(String, Value)>,
        next: Option<String>,
    ) -> Value {
        let rows: Vec<_> =
            rows.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        json!({
            "service": self.service,
            "view": view.name,
            "position": position,
            "rows": rows,
            "next": next,
        })
    }

    /// Reads rows as they are now, or as they were after a position.
    async fn read<T>(
        &self,
        as_of: Option<u64>,
        read: impl FnOnce(&Rows<'_>) -> Result<T, Fault>,
    ) -> Result<(u64, T), Refusal> {
        match as_of {
            None => {
                let value = self.handle.query(read).map_err(|error| (503, error::chain(&error)))?;
                Ok((self.handle.status().checkpoint, value))
            }
            Some(position) => match self.handle.as_of(position, read).await {
                Ok(value) => Ok((position, value)),
                Err(error @ AsOfError::Future { .. }) => Err((NOT_FOUND, error.to_string())),
                Err(error) => Err((503, error::chain(&error))),
            },
        }
    }
}

/// Every key, or those that begin with a name and a slash; behind a key among them.
fn keys(of: Option<&str>, after: Option<&str>) -> Result<Keys, Refusal> {
    let begin = of.map(|of| format!("{of}/")).unwrap_or_default();
    let keys = Keys::prefix(&begin);
    match after {
        Some(after) if after.starts_with(&begin) => Ok(keys.after(after)),
        Some(_) => Err((NOT_FOUND, format!("after is no key of the list of {begin:?}"))),
        None => Ok(keys),
    }
}

/// How many rows fit into one answer; at least one, so that every page makes progress.
fn rows_that_fit(rows: &[(Vec<u8>, Value)]) -> usize {
    let mut bytes = 0;
    let fits = rows.iter().take_while(|(key, value)| {
        bytes += key.len() + value.to_string().len();
        bytes <= PAGE_BYTES_MAX
    });
    fits.count().max(1)
}

/// Keeps the gauges of a read model current.
async fn publish_metrics(handle: Handle) {
    let mut every = tokio::time::interval(METRICS_EVERY);
    loop {
        every.tick().await;
        let status = handle.status();
        let labels = [("service", status.service.clone()), ("biller", status.biller.clone())];
        for (name, value) in [
            ("demarc_checkpoint", status.checkpoint),
            ("demarc_lag", status.lag),
            ("demarc_pending_intents", status.pending_intents),
            ("demarc_parked_intents", status.parked.len() as u64),
            ("demarc_faulted", u64::from(status.fault.is_some())),
        ] {
            metrics::gauge!(name, &labels).set(gauge(value));
        }
    }
}

/// Gauges are floating point; positions stay exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a gauge is for the eye, not for counting")]
fn gauge(value: u64) -> f64 {
    value as f64
}
