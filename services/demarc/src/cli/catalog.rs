//! `demarc catalog`: what the biller sells, and the codes that orders, customers and records may
//! carry; and whether a biller's file says what it is meant to.

mod check;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Context;
use crate::{
    exit::Misused,
    output::{Output, table, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc catalog                                  everything an agent picks from
  demarc catalog packages                         the packages, with groups and service codes
  demarc --json catalog campaigns
  demarc catalog check northeast.toml             what is wrong with a file, and what is in it";

/// Options of `demarc catalog`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Catalog {
    #[command(subcommand)]
    what: Option<What>,
    /// One part of it, for example packages or orderTypes
    part: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say what is wrong with billers' files, and what is in them
    Check(check::Check),
}

impl Catalog {
    /// A file is checked where it is; only what a Demarc serves is asked of it.
    pub(crate) async fn run(
        self,
        output: Output,
        context: impl FnOnce() -> anyhow::Result<Context>,
    ) -> anyhow::Result<()> {
        match self.what {
            Some(What::Check(check)) => check.run(output),
            None => served(self.part.as_deref(), &context()?).await,
        }
    }
}

async fn served(part: Option<&str>, context: &Context) -> anyhow::Result<()> {
    let answer = context.client.get(&["catalog"], &[]).await?;
    let shown = match part {
        None => answer,
        Some(part) => only(part, &answer)?,
    };
    if context.output.is_json() {
        return Ok(context.output.document(&shown)?);
    }
    Ok(context.output.line(table::value(&context.biller, &in_words(shown)))?)
}

/// The same with every list of versions on one line, as in `$59.99, from 2027-01-01 $64.99`.
fn in_words(value: Value) -> Value {
    match value {
        Value::Array(items) => match versions(&items) {
            Some(versions) => versions.into(),
            None => items.into_iter().map(in_words).collect(),
        },
        Value::Object(map) => {
            map.into_iter().map(|(name, value)| (name, in_words(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Versions of a value in words, if that is what the items are: a date from which each holds, and
/// one value.
fn versions(items: &[Value]) -> Option<String> {
    let version = |item: &Value| {
        let fields = item.as_object().filter(|fields| fields.len() == 2)?;
        let from = fields.get("from")?;
        let (_, held) = fields.iter().find(|(name, _)| *name != "from")?;
        let held = words::value(held);
        Some(from.as_str().map_or_else(|| held.clone(), |from| format!("from {from} {held}")))
    };
    let versions: Option<Vec<_>> = items.iter().map(version).collect();
    versions.filter(|versions| !versions.is_empty()).map(|versions| versions.join(", "))
}

/// One part of the catalog, under its name.
fn only(part: &str, catalog: &Value) -> Result<Value, Misused> {
    let found = catalog.get(part).map(|found| Value::from_iter([(part, found.clone())]));
    found.ok_or_else(|| {
        let parts = catalog.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let parts = parts.collect::<Vec<_>>().join(", ");
        Misused(format!("the catalog has no part {part}: it has {parts}"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{in_words, only};

    #[test]
    fn one_part_is_shown_or_the_parts_are_named() {
        let catalog = json!({ "packages": [], "slots": ["08-10"] });
        assert_eq!(only("slots", &catalog).unwrap(), json!({ "slots": ["08-10"] }));
        let told = only("slot", &catalog).unwrap_err().to_string();
        assert_eq!(told, "the catalog has no part slot: it has packages, slots");
    }
    #[test]
    fn f71_the_versions_of_a_price_are_one_line() {
        let amount = |minor: i64| json!({ "currency": "USD", "minor": minor, "text": "" });
        let versions = json!([
            { "from": null, "monthly": amount(5_999) },
            { "from": "2027-01-01", "monthly": amount(6_499) },
        ]);
        let catalog = json!({ "packages": [{ "name": "Classic", "prices": versions }] });
        let expected = json!([{ "name": "Classic", "prices": "$59.99, from 2027-01-01 $64.99" }]);
        assert_eq!(in_words(catalog)["packages"], expected);
        let others = json!({ "queues": [], "slots": ["08-10"], "limits": [{ "a": 1, "b": 2 }] });
        assert_eq!(in_words(others.clone()), others);
    }
}
