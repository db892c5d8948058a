//! `GET /v1/{biller}/statements/{number}`: a customer's statement as data, as a page and as PDF
//! (F44); `GET /v1/{biller}/print-file`: the statements of a bill day that go out on paper (F50).
//!
//! What must stay true: a statement is what billing keeps, to the digest; what is sealed in it is
//! opened before it is rendered, so nobody's name is markup; nothing that is opened is kept.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::biller::{self, Biller};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use service::{Filter, Problem, query::Query as Question};
use statement::{Checked, Letterhead, Paper, Statement};

use super::{edge, views};
use crate::{Core, Desk};

/// Who keeps statements.
const BILLING: &str = "billing";
/// Statements in one file for the printer: some megabytes. Where there are more, the next file
/// begins after what `Demarc-Next` says.
const FILE_STATEMENTS: usize = 500;
/// Statements that are asked for at the same time.
const AT_A_TIME: usize = 8;
/// Where the next file begins.
const NEXT: &str = "demarc-next";
/// How many statements are in the file.
const COUNT: &str = "demarc-count";
/// Digest of a statement as it is kept.
const DIGEST: &str = "demarc-statement-digest";

/// A statement as billing keeps it: sealed, without a letterhead.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    number: String,
    account_id: String,
    invoice_id: String,
    digest: String,
    statement: Statement,
}

/// How a statement is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Html,
    Pdf,
}

type Asked = Query<BTreeMap<String, String>>;

pub(super) async fn show(
    State(core): State<Core>,
    Path((biller, number)): Path<(String, String)>,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = Form::of(asked, &headers)?;
    let number = number.strip_prefix("invoice_").unwrap_or(&number);
    let kept = kept(&core, &biller, number).await?;
    let desk = edge::desk(&core, &biller)?;
    let digest = kept.digest.clone();
    let shown = match form {
        Form::Json => {
            let (invoice_id, account_id) = (kept.invoice_id.clone(), kept.account_id.clone());
            let (number, opened) = (kept.number.clone(), opened(desk, kept)?);
            Json(json!({
                "number": number,
                "accountId": account_id,
                "invoiceId": invoice_id,
                "digest": digest,
                "statement": opened.statement(),
            }))
            .into_response()
        }
        Form::Html | Form::Pdf => {
            let checked = opened(desk, kept)?;
            let (name, tag) = (format!("{number}.{}", form.name()), headers);
            rendered(form, &name, &tag, move || match form {
                Form::Pdf => checked.pdf(),
                Form::Html | Form::Json => checked.html().into_bytes(),
            })
            .await?
        }
    };
    with(shown, DIGEST, &digest)
}

pub(super) async fn print_file(
    State(core): State<Core>,
    Path(biller): Path<String>,
    Query(mut asked): Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cycle: Option<Date> = asked.remove("cycle").and_then(|day| day.parse().ok());
    let cycle = cycle.ok_or_else(|| Problem::invalid("cycle", "must be a day as in 2026-12-01"))?;
    let after = asked.remove("after");
    if let Some(unknown) = asked.keys().next() {
        return Err(Problem::invalid(unknown, "is not asked of a print file"));
    }
    let (numbers, next) = to_print(&core, &biller, cycle, after).await?;
    if numbers.is_empty() {
        let detail =
            format!("no statements of {cycle} go out on paper: they are made on the bill day");
        return Err(Problem::not_found(detail));
    }
    let count = numbers.len();
    let kept = stream::iter(numbers)
        .map(|number| {
            let (core, biller) = (&core, &biller);
            async move { self::kept(core, biller, &number).await }
        })
        .buffered(AT_A_TIME);
    let kept: Vec<Kept> = kept.try_collect().await?;
    let desk = edge::desk(&core, &biller)?;
    let opened: Vec<_> = kept.into_iter().map(|it| opened(desk, it)).collect::<Result<_, _>>()?;
    let name = format!("statements-{cycle}.pdf");
    let file = move || statement::print_file(&opened).unwrap_or_default();
    let response = rendered(Form::Pdf, &name, &headers, file).await?;
    let response = with(response, COUNT, &count.to_string())?;
    match next {
        Some(next) => with(response, NEXT, &next),
        None => Ok(response),
    }
}

/// Numbers of the statements that go out on paper, and after what the next ones begin.
async fn to_print(
    core: &Core,
    biller: &str,
    cycle: Date,
    after: Option<String>,
) -> Result<(Vec<String>, Option<String>), Problem> {
    let question = Question::List {
        view: "to-print".to_owned(),
        filter: Filter::default(),
        of: Some(cycle.to_string()),
        after,
        limit: FILE_STATEMENTS,
        as_of: None,
    };
    let page = views::sealed(core, biller, BILLING, &question).await?;
    let rows = page["rows"].as_array().into_iter().flatten();
    let numbers = rows.filter_map(|row| row["value"]["number"].as_str()).map(ToOwned::to_owned);
    Ok((numbers.collect(), page["next"].as_str().map(ToOwned::to_owned)))
}

