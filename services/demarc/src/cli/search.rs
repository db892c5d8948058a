//! `demarc search`: whom a caller means (F64, F81, F92).

use clap::{Args, builder::PossibleValuesParser};
use serde_json::Value;

use super::Context;
use crate::output::{DIM, paint, table, words};

const EXAMPLES: &str = "\
Examples:
  demarc search ana lopez oak                     a name and a street, in any order
  demarc search 703-555-0142                      a phone number, also its last 7 or 4 digits
  demarc search account_7                         or 7, a customer id, an address id, an e-mail
  demarc search AA:BB:CC:00:11:22                 a device, by what its label says
  demarc search lop                               what a name begins with; lopes finds lopez too
  demarc search lopez --type internet --status suspended
  demarc search --owing 49.99                     who owes more than that
  demarc search --balance '<0'                    who has credit
  demarc search lopez --after 1-204               the next page

Whoever fits best comes first: by a number, by the very words, by what they begin with, by words
with a slip of the pen. Of those who fit equally well the newest account comes first.";

const TYPES: [&str; 4] = ["internet", "voice", "video", "digital"];
const STATUSES: [&str; 5] = ["pending", "active", "suspended", "disconnected", "none"];

/// Options of `demarc search`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Search {
    /// What the caller says: a name, a number, an address, a device, in any order
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// Only accounts with a service of this type
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(TYPES))]
    service_type: Option<String>,
    /// Only accounts with a service that stands like this; `none`: without a service
    #[arg(long, value_parser = PossibleValuesParser::new(STATUSES))]
    status: Option<String>,
    /// Only accounts that owe more than an amount
    #[arg(long, value_name = "AMOUNT")]
    owing: Option<String>,
    /// Only accounts with a balance above or below an amount, as in `>49.99` and `<0`
    #[arg(long, value_name = "BOUND", conflicts_with = "owing")]
    balance: Option<String>,
    /// The page after the one that ended so
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// How many accounts, at most 100
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: u64,
}

impl Search {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let mut query = self.asked();
        query.push(("limit", self.limit.to_string()));
        query.extend(self.after.as_ref().map(|after| ("after", after.clone())));
        let answer = context.client.get(&["search"], &query).await?;
        if context.output.is_json() {
            return Ok(context.output.document(&answer)?);
        }
        match in_words(&answer, &self.said()) {
            Some(text) => Ok(context.output.line(text)?),
            // A server that is newer than this client.
            None => Ok(context.output.document(&answer)?),
        }
    }

    /// Words and filters as the API takes them.
    fn asked(&self) -> Vec<(&'static str, String)> {
        let text = self.words.join(" ");
        let owing = self.owing.as_ref().map(|amount| format!(">{amount}"));
        let asked = [
            ("q", Some(text).filter(|text| !text.is_empty())),
            ("type", self.service_type.clone()),
            ("status", self.status.clone()),
            ("balance", self.balance.clone().or(owing)),
        ];
        asked.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The same as it is typed.
    fn said(&self) -> String {
        let said = self.asked().into_iter().map(|(name, value)| match name {
            "q" => format!(" '{}'", value.replace('\'', "'\\''")),
            _ => format!(" --{name} '{value}'"),
        });
        format!("demarc search{}", said.collect::<String>())
    }
}

fn in_words(answer: &Value, said: &str) -> Option<String> {
    let found = answer.get("found")?.as_array()?;
    let next = answer.get("next").and_then(Value::as_str);
    let mut text = match (found.is_empty(), next) {
        (false, _) => table::fitted(of_accounts(found)),
        (true, None) => "nobody fits: say less of it, or another part".to_owned(),
        (true, Some(_)) => "nobody so far: there is more to look at".to_owned(),
    };
    if let Some(next) = next {
        text.push_str(&paint(DIM, format!("\nmore: {said} --after {next}")));
    }
    Some(text)
}

fn of_accounts(found: &[Value]) -> comfy_table::Table {
    let heading =
        ["account", "name", "phone", "address id", "address", "services", "balance", "by"];
    let mut table = table::table(heading);
    for account in found {
        let text = |field: &str| words::value(&account[field]);
        table.add_row([
            text("accountId"),
            text("name"),
            words::value(&account["phones"]),
            each(account, "sites", |site| words::value(&site["addressId"])),
            each(account, "sites", |site| words::value(&site["address"])),
            each(account, "services", service),
            text("balance"),
            words::value(&account["match"]["by"]),
        ]);
    }
    table
}

fn service(service: &Value) -> String {
    let text = |field: &str| words::value(&service[field]);
    format!("{} {}", text("type"), text("status")).trim_start().to_owned()
}

fn each(account: &Value, list: &str, text: impl Fn(&Value) -> String) -> String {
    let items = account[list].as_array().into_iter().flatten();
    items.map(text).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Search, in_words};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn f81_who_is_found_is_shown_with_the_address_and_its_id() {
        let found = json!({
            "accountId": "account_7", "name": "Ana Lopez", "phones": ["+17035550142"],
            "sites": [{ "addressId": "A-17", "address": "17 Elm St" }],
            "services": [{ "type": "internet", "status": "suspended" }, { "status": "active" }],
            "balance": { "minor": 4999, "currency": "USD", "text": "49.99 USD" },
            "match": { "by": "exact", "words": 1 },
        });
        let answer = json!({ "found": [found], "next": "1-3", "more": false });
        let shown = plain(&in_words(&answer, "demarc search 'ana'").unwrap());
        for part in ["account_7", "Ana Lopez", "A-17", "17 Elm St", "internet suspended; active"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(shown.ends_with("more: demarc search 'ana' --after 1-3"), "{shown}");
    }

    #[test]
    fn f64_that_nobody_fits_is_said() {
        let nobody = |next| json!({ "found": [], "next": next, "more": false });
        let shown = in_words(&nobody(json!(null)), "demarc search 'x'").unwrap();
        assert!(shown.starts_with("nobody fits"), "{shown}");
        let shown = plain(&in_words(&nobody(json!("0-9")), "demarc search 'x'").unwrap());
        assert!(shown.ends_with("more: demarc search 'x' --after 0-9"), "{shown}");
    }

    #[test]
    fn f64_what_is_typed_is_what_is_asked() {
        let search = Search {
            words: vec!["ana".to_owned(), "o'brien".to_owned()],
            service_type: Some("voice".to_owned()),
            status: None,
            owing: Some("49.99".to_owned()),
            balance: None,
            after: None,
            limit: 20,
        };
        let asked = [("q", "ana o'brien"), ("type", "voice"), ("balance", ">49.99")];
        assert_eq!(search.asked(), asked.map(|(name, value)| (name, value.to_owned())));
        let said = r"demarc search 'ana o'\''brien' --type 'voice' --balance '>49.99'";
        assert_eq!(search.said(), said);
    }
}
