//! How a sheet is set: the sections flow over as many pages as they need, and every page says
//! whose it is and which of how many.

mod first;

use super::font::Fonts;
use super::page::{
    At, BRAND, BRAND_TINT, FAINT, INK, PT, Page, QUIET, Size, Style, URGENT, URGENT_TINT,
};
use crate::sheet::{Line, Notice, Section, Sheet};

const BODY: Style = Style::regular(19, INK);
const BODY_BOLD: Style = Style::bold(19, INK);
const BODY_QUIET: Style = Style::regular(17, QUIET);
const SMALL: Style = Style::regular(16, QUIET);
const HEADING: Style = Style::bold(23, BRAND);
const DUE: Style = Style::bold(26, INK);

/// White on all sides.
const MARGIN: i32 = 52 * PT;
/// What the foot of a page takes.
const FOOT: i32 = 22 * PT;
/// The columns of days and of amounts.
const DAYS: i32 = 132 * PT;
const AMOUNT: i32 = 96 * PT;
/// Between columns.
const GUTTER: i32 = 14 * PT;
/// Between the text of a line and the rules around it.
const AIR: i32 = 4 * PT;

/// All pages of a sheet.
pub(super) fn pages(sheet: &Sheet<'_>, size: Size, fonts: &mut Fonts) -> Vec<Page> {
    let page = Page::new(size);
    let mut flow = Flow { sheet, size, fonts, full: Vec::new(), page, y: MARGIN };
    flow.first_page();
    for notice in &sheet.notices {
        flow.notice(notice);
    }
    flow.section(&sheet.summary, DUE);
    for section in &sheet.sections {
        flow.section(section, BODY_BOLD);
    }
    flow.closing();
    flow.finish()
}

/// A sheet while it is set.
struct Flow<'a> {
    sheet: &'a Sheet<'a>,
    size: Size,
    fonts: &'a mut Fonts,
    /// The pages before this one.
    full: Vec<Page>,
    page: Page,
    /// Where the next thing goes: twips from the top.
    y: i32,
}

