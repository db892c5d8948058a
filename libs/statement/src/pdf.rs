//! PDF: pages of text that can be selected and searched, in a font that comes along.
//!
//! Lengths are whole twips, of which a point has twenty and a sheet of A4 exactly 11906 by 16838;
//! each page begins with the scale, so nothing is computed in fractions. The only identity in the
//! file is what is on its pages: no date, no random id.

mod flow;
mod font;
mod page;
mod script;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use crate::check::Checked;
use crate::sheet::Sheet;
use crate::statement::Paper;
use font::{FACES, Fonts, NAMES};
use page::{Page, Size};

/// How hard streams are compressed: 6 of 10.
const EFFORT: u8 = 6;

const CATALOG: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const OUTLINE: Ref = Ref::new(4);
/// The first of those that are counted.
const FIRST_FREE: Ref = Ref::new(5);

/// One PDF of several statements, for the printer: each begins on a page of its own and counts its
/// pages from one, and the bookmarks name the statements. Nothing where there is no statement: a
/// PDF has at least one page.
#[must_use]
pub fn print_file(statements: &[Checked]) -> Option<Vec<u8>> {
    let sheets: Vec<_> = statements.iter().map(|checked| Sheet::of(checked.statement())).collect();
    (!sheets.is_empty()).then(|| render(&sheets))
}

/// The pages of all sheets, one after another.
pub(crate) fn render(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut fonts = Fonts::load();
    let mut file = File::new();
    for sheet in sheets {
        let size = Size::of(sheet.biller.paper);
        let pages = flow::pages(sheet, size, &mut fonts);
        file.add(sheet, pages);
    }
    file.finish(&fonts)
}

/// A PDF while it is written.
struct File {
    pdf: Pdf,
    next: Ref,
    pages: Vec<Ref>,
    /// What the bookmarks say, and where they lead.
    marks: Vec<(String, Ref)>,
    /// Where the faces are, in their order.
    faces: [Ref; FACES],
}

impl File {
    fn new() -> Self {
        let mut next = FIRST_FREE;
        let faces = NAMES.map(|_| next.bump());
        Self { pdf: Pdf::new(), next, pages: Vec::new(), marks: Vec::new(), faces }
    }

    fn add(&mut self, sheet: &Sheet<'_>, pages: Vec<Page>) {
        let first = self.pages.len();
        for page in pages {
            self.add_page(sheet.biller.paper, page);
        }
        let title = format!("{} {}", sheet.title, sheet.number);
        self.marks.extend(self.pages.get(first).map(|page| (title, *page)));
    }

    fn add_page(&mut self, paper: Paper, drawn: Page) {
        let (id, content) = (self.next.bump(), self.next.bump());
        let used = drawn.faces;
        let bytes = compress_to_vec_zlib(&drawn.finish(), EFFORT);
        self.pdf.stream(content, &bytes).filter(Filter::FlateDecode);
        let (width, height) = points(paper);
        let mut page = self.pdf.page(id);
        page.parent(TREE).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
        let mut resources = page.resources();
        let mut fonts = resources.fonts();
        for (at, _) in used.into_iter().enumerate().filter(|(_, used)| *used) {
            fonts.pair(Name(NAMES[at]), self.faces[at]);
        }
        fonts.finish();
        resources.finish();
        page.finish();
        self.pages.push(id);
    }

    fn finish(mut self, fonts: &Fonts) -> Vec<u8> {
        for (font, id) in fonts.faces.iter().zip(self.faces).filter(|(font, _)| font.is_used()) {
            font.write(&mut self.pdf, id, &mut self.next);
        }
        self.write_outline();
        let count = i32::try_from(self.pages.len()).expect("a file has fewer than 2^31 pages");
        self.pdf.pages(TREE).kids(self.pages.iter().copied()).count(count);
        if let [(title, _)] = self.marks.as_slice() {
            self.pdf.document_info(INFO).title(TextStr(title));
        }
        let mut catalog = self.pdf.catalog(CATALOG);
        catalog.pages(TREE).outlines(OUTLINE).lang(TextStr("en"));
        catalog.viewer_preferences().display_doc_title(self.marks.len() == 1);
        catalog.finish();
        self.pdf.finish()
    }

    fn write_outline(&mut self) {
        let items: Vec<_> = self.marks.iter().map(|_| self.next.bump()).collect();
        let mut outline = self.pdf.outline(OUTLINE);
        if let [first, .., last] | [first @ last] = items.as_slice() {
            let count = i32::try_from(items.len()).expect("a file has fewer than 2^31 marks");
            outline.first(*first).last(*last).count(count);
        }
        outline.finish();
        for (at, (title, page)) in self.marks.iter().enumerate() {
            let mut item = self.pdf.outline_item(items[at]);
            item.title(TextStr(title)).parent(OUTLINE);
            at.checked_sub(1).map(|before| item.prev(items[before]));
            items.get(at + 1).map(|after| item.next(*after));
            item.dest().page(*page).fit();
        }
    }
}

/// Width and height of a sheet, as the file says them.
fn points(paper: Paper) -> (f32, f32) {
    match paper {
        Paper::Letter => (612.0, 792.0),
        Paper::A4 => (595.3, 841.9),
    }
}
