//! Scripts: letters as they stand on a line, one after another from left to right, and what stands
//! for those that none of our faces has.

use std::borrow::Cow;

use ar_reshaper::ArabicReshaper;
use unicode_bidi::BidiInfo;

/// Where the first script begins that is written from right to left: Hebrew.
const RIGHT_TO_LEFT: char = '\u{590}';

/// A line as it is drawn: Arabic letters in the forms that they have beside one another, and what
/// is written from right to left turned round.
pub(super) fn on_a_line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|letter| letter < RIGHT_TO_LEFT) {
        return Cow::Borrowed(text);
    }
    let shaped = ArabicReshaper::default().reshape(text);
    let order = BidiInfo::new(&shaped, None);
    let lines = order.paragraphs.iter();
    Cow::Owned(lines.map(|line| order.reorder_line(line, line.range.clone())).collect())
}

/// Whether a letter is drawn as nothing where a face lacks it: pictures, their colours and joints,
/// and marks that change the letter before them.
pub(super) fn is_ornament(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2300}'..='\u{27bf}'
            | '\u{2900}'..='\u{2bff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
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
    fn a_picture_is_drawn_as_nothing_and_a_letter_is_not() {
        assert!(['🎈', '☎', '\u{fe0f}', '\u{1f3fd}'].into_iter().all(is_ornament));
        assert!(!['a', 'Ж', '中', 'ก', 'अ', '…', '—'].into_iter().any(is_ornament));
        assert_eq!(in_latin('अ'), Some("a"));
        assert_eq!(in_latin('\u{e000}'), None);
    }
}
