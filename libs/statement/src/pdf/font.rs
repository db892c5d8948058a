//! The two faces: how wide a text is, its bytes in a page, and what goes into the file.

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use super::EFFORT;
use super::page::{Style, Weight, exact};

/// What pages call the faces.
pub(super) const REGULAR: &[u8] = b"R";
pub(super) const BOLD: &[u8] = b"B";

/// Where a glyph is missing.
const REPLACEMENT: char = '\u{fffd}';

const SYSTEM: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Both faces, with what was used of them.
pub(super) struct Fonts {
    pub(super) regular: Font,
    pub(super) bold: Font,
}

/// One face. Only the glyphs that were used go into the file.
pub(super) struct Font {
    name: &'static str,
    data: &'static [u8],
    face: Face<'static>,
    used: GlyphRemapper,
    /// What a used glyph means, by its number in the file.
    meanings: BTreeMap<u16, char>,
    /// How wide a used glyph is, by its number in the file, in thousandths of the font's size.
    widths: BTreeMap<u16, i32>,
}

impl Fonts {
    pub(super) fn load() -> Self {
        let regular = include_bytes!("../../fonts/OpenSans-Regular.ttf");
        let bold = include_bytes!("../../fonts/OpenSans-Bold.ttf");
        Self {
            regular: Font::load("STMTAA+OpenSans", regular),
            bold: Font::load("STMTAA+OpenSans-Bold", bold),
        }
    }

    fn of(&self, style: Style) -> &Font {
        match style.weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// How long a text is, in twips.
    pub(super) fn width(&self, style: Style, text: &str) -> i32 {
        let font = self.of(style);
        let widths = text.chars().map(|letter| font.width(font.glyph(letter)));
        widths.fold(0_i32, i32::saturating_add).saturating_mul(style.size) / 1000
    }

    /// A style in which a text is no longer than some twips: the same, or a smaller one. At a
    /// quarter of its size it stays, however long the text is.
    pub(super) fn fitting(&self, style: Style, text: &str, width_max: i32) -> Style {
        let width = self.width(style, text).max(1);
        if width <= width_max {
            return style;
        }
        let size = i64::from(style.size) * i64::from(width_max) / i64::from(width);
        let size = i32::try_from(size).unwrap_or(style.size);
        Style { size: size.max(style.size / 4), ..style }
    }

    /// A text as a page says it.
    pub(super) fn encode(&mut self, style: Style, text: &str) -> Vec<u8> {
        let font = match style.weight {
            Weight::Regular => &mut self.regular,
            Weight::Bold => &mut self.bold,
        };
        text.chars().flat_map(|letter| font.encode(letter).to_be_bytes()).collect()
    }

    /// A text in lines that are no longer than some twips. Lines end between words; a word that is
    /// longer than a line is cut.
    pub(super) fn wrap(&self, style: Style, text: &str, width_max: i32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in words(text) {
            let line = lines.last_mut().expect("there is a first line");
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(style, &longer) <= width_max {
                *line = longer;
            } else {
                self.wrap_word(style, word, width_max, &mut lines);
            }
        }
        lines
    }

    /// A word that does not fit behind what the last line has: on lines of its own.
    fn wrap_word(&self, style: Style, word: &str, width_max: i32, lines: &mut Vec<String>) {
        let mut line = String::new();
        let mut width = 0;
        for letter in word.chars() {
            let more = self.width(style, letter.encode_utf8(&mut [0; 4]));
            if width + more > width_max && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                width = 0;
            }
            line.push(letter);
            width += more;
        }
        lines.push(line);
        lines.retain(|line| !line.is_empty());
    }
}

/// What lies between blanks; a blank that no line breaks at is none.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let blank =
        |letter: char| (letter.is_whitespace() && letter != '\u{a0}') || letter.is_control();
    text.split(blank).filter(|word| !word.is_empty())
}

impl Font {
    fn load(name: &'static str, data: &'static [u8]) -> Self {
        let face = Face::parse(data, 0).expect("the font that comes along can be read");
        let (meanings, widths) = (BTreeMap::new(), BTreeMap::new());
        Self { name, data, face, used: GlyphRemapper::new(), meanings, widths }
    }

    /// A letter's glyph, or that which says that there is none.
    fn glyph(&self, letter: char) -> GlyphId {
        let glyph = self.face.glyph_index(letter);
        glyph.or_else(|| self.face.glyph_index(REPLACEMENT)).unwrap_or_default()
    }

    /// In thousandths of the font's size.
    fn width(&self, glyph: GlyphId) -> i32 {
        self.scaled(self.face.glyph_hor_advance(glyph).unwrap_or_default())
    }

    fn scaled(&self, units: impl Into<i32>) -> i32 {
        units.into() * 1000 / i32::from(self.face.units_per_em())
    }

    fn encode(&mut self, letter: char) -> u16 {
        let glyph = self.glyph(letter);
        let known = self.face.glyph_index(letter).is_some();
        let number = self.used.remap(glyph.0);
        self.meanings.entry(number).or_insert(if known { letter } else { REPLACEMENT });
        self.widths.insert(number, self.width(glyph));
        number
    }

    /// Puts the used part of the face into a file.
    pub(super) fn write(&self, pdf: &mut Pdf, id: Ref, next: &mut Ref) {
        let (cid, descriptor) = (next.bump(), next.bump());
        let (cmap, data) = (next.bump(), next.bump());
        let name = Name(self.name.as_bytes());

        let mut font = pdf.type0_font(id);
        font.base_font(name).encoding_predefined(Name(b"Identity-H"));
        font.descendant_font(cid).to_unicode(cmap);
        font.finish();

        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM);
        font.font_descriptor(descriptor).cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = font.widths();
        for (number, width) in &self.widths {
            widths.consecutive(*number, [exact(*width)]);
        }
        widths.finish();
        font.finish();

        self.write_descriptor(pdf, descriptor, data);
        let mut unicode = UnicodeCmap::new(Name(b"Unicode"), SYSTEM);
        for (number, letter) in &self.meanings {
            unicode.pair(*number, *letter);
        }
        let bytes = compress_to_vec_zlib(&unicode.finish(), EFFORT);
        pdf.cmap(cmap, &bytes).filter(Filter::FlateDecode);

        let subset = subsetter::subset(self.data, 0, &self.used);
        let subset = subset.expect("the font that comes along can be read");
        let bytes = compress_to_vec_zlib(&subset, EFFORT);
        pdf.stream(data, &bytes).filter(Filter::FlateDecode);
    }

    fn write_descriptor(&self, pdf: &mut Pdf, id: Ref, data: Ref) {
        let face = &self.face;
        let scaled = |units: i16| exact(self.scaled(units));
        let all = face.global_bounding_box();
        let (left, bottom) = (scaled(all.x_min), scaled(all.y_min));
        let bounds = Rect::new(left, bottom, scaled(all.x_max), scaled(all.y_max));
        let mut descriptor = pdf.font_descriptor(id);
        descriptor.name(Name(self.name.as_bytes())).flags(FontFlags::NON_SYMBOLIC).bbox(bounds);
        descriptor.italic_angle(0.0).ascent(scaled(face.ascender()));
        descriptor.descent(scaled(face.descender()));
        descriptor.cap_height(scaled(face.capital_height().unwrap_or_default()));
        descriptor.stem_v(STEM).font_file2(data);
    }
}

/// How thick a stem is, for readers that lack the font; these have it.
const STEM: f32 = 80.0;