/// What billing keeps under a number, as it was digested.
async fn kept(core: &Core, biller: &str, number: &str) -> Result<Kept, Problem> {
    let (view, key) = ("statement".to_owned(), number.to_owned());
    let question = Question::Show { view, key, as_of: None };
    let mut answer = views::sealed(core, biller, BILLING, &question).await?;
    let kept: Kept = serde_json::from_value(answer["value"].take()).map_err(|error| {
        tracing::error!(reason = %error, number, "a statement cannot be read");
        Problem::internal("the statement cannot be read: see core's log")
    })?;
    if statement::digest(&kept.statement.canonical_json()) != kept.digest {
        tracing::error!(number, "a statement is not what was digested");
        let detail = "the statement is not what was digested when it was made: rebuild billing";
        return Err(Problem::internal(detail));
    }
    Ok(kept)
}

/// A statement as its customer reads it, on the biller's paper.
fn opened(desk: &Desk, kept: Kept) -> Result<Checked, Problem> {
    let unreadable = |error: &dyn std::fmt::Display| {
        tracing::error!(reason = %error, number = kept.number, "a statement is not shown");
        Problem::internal("the statement cannot be shown: see core's log")
    };
    let sealed = serde_json::to_value(&kept.statement).map_err(|error| unreadable(&error))?;
    let opened = edge::opened(desk, sealed)?;
    let mut statement: Statement =
        serde_json::from_value(opened).map_err(|error| unreadable(&error))?;
    // What was sealed whole may have several lines.
    let address = statement.bill_to.address.iter().flat_map(|sealed| sealed.lines());
    statement.bill_to.address = address.map(|line| line.trim().to_owned()).collect();
    statement.biller = letterhead(&desk.biller);
    Checked::new(statement).map_err(|mismatch| unreadable(&mismatch))
}

fn letterhead(biller: &Biller) -> Letterhead {
    let head = biller.letterhead.clone();
    Letterhead {
        name: head.name,
        address: head.address,
        pay_by: head.pay_by,
        questions: head.questions,
        paper: match head.paper {
            biller::Paper::Letter => Paper::Letter,
            biller::Paper::A4 => Paper::A4,
        },
    }
}

/// Renders without holding anybody else up. Whoever has the same bytes already gets none.
async fn rendered(
    form: Form,
    name: &str,
    asked: &HeaderMap,
    render: impl FnOnce() -> Vec<u8> + Send + 'static,
) -> Result<Response, Problem> {
    let bytes = tokio::task::spawn_blocking(render).await;
    let bytes = bytes.map_err(|_| Problem::internal("the statement was not rendered"))?;
    let tag = format!("\"{}\"", statement::digest(&bytes));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(bytes).into_response(),
    };
    let disposition = format!("inline; filename=\"{name}\"");
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    [
        ("content-type", form.media_type()),
        ("content-disposition", &disposition),
        ("etag", &tag),
        ("cache-control", "private, no-cache"),
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
    ]
    .into_iter()
    .try_fold(response, |response, (name, value)| with(response, name, value))
}

fn with(mut response: Response, name: &'static str, value: &str) -> Result<Response, Problem> {
    let value = HeaderValue::from_str(value)
        .map_err(|_| Problem::internal("a statement has a name that no header takes"))?;
    response.headers_mut().insert(name, value);
    Ok(response)
}

impl Form {
    /// The form that is asked for by name, or else the first one that is accepted.
    fn of(mut asked: BTreeMap<String, String>, headers: &HeaderMap) -> Result<Self, Problem> {
        let named = asked.remove("format");
        if let Some(unknown) = asked.keys().next() {
            return Err(Problem::invalid(unknown, "is not asked of a statement"));
        }
        if let Some(name) = named {
            let found = Self::ALL.into_iter().find(|form| form.name() == name);
            return found.ok_or_else(|| Problem::invalid("format", "must be json, html or pdf"));
        }
        let accepted = edge::text(headers, header::ACCEPT.as_str())?.unwrap_or_default();
        let mut types = accepted.split(',').map(|one| one.split(';').next().unwrap_or(one).trim());
        Ok(types.find_map(Self::accepted).unwrap_or(Self::Json))
    }

    const ALL: [Self; 3] = [Self::Json, Self::Html, Self::Pdf];

    fn accepted(media_type: &str) -> Option<Self> {
        let bare = |form: Self| form.media_type().split(';').next() == Some(media_type);
        Self::ALL.into_iter().find(|form| bare(*form))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::http::{HeaderMap, HeaderValue};

    use super::Form;

    fn form(format: Option<&str>, accept: Option<&'static str>) -> Option<Form> {
        let asked = format.map(|format| ("format".to_owned(), format.to_owned()));
        let accept = accept.map(|it| ("accept".parse().unwrap(), HeaderValue::from_static(it)));
        let headers: HeaderMap = accept.into_iter().collect();
        Form::of(asked.into_iter().collect::<BTreeMap<_, _>>(), &headers).ok()
    }

    #[test]
    fn f44_a_statement_is_shown_as_it_is_asked_for() {
        let browser = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
        assert_eq!(form(None, None), Some(Form::Json));
        assert_eq!(form(None, Some("*/*")), Some(Form::Json));
        assert_eq!(form(None, Some(browser)), Some(Form::Html));
        assert_eq!(form(None, Some("application/pdf")), Some(Form::Pdf));
        assert_eq!(form(Some("pdf"), Some(browser)), Some(Form::Pdf));
        assert_eq!(form(Some("docx"), None), None);
    }
}
