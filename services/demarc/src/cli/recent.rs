//! `demarc recent`: which accounts and orders one opened last (F93).

use clap::Args;
use serde_json::Value;

use super::Context;
use crate::output::{table, words};

const EXAMPLES: &str = "\
Examples:
  demarc recent                                   what you opened last, newest first
  demarc recent --json | jq -r '.recentlyOpened[0].id'

What `demarc show` showed you of an account or an order counts as opened.";

/// Options of `demarc recent`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Recent {}

impl Recent {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let answer = context.client.get(&["recently-opened"], &[]).await?;
        if context.output.is_json() {
            return Ok(context.output.document(&answer)?);
        }
        match in_words(&answer) {
            Some(text) => Ok(context.output.line(text)?),
            // A server that is newer than this client.
            None => Ok(context.output.document(&answer)?),
        }
    }
}

fn in_words(answer: &Value) -> Option<String> {
    let opened = answer.get("recentlyOpened")?.as_array()?;
    if opened.is_empty() {
        return Some("nothing was opened yet: demarc show care account ...".to_owned());
    }
    let mut table = table::table(["opened", "account", "name", "address", "when"]);
    for opened in opened {
        let text = |field: &str| words::value(&opened[field]);
        let account = &opened["account"];
        let sites = account["sites"].as_array().into_iter().flatten();
        let addresses: Vec<_> = sites.map(|site| words::value(&site["address"])).collect();
        table.add_row([
            text("id"),
            text("accountId"),
            words::value(&account["name"]),
            addresses.join("; "),
            text("openedAt"),
        ]);
    }
    Some(table::fitted(table))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words;

    #[test]
    fn f93_what_was_opened_is_listed_with_whose_it_is() {
        let account = json!({ "name": "Ana Lopez", "sites": [{ "address": "17 Elm St" }] });
        let order = json!({
            "kind": "order", "id": "order_1", "accountId": "account_7",
            "openedAt": "2026-03-16T12:00:00Z", "account": account,
        });
        let erased = json!({ "kind": "account", "id": "account_8", "accountId": "account_8",
            "openedAt": "2026-03-16T11:00:00Z", "account": null });
        let shown = in_words(&json!({ "recentlyOpened": [order, erased] })).unwrap();
        let shown = anstream::adapter::strip_str(&shown).to_string();
        let line = |text: &str| shown.lines().position(|line| line.contains(text));
        assert!(line("order_1") < line("account_8"), "{shown}");
        assert!(shown.contains("Ana Lopez") && shown.contains("17 Elm St"), "{shown}");
        assert!(in_words(&json!({ "recentlyOpened": [] })).unwrap().contains("nothing"));
    }
}
