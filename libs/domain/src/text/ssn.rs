//! Social security numbers in free text: they belong into a field of their own, where they are
//! shown by their last digits.
//!
//! What must stay true: only what is written as one is taken for one, three digits, two and four
//! with a hyphen or a blank between them: nine digits alone are as often an account's number.

/// Digits of each group.
const GROUPS: [usize; 3] = [3, 2, 4];

/// Whether a text holds what is written like a social security number.
#[must_use]
pub fn holds_ssn(text: &str) -> bool {
    let is_digit = |char: char| char.is_ascii_digit();
    let words = text.split(|char: char| !is_digit(char) && char != '-' && char != ' ');
    words.into_iter().any(|words| {
        let groups: Vec<_> = words.split(['-', ' ']).map(str::len).collect();
        groups.windows(GROUPS.len()).any(|window| *window == GROUPS)
    })
}

#[cfg(test)]
mod tests {
    use super::holds_ssn;

    #[test]
    fn f10_a_social_security_number_is_told_from_other_numbers() {
        for text in ["123-45-6789", "SSN: 123 45 6789.", "her ssn (123-45-6789) to check"] {
            assert!(holds_ssn(text), "{text}");
        }
        for text in
            ["", "703-555-0142", "123456789", "2026-11-26", "1234-45-6789", "123-45-67890", "12-3"]
        {
            assert!(!holds_ssn(text), "{text}");
        }
    }
}
