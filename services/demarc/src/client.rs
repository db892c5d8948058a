//! The HTTP API as its clients see it.
//!
//! What must stay true: the command line knows nothing but this API; whatever it can do, anybody
//! can do with curl.

pub(crate) mod pages;
mod problem;
pub(crate) mod sse;

pub(crate) use problem::Problem;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, Url, header::HeaderMap};
use serde::Deserialize;
use serde_json::Value;

const CONNECT_TIME_LIMIT: Duration = Duration::from_secs(5);
/// A query about the past folds the log, which takes a while.
const ANSWER_TIME_LIMIT: Duration = Duration::from_secs(120);

/// Why no answer was had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// No server, or none that answers.
    #[error(
        "{url} cannot be reached: start it with `demarc serve`, or name another address with \
         --url or DEMARC_URL"
    )]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// No request could be made of what was asked.
    #[error("the request to {url} cannot be made")]
    NotSent {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// The server said no.
    #[error("{0}")]
    Refused(Problem),
    /// What came back is not what the API promises.
    #[error("the answer of {url} cannot be read: is it Demarc that listens there?")]
    Unreadable {
        url: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address is none.
    #[error("`{url}` is not an address: it looks like http://127.0.0.1:8020")]
    Url { url: String },
}

/// Speaks to one biller's API as one actor.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    biller: String,
    actor: Option<String>,
    /// Says who acts, and that it is so.
    token: Option<String>,
}

/// What became of a command.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    pub(crate) command_id: String,
    pub(crate) outcome: String,
    #[serde(default)]
    pub(crate) duplicate: bool,
    #[serde(default)]
    pub(crate) events: Vec<Recorded>,
    /// What the command asked to see. Personal data.
    #[serde(default)]
    pub(crate) revealed: String,
}

/// A file, and what is said about it.
pub(crate) struct Download {
    pub(crate) bytes: Vec<u8>,
    headers: HeaderMap,
}

impl Download {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
    }
}

/// One event that a command led to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) position: Value,
    pub(crate) stream: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl Recorded {
    /// `SiteSuspended` of `demarc.site.v1.SiteSuspended`.
    pub(crate) fn short_kind(&self) -> &str {
        short_kind(&self.kind)
    }
}

/// `SiteSuspended` of `demarc.site.v1.SiteSuspended`.
pub(crate) fn short_kind(kind: &str) -> &str {
    kind.rsplit('.').next().unwrap_or(kind)
}

impl Client {
    pub(crate) fn new(url: &str, biller: &str, actor: Option<String>) -> Result<Self, ClientError> {
        let no_address = || ClientError::Url { url: url.to_owned() };
        let base = Url::parse(url).map_err(|_| no_address())?;
        if base.cannot_be_a_base() || !matches!(base.scheme(), "http" | "https") {
            return Err(no_address());
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIME_LIMIT)
            .build()
            .map_err(|source| no_answer(url.to_owned(), source))?;
        Ok(Self { http, base, biller: biller.to_owned(), actor, token: None })
    }

    /// The same API, as another actor.
    pub(crate) fn acting_as(&self, actor: &str) -> Self {
        Self { actor: Some(actor.to_owned()), ..self.clone() }
    }

