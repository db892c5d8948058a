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
    if value.chars().all(|char| char.is_whitespace() || is_invisible(char)) {
        return Err(Invalid::new(field, "must hold something that can be seen"));
    }
    Ok(text)
}

/// Whether a character makes what follows be read in another direction, or as part of something
/// else: embeddings, overrides and isolates. The marks that Arabic and Hebrew need are none.
fn turns(char: char) -> bool {
    matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether nothing is seen of a character by itself: what Unicode says may be ignored, and two
/// blanks that it does not take for white space.
fn is_invisible(char: char) -> bool {
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
    )
}

#[cfg(test)]
mod tests {
    use super::legible;

    fn problem(value: &str) -> Option<String> {
        legible("text", value).err().map(|invalid| invalid.to_string())
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
