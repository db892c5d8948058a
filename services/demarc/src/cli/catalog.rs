//! `demarc catalog`: what the biller sells, and the codes that orders, customers and records may
//! carry.

use clap::Args;
use serde_json::Value;

use super::Context;
use crate::{exit::Misused, output::table};

const EXAMPLES: &str = "\
Examples:
  demarc catalog                                  everything an agent picks from
  demarc catalog packages                         the packages, with groups and service codes
  demarc --json catalog campaigns";

/// Options of `demarc catalog`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Catalog {
    /// One part of it, for example packages or orderTypes
    part: Option<String>,
}

impl Catalog {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let answer = context.client.get(&["catalog"], &[]).await?;
        let shown = match &self.part {
            None => answer,
            Some(part) => only(part, &answer)?,
        };
        if context.output.is_json() {
            return Ok(context.output.document(&shown)?);
        }
        Ok(context.output.line(table::value(&context.biller, &shown))?)
    }
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

    use super::only;

    #[test]
    fn one_part_is_shown_or_the_parts_are_named() {
        let catalog = json!({ "packages": [], "slots": ["08-10"] });
        assert_eq!(only("slots", &catalog).unwrap(), json!({ "slots": ["08-10"] }));
        let told = only("slot", &catalog).unwrap_err().to_string();
        assert_eq!(told, "the catalog has no part slot: it has packages, slots");
    }
}
