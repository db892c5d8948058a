//! Search: whatever a caller says, their account is found by it (F64, F81, F92).
//!
//! The index knows no text: it holds keyed hashes of words, numbers and what they begin with, and
//! for each the numbers of the accounts. What it shows of an account is sealed and opened by the
//! gateway like everything else. To make the hashes it opens what it hears, so it runs where the
//! keys lie: in core's process, over the same bus as the other services. It is asked there, too:
//! what somebody looks for is personal data and goes over no bus.
//!
//! What must stay true: no file of it holds a text that anybody could read; whoever was erased is
//! found by nothing; the index follows from the log and the keys, and can be deleted.

mod answer;
mod asked;
mod card;
mod find;
mod held;
mod join;
mod model;
mod person;
mod postings;
mod spelling;
mod terms;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use contract::search::Finder;
use domain::biller::Biller;
use service::{Context, ReadSide, read_side::Parts};

use answer::{Answers, Running};
use model::Search;

pub use model::Keys;

/// Starts search over one biller's log: what runs, and whom to ask.
///
/// # Errors
/// When its directory or its subject cannot be had.
pub async fn start(
    context: &Context,
    biller: &Biller,
    keys: Keys,
) -> anyhow::Result<(ReadSide, Arc<dyn Finder>)> {
    let search = Arc::new(Search { keys });
    let parts = Parts { model: Arc::clone(&search), performer: None, live: None };
    let side = ReadSide::start(context, &biller.name, parts).await?;
    let handle = side.handle.clone();
    // Whose terms were made with another key is found by nothing.
    if matches!(handle.query(|rows| search.is_of_another_key(rows)), Ok(true)) {
        handle.rebuild();
    }
    let answers = Answers { search, currency: biller.currency };
    Ok((side, Arc::new(Running { handle, answers })))
}
