//! The states of nouns that the writer decides on: a bounded cache over the log.
//!
//! What must stay true: a rule never does I/O. It is pure, so where it misses a state it is simply
//! decided again after the state was loaded.

use std::{cell::RefCell, num::NonZeroUsize};

use domain::{
    Aggregate, Decide, Desk, Event, Fact, Id, Noun, Rejection, States, actor::Actor,
    biller::Biller, noun::newest_fact_suffices,
};
use event_store::{ReadError, Reader, Recorded};
use lru::LruCache;

/// Nouns kept in memory. The table of a cache is tidied as a whole now and then, while everybody
/// waits: with four times as many that takes 40 ms.
const CACHED_MAX: NonZeroUsize = NonZeroUsize::new(50_000).expect("it is not zero");
/// Events of a stream read at a time.
const PAGE_EVENTS: usize = 1_000;

/// Why a state could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// The log cannot be read.
    #[error("stream {stream} was not read")]
    Read {
        stream: String,
        #[source]
        source: ReadError,
    },
    /// The log holds what this version does not understand.
    #[error("an event of stream {stream} was not decoded")]
    Decode {
        stream: String,
        #[source]
        source: contract::DecodeError,
    },
}

/// States by stream.
pub(crate) struct Cache {
    reader: Reader,
    known: LruCache<String, Cached>,
}

/// A stream's state, or that there is none, and its version.
#[derive(Default)]
struct Cached {
    noun: Option<Noun>,
    version: u64,
}

impl Cache {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader, known: LruCache::new(CACHED_MAX) }
    }

    /// Decides a command on the states as they are now.
    pub(crate) fn decide(
        &mut self,
        biller: &Biller,
        actor: &Actor,
        command: &dyn Decide,
    ) -> Result<Result<Vec<Fact>, Rejection>, LoadError> {
        loop {
            let look = Look { known: &self.known, seen: RefCell::default() };
            let decided = command.decide(&Desk::new(biller, actor, &look));
            let seen = look.seen.into_inner();
            let missing: Vec<_> =
                seen.iter().filter(|stream| !self.known.contains(*stream)).cloned().collect();
            for stream in &seen {
                self.known.promote(stream);
            }
            if missing.is_empty() {
                return Ok(decided);
            }
            for stream in missing {
                let cached = load(&self.reader, &stream)?;
                self.known.put(stream, cached);
            }
        }
    }

    /// Loads the streams that are about to be written and were not decided on.
    pub(crate) fn ensure<'a>(
        &mut self,
        streams: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), LoadError> {
        for stream in streams {
            if !self.known.contains(stream) {
                let cached = load(&self.reader, stream)?;
                self.known.put(stream.to_owned(), cached);
            }
        }
        Ok(())
    }

    /// Takes a fact in that is about to be written to an ensured stream, and gives the version
    /// that the stream had before it.
    pub(crate) fn apply(&mut self, stream: &str, event: &Event) -> u64 {
        let cached = self.known.get_mut(stream).expect("the stream was ensured");
        cached.noun = Some(Noun::evolve(cached.noun.take(), event));
        cached.version += 1;
        cached.version - 1
    }
}

/// What one decision looks at.
struct Look<'a> {
    known: &'a LruCache<String, Cached>,
    seen: RefCell<Vec<String>>,
}

impl States for Look<'_> {
    fn find(&self, stream: &str) -> Option<&Noun> {
        self.seen.borrow_mut().push(stream.to_owned());
        self.known.peek(stream).and_then(|cached| cached.noun.as_ref())
    }
}

/// The state kept under a stream's name, as it is in the log.
pub(crate) fn read(reader: &Reader, stream: &str) -> Result<Option<Noun>, LoadError> {
    load(reader, stream).map(|cached| cached.noun)
}

/// The first event of a stream, in its order, in which something is found.
pub(crate) fn find<T>(
    reader: &Reader,
    stream: &str,
    look: impl Fn(Event) -> Option<T>,
) -> Result<Option<T>, LoadError> {
    let unread = |source| LoadError::Read { stream: stream.to_owned(), source };
    let mut version = 0;
    loop {
        let page = reader.read_stream(stream, version + 1, PAGE_EVENTS).map_err(unread)?;
        for recorded in &page {
            version = recorded.event.version;
            if let Some(found) = look(decoded(recorded)?) {
                return Ok(Some(found));
            }
        }
        if page.len() < PAGE_EVENTS {
            return Ok(None);
        }
    }
}

