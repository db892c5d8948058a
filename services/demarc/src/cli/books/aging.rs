//! `demarc books aging`: how long is what customers owe past due.

use clap::Args;
use jiff::civil::Date;
use serde_json::Value;

use super::strong;
use crate::{
    cli::Context,
    output::{table, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc books aging                              on the last opened day
  demarc books aging --on 2026-12-31              if nothing of it is paid until then
  demarc books aging --json | jq '.buckets[] | select(.bucket == \"over90Days\")'";

/// Options of `demarc books aging`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Aging {
    /// Days past due on this day; without it, on the last opened one
    #[arg(long, value_name = "DAY")]
    on: Option<Date>,
}

impl Aging {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let on = self.on.map_or_else(|| "today".to_owned(), |on| on.to_string());
        let answer = context.client.get(&["billing", "aging", &on], &[]).await?;
        let ages = &answer["value"];
        if context.output.is_json() {
            return Ok(context.output.document(ages)?);
        }
        Ok(context.output.line(in_words(ages))?)
    }
}

fn in_words(ages: &Value) -> String {
    let title = format!("owed on {}", words::value(&ages["on"]));
    let mut table = table::table([title.as_str(), "accounts", "amount"]);
    for bucket in ages["buckets"].as_array().into_iter().flatten() {
        table.add_row([
            name(&words::value(&bucket["bucket"])),
            words::value(&bucket["accounts"]),
            words::value(&bucket["amount"]),
        ]);
    }
    let total = ["total".to_owned(), String::new(), words::value(&ages["total"])];
    table.add_row(strong(total));
    table::fitted(table)
}

/// A bucket as a person calls it.
fn name(bucket: &str) -> String {
    let name = match bucket {
        "notDue" => "not due",
        "days1To30" => "1 to 30 days past due",
        "days31To60" => "31 to 60 days",
        "days61To90" => "61 to 90 days",
        "over90Days" => "over 90 days",
        other => other,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words;

    #[test]
    fn f43_the_aging_shows_every_bucket_and_what_they_are_together() {
        let amount = |minor: i64| json!({ "minor": minor, "currency": "USD" });
        let bucket = |name: &str, accounts: u64, minor| {
            let amount = amount(minor);
            json!({ "bucket": name, "accounts": accounts, "amount": amount })
        };
        let buckets = [bucket("notDue", 2, 9_998), bucket("over90Days", 1, 500)];
        let ages = json!({ "on": "2026-12-01", "buckets": buckets, "total": amount(10_498) });
        let shown = anstream::adapter::strip_str(&in_words(&ages)).to_string();
        let line = |begin: &str| shown.lines().find(|line| line.trim().starts_with(begin)).unwrap();
        assert!(shown.contains("owed on 2026-12-01"), "{shown}");
        assert!(
            line("not due").trim_end().ends_with("$99.98") && line("over 90").contains(" 1 "),
            "{shown}"
        );
        assert!(line("total").trim_end().ends_with("$104.98"), "{shown}");
    }
}
