//! The terms of a text: what a query must say for an account to be found by it.
//!
//! What must stay true: whatever people type in another case, with other accents or without its
//! punctuation is the same term; a text has a bounded number of them.

use deunicode::deunicode_with_tofu;
use vault::Blind;

/// Letters with which a prefix begins, and with which it ends: who types more has typed a word.
pub(crate) const PREFIX_CHARS_MIN: usize = 3;
/// See [`PREFIX_CHARS_MIN`].
pub(crate) const PREFIX_CHARS_MAX: usize = 12;
/// Letters of a word in which a slip of the pen is looked for; behind them every slip is forgiven.
const NEAR_CHARS_MAX: usize = 7;
/// A shorter word says too little for a letter of it to be wrong.
const NEAR_CHARS_MIN: usize = 4;
/// Longest word, in characters; what is behind them is not looked for.
const WORD_CHARS_MAX: usize = 32;
/// Most words of one text.
const WORDS_MAX: usize = 32;
/// Most words of a name: people and companies have few, and each has many terms.
const NAME_WORDS_MAX: usize = 12;
/// Digits by which a phone number is called where people are near each other.
const LOCAL_DIGITS: usize = 7;
/// Digits by which a caller is told from others.
const LAST_DIGITS: usize = 4;
/// Digits of a phone number with its area, in the countries of our billers.
const NATIONAL_DIGITS: usize = 10;
/// Shortest serial number that is also found without what stands between its digits.
const SERIAL_CHARS_MIN: usize = 6;

/// What a term is a term of. The number is part of the index: it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The whole id of a noun, as it is: `site_88`.
    Noun = 1,
    /// An account's number, an address id, a serial number.
    Number = 2,
    /// An e-mail address, and what stands before its `@`.
    Email = 3,
    /// A phone number's digits, and its last ones.
    Phone = 4,
    /// A word of a name or an address.
    Word = 5,
    /// What such a word begins with.
    Prefix = 6,
    /// What a word of a name is with a letter less: it leads to words, not to accounts.
    Near = 7,
    /// What filters ask for.
    Facet = 8,
}

/// A term in the clear. It is forgotten as soon as it is hashed.
pub(crate) type Term = (Kind, String);

/// What the index holds of a term.
pub(crate) fn blinded(blind: &Blind, (kind, text): &Term) -> u64 {
    blind.term(*kind as u8, text)
}

/// The words of a text, without case and accents.
pub(crate) fn words(text: &str) -> Vec<String> {
    // Nobody knows whether O'Brien is one word or two: here it is one.
    let ascii = deunicode_with_tofu(text, " ").replace(['\'', '`'], "").to_ascii_lowercase();
    let words = ascii.split(|char: char| !char.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).take(WORDS_MAX);
    words.map(|word| word[..word.len().min(WORD_CHARS_MAX)].to_owned()).collect()
}

/// The words of a name.
pub(crate) fn name_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.truncate(NAME_WORDS_MAX);
    words
}

/// What a name is found by: its words, and what they begin with. What is nearly them is known of
/// the words, see [`crate::spelling`].
pub(crate) fn of_name(text: &str) -> Vec<Term> {
    name_words(text).iter().flat_map(|word| whole_and_begun(word)).collect()
}

/// What an address is found by: its words, the number of the house among them, and what they begin
/// with.
pub(crate) fn of_address(text: &str) -> Vec<Term> {
    words(text).iter().flat_map(|word| whole_and_begun(word)).collect()
}

/// What an e-mail address is found by.
pub(crate) fn of_email(text: &str) -> Vec<Term> {
    let text = email(text);
    let local = text.split_once('@').map(|(local, _)| (Kind::Email, local.to_owned()));
    [(Kind::Email, text.clone())].into_iter().chain(local).collect()
}

