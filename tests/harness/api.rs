//! The HTTP API of a running Demarc: commands, views, events, status, and waiting for them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use reqwest::{
    blocking::Client,
    header::{HeaderMap, HeaderName},
};
use serde_json::Value;

/// How long anything that is waited for may take.
const WAIT_MAX: Duration = Duration::from_secs(100);
/// How long one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(20);
/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Views that hold rows, with the service they belong to.
const VIEWS: [(&str, &str); 34] = [
    ("care", "customer"),
    ("care", "account"),
    ("care", "site"),
    ("care", "service"),
    ("care", "order"),
    ("care", "guide"),
    ("care", "ticket"),
    ("care", "tickets-of-account"),
    ("care", "tickets-in-queue"),
    ("care", "interactions-of-account"),
    ("care", "interactions-of-day"),
    ("care", "activity"),
    ("care", "notes"),
    ("care", "orders"),
    ("care", "orders-of-customer"),
    ("care", "requests"),
    ("care", "services"),
    ("care", "telephones"),
    ("billing", "balance"),
    ("billing", "lines"),
    ("billing", "recurring"),
    ("billing", "books"),
    ("billing", "journal"),
    ("billing", "periods"),
    ("billing", "adjustments"),
    ("provisioning", "transaction"),
    ("provisioning", "site"),
    ("notifications", "message"),
    ("notifications", "by-account"),
    ("notifications", "outbox"),
    ("noc-bridge", "request"),
    ("noc-bridge", "queue"),
    ("audit", "stream"),
    ("audit", "actor"),
];

/// The path of a row, `care/site/site_88`, and what it holds.
pub type Row = (String, Value);

/// Where a Demarc answers. Clones share their connections, and know when it has moved.
#[derive(Clone)]
pub struct Api {
    url: Arc<Mutex<String>>,
    client: Client,
}

/// A command as a client sends it: the same key again is the same command.
#[derive(Clone, Debug)]
pub struct Wish {
    /// `OpenAccount`, say.
    pub command: &'static str,
    /// The idempotency key.
    pub key: String,
    /// The command's fields.
    pub json: Value,
}

