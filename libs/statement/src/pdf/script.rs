//! Scripts: letters as they stand on a line, one after another from left to right, and what stands
//! for those that none of our faces has.
//!
//! What must stay true: what a text holds that nobody sees neither prints nor turns a line round.

use std::borrow::Cow;

use ar_reshaper::prelude::{ArabicReshaper, LigatureNames, ReshaperConfig};
use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

/// Where the first script begins that is written from right to left: Hebrew.
const RIGHT_TO_LEFT: char = '\u{590}';

/// A line as it is drawn: Arabic letters in the forms that they have beside one another, and what
/// is written from right to left turned round.
pub(super) fn on_a_line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|letter| letter < RIGHT_TO_LEFT && !is_unseen(letter)) {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter });
    let plain = plain.filter(|letter| is_joiner(*letter) || !is_unseen(*letter));
    let plain: String = plain.filter(|letter| !is_point(*letter)).collect();
    let shaped = reshaper().reshape(plain.replace(ALLAH, ALLAH_IN_LETTERS));
    let shaped: String = shaped.chars().filter(|letter| !is_joiner(*letter)).collect();
    let order = BidiInfo::new(&shaped, None);
    let lines = order.paragraphs.iter();
    Cow::Owned(lines.map(|line| order.reorder_line(line, line.range.clone())).collect())
}

/// The word in one letter, which none of our faces has, and in its own letters, which all read.
const ALLAH: char = '\u{fdf2}';
const ALLAH_IN_LETTERS: &str = "\u{627}\u{644}\u{644}\u{647}";

/// Joins Arabic letters to forms that our faces have.
fn reshaper() -> ArabicReshaper {
    let mut config = ReshaperConfig::default();
    config.update_ligature(LigatureNames::ARABIC_LIGATURE_ALLAH, false);
    config.to_reshaper()
}

/// Whether a letter is no letter: it has no width, or says which way others are written.
pub(super) fn is_unseen(letter: char) -> bool {
    match bidi_class(letter) {
        BidiClass::BN
        | BidiClass::LRE
        | BidiClass::RLE
        | BidiClass::LRO
        | BidiClass::RLO
        | BidiClass::PDF
        | BidiClass::LRI
        | BidiClass::RLI
        | BidiClass::FSI
        | BidiClass::PDI
        | BidiClass::B
        | BidiClass::S => true,
        BidiClass::AL
        | BidiClass::AN
        | BidiClass::CS
        | BidiClass::EN
        | BidiClass::ES
        | BidiClass::ET
        | BidiClass::L
        | BidiClass::NSM
        | BidiClass::ON
        | BidiClass::R
        | BidiClass::WS => MARKS_OF_DIRECTION.contains(&letter),
    }
}

/// Letters without a width that count as letters of one direction.
const MARKS_OF_DIRECTION: [char; 3] = ['\u{200e}', '\u{200f}', '\u{61c}'];

/// Whether Arabic letters are joined, or not, because of it.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

/// Whether it is a point of a Hebrew or Arabic letter: names are read without, and beside a letter
/// that is turned round it would stand on another one.
fn is_point(letter: char) -> bool {
    matches!(letter, '\u{591}'..='\u{6ed}') && is_mark(letter)
}

/// Whether it stands on, or changes, the letter before it.
pub(super) fn is_mark(letter: char) -> bool {
    bidi_class(letter) == BidiClass::NSM
}

/// Whether a letter is drawn as nothing where a face lacks it: pictures, their colours and joints,
/// and marks that change the letter before them.
pub(super) fn is_ornament(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2300}'..='\u{27bf}'
            | '\u{2900}'..='\u{2bff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{1f000}'..='\u{1faff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A letter in Latin letters, as far as there is a usage.
pub(super) fn in_latin(letter: char) -> Option<&'static str> {
    deunicode::deunicode_char(letter).filter(|latin| !latin.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{in_latin, is_ornament, on_a_line};

    #[test]
    fn what_is_written_from_the_right_is_turned_round_and_arabic_letters_are_joined() {
        assert_eq!(on_a_line("Zoë Wałęsa 中文"), "Zoë Wałęsa 中文");
        assert_eq!(on_a_line("שלום 12"), "12 םולש", "numbers stay as they are");
        assert_eq!(on_a_line("على"), "\u{fef0}\u{fee0}\u{fecb}", "first, middle and last form");
    }

    #[test]
    fn what_nobody_sees_neither_prints_nor_turns_a_line_round() {
        assert_eq!(on_a_line("Ann \u{202e}Lee\u{202c} Ray"), "Ann Lee Ray", "an override");
        assert_eq!(on_a_line("\u{2067}Ann\u{2069} Lee"), "Ann Lee", "an isolate");
        assert_eq!(on_a_line("\u{200f}Ann 12"), "Ann 12", "a mark");
        assert_eq!(on_a_line("A\u{200b}n\u{2060}n\u{feff} L\u{ad}ee\u{7}"), "Ann Lee");
        assert!(["\u{202e}", "\u{200d}", "\u{ad}"].into_iter().all(|it| on_a_line(it).is_empty()));
        assert_eq!(on_a_line("Ann\u{2028}Lee\tRay"), "Ann Lee Ray");
        let apart = on_a_line("\u{6cc}\u{200c}\u{645}").into_owned();
        assert!(apart.starts_with('\u{fee1}') && apart.chars().count() == 2, "{apart:?}");
        assert_eq!(on_a_line("שָׁלוֹם"), "םולש", "without points");
    }

    #[test]
    fn the_word_that_is_one_letter_in_some_faces_is_drawn_in_its_letters() {
        let spelt = on_a_line("عبد الله");
        assert!(spelt.starts_with("\u{feea}\u{fee0}\u{fedf}\u{fe8d} "), "{spelt:?}");
        assert_eq!(on_a_line("عبد \u{fdf2}"), spelt, "however it was typed");
    }

    #[test]
    fn a_picture_is_drawn_as_nothing_and_a_letter_is_not() {
        assert!(['🎈', '☎', '\u{fe0f}', '\u{1f3fd}'].into_iter().all(is_ornament));
        assert!(!['a', 'Ж', '中', 'ก', 'अ', '…', '—'].into_iter().any(is_ornament));
        assert_eq!(in_latin('अ'), Some("a"));
        assert_eq!(in_latin('\u{e000}'), None);
    }
}
