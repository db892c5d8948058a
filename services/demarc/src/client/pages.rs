//! The log, page by page.

use serde_json::Value;

use super::{Client, ClientError};
use crate::output::words;

/// How many events are asked for at once.
pub(crate) const PAGE: u64 = 500;

/// Names and values of a query: `stream`, `type`.
pub(crate) type Filter = Vec<(&'static str, String)>;

/// A part of the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) events: Vec<Value>,
    /// Where the next page begins; nothing at the end of the log.
    pub(crate) next: Option<u64>,
    /// The last position of the log.
    pub(crate) head: u64,
}

impl Client {
    /// At most `limit` events from `from` on.
    pub(crate) async fn page(
        &self,
        filter: &Filter,
        from: u64,
        limit: u64,
    ) -> Result<Page, ClientError> {
        let mut query = filter.clone();
        query.push(("from", from.to_string()));
        query.push(("limit", limit.to_string()));
        Ok(Page::read(&self.get(&["events"], &query).await?, from))
    }

    /// All events from `from` on.
    pub(crate) async fn events(
        &self,
        filter: &Filter,
        from: u64,
    ) -> Result<Vec<Value>, ClientError> {
        let mut events = Vec::new();
        let mut next = Some(from);
        while let Some(from) = next {
            let page = self.page(filter, from, PAGE).await?;
            events.extend(page.events);
            next = page.next;
        }
        Ok(events)
    }
}

impl Page {
    fn read(answer: &Value, from: u64) -> Self {
        let number = |name: &str| position(answer, name).unwrap_or_default();
        let events = answer.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
        // A page that does not lead on would be asked for again and again.
        let next = Some(number("next")).filter(|next| *next > from);
        Self { events, next, head: number("head") }
    }
}

/// A position, which is text in protobuf's JSON.
pub(crate) fn position(value: &Value, name: &str) -> Option<u64> {
    u64::try_from(words::whole(value.get(name)?)?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Page;

    #[test]
    fn a_page_says_where_the_next_one_begins() {
        let answer = json!({"events": [{"position": "1"}], "next": "101", "head": "523"});
        let page = Page::read(&answer, 1);
        assert_eq!((page.events.len(), page.next, page.head), (1, Some(101), 523));
    }

    #[test]
    fn the_last_page_leads_nowhere() {
        assert_eq!(Page::read(&json!({"head": "7"}), 5).next, None);
        assert_eq!(Page::read(&json!({"next": "5"}), 5).next, None);
    }
}
