//! What people can see of a text that is told now.
//!
//! What must stay true: only what comes in with a command is asked; what was stored before stays
//! readable. What is wrong is said without the text.

use domain::text::Text;

use crate::Invalid;

/// A text that people see as it is: something of it is visible, and nothing in it turns the
/// direction in which what follows is read.
pub(crate) fn legible(field: &str, value: &str) -> Result<Text, Invalid> {
    let text = Text::parse(value).map_err(|error| Invalid::new(field, error))?;
    if value.chars().any(turns) {
        let problem = "must not hold controls that turn the direction of text: leave them out";
        return Err(Invalid::new(field, problem));
    }
    if value.chars().all(|char| char.is_whitespace() || is_invisible(char) || is_mark(char)) {
        return Err(Invalid::new(field, "must hold something that can be seen"));
    }
    Ok(text)
}

/// A text that stands on one line: a name, an address, the subject of a letter.
pub(crate) fn one_line(field: &str, value: &str) -> Result<Text, Invalid> {
    if value.chars().any(breaks_line) {
        return Err(Invalid::new(field, "must be one line"));
    }
    legible(field, value)
}

/// Whether a character ends a line, for some program at least.
fn breaks_line(char: char) -> bool {
    matches!(char, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character makes what follows be read in another direction, or as part of something
/// else: embeddings, overrides and isolates. The marks that Arabic and Hebrew need are none.
fn turns(char: char) -> bool {
    matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character stands on the one before it, as an accent does: the standard library shows
/// it escaped where it stands alone, as it does what has no shape at all.
fn is_mark(char: char) -> bool {
    char.escape_debug().len() > "\\n".len()
}

/// Whether nothing is seen of a character: what Unicode says may be ignored, two blanks that it
/// does not take for white space, and what stands for nothing that two people agree on.
pub(super) fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
            // For private use, and no characters at all.
            | '\u{E000}'..='\u{F8FF}'
            | '\u{F0000}'..='\u{10FFFF}'
            | '\u{FDD0}'..='\u{FDEF}'
    ) || u32::from(char) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::{is_invisible, legible, one_line};

    fn problem(value: &str) -> Option<String> {
        legible("text", value).err().map(|invalid| invalid.to_string())
    }

    #[test]
    fn what_stands_on_one_line_has_no_other() {
        let breaks = ["\n", "\r", "\r\n", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}"];
        for found in breaks {
            for value in [format!("Ana{found}Ruiz"), format!("Ana{found}")] {
                let invalid = one_line("name", &value).unwrap_err().to_string();
                assert_eq!(invalid, "name must be one line", "{value:?}");
            }
        }
        assert!(one_line("name", "Ana  Ruiz\u{A0}").is_ok());
        assert_eq!(problem("Ana\nRuiz"), None, "a note has lines");
    }

    #[test]
    fn what_has_no_shape_of_its_own_is_no_text() {
        let unseen = "text must hold something that can be seen";
        let alone = ["\u{301}", " \u{5B0}", "\u{94D}\u{E31}", "\u{20DD}"];
        let nothing = ["\u{E000}", "\u{F8FF}", "\u{FFFF}", "\u{FDD0}", "\u{1FFFE}", "\u{10FFFD}"];
        for value in alone.into_iter().chain(nothing) {
            assert_eq!(problem(value).as_deref(), Some(unseen), "{value:?}");
        }
        let seen =
            ["e\u{301}", "\"", "'", "\\", "-", "?", "\u{1F44D}", "\u{FFFD}", "\u{915}\u{94D}"];
        for value in seen {
            assert_eq!(problem(value), None, "{value:?}");
        }
        assert!(!is_invisible('\u{301}'), "an accent is seen on a letter");
    }

    #[test]
    fn what_nobody_sees_is_no_text() {
        let unseen = "text must hold something that can be seen";
        for value in ["\u{200B}", " \u{FEFF}\n", "\u{2060}\u{AD}", "\u{3164}", "\u{2800}"] {
            assert_eq!(problem(value).as_deref(), Some(unseen), "{value:?}");
        }
        assert_eq!(problem("\n").as_deref(), Some("text must not be empty"));
    }

    #[test]
    fn what_turns_the_direction_of_what_follows_is_refused() {
        let turned = "text must not hold controls that turn the direction of text: leave them out";
        for value in ["\u{202E}", "Ana \u{202E}ziuR", "\u{2067}Ana\u{2069}", "\u{202A}Ana"] {
            assert_eq!(problem(value).as_deref(), Some(turned), "{value:?}");
        }
    }

    #[test]
    fn every_script_is_taken_with_the_marks_that_it_needs() {
        let names = [
            "Jos\u{E9} N\u{FA}\u{F1}ez",
            "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}",
            "\u{5D3}\u{5DF}\u{200F} (2)",
            "\u{915}\u{94D}\u{200D}\u{937}",
            "\u{1F468}\u{200D}\u{1F469}\u{FE0F}",
            "\u{674E}\u{5C0F}\u{9F99}",
        ];
        for name in names {
            assert_eq!(problem(name), None, "{name}");
        }
    }
}