/// What a phone number is found by.
pub(crate) fn of_phone(text: &str) -> Vec<Term> {
    let digits = national(text);
    let last = |count: usize| digits.get(digits.len().checked_sub(count)?..).map(str::to_owned);
    let mut terms: Vec<_> = [last(LOCAL_DIGITS), last(LAST_DIGITS), Some(digits.clone())]
        .into_iter()
        .flatten()
        .map(|digits| (Kind::Phone, digits))
        .collect();
    terms.dedup();
    terms
}

/// What an id is found by that is no noun's: an account's number, an address id.
pub(crate) fn of_number(text: &str) -> Term {
    (Kind::Number, number(text))
}

/// What a device is found by: what its label says, with and without what stands between.
pub(crate) fn of_serial(text: &str) -> Vec<Term> {
    let whole = number(text);
    let bare = bare(&whole).filter(|bare| *bare != whole);
    let terms = [Some(whole), bare].into_iter().flatten();
    terms.map(|text| (Kind::Number, text)).collect()
}

/// A number as it is compared.
pub(crate) fn number(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_ascii_lowercase()
}

/// A serial number or a MAC without what stands between its digits.
pub(crate) fn bare(number: &str) -> Option<String> {
    let bare: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    (bare.len() >= SERIAL_CHARS_MIN).then_some(bare)
}

/// An e-mail address as it is compared.
pub(crate) fn email(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The digits of a phone number, without the country of our billers.
pub(crate) fn national(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix('1') {
        Some(national) if national.len() == NATIONAL_DIGITS => national.to_owned(),
        Some(_) | None => digits,
    }
}

/// What a word may be the beginning of: nothing, where it is short or a number.
pub(crate) fn prefix(word: &str) -> Option<Term> {
    let is_text = !word.bytes().any(|byte| byte.is_ascii_digit());
    let is_long = word.len() >= PREFIX_CHARS_MIN;
    (is_text && is_long)
        .then(|| (Kind::Prefix, word[..word.len().min(PREFIX_CHARS_MAX)].to_owned()))
}

/// What is equal in two words that differ by one letter, one too many, one too few, or two that
/// changed places: one of the words with one letter less, or as it is.
pub(crate) fn near(word: &str) -> Vec<Term> {
    if word.len() < PREFIX_CHARS_MIN || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let begun = &word[..word.len().min(NEAR_CHARS_MAX)];
    let mut near = vec![begun.to_owned()];
    if begun.len() >= NEAR_CHARS_MIN {
        near.extend((0..begun.len()).map(|at| format!("{}{}", &begun[..at], &begun[at + 1..])));
    }
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|text| (Kind::Near, text)).collect()
}

