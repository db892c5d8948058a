//! `GET /v1/{biller}/drafts`: what a whole bill run would come to: for whoever approves it. Lines
//! of JSON: how far it is, and in the last line the draft, or the problem that prevents it.
//!
//! What must stay true: it is made a page of accounts at a time, from the log as it is read by
//! anybody, so it holds no writer up and no list of accounts; each bill is rated by the rule that
//! makes it.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{
    Aggregate as _,
    account::AccountId,
    biller::Biller,
    calendar::{self, Calendar},
    invoice::{Invoice, InvoiceId, InvoiceLine},
    ledger::{Obstacle, bill_lines},
    run::{Run, RunKind},
    subscription::{Subscription, SubscriptionEvent, SubscriptionId},
    text::Code,
};
use event_store::Reader;
use futures::stream;
use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};
use service::{Filter, Problem, error, query::Query as Question, read_side::PAGE_ROWS_MAX};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
};

use super::{
    super::{edge, views},
    tally::Tally,
};
use crate::{
    Core, Desk,
    states::{self, LoadError},
};

/// Drafts of whole runs that are made at the same time, of all billers: each keeps a thread busy.
static AT_A_TIME: Semaphore = Semaphore::const_new(2);
/// How long ago a run may have been opened that still waits, in days.
const LOOK_BACK_DAYS: i32 = 400;
/// Most bills of one account that are drafted, whatever day to come is asked for.
const MISSED_MAX: usize = 24;
/// Who knows of every account.
const BILLING: &str = "billing";
const BY_ACCOUNT: &str = "recurring";

/// A draft that is being made.
struct Draft {
    core: Core,
    biller: String,
    /// Bill days up to here are due.
    on: Date,
    /// Accounts that were looked at, of so many that may be due.
    looked: u64,
    of: u64,
    /// Behind this account the next page begins; `None`: there is none.
    after: Option<String>,
    tally: Tally,
    is_over: bool,
    _permit: SemaphorePermit<'static>,
}

/// The bills of one account that is due, the oldest first, or what prevents them.
struct Bills {
    account_id: AccountId,
    lines: Vec<Result<Vec<InvoiceLine>, Obstacle>>,
    /// What the bill before them came to.
    previous: Option<i64>,
}

pub(in super::super) async fn show(
    State(core): State<Core>,
    Path(biller): Path<String>,
    Query(mut asked): Query<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let on = asked.remove("on").map(|day| day.parse());
    let on =
        on.transpose().map_err(|_| Problem::invalid("on", "must be a day as in 2026-12-01"))?;
    if let Some(unknown) = asked.keys().next() {
        return Err(Problem::invalid(unknown, "is not asked of a draft"));
    }
    let permit = AT_A_TIME.try_acquire().map_err(|_| {
        Problem::unavailable("others have drafts of whole runs made: ask again in a moment")
    })?;
    let on = match on {
        Some(on) => on,
        None => day_of_run(desk).await?,
    };
    let tally = Tally::new(desk.biller.currency);
    let (looked, of, after, is_over) = (0, 0, Some(String::new()), false);
    let mut draft = Draft { core, biller, on, looked, of, after, tally, is_over, _permit: permit };
    draft.of = draft.count().await?;
    let lines = stream::unfold(draft, |mut draft| async move {
        let line = draft.line().await?;
        Some((Ok::<_, std::convert::Infallible>(line), draft))
    });
    let media_type = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((media_type, Body::from_stream(lines)).into_response())
}

/// The day of the bill run that is open; where none is, the last opened day.
async fn day_of_run(desk: &Desk) -> Result<Date, Problem> {
    let reader = desk.reader.clone();
    let found = blocking(move || {
        let Some(today) = today(&reader)? else { return Ok(None) };
        for days in 0..LOOK_BACK_DAYS {
            let day = today.saturating_sub(days.days());
            match states::of::<Run>(&reader, &RunKind::Bill.on(day))? {
                Run::NotOpened => {}
                Run::AwaitsApproval | Run::Open { .. } => return Ok(Some(day)),
                Run::Closed => break,
            }
        }
        Ok(Some(today))
    });
    found.await?.ok_or_else(|| Problem::not_found("no day is open yet: say for which one, with on"))
}

impl Draft {
    /// The next line; `None` after the last one.
    async fn line(&mut self) -> Option<Bytes> {
        if self.is_over || self.core.stop().is_cancelled() {
            return None;
        }
        let line = match self.page().await {
            Ok(true) => json!({ "looked": self.looked, "of": self.of }),
            Ok(false) => {
                let mut draft = self.tally.shown();
                draft["on"] = self.on.to_string().into();
                json!({ "draft": draft })
            }
            Err(problem) => json!({ "problem": problem }),
        };
        self.is_over = line.get("looked").is_none();
        Some(Bytes::from(format!("{line}\n")))
    }

