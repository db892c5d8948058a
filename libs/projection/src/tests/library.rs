//! The read model of the tests: how often each book was touched, and what its readers want.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use event_store::Recorded;
use serde::{Deserialize, Serialize};

use crate::{CommandIntent, EffectIntent, Fault, Intents, ReadModel, Rows, Table};

pub(super) const BOOKS: Table = Table::new(b'b');
pub(super) const KINDS: Table = Table::new(b'k');

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Book {
    pub(super) events: u64,
    pub(super) last_position: u64,
    pub(super) last_data: String,
}

/// What an event does is its kind: `read`, `ask`, `mail`, `letter`, `remind`, `forget`, `poison`,
/// `panic`.
#[derive(Default)]
pub(super) struct Library {
    /// Whether `poison` and `panic` do no harm.
    pub(super) healed: AtomicBool,
    pub(super) version: AtomicU32,
}

impl Library {
    pub(super) fn of_version(version: u32) -> Arc<Library> {
        Arc::new(Library { version: AtomicU32::new(version), ..Library::default() })
    }
}

pub(super) fn text(event: &Recorded) -> String {
    String::from_utf8_lossy(&event.event.data).into_owned()
}

impl ReadModel for Library {
    fn name(&self) -> &'static str {
        "library"
    }

    fn version(&self) -> u32 {
        self.version.load(Ordering::Relaxed)
    }

    fn apply(
        &self,
        event: &Recorded,
        rows: &mut Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let kind = event.event.kind.as_ref();
        rows.upsert(KINDS, kind, |count: &mut u64| *count += 1)?;
        rows.upsert(BOOKS, event.event.stream.as_bytes(), |book: &mut Book| {
            book.events += 1;
            book.last_position = event.position;
            book.last_data = text(event);
        })?;
        let healed = self.healed.load(Ordering::Relaxed);
        match kind {
            "poison" if !healed => return Err(Fault::new("poison was not digested")),
            "panic" if !healed => panic!("the book is on fire"),
            _ => {}
        }
        let body = event.event.data.clone();
        let key = Some(event.event.stream.as_ref().to_owned());
        let (noun, verb) = ("book".to_owned(), "lend".to_owned());
        match event.event.kind.as_ref() {
            "ask" => {
                let wish = CommandIntent { noun, verb, body, not_before: None, key: None };
                intents.command("lend_on_ask", "lend", wish);
            }
            "remind" => {
                let not_before = text(event).parse().ok();
                let wish = CommandIntent { noun, verb, body, not_before, key };
                intents.command("remind_reader", "remind", wish);
            }
            "forget" => intents.cancel(&event.event.stream),
            "mail" => {
                let wish = EffectIntent { kind: "mail".into(), body, not_before: None, key: None };
                intents.effect("mail_reader", "mail", wish);
            }
            "letter" => {
                let wish = EffectIntent { kind: "mail".into(), body, not_before: None, key };
                intents.effect("mail_reader", "letter", wish);
            }
            _ => {}
        }
        Ok(())
    }
}
