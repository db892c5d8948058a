//! A biller's file, as an operator writes it.

use contract::biller::{self, BillerError};
use jiff::civil::date;

/// Reads a biller: what is read can be worked with, what is not is named by its key.
pub fn biller(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let biller = match biller::parse(&text) {
        Ok(biller) => biller,
        Err(BillerError::Value { key, problem }) => {
            return assert!(!key.is_empty() && !problem.is_empty(), "{key:?} {problem:?}");
        }
        Err(BillerError::Toml(_)) => return,
    };
    assert!(bus::subject::check_name("biller", &biller.name).is_ok(), "{}", biller.name);
    for month in [date(2026, 2, 1), date(-9999, 1, 1), date(9999, 12, 31)] {
        let dates = biller.dunning_dates(month);
        assert_eq!(dates.len(), biller.policies.dunning_days.len());
        let _date = biller.suspension_date(month);
    }
    for (id, package) in &biller.catalog.packages {
        assert!(package.monthly.minor >= 0, "{id} costs less than nothing");
    }
}
