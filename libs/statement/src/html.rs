//! HTML: `templates/statement.html`, in which every text is escaped.

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
    Page { sheet, paper }.render().expect("a String takes every text")
}