    /// The same API, as whoever has a token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), actor: None, ..self.clone() }
    }

    /// The same API, as somebody who has shown nothing yet.
    pub(crate) fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// Reads what is at `/v1/<biller>/<path>`.
    pub(crate) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Value, ClientError> {
        let request = self.request(Method::GET, path, query).timeout(ANSWER_TIME_LIMIT);
        read_json(self.answer(request).await?).await
    }

    /// Reads a file at `/v1/<biller>/<path>`.
    pub(crate) async fn get_file(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Download, ClientError> {
        let request = self.request(Method::GET, path, query).timeout(ANSWER_TIME_LIMIT);
        let response = self.answer(request).await?;
        let (url, headers) = (response.url().to_string(), response.headers().clone());
        let bytes = response.bytes().await;
        let bytes =
            bytes.map_err(|source| ClientError::Unreadable { url, source: source.into() })?;
        Ok(Download { bytes: bytes.to_vec(), headers })
    }

    /// Reads lines of JSON at `/v1/<biller>/<path>` as they come, for as long as they come.
    pub(crate) async fn lines(
        &self,
        path: &[&str],
        query: &[(&str, String)],
        mut take: impl FnMut(Value),
    ) -> Result<(), ClientError> {
        let mut response = self.answer(self.request(Method::GET, path, query)).await?;
        let url = response.url().to_string();
        let unreadable = |source| ClientError::Unreadable { url: url.clone(), source };
        let mut bytes = Vec::new();
        while let Some(more) = response.chunk().await.map_err(|source| unreadable(source.into()))? {
            bytes.extend_from_slice(&more);
            while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
                let line: Vec<_> = bytes.drain(..=end).collect();
                take(serde_json::from_slice(&line).map_err(|source| unreadable(source.into()))?);
            }
        }
        Ok(())
    }

    /// Asks for something to be done at `/v1/<biller>/<path>`.
    pub(crate) async fn post(&self, path: &[&str]) -> Result<Value, ClientError> {
        let request = self.request(Method::POST, path, &[]).timeout(ANSWER_TIME_LIMIT);
        read_json(self.answer(request).await?).await
    }

    /// The same, with a document that says what.
    pub(crate) async fn post_json(
        &self,
        path: &[&str],
        body: &Value,
    ) -> Result<Value, ClientError> {
        let request = self.request(Method::POST, path, &[]).timeout(ANSWER_TIME_LIMIT).json(body);
        read_json(self.answer(request).await?).await
    }

    /// Sends a command; the same `key` again gets the same answer and changes nothing.
    pub(crate) async fn send(
        &self,
        command: &str,
        body: String,
        key: Option<&str>,
    ) -> Result<Value, ClientError> {
        let mut request = self
            .request(Method::POST, &["commands", command], &[])
            .timeout(ANSWER_TIME_LIMIT)
            .header("Content-Type", "application/json")
            .body(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = self.answer(request).await.map_err(|error| match error {
            ClientError::Refused(problem) => ClientError::Refused(problem.of_a_command()),
            ClientError::Unreachable { .. }
            | ClientError::NotSent { .. }
            | ClientError::Unreadable { .. }
            | ClientError::Url { .. } => error,
        });
        read_json(answer?).await
    }

    /// Opens the stream of events; it stays open until one side closes it.
    pub(crate) async fn stream(
        &self,
        query: &[(&str, String)],
        last_event_id: Option<&str>,
    ) -> Result<Response, ClientError> {
        let mut request = self
            .request(Method::GET, &["events", "stream"], query)
            .header("Accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        self.answer(request).await
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, String)]) -> RequestBuilder {
        let mut request = self.http.request(method, self.url(path, query));
        if let Some(actor) = &self.actor {
            request = request.header("Demarc-Actor", actor);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request
    }

    fn url(&self, path: &[&str], query: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("an address that can be a base has path segments")
            .pop_if_empty()
            .extend(["v1", &self.biller])
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let url = self.base.to_string();
        let response = request.send().await.map_err(|source| no_answer(url, source))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = response.text().await.unwrap_or_default();
        Err(ClientError::Refused(Problem::read(status, &body).retried_after(retry_after)))
    }
}

/// Nobody is out of reach when there was nothing to send.
fn no_answer(url: String, source: reqwest::Error) -> ClientError {
    if source.is_builder() {
        ClientError::NotSent { url, source }
    } else {
        ClientError::Unreachable { url, source }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get("Retry-After")?.to_str().ok()?.parse().ok()
}

async fn read_json(response: Response) -> Result<Value, ClientError> {
    let url = response.url().to_string();
    response.json().await.map_err(|source| ClientError::Unreadable { url, source: source.into() })
}

/// Reads a part of the API's answer.
pub(crate) fn part<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, ClientError> {
    T::deserialize(value)
        .map_err(|source| ClientError::Unreadable { url: "Demarc".into(), source: source.into() })
}

#[cfg(test)]
mod tests {
    use super::{Client, ClientError, short_kind};

    #[test]
    fn a_path_is_escaped_and_a_slash_at_the_end_of_the_address_does_not_matter() {
        let client = Client::new("http://localhost:1/api/", "northeast", None).unwrap();
        let url = client.url(&["care", "site", "a b/c"], &[("asOf", "12 3".into())]);
        let expected = "http://localhost:1/api/v1/northeast/care/site/a%20b%2Fc?asOf=12+3";
        assert_eq!(url.as_str(), expected);
    }

    #[test]
    fn what_is_no_address_is_refused_before_anything_is_sent() {
        for wrong in ["127.0.0.1", "mailto:jane", "ftp://127.0.0.1", ""] {
            let refused = Client::new(wrong, "northeast", None);
            assert!(matches!(refused, Err(ClientError::Url { .. })), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_request_that_cannot_be_made_leaves_nobody_unreachable() {
        let client = Client::new("http://127.0.0.1:1", "northeast", Some("a\nb".into())).unwrap();
        let refused = client.get(&["status"], &[]).await;
        assert!(matches!(refused, Err(ClientError::NotSent { .. })), "{refused:?}");
    }

    #[test]
    fn a_type_is_known_by_its_last_part() {
        assert_eq!(short_kind("demarc.site.v1.SiteSuspended"), "SiteSuspended");
        assert_eq!(short_kind("SiteSuspended"), "SiteSuspended");
    }
}
