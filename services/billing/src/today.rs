//! The last opened day: "today" of everything that billing says.

use domain::{Event, calendar::CalendarEvent};
use jiff::civil::Date;
use projection::{Fault, Rows, Table};

use crate::read::parse;

/// The day, under the empty key.
const TABLE: Table = Table::new(b't');

/// Takes note of a day that is opened. Runs after whoever asks which day was open before.
pub(crate) fn apply(event: &Event, rows: &mut Rows<'_>) -> Result<(), Fault> {
    if let Event::Calendar(CalendarEvent::DayOpened { date, .. }) = event {
        rows.put(TABLE, "", &date.to_string())?;
    }
    Ok(())
}

/// The last opened day; before the first one nothing is past due.
pub(crate) fn of(rows: &Rows<'_>) -> Result<Date, Fault> {
    match rows.get::<String>(TABLE, "")? {
        Some(date) => parse(&date),
        None => Ok(Date::MIN),
    }
}
