//! The customer's statement: what is owed and why, as one page of HTML, as a PDF, and as one PDF
//! of many for the printer.
//!
//! What must stay true: nothing here reads a clock, a file or a random number, so the same
//! statement is the same bytes, today and in ten years' time; a statement whose parts do not add
//! up is refused, so nobody sees one; HTML and PDF take every word and amount from one `Sheet`,
//! so they cannot differ; no text of a customer's is markup, and none makes this crate panic.
//!
//! The crate knows neither accounts nor keys. A text that is still sealed (`{sealed:...}`) is
//! shown as it is: who renders for a person opens the texts of the [`Statement`] first. Opening
//! the finished HTML instead would put texts into it that nobody escaped.

mod check;
mod html;
mod money;
mod pdf;
mod sheet;
mod statement;

pub use check::{Checked, Mismatch, Total};
pub use money::{Currency, NoCurrency};
pub use pdf::print_file;
pub use statement::{
    Address, Autopay, Charge, ChargeGroup, Delivery, Entry, Kind, Letterhead, Paper, PastDue,
    Period, Statement,
};

use sha2::{Digest, Sha256};
use sheet::Sheet;

/// The SHA-256 of some bytes, such as a statement's [`Statement::canonical_json`], in 64
/// lower-case hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
