//! `demarc show`: what a service knows, now or as of any past moment.

use clap::Args;
use serde_json::Value;

use super::Context;
use crate::output::{DIM, Output, STRONG, paint, table, words};

const EXAMPLES: &str = "\
Examples:
  demarc show care                                the views of a service
  demarc show care order                          the rows of a view
  demarc show care order order_1002               one row
  demarc show care work-order --from 2026-10-01 --to 2026-10-31 --where status=committed
  demarc show care activity --of account_7        the rows of one account, where keys begin with it
  demarc show billing balance account_88
  demarc show provisioning line site_88           the line as the network has it now
  demarc show noc-bridge request site_88-1
  demarc show care site site_88 --as-of 120       as it was at a position
  demarc show care site site_88 --as-of 2026-10-20T12:00:00Z";

/// Options of `demarc show`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Show {
    /// care, billing, provisioning, notifications, noc-bridge or audit
    service: String,
    /// One of the service's views; without it they are listed
    view: Option<String>,
    /// One row; without it the view's rows are listed
    key: Option<String>,
    /// As of a position of the log, or of a time (RFC 3339)
    #[arg(long, value_name = "WHEN", requires = "key")]
    as_of: Option<String>,
    /// Rows whose keys begin with this and a slash, for example those of account_7
    #[arg(long, value_name = "KEY", requires = "view",
        conflicts_with_all = ["key", "from", "to", "fields"])]
    of: Option<String>,
    /// Rows after this key
    #[arg(long, value_name = "KEY", requires = "view", conflicts_with = "key")]
    after: Option<String>,
    /// Rows of this day and later ones, where a view is listed by date
    #[arg(long, value_name = "DAY", requires = "view", conflicts_with = "key")]
    from: Option<String>,
    /// Rows up to this day
    #[arg(long, value_name = "DAY", requires = "view", conflicts_with = "key")]
    to: Option<String>,
    /// Rows with this value in a field; once for each field
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = field,
        requires = "view", conflicts_with = "key")]
    fields: Vec<(String, String)>,
    /// How many rows
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u64,
}

impl Show {
    /// One row of a view.
    pub(crate) fn row(service: String, view: String, key: String) -> Self {
        let (view, key) = (Some(view), Some(key));
        Self {
            service,
            view,
            key,
            as_of: None,
            of: None,
            after: None,
            from: None,
            to: None,
            fields: Vec::new(),
            limit: 1,
        }
    }

    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let service = self.service.as_str();
        match (self.view.as_deref(), self.key.as_deref()) {
            (None, _) => {
                let answer = context.client.get(&[service], &[]).await?;
                show(context.output, &answer, |answer| Some(views(service, answer)))
            }
            (Some(view), None) => {
                let asked = self.filters();
                let mut query = vec![("limit", self.limit.to_string())];
                query.extend(self.of.as_ref().map(|of| ("of", of.clone())));
                query.extend(self.after.as_ref().map(|after| ("after", after.clone())));
                query.extend(asked.iter().map(|(name, value)| (*name, (*value).to_owned())));
                let answer = context.client.get(&[service, view], &query).await?;
                let list = format!("{service} {view}{}", self.said());
                show(context.output, &answer, |answer| rows(view, &list, answer))
            }
            (Some(view), Some(key)) => {
                let query: Vec<_> = self.as_of.map(|when| ("asOf", when)).into_iter().collect();
                let answer = context.client.get(&[service, view, key], &query).await?;
                show(context.output, &answer, |answer| row(service, view, key, answer))
            }
        }
    }
}

impl Show {
    /// Days and fields as the API takes them.
    fn filters(&self) -> Vec<(&str, &str)> {
        let days = [("from", &self.from), ("to", &self.to)];
        let days = days.into_iter().filter_map(|(name, day)| Some((name, day.as_deref()?)));
        let fields = self.fields.iter().map(|(field, value)| (field.as_str(), value.as_str()));
        days.chain(fields).collect()
    }

    /// Days and fields as they are typed.
    fn said(&self) -> String {
        let day = |(name, value): (&str, &str)| match name {
            "from" | "to" => format!(" --{name} {value}"),
            _ => format!(" --where {name}={value}"),
        };
        let of = self.of.iter().map(|of| format!(" --of {of}"));
        of.chain(self.filters().into_iter().map(day)).collect()
    }
}

/// `status=committed`.
fn field(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("must be FIELD=VALUE")?;
    Ok((field.to_owned(), value.to_owned()))
}

fn show(
    output: Output,
    answer: &Value,
    in_words: impl Fn(&Value) -> Option<String>,
) -> anyhow::Result<()> {
    if output.is_json() {
        return Ok(output.document(answer)?);
    }
    match in_words(answer) {
        Some(text) => Ok(output.line(text)?),
        // A server that is newer than this client.
        None => Ok(output.document(answer)?),
    }
}

fn views(service: &str, answer: &Value) -> String {
    let mut table = table::table([service, "what it answers"]);
    for view in answer.get("views").and_then(Value::as_array).into_iter().flatten() {
        table.add_row(["name", "about"].map(|field| words::value(&view[field])));
    }
    table::fitted(table)
}

/// The rows of a view; `list` is what was asked for after `demarc show`.
fn rows(view: &str, list: &str, answer: &Value) -> Option<String> {
    let rows = answer.get("rows")?.as_array()?;
    let rows: Vec<_> =
        rows.iter().map(|row| (words::value(&row["key"]), row["value"].clone())).collect();
    let mut text = if rows.is_empty() {
        format!("{list} has no rows")
    } else {
        table::fitted(table::rows(view, &rows))
    };
    if let Some(next) = answer.get("next").and_then(Value::as_str) {
        text.push_str(&paint(DIM, format!("\nmore: demarc show {list} --after {next}")));
    }
    Some(text)
}

fn row(service: &str, view: &str, key: &str, answer: &Value) -> Option<String> {
    let value = answer.get("value")?;
    let position = answer.get("position").map(words::value).unwrap_or_default();
    let title = paint(STRONG, format!("{service} {view}"));
    let at = paint(DIM, format!("as of position {position}"));
    Some(format!("{title}  {at}\n{}", table::value(key, value)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{row, rows, views};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_page_of_rows_says_how_to_see_the_next() {
        let answer = json!({
            "rows": [{"key": "order_1", "value": {"state": "draft"}}], "next": "order_1",
        });
        let shown = plain(&rows("order", "care order", &answer).unwrap());
        assert!(shown.contains("draft"), "{shown}");
        assert!(shown.ends_with("more: demarc show care order --after order_1"), "{shown}");
        let nothing = rows("order", "care order", &json!({"rows": [], "next": null})).unwrap();
        assert_eq!(nothing, "care order has no rows");
    }

    #[test]
    fn a_row_says_as_of_which_position_it_is() {
        let answer = json!({"position": 523, "value": {"balance": 0}});
        let shown = plain(&row("billing", "balance", "account_1", &answer).unwrap());
        assert!(shown.starts_with("billing balance  as of position 523\n"), "{shown}");
        assert!(row("billing", "balance", "account_1", &json!({})).is_none());
    }

    #[test]
    fn the_views_of_a_service_are_listed_with_what_they_answer() {
        let answer = json!({"views": [{"name": "order", "about": "one order"}]});
        assert!(plain(&views("care", &answer)).contains("one order"));
    }
}