/// A noun as it is in the log.
pub(crate) fn of<A: Aggregate>(reader: &Reader, id: &Id<A>) -> Result<A, LoadError> {
    let noun = read(reader, id.as_str())?;
    Ok(noun.and_then(A::from).unwrap_or_else(|| A::UNKNOWN.clone()))
}

fn decoded(recorded: &Recorded) -> Result<Event, LoadError> {
    let Recorded { event, .. } = recorded;
    contract::decode(&event.kind, &event.data)
        .map_err(|source| LoadError::Decode { stream: event.stream.to_string(), source })
}

fn load(reader: &Reader, stream: &str) -> Result<Cached, LoadError> {
    let unread = |source| LoadError::Read { stream: stream.to_owned(), source };
    let mut cached = Cached::default();
    if newest_fact_suffices(stream) {
        if let Some(newest) = reader.read_newest(stream).map_err(unread)? {
            cached.take_in(&newest)?;
        }
        return Ok(cached);
    }
    loop {
        let page = reader.read_stream(stream, cached.version + 1, PAGE_EVENTS).map_err(unread)?;
        for recorded in &page {
            cached.take_in(recorded)?;
        }
        if page.len() < PAGE_EVENTS {
            return Ok(cached);
        }
    }
}

impl Cached {
    /// The state after one more event of the stream.
    fn take_in(&mut self, recorded: &Recorded) -> Result<(), LoadError> {
        self.noun = Some(Noun::evolve(self.noun.take(), &decoded(recorded)?));
        self.version = recorded.event.version;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Aggregate, Fact, Noun,
        calendar::{self, Calendar, CalendarEvent},
    };
    use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};
    use jiff::civil::date;
    use tempfile::TempDir;

    use super::load;

    fn log() -> (TempDir, Log) {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path(), "northeast", Options::default()).unwrap();
        (dir, log)
    }

    fn opened(day: i8) -> CalendarEvent {
        CalendarEvent::DayOpened { date: date(2026, 11, day), business_day: true }
    }

    fn stored(fact: Fact) -> NewEvent {
        let encoded = contract::encode(&fact.event);
        NewEvent {
            stream: fact.stream,
            expected: Expected::Any,
            kind: encoded.kind.to_owned(),
            schema: contract::event::SCHEMA,
            data: encoded.data.into(),
        }
    }

    fn write(log: &mut Log, number: u8, event: NewEvent) {
        let record = NewRecord {
            command_id: CommandId([number; 16]),
            committed_at: 0,
            actor: "test".to_owned(),
            causation: None,
            correlation: None,
            traceparent: None,
            events: vec![event],
        };
        log.append(vec![record]).unwrap().outcomes.remove(0).unwrap();
    }

    #[test]
    fn a_state_that_is_read_from_the_newest_fact_is_the_fold_of_all_of_them() {
        let (_dir, mut log) = log();
        let mut all = Calendar::UNKNOWN.clone();
        for day in 1..=30 {
            all = all.evolve(&opened(day));
            write(&mut log, day.unsigned_abs(), stored(opened(day).on()));
        }
        let cached = load(&log.reader(), calendar::days().as_str()).unwrap();
        assert_eq!((cached.noun, cached.version), (Some(Noun::Calendar(all)), 30));
    }

    #[test]
    fn nothing_but_the_newest_fact_is_read_where_it_says_everything() {
        let (_dir, mut log) = log();
        let day = stored(opened(2).on());
        write(&mut log, 1, NewEvent { kind: "demarc.calendar.v1.Odd".to_owned(), ..day.clone() });
        assert!(load(&log.reader(), &day.stream).is_err());
        write(&mut log, 2, day.clone());
        assert_eq!(load(&log.reader(), &day.stream).unwrap().version, 2);
    }

    #[test]
    fn a_stream_that_does_not_exist_has_no_state() {
        let (_dir, log) = log();
        for stream in [calendar::days().as_str(), "ledger_7"] {
            let cached = load(&log.reader(), stream).unwrap();
            assert_eq!((cached.noun, cached.version), (None, 0), "{stream}");
        }
    }
}
