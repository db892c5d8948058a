//! Which day is it? The biller's last opened day, for what happens without an appointment.

use domain::{Event, calendar::CalendarEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};

/// One row, under [`KEY`].
const TABLE: Table = Table::new(b'T');
const KEY: &str = "today";

/// Remembers the day.
pub(crate) fn apply(event: &Event, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Calendar(CalendarEvent::DayOpened { date, .. }) = event else { return Ok(()) };
    rows.put(TABLE, KEY, &date.to_string())
}

/// The day on which an event happened. Before a day is opened, the day of the commit in UTC.
pub(crate) fn of(rows: &Rows<'_>, recorded: &Recorded) -> Result<String, Fault> {
    let opened = rows.get::<String>(TABLE, KEY)?;
    let committed = || contract::event::time(recorded.meta.committed_at)[..10].to_owned();
    Ok(opened.unwrap_or_else(committed))
}
