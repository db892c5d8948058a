//! Finds what looks like a payment card number in a text that somebody typed, so that none is
//! stored.
//!
//! What must stay true: a number is 13 to 19 digits whose last one checks the others (Luhn),
//! written at a stretch or in groups with one space or dash between two of them.

use std::ops::RangeInclusive;

/// Digits of a payment card number.
const DIGITS: RangeInclusive<usize> = 13..=19;
/// Digits of a group of a card number as it is printed; the last group may be shorter.
const GROUP_DIGITS_MIN: usize = 4;

/// Whether a text holds what looks like a payment card number.
///
/// Digits that follow each other with no more than a space or dash between two groups are looked
/// at as one number, and every number in it that is grouped like one on a card for itself: what
/// stands before or after a card number does not hide it.
#[must_use]
pub fn holds_card_number(text: &str) -> bool {
    text.split(|char: char| !char.is_ascii_digit() && !is_separator(char)).any(|span| {
        let groups: Vec<_> = span.split(is_separator).collect();
        // Between two separators in a row there is an empty group.
        groups.split(|group| group.is_empty()).any(is_suspect)
    })
}

/// A space or dash, also as a word processor writes it.
fn is_separator(char: char) -> bool {
    matches!(char, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2015}')
}

/// Whether groups of digits are a card number as a whole, or have one among them.
fn is_suspect(groups: &[&str]) -> bool {
    is_number(groups) || (0..groups.len()).any(|first| begin_with_number(&groups[first..]))
}

/// Whether the first of these groups are a number as it is printed on a card.
fn begin_with_number(groups: &[&str]) -> bool {
    let beginnings = (1..=groups.len()).map(|end| &groups[..end]);
    beginnings
        .take_while(|groups| digits(groups) <= *DIGITS.end())
        .any(|groups| are_printed(groups) && is_number(groups))
}

fn are_printed(groups: &[&str]) -> bool {
    groups.iter().rev().skip(1).all(|group| group.len() >= GROUP_DIGITS_MIN)
}

fn digits(groups: &[&str]) -> usize {
    groups.iter().map(|group| group.len()).sum()
}

fn is_number(groups: &[&str]) -> bool {
    DIGITS.contains(&digits(groups)) && passes_luhn(groups)
}

/// From the right every second digit counts twice; the sum of all digits ends in 0.
fn passes_luhn(groups: &[&str]) -> bool {
    let from_the_right = groups.iter().rev().flat_map(|group| group.bytes().rev());
    let sum: u32 = from_the_right
        .zip([false, true].into_iter().cycle())
        .map(|(byte, twice)| match (u32::from(byte - b'0'), twice) {
            (digit, false) => digit,
            (digit, true) if digit > 4 => digit * 2 - 9,
            (digit, true) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::{
        collection::vec,
        prelude::{Strategy, proptest},
        sample::select,
    };

    use super::holds_card_number;

    #[test]
    fn a_card_number_is_found_however_it_is_written() {
        for text in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111\u{a0}1111\u{2011}1111 1111",
            "41 11 11 11 11 11 11 11",
            "Customer paid with 5555 5555 5555 4444, exp 12/29.",
            "Amex 3782 822463 10005 on file",
            "card:6011000990139424.",
            "Visa of 13 digits: 4222222222222",
            "19 digits: 6304 0000 0000 0000 000",
            "zip 84097 4111 1111 1111 1111",
            "4111 1111 1111 1111 12 29 123",
            "phone 801-555-0199 4111111111111111",
            "first 1234\nthen 4111 1111 1111 1111",
        ] {
            assert!(holds_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_pass() {
        for text in [
            "",
            "Called about speed.",
            "Order 100000000000001 is late",
            "4111 1111 1111 1112",
            "Called on 2026-11-16 at 10:15, account 70012, site 88.",
            "Call back: 801-555-0199 or 801-555-0142",
            "41111111111",
            "4111  1111  1111  1111",
            "4111, 1111, 1111, 1111",
            "411111111111111100000000000000000",
            "Paid 59.99 and 119.99",
        ] {
            assert!(!holds_card_number(text), "{text}");
        }
    }

    /// Twice a digit counts as the sum of its digits.
    const TWICE: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

    /// Digits and the one that checks them.
    fn number() -> impl Strategy<Value = String> {
        vec(0_usize..10, 12..=18).prop_map(|digits| {
            let from_the_right = digits.iter().rev().collect::<Vec<_>>();
            let sum: u32 = from_the_right.chunks(2).map(counted).sum();
            let check = (10 - sum % 10) % 10;
            digits.iter().map(ToString::to_string).chain([check.to_string()]).collect()
        })
    }

    fn counted(pair: &[&usize]) -> u32 {
        let once = pair.get(1).map_or(0, |digit| u32::try_from(**digit).unwrap());
        TWICE[*pair[0]] + once
    }

    proptest! {
        #[test]
        fn every_card_number_is_found_inside_a_sentence(
            number in number(),
            separator in select(vec!["", " ", "-"]),
            before in select(vec!["", "Paid by ", "card", "(", "seven: "]),
            after in select(vec!["", ".", " thank you", "\nexp", ")"]),
        ) {
            let groups: Vec<_> = number.as_bytes().chunks(4).collect();
            let groups: Vec<_> = groups.iter().map(|it| str::from_utf8(it).unwrap()).collect();
            let text = format!("{before}{}{after}", groups.join(separator));
            assert!(holds_card_number(&text), "{text}");
        }

        #[test]
        fn a_number_with_one_digit_wrong_passes(
            number in number(),
            (at, by) in (0_usize..13, 1_u8..10),
        ) {
            let mut bytes = number.into_bytes();
            bytes[at] = (bytes[at] - b'0' + by) % 10 + b'0';
            let text = format!("order {}", String::from_utf8(bytes).unwrap());
            assert!(!holds_card_number(&text), "{text}");
        }
    }
}
