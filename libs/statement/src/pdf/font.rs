//! The faces: how wide a text is, its bytes in a page, and what goes into the file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use super::EFFORT;
use super::page::{Style, Weight, exact};
use super::script;

/// Where a letter is in no face and has no Latin one.
const REPLACEMENT: char = '\u{fffd}';
/// What is left out.
const ELLIPSIS: char = '…';

const SYSTEM: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// What pages call the faces, in the order of [`Fonts::faces`].
pub(super) const NAMES: [&[u8]; FACES] = [b"R", b"B", b"D", b"W"];

/// How many faces there are.
pub(super) const FACES: usize = 4;
/// Where the bold one is.
const BOLD: usize = 1;
/// Where those are that have what the first two lack: Arabic, Hebrew, Armenian and Georgian, then
/// Chinese, Japanese and Korean. They have one weight.
const OTHERS: [usize; 2] = [2, 3];

/// All faces, with what was used of them.
pub(super) struct Fonts {
    pub(super) faces: [Font; FACES],
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

/// Letters of a line that are of one face.
pub(super) struct Run {
    /// Which.
    pub(super) face: usize,
    /// As a page says them.
    pub(super) bytes: Vec<u8>,
}

impl Fonts {
    pub(super) fn load() -> Self {
        let regular = include_bytes!("../../fonts/OpenSans-Regular.ttf");
        let bold = include_bytes!("../../fonts/OpenSans-Bold.ttf");
        let other = include_bytes!("../../fonts/DejaVuSans.ttf");
        let wide = include_bytes!("../../fonts/DroidSansFallback.ttf");
        Self {
            faces: [
                Font::load("STMTAA+OpenSans", regular),
                Font::load("STMTAA+OpenSans-Bold", bold),
                Font::load("STMTAA+DejaVuSans", other),
                Font::load("STMTAA+DroidSansFallback", wide),
            ],
        }
    }

    /// The letters that are drawn for one, and in which face.
    fn drawn(&self, style: Style, letter: char) -> (usize, Cow<'static, str>) {
        let own = match style.weight {
            Weight::Regular => 0,
            Weight::Bold => BOLD,
        };
        let one = |letter: char| Cow::Owned(letter.to_string());
        if script::is_unseen(letter) {
            return (own, Cow::Borrowed(""));
        }
        if self.faces[own].has(letter) {
            return (own, one(letter));
        }
        if script::is_ornament(letter) {
            return (own, Cow::Borrowed(""));
        }
        if let Some(other) = OTHERS.into_iter().find(|other| self.faces[*other].has(letter)) {
            return (other, one(letter));
        }
        match script::in_latin(letter) {
            Some(latin) => (own, Cow::Borrowed(latin)),
            // What joins or silences a letter that is in Latin letters now.
            None if script::is_mark(letter) => (own, Cow::Borrowed("")),
            None => (own, one(REPLACEMENT)),
        }
    }

    /// How long a text is, in twips.
    pub(super) fn width(&self, style: Style, text: &str) -> i32 {
        let line = script::on_a_line(text);
        let widths = line.chars().map(|letter| self.width_of(style, letter));
        widths.fold(0_i32, i32::saturating_add).saturating_mul(style.size) / 1000
    }

    /// What is drawn for a letter, in thousandths of the font's size.
    fn width_of(&self, style: Style, letter: char) -> i32 {
        let (face, letters) = self.drawn(style, letter);
        let font = &self.faces[face];
        let widths = letters.chars().map(|letter| font.width(font.glyph(letter)));
        widths.fold(0, i32::saturating_add)
    }

    /// A style in which a text is no longer than some twips: the same, or a smaller one. At a
    /// quarter of its size it stays, however long the text is: no amount is ever cut.
    pub(super) fn fitting(&self, style: Style, text: &str, width_max: i32) -> Style {
        self.smaller(style, style.size / 4, text, width_max)
    }

    /// The same for a name: at three quarters of its size what does not fit is left out, and said
    /// to be.
    pub(super) fn shortened<'a>(
        &self,
        style: Style,
        text: &'a str,
        width_max: i32,
    ) -> (Style, Cow<'a, str>) {
        let style = self.smaller(style, style.size * 3 / 4, text, width_max);
        (style, self.cut(style, text, width_max))
    }

    fn smaller(&self, style: Style, size_min: i32, text: &str, width_max: i32) -> Style {
        let width = self.width(style, text).max(1);
        if width <= width_max {
            return style;
        }
        let size = i64::from(style.size) * i64::from(width_max) / i64::from(width);
        let size = i32::try_from(size).unwrap_or(style.size);
        Style { size: size.max(size_min), ..style }
    }

    /// As much of a text as fits, with a sign where something is left out.
    fn cut<'a>(&self, style: Style, text: &'a str, width_max: i32) -> Cow<'a, str> {
        if self.width(style, text) <= width_max {
            return Cow::Borrowed(text);
        }
        let room = i64::from(width_max) * 1000 / i64::from(style.size.max(1));
        let mut left = room - i64::from(self.width_of(style, ELLIPSIS));
        let fits = text.chars().take_while(|letter| {
            left -= i64::from(self.width_of(style, *letter));
            left >= 0
        });
        Cow::Owned(fits.chain([ELLIPSIS]).collect())
    }

    /// A line as a page says it, face by face.
    pub(super) fn encode(&mut self, style: Style, text: &str) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for letter in script::on_a_line(text).chars() {
            let (face, letters) = self.drawn(style, letter);
            if runs.last().is_none_or(|run| run.face != face) && !letters.is_empty() {
                runs.push(Run { face, bytes: Vec::new() });
            }
            let Some(run) = runs.last_mut() else { continue };
            let font = &mut self.faces[face];
            run.bytes.extend(letters.chars().flat_map(|letter| font.encode(letter).to_be_bytes()));
        }
        runs
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

    /// The same in at most so many lines: the last one says where something is left out.
    pub(super) fn wrap_within(
        &self,
        style: Style,
        text: &str,
        width_max: i32,
        lines_max: usize,
    ) -> Vec<String> {
        let mut lines = self.wrap(style, text, width_max);
        if lines.len() > lines_max {
            let rest = lines.split_off(lines_max.saturating_sub(1)).join(" ");
            lines.push(self.cut(style, &rest, width_max).into_owned());
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

    fn has(&self, letter: char) -> bool {
        self.face.glyph_index(letter).is_some()
    }

    /// Whether anything of it is on a page.
    pub(super) fn is_used(&self) -> bool {
        !self.widths.is_empty()
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