fn whole_and_begun(word: &str) -> Vec<Term> {
    let mut terms = vec![(Kind::Word, word.to_owned())];
    if prefix(word).is_some() {
        let ends = PREFIX_CHARS_MIN..=PREFIX_CHARS_MAX.min(word.len().saturating_sub(1));
        terms.extend(ends.map(|end| (Kind::Prefix, word[..end].to_owned())));
    }
    terms
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::{prop_assert, proptest};

    use super::{Kind, Term, near, of_email, of_name, of_phone, of_serial, prefix, words};

    fn texts(terms: Vec<Term>) -> Vec<String> {
        terms.into_iter().map(|(_, text)| text).collect()
    }

    fn is_near(one: &str, other: &str) -> bool {
        let terms = |word: &str| near(word).into_iter().collect::<BTreeSet<_>>();
        !terms(one).is_disjoint(&terms(other))
    }

    #[test]
    fn f64_words_have_no_case_no_accents_and_no_punctuation() {
        for (text, expected) in [
            ("Ana LÓPEZ", &["ana", "lopez"][..]),
            ("Łukasz Ørsted-Straße", &["lukasz", "orsted", "strasse"]),
            ("O’Brien, Siobhán", &["obrien", "siobhan"]),
            ("Jose\u{301}", &["jose"]),
            ("17 Elm St., Apt. #4-B", &["17", "elm", "st", "apt", "4", "b"]),
            ("北京", &["bei", "jing"]),
            ("\u{202e}\u{0} \u{e000}", &[]),
            ("", &[]),
        ] {
            assert_eq!(words(text), expected, "{text:?}");
        }
    }

    #[test]
    fn f64_a_name_is_found_by_its_words_and_what_they_begin_with() {
        let terms = of_name("Ana Gomez");
        let of = |kind| {
            let terms = terms.iter().filter(|(other, _)| *other == kind);
            terms.map(|(_, text)| text.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of(Kind::Word), ["ana", "gomez"]);
        assert_eq!(of(Kind::Prefix), ["gom", "gome"]);
        assert_eq!(prefix("gom"), Some((Kind::Prefix, "gom".to_owned())));
        assert_eq!((prefix("go"), prefix("412")), (None, None));
        assert_eq!(texts(near("gomez")), ["gmez", "goez", "gome", "gomez", "gomz", "omez"]);
    }

    #[test]
    fn f64_one_slip_of_the_pen_is_forgiven() {
        for (written, meant) in [
            ("lopes", "lopez"),
            ("lopz", "lopez"),
            ("loppez", "lopez"),
            ("olpez", "lopez"),
            ("anna", "ana"),
            ("gonzlez", "gonzalez"),
            ("gonnzalez", "gonzalez"),
            ("hernandes", "hernandez"),
            ("schmitd", "schmidt"),
        ] {
            assert!(is_near(written, meant), "{written} for {meant}");
        }
        for (written, other) in [("lopez", "gomez"), ("ana", "eva"), ("oak", "elm"), ("an", "ana")]
        {
            assert!(!is_near(written, other), "{written} for {other}");
        }
    }

    #[test]
    fn f92_a_phone_number_is_found_with_and_without_its_area_and_by_its_end() {
        let expected = ["5550142", "0142", "7035550142"];
        for written in ["+1 703 555 0142", "17035550142", "(703) 555-0142"] {
            assert_eq!(texts(of_phone(written)), expected, "{written}");
        }
        assert_eq!(texts(of_phone("5550142")), ["5550142", "0142", "5550142"]);
        assert_eq!(texts(of_phone("+49 30 123456")), ["0123456", "3456", "4930123456"]);
    }

    #[test]
    fn f92_a_device_is_found_with_and_without_its_colons() {
        assert_eq!(texts(of_serial("AA:BB:CC:00:11:22")), ["aa:bb:cc:00:11:22", "aabbcc001122"]);
        assert_eq!(texts(of_serial("SN701")), ["sn701"]);
        let email = ["ana.lopez@example.org", "ana.lopez"];
        assert_eq!(texts(of_email("Ana.Lopez@Example.org")), email);
    }

    proptest! {
        #[test]
        fn whatever_a_text_is_it_has_few_terms_of_plain_letters(text in ".{0,300}") {
            let terms = of_name(&text);
            prop_assert!(terms.len() <= 12 * (1 + 10));
            for (_, term) in terms {
                prop_assert!(!term.is_empty() && term.bytes().all(|it| it.is_ascii_alphanumeric()));
            }
        }

        #[test]
        fn case_and_order_of_words_make_no_other_terms(
            one in "[a-zà-ü]{1,12}",
            other in "[a-z]{1,12}",
        ) {
            let terms = |text: &str| of_name(text).into_iter().collect::<BTreeSet<_>>();
            let said = format!("{one} {other}");
            let shouted = format!("{other} {one}").to_uppercase();
            prop_assert!(terms(&said) == terms(&shouted));
        }

        #[test]
        fn a_word_with_any_one_letter_wrong_is_near_it(
            word in "[a-z]{4,14}",
            at in 0_usize..14,
            letter in "[a-z]",
        ) {
            let at = at % word.len();
            let mut wrong = word.clone();
            wrong.replace_range(at..=at, &letter);
            prop_assert!(is_near(&word, &wrong), "{word} {wrong}");
            let mut less = word.clone();
            less.remove(at);
            prop_assert!(is_near(&word, &less), "{word} {less}");
            let mut more = word.clone();
            more.insert_str(at, &letter);
            prop_assert!(is_near(&word, &more), "{word} {more}");
        }
    }
}