impl Flow<'_> {
    /// What lies between the margins.
    fn width(&self) -> i32 {
        self.size.width - 2 * MARGIN
    }

    fn right(&self) -> i32 {
        self.size.width - MARGIN
    }

    /// Where this page is full.
    fn bottom(&self) -> i32 {
        let slip = if self.full.is_empty() && self.sheet.has_slip { first::SLIP } else { 0 };
        self.size.height - MARGIN - FOOT - slip
    }

    /// Makes room for so much: on the next page, if this one has not enough. Says whether it is
    /// another page.
    fn make_room(&mut self, height: i32) -> bool {
        let turn = self.y + height > self.bottom();
        if turn {
            self.full.push(std::mem::replace(&mut self.page, Page::new(self.size)));
            self.y = MARGIN;
            self.running_head();
            self.y += 14 * PT;
        }
        turn
    }

    /// Whose page it is, for who finds it alone.
    fn running_head(&mut self) {
        let (biller, title) = (&self.sheet.biller.name, self.title());
        let (half, y) = ((self.width() - GUTTER) / 2, self.y);
        let (style, biller) = self.fonts.shortened(Style::bold(19, BRAND), biller, half);
        self.page.text(self.fonts, At { x: MARGIN, y }, style, &biller);
        let (style, title) = self.fonts.shortened(SMALL, &title, half);
        self.page.text_to(self.fonts, At { x: self.right(), y }, style, &title);
    }

    fn title(&self) -> String {
        let Sheet { title, number, account, .. } = self.sheet;
        format!("{title} {number} · Account {account}")
    }

    /// Lines of text below one another, where there is room for them.
    fn lines(&mut self, x: i32, style: Style, lines: &[String]) {
        for line in lines {
            self.y += style.leading();
            self.page.text(self.fonts, At { x, y: self.y }, style, line);
        }
    }

    fn notice(&mut self, notice: &Notice) {
        let (bar, tint) = if notice.urgent { (URGENT, URGENT_TINT) } else { (BRAND, BRAND_TINT) };
        let (title, inset) = (Style::bold(20, bar), 14 * PT);
        let text = self.fonts.wrap(BODY, &notice.text, self.width() - 2 * inset);
        let height = title.leading() + lines_high(BODY, &text) + 16 * PT;
        self.make_room(height);
        let corner = At { x: MARGIN, y: self.y };
        self.page.fill(corner, self.width(), height, tint);
        self.page.fill(corner, 4 * PT, height, bar);
        self.y += 5 * PT;
        self.lines(MARGIN + inset, title, std::slice::from_ref(&notice.title));
        self.lines(MARGIN + inset, BODY, &text);
        self.y = corner.y + height + 12 * PT;
    }

    fn section(&mut self, section: &Section, total: Style) {
        let room = HEADING.leading() * 2 + 4 * (BODY.leading() + 2 * AIR);
        if !self.make_room(room) {
            self.y += 10 * PT;
        }
        self.heading(&section.heading);
        for (at, line) in section.lines.iter().enumerate() {
            let last = at + 1 == section.lines.len();
            // The total does not stand alone on a page.
            let below = if last { total.leading() + 2 * AIR } else { 0 };
            self.line(line, BODY, below, &section.heading);
            let rule = At { x: MARGIN, y: self.y };
            let (thickness, color) = if last { (PT, INK) } else { (PT / 2, FAINT) };
            self.page.fill(rule, self.width(), thickness, color);
        }
        self.line(&section.total, total, 0, &section.heading);
        self.y += 6 * PT;
    }

    fn heading(&mut self, heading: &str) {
        let lines = self.fonts.wrap(HEADING, heading, self.width());
        self.lines(MARGIN, HEADING, &lines);
        self.y += 6 * PT;
        self.page.fill(At { x: MARGIN, y: self.y }, self.width(), PT * 3 / 2, BRAND);
        self.y += PT;
    }

    /// A line with its amount, on a page that has room for what is right below it, too.
    fn line(&mut self, line: &Line, style: Style, below: i32, heading: &str) {
        let days = if line.days.is_empty() { 0 } else { DAYS + GUTTER };
        let text = self.fonts.wrap(style, &line.text, self.width() - AMOUNT - GUTTER - days);
        let (first, rest) = text.split_first().expect("a text has a line");
        self.room_in(heading, style.leading() + 2 * AIR + below);
        self.y += AIR;
        self.lines(MARGIN, style, std::slice::from_ref(first));
        let x = self.right() - AMOUNT - GUTTER - DAYS;
        self.page.text(self.fonts, At { x, y: self.y }, BODY_QUIET, &line.days);
        let room = if line.days.is_empty() { self.width() / 2 } else { AMOUNT + GUTTER };
        let amount = self.fonts.fitting(style, &line.amount, room);
        let at = At { x: self.right(), y: self.y };
        self.page.text_to(self.fonts, at, amount, &line.amount);
        for more in rest {
            self.room_in(heading, style.leading() + AIR);
            self.lines(MARGIN, style, std::slice::from_ref(more));
        }
        self.y += AIR + PT;
    }

    /// Makes room in a section, whose heading is said again on another page.
    fn room_in(&mut self, heading: &str, height: i32) {
        if self.make_room(height) {
            self.heading(&format!("{heading} (continued)"));
        }
    }

    /// How to pay, and whom to ask.
    fn closing(&mut self) {
        let half = (self.width() - 2 * GUTTER) / 2;
        let pay_by = self.sheet.pay_by.map(|text| ("How to pay", text));
        let questions = ("Questions?", &*self.sheet.biller.questions);
        let texts = pay_by.into_iter().chain([questions]);
        let texts: Vec<_> =
            texts.map(|(title, text)| (title, self.fonts.wrap(BODY, text, half))).collect();
        let highest = texts.iter().map(|(_, lines)| lines_high(BODY, lines)).max();
        let height = highest.unwrap_or_default() + BODY.leading() + 20 * PT;
        self.make_room(height);
        self.y += 14 * PT;
        let (mut x, top) = (MARGIN, self.y);
        for (title, lines) in &texts {
            self.y = top;
            self.lines(x, Style::bold(20, BRAND), &[(*title).to_owned()]);
            self.lines(x, BODY, lines);
            x += half + 2 * GUTTER;
        }
    }

    /// Every page, with its foot.
    fn finish(self) -> Vec<Page> {
        let title = format!("{} · {}", self.sheet.biller.name, self.title());
        let (right, y) = (self.right(), self.size.height - MARGIN);
        let mut pages = self.full;
        pages.push(self.page);
        let count = pages.len();
        let (left, title) = self.fonts.shortened(SMALL, &title, right - MARGIN - 80 * PT);
        for (at, page) in pages.iter_mut().enumerate() {
            page.text(self.fonts, At { x: MARGIN, y }, left, &title);
            let number = format!("Page {} of {count}", at + 1);
            page.text_to(self.fonts, At { x: right, y }, SMALL, &number);
        }
        pages
    }
}

fn lines_high(style: Style, lines: &[String]) -> i32 {
    i32::try_from(lines.len()).unwrap_or(i32::MAX).saturating_mul(style.leading())
}