impl Api {
    /// The API at this address.
    ///
    /// # Errors
    /// When there can be no client.
    pub fn at(url: &str) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(REQUEST_MAX).build()?;
        Ok(Self { url: Arc::new(Mutex::new(url.to_owned())), client })
    }

    /// The same Demarc, to which everything is sent with this header.
    ///
    /// # Errors
    /// When there can be no such client.
    pub fn with_header(&self, name: &'static str, value: &str) -> anyhow::Result<Self> {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value.parse()?)]);
        let client = Client::builder().timeout(REQUEST_MAX).default_headers(headers).build()?;
        Ok(Self { url: Arc::clone(&self.url), client })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on it answers here.
    pub fn moved(&self, url: &str) {
        url.clone_into(&mut self.url.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A document below the biller, whatever its status.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/v1/northeast/{path}", self.url());
        Ok(self.client.get(url).send()?.json()?)
    }

    /// Sends a command, and gives the status and the document of the answer.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn send(&self, wish: &Wish) -> anyhow::Result<(u16, Value)> {
        let url = format!("{}/v1/northeast/commands/{}", self.url(), wish.command);
        let request = self.client.post(url).header("Idempotency-Key", &wish.key);
        let answer = request.body(wish.json.to_string()).send()?;
        Ok((answer.status().as_u16(), answer.json()?))
    }

    /// Sends a command again and again until it is acknowledged.
    ///
    /// # Errors
    /// The last answer when the time was up, or the refusal.
    pub fn insist(&self, wish: &Wish) -> anyhow::Result<Value> {
        let start = Instant::now();
        loop {
            let answer = self.send(wish);
            match &answer {
                Ok((200, receipt)) => return Ok(receipt.clone()),
                Ok((503, _)) | Err(_) if start.elapsed() < WAIT_MAX => {}
                Ok(_) | Err(_) => bail!("{wish:?}: {answer:?}"),
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until this holds of a document.
    ///
    /// # Errors
    /// The document when the time was up.
    pub fn until(&self, path: &str, holds: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let start = Instant::now();
        loop {
            let document = self.get(path);
            match document {
                Ok(document) if holds(&document) => return Ok(document),
                Ok(_) | Err(_) if start.elapsed() < WAIT_MAX => {}
                Ok(document) => bail!("{path} never became what it should: {document:#}"),
                Err(error) => return Err(error.context(path.to_owned())),
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until a field of a row has a value: `care/site/site_88`, `state`, `stopped`.
    ///
    /// # Errors
    /// The row when the time was up.
    pub fn until_row(&self, path: &str, field: &str, value: &str) -> anyhow::Result<()> {
        let pointer = format!("/value/{}", field.replace('.', "/"));
        let holds = |row: &Value| {
            let found = row.pointer(&pointer);
            found.map(|found| found.to_string().replace('"', "")).is_some_and(|it| it == value)
        };
        self.until(path, holds).map(drop)
    }

    /// Waits until a service is in a state.
    ///
    /// # Errors
    /// The status when the time was up.
    pub fn until_state(&self, service: &str, state: &str) -> anyhow::Result<()> {
        let holds = |status: &Value| {
            services(status).iter().any(|it| it["service"] == service && it["state"] == state)
        };
        self.until("status", holds).map(drop)
    }

    /// Waits until these services have applied the whole log and have nothing left to do.
    ///
    /// # Errors
    /// The status when the time was up.
    pub fn settled(&self, parts: &[&str]) -> anyhow::Result<()> {
        let is_quiet = |status: &Value| {
            let ours = services(status).iter().filter(|service| {
                service["service"].as_str().is_some_and(|name| parts.contains(&name))
            });
            ours.fold(0, |quiet, service| {
                let is_quiet = service["state"] == "live"
                    && service["checkpoint"] == status["head"]
                    && service["pending_intents"] == 0;
                quiet + usize::from(is_quiet)
            }) == parts.len()
        };
        let holds = |status: &Value| {
            is_quiet(status) && self.get("status").is_ok_and(|now| now["head"] == status["head"])
        };
        self.until("status", holds).map(drop)
    }

    /// Every event of a type, or of all types.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn events(&self, kind: Option<&str>) -> anyhow::Result<Vec<Value>> {
        let filter = kind.map(|kind| format!("&type={kind}")).unwrap_or_default();
        let (mut found, mut from) = (Vec::new(), "1".to_owned());
        while from != "0" {
            let page = self.get(&format!("events?limit=1000&from={from}{filter}"))?;
            ensure!(page["head"].is_string(), "no page of events: {page:#}");
            found.extend(page["events"].as_array().cloned().unwrap_or_default());
            page["next"].as_str().unwrap_or("0").clone_into(&mut from);
        }
        Ok(found)
    }

    /// Every row of every service, exactly as it is shown.
    ///
    /// # Errors
    /// When a service does not answer.
    pub fn rows(&self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (service, view) in VIEWS {
            let mut after = Some(String::new());
            while let Some(key) = after {
                after = self.page(service, view, &key, &mut rows)?;
            }
        }
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(rows)
    }

    /// Adds a page of rows; the key after which the next one begins.
    fn page(
        &self,
        service: &str,
        view: &str,
        after: &str,
        rows: &mut Vec<Row>,
    ) -> anyhow::Result<Option<String>> {
        let page = self.get(&format!("{service}/{view}?limit=1000&after={after}"))?;
        let found = page["rows"].as_array();
        let found = found.with_context(|| format!("{service} {view}: {page}"))?;
        rows.extend(found.iter().map(|row| {
            let key = row["key"].as_str().unwrap_or_default();
            (format!("{service}/{view}/{key}"), row["value"].clone())
        }));
        Ok(page["next"].as_str().map(str::to_owned))
    }

    /// The same without what differs between two runs of one script: times, positions, and ids
    /// that are derived from them.
    ///
    /// # Errors
    /// When a service does not answer.
    pub fn timeless_rows(&self) -> anyhow::Result<Vec<Row>> {
        let rows = self.rows()?.into_iter().filter(|(path, _)| !path.contains("/decision_"));
        let rows =
            rows.map(|(path, value)| (unnumbered(&without_position(&path)), timeless(&value)));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_cached_key(|(path, value)| format!("{path} {value}"));
        Ok(rows)
    }
}

/// The path of a row without the position in its key; in a list positions have a fixed width.
fn without_position(path: &str) -> String {
    let is_position = |part: &&str| part.len() == 20 && part.bytes().all(|it| it.is_ascii_digit());
    path.split('/').filter(|part| !is_position(part)).collect::<Vec<_>>().join("/")
}

fn services(status: &Value) -> &[Value] {
    status["services"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The same value without what differs between two runs.
fn timeless(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !differs(name));
            Value::Object(kept.map(|(name, value)| (name.clone(), timeless(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(timeless).collect()),
        Value::String(text) => Value::String(unnumbered(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A text without the numbers of invoices in it: which account of a run gets which is by chance.
fn unnumbered(text: &str) -> String {
    let mut parts = text.split('I');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let is_number = part.len() >= 8 && part.bytes().take(8).all(|it| it.is_ascii_digit());
        text + "I" + if is_number { &part[8..] } else { part }
    })
}

/// Times and positions, and digests of what holds numbers: two runs of one script never agree on
/// them.
fn differs(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "acknowledgedAt",
        "at",
        "createdAt",
        "deliveredAt",
        "digest",
        "endedAt",
        "finishedAt",
        "firstAt",
        "lastAt",
        "lastPosition",
        "openedAt",
        "position",
        "requestedAt",
        "timeLimit",
    ];
    NAMES.contains(&name)
}