    /// Takes the next page of accounts in; `false`: there was none any more.
    async fn page(&mut self) -> Result<bool, Problem> {
        let Some(after) = self.after.take() else { return Ok(false) };
        let (candidates, next) = self.candidates(after).await?;
        self.looked += u64::try_from(candidates.len()).unwrap_or(u64::MAX);
        self.after = next;
        let desk = edge::desk(&self.core, &self.biller)?;
        let (reader, biller, on) = (desk.reader.clone(), desk.biller.clone(), self.on);
        let bills = blocking(move || {
            let today = today(&reader)?;
            let of = |id| Bills::of((&reader, &biller), id, on, today);
            let bills = candidates.into_iter().map(of);
            bills.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()
        });
        for Bills { account_id, lines, previous } in bills.await? {
            self.tally.add(&account_id, lines, previous);
        }
        Ok(true)
    }

    /// How many accounts may be due.
    async fn count(&self) -> Result<u64, Problem> {
        let (mut count, mut after) = (0, Some(String::new()));
        while let Some(behind) = after {
            let (candidates, next) = self.candidates(behind).await?;
            count += u64::try_from(candidates.len()).unwrap_or(u64::MAX);
            after = next;
        }
        Ok(count)
    }

    /// A page of accounts that may be due, as billing knows them, and after what the next begins.
    async fn candidates(&self, after: String) -> Result<(Vec<AccountId>, Option<String>), Problem> {
        let question = Question::List {
            view: BY_ACCOUNT.to_owned(),
            filter: Filter::default(),
            of: None,
            after: Some(after),
            limit: PAGE_ROWS_MAX,
            as_of: None,
        };
        let page = views::sealed(&self.core, &self.biller, BILLING, &question).await?;
        let may_be_due = |row: &&Value| {
            let through = row["value"]["billedThrough"].as_str();
            let through = through.and_then(|through| through.parse::<Date>().ok());
            !row["value"]["billDay"].is_null() && through.is_none_or(|through| through <= self.on)
        };
        let rows = page["rows"].as_array().into_iter().flatten().filter(may_be_due);
        let ids = rows.filter_map(|row| AccountId::parse(row["key"].as_str()?).ok());
        Ok((ids.collect(), page["next"].as_str().map(ToOwned::to_owned)))
    }
}

impl Bills {
    /// The bills of an account, if one is due. Whoever has missed some gets them all.
    fn of(
        (reader, biller): (&Reader, &Biller),
        account_id: AccountId,
        on: Date,
        today: Option<Date>,
    ) -> Result<Option<Self>, LoadError> {
        let mut subscription: Subscription = states::of(reader, &SubscriptionId::of(&account_id))?;
        let mut due = subscription.next_cycle().filter(|cycle| *cycle <= on);
        if due.is_none() {
            return Ok(None);
        }
        let previous = previous(reader, &subscription)?;
        // Who is not parked misses nothing from today on: earlier runs bill it.
        let missed_until = match subscription.parked() {
            Some(_) => on,
            None => today.map_or(Date::MIN, |today| today.min(on)),
        };
        let mut lines = Vec::new();
        let is_over = |cycle: Date| today.is_some_and(|today| cycle <= today);
        while let Some(cycle) = due.filter(|it| lines.len() < MISSED_MAX || is_over(*it)) {
            let through = subscription.end_of_cycle(cycle);
            let bill = bill_lines(biller, &subscription, cycle, through);
            let has_lines = bill.as_ref().map(|lines| !lines.is_empty()).ok();
            lines.push(bill);
            let Some(has_lines) = has_lines else { break };
            let invoice = has_lines.then(|| Code::parse("draft").expect("it is printable ASCII"));
            let billed = SubscriptionEvent::Billed { invoice, cycle, through };
            subscription = subscription.evolve(&billed);
            due = subscription.next_cycle().filter(|cycle| *cycle <= missed_until);
        }
        Ok(Some(Self { account_id, lines, previous }))
    }
}

/// The last opened day, if there is one.
fn today(reader: &Reader) -> Result<Option<Date>, LoadError> {
    Ok(match states::of::<Calendar>(reader, &calendar::days())? {
        Calendar::Open { today } => Some(today),
        Calendar::NoDayOpened => None,
    })
}

/// What the account's last bill came to, unless it was taken back.
fn previous(reader: &Reader, subscription: &Subscription) -> Result<Option<i64>, LoadError> {
    let number = subscription.last_invoice();
    let id = number.and_then(|number| InvoiceId::parse(&format!("invoice_{number}")).ok());
    let Some(id) = id else { return Ok(None) };
    Ok(match states::of::<Invoice>(reader, &id)? {
        Invoice::Issued(issued) => Some(issued.total().minor),
        Invoice::NotIssued | Invoice::Credited { .. } => None,
    })
}

/// Reads the log away from whoever answers others.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, Problem> {
    let read = spawn_blocking(read).await;
    let read = read.map_err(|_| Problem::unavailable("the draft was not made"))?;
    read.map_err(|failure| {
        tracing::error!(cause = error::chain(&failure), "a draft's accounts were not read");
        Problem::unavailable("the accounts cannot be read now: see core's log")
    })
}
