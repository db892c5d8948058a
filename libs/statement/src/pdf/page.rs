//! One page: texts, rules and boxes at places that are counted from its top left corner.

use pdf_writer::{Content, Name, Str};

use super::font::{FACES, Fonts, NAMES};
use crate::statement::Paper;

/// Twips of a point.
pub(super) const PT: i32 = 20;

/// Red, green and blue, each from 0 to 1.
pub(super) type Color = [f32; 3];

pub(super) const INK: Color = [0.106, 0.153, 0.2];
pub(super) const QUIET: Color = [0.357, 0.42, 0.478];
pub(super) const FAINT: Color = [0.867, 0.894, 0.918];
pub(super) const BRAND: Color = [0.043, 0.31, 0.424];
pub(super) const BRAND_TINT: Color = [0.929, 0.961, 0.973];
pub(super) const URGENT: Color = [0.643, 0.149, 0.173];
pub(super) const URGENT_TINT: Color = [0.988, 0.941, 0.941];
pub(super) const WHITE: Color = [1.0, 1.0, 1.0];

/// How thick a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) weight: Weight,
    /// The font's size, in twips.
    pub(super) size: i32,
    pub(super) color: Color,
}

impl Style {
    /// Regular text of a size in half points.
    pub(super) const fn regular(half_points: i32, color: Color) -> Self {
        Self { weight: Weight::Regular, size: half_points * PT / 2, color }
    }

    /// Bold text of a size in half points.
    pub(super) const fn bold(half_points: i32, color: Color) -> Self {
        Self { weight: Weight::Bold, size: half_points * PT / 2, color }
    }

    /// From one line to the next, in twips.
    pub(super) const fn leading(self) -> i32 {
        self.size * 7 / 5
    }
}

/// A size of paper, in twips.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Size {
    pub(super) fn of(paper: Paper) -> Self {
        match paper {
            Paper::Letter => Self { width: 12_240, height: 15_840 },
            Paper::A4 => Self { width: 11_906, height: 16_838 },
        }
    }
}

/// A place on a page, in twips from its left and from its top. Texts stand on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// A page while it is drawn.
pub(super) struct Page {
    content: Content,
    height: i32,
    /// Which faces are on it.
    pub(super) faces: [bool; FACES],
}

impl Page {
    pub(super) fn new(size: Size) -> Self {
        let mut content = Content::new();
        content.transform(TWIPS);
        Self { content, height: size.height, faces: [false; FACES] }
    }

    /// A line of text that begins at a place.
    pub(super) fn text(&mut self, fonts: &mut Fonts, at: At, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        let [red, green, blue] = style.color;
        let content = &mut self.content;
        content.set_fill_rgb(red, green, blue).begin_text();
        content.next_line(exact(at.x), exact(self.height - at.y));
        for run in fonts.encode(style, text) {
            self.faces[run.face] = true;
            content.set_font(Name(NAMES[run.face]), exact(style.size)).show(Str(&run.bytes));
        }
        content.end_text();
    }

    /// A line of text that ends at a place.
    pub(super) fn text_to(&mut self, fonts: &mut Fonts, at: At, style: Style, text: &str) {
        let x = at.x - fonts.width(style, text);
        self.text(fonts, At { x, ..at }, style, text);
    }

    /// A box, by its top left corner.
    pub(super) fn fill(&mut self, at: At, width: i32, height: i32, color: Color) {
        let [red, green, blue] = color;
        self.content.set_fill_rgb(red, green, blue);
        let bottom = self.height - at.y - height;
        self.content.rect(exact(at.x), exact(bottom), exact(width), exact(height));
        self.content.fill_nonzero();
    }

    /// A dashed rule along which paper is torn.
    pub(super) fn perforation(&mut self, at: At, width: i32) {
        let mut x = 0;
        while x < width {
            self.fill(At { x: at.x + x, ..at }, DASH.min(width - x), PT / 2, QUIET);
            x += 2 * DASH;
        }
    }

    /// What the file holds of the page.
    pub(super) fn finish(self) -> Vec<u8> {
        self.content.finish().into_vec()
    }
}

/// From twips to points.
const TWIPS: [f32; 6] = [0.05, 0.0, 0.0, 0.05, 0.0, 0.0];

const DASH: i32 = 4 * PT;

/// Twips on a sheet of paper are far below 2^24 and lose nothing.
pub(super) fn exact(twips: i32) -> f32 {
    twips as f32
}
