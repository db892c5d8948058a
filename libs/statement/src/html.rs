//! HTML: `templates/statement.html`, in which every text is escaped.
//!
//! What must stay true: no text says how another one is read.

use askama::Template;

use crate::sheet::Sheet;
use crate::statement::Paper;

#[derive(Template)]
#[template(path = "statement.html")]
struct Page<'a> {
    sheet: &'a Sheet<'a>,
    /// The paper, as CSS calls it.
    paper: &'static str,
}

/// The whole page.
pub(crate) fn render(sheet: &Sheet<'_>) -> String {
    let paper = match sheet.biller.paper {
        Paper::Letter => "letter",
        Paper::A4 => "A4",
    };
    let mut page = Page { sheet, paper }.render().expect("a String takes every text");
    page.retain(|letter| !turns_a_line(letter));
    page
}

/// Whether a letter only says in which direction what follows is written: in a name it would turn
/// round what stands beside it.
fn turns_a_line(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
