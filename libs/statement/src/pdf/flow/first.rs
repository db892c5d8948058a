//! What only the first page has: the letterhead, what is due and by when, and the slip to return.
//!
//! The address of the customer lies where the left window of a number 10 envelope is.

use super::{Flow, MARGIN, SMALL};
use crate::pdf::page::{At, BRAND, INK, PT, QUIET, Style, WHITE};

const NAME: Style = Style::bold(36, BRAND);
const LABEL: Style = Style::regular(18, QUIET);
const VALUE: Style = Style::bold(18, INK);
const ADDRESS: Style = Style::regular(21, INK);
const ADDRESS_NAME: Style = Style::bold(21, INK);

/// Most lines of a name, and of a part of an address: what is longer leaves the window.
const NAME_LINES: usize = 3;
const PART_LINES: usize = 2;

/// Where the address begins.
const WINDOW: i32 = 150 * PT;
/// What the slip takes of the page.
pub(super) const SLIP: i32 = 164 * PT;
/// What the panel with the amount due is high, and what it leaves around its texts.
const PANEL: i32 = 92 * PT;
const INSET: i32 = 16 * PT;

impl Flow<'_> {
    /// The head of the first page.
    pub(super) fn first_page(&mut self) {
        let half = self.width() / 2 - 14 * PT;
        let right = MARGIN + self.width() / 2 + 14 * PT;
        self.letterhead(half);
        let left = self.y.max(WINDOW - ADDRESS.leading());
        self.y = MARGIN - LABEL.leading() + 4 * PT;
        self.facts(right);
        let panel = self.y.max(left - 4 * PT);
        self.panel(At { x: right, y: panel }, half);
        self.y = left;
        let to = self.sheet.bill_to;
        self.address(&to.name, &to.address, half);
        self.y = self.y.max(panel + PANEL) + 22 * PT;
        if self.sheet.has_slip {
            self.slip(half, right);
        }
    }

    fn letterhead(&mut self, half: i32) {
        let biller = self.sheet.biller;
        self.y = MARGIN - NAME.leading() / 2;
        let name = self.fonts.wrap(NAME, &biller.name, half);
        self.lines(MARGIN, NAME, &name);
        self.y += 2 * PT;
        for part in &biller.address {
            let lines = self.fonts.wrap(SMALL, part, half);
            self.lines(MARGIN, SMALL, &lines);
        }
        self.y += 10 * PT;
    }

    fn facts(&mut self, x: i32) {
        for fact in &self.sheet.facts {
            self.fact(x, fact.label, &fact.value);
        }
        self.y += 16 * PT;
    }

    /// A label at a place, and what belongs to it at the right margin.
    fn fact(&mut self, x: i32, label: &str, value: &str) {
        self.y += LABEL.leading();
        self.page.text(self.fonts, At { x, y: self.y }, LABEL, label);
        let at = At { x: self.right(), y: self.y };
        let (style, value) = self.fonts.shortened(VALUE, value, self.right() - x - 64 * PT);
        self.page.text_to(self.fonts, at, style, &value);
    }

    /// What is due, as large as it fits.
    fn panel(&mut self, corner: At, width: i32) {
        self.page.fill(corner, width, PANEL, BRAND);
        let headline = &self.sheet.headline;
        let texts = [
            (21, Style::regular(20, WHITE), headline.label),
            (54, Style::bold(64, WHITE), &headline.amount),
            (77, Style::bold(24, WHITE), &headline.when),
        ];
        for (down, style, text) in texts {
            let style = self.fonts.fitting(style, text, width - 2 * INSET);
            let at = At { x: corner.x + INSET, y: corner.y + down * PT };
            self.page.text(self.fonts, at, style, text);
        }
    }

    fn address(&mut self, name: &str, address: &[String], width: i32) {
        let lines = self.fonts.wrap_within(ADDRESS_NAME, name, width, NAME_LINES);
        self.lines(MARGIN, ADDRESS_NAME, &lines);
        for part in address {
            let lines = self.fonts.wrap_within(ADDRESS, part, width, PART_LINES);
            self.lines(MARGIN, ADDRESS, &lines);
        }
    }

    /// What a customer tears off and returns with a check.
    fn slip(&mut self, half: i32, right: i32) {
        let (sheet, below) = (self.sheet, self.y);
        self.y = self.bottom() + 12 * PT;
        self.page.perforation(At { x: MARGIN, y: self.y }, self.width());
        let please = "Please return this part with your check, payable to:".to_owned();
        self.y += 6 * PT;
        self.lines(MARGIN, SMALL, &[please]);
        let top = self.y;
        self.y += 10 * PT;
        self.address(&sheet.biller.name, &sheet.biller.address, half);
        self.y = top;
        let facts = [("From", &*sheet.bill_to.name), ("Account", sheet.account)];
        let amounts = [(sheet.title, sheet.number), ("Amount due", &sheet.headline.amount)];
        for (label, value) in facts.into_iter().chain(amounts) {
            self.fact(right, label, value);
        }
        self.fact(right, "Due", sheet.headline.when.trim_start_matches("Pay by "));
        self.y += 12 * PT;
        self.enclosed(right);
        self.y = below;
    }

    /// Where the customer writes what the check is over.
    fn enclosed(&mut self, x: i32) {
        let height = 24 * PT;
        self.page.text(self.fonts, At { x, y: self.y + 16 * PT }, LABEL, "Amount enclosed");
        let left = x + 100 * PT;
        let width = self.right() - left;
        self.page.fill(At { x: left, y: self.y }, width, height, QUIET);
        let inner = At { x: left + PT, y: self.y + PT };
        self.page.fill(inner, width - 2 * PT, height - 2 * PT, WHITE);
    }
}
