//! Short texts from outside: ids, codes, actors, names in subjects.

use bus::subject;
use domain::Id;
use domain::account::Account;
use domain::actor::Actor;
use domain::money::Currency;
use domain::order::Order;
use domain::provisioning::RespCode;
use domain::site::Site;
use domain::text::{Code, Text};
use event_store::CommandId;

/// Reads a text as everything that it could be: what is read is written as it was, and fits where
/// it will stand.
pub fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let text = text.as_ref();
    let ids = [
        Id::<Site>::parse(text).map(|id| id.to_string()),
        Id::<Account>::parse(text).map(|id| id.to_string()),
        Id::<Order>::parse(text).map(|id| id.to_string()),
    ];
    for id in ids.into_iter().flatten() {
        assert_eq!(id, text);
        assert!(subject::check_name("id", &id).is_ok(), "{id} is no token of a subject");
    }
    if let Ok(code) = Code::parse(text) {
        assert_eq!(code.as_str(), text);
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
    if let Ok(read) = Text::parse(text) {
        assert_eq!(read.as_str(), text);
    }
    if let Ok(actor) = Actor::parse(text) {
        let written = actor.to_string();
        assert_eq!(Actor::parse(&written).as_ref(), Ok(&actor), "{written} is another actor");
        // A record holds at most 255 bytes of it.
        assert!(written.len() <= 255, "{} bytes of an actor", written.len());
    }
    if let Some(currency) = Currency::parse(text) {
        assert_eq!(currency.as_str(), text);
    }
    if let Ok(id) = text.parse::<CommandId>() {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
    }
    if let Ok(code) = RespCode::parse(text) {
        assert_eq!(code.as_str(), text);
    }
    tokens(text);
}

/// A name that is fit is one token, and only itself.
fn tokens(text: &str) {
    if subject::check_name("biller", text).is_err() {
        return;
    }
    let command = subject::command(text, "site", "suspend");
    assert_eq!(command.split('.').count(), 5);
    assert!(subject::matches(&subject::commands(text), &command));
    assert!(!subject::matches(&subject::commands("another.biller"), &command));
}
