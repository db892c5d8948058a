//! What somebody typed, as words and the terms that each of them may mean.
//!
//! What must stay true: a token that is a number of ours is looked for as that number first, and
//! as the words in it where no account has it.

use contract::search::WORDS_MAX;

use crate::{
    model::sole_account,
    terms::{self, Kind, Term},
};

/// How well a term fits what was meant: a smaller one is a better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// A number that no other account has, or few.
    Number,
    /// The very word.
    Exact,
    /// What the word begins with.
    Prefix,
    /// The word with a slip of the pen.
    Near,
}

impl Grade {
    /// Every grade, the best first.
    pub(crate) const ALL: [Self; 4] = [Self::Number, Self::Exact, Self::Prefix, Self::Near];

    /// Its name in an answer.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Near => "near",
        }
    }
}

/// One word, by everything that it may mean.
pub(crate) type Word = Vec<(Term, Grade)>;

/// What stands between two spaces, or a phone number with spaces in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it means as one number, if it may be one.
    pub(crate) whole: Word,
    /// The words in it, which count where nobody has that number.
    pub(crate) parts: Vec<Word>,
}

/// Digits with what people write between them.
const PHONE_DIGITS: [usize; 3] = [7, 10, 11];
/// Digits of which a caller may name the last ones of a number.
const LAST_DIGITS: [usize; 2] = [4, 7];

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let pieces: Vec<_> = text.split_whitespace().collect();
    let mut tokens = Vec::new();
    for run in pieces.chunk_by(|one, other| is_digits(one) && is_digits(other)) {
        let digits: usize = run.iter().map(|piece| count_digits(piece)).sum();
        let is_phone = run.len() > 1 && PHONE_DIGITS.contains(&digits);
        match is_phone {
            true => tokens.push(phone(run)),
            false => tokens.extend(run.iter().map(|piece| token(piece))),
        }
    }
    let mut left = WORDS_MAX;
    tokens.retain_mut(|token| {
        token.parts.truncate(left);
        left -= token.parts.len();
        !token.parts.is_empty() || !token.whole.is_empty()
    });
    tokens
}

/// `(703) 555 0142`: a number, or the words in it.
fn phone(run: &[&str]) -> Token {
    let digits = terms::national(&run.concat());
    let parts = run.iter().flat_map(|piece| parts(piece)).collect();
    Token { whole: vec![((Kind::Phone, digits), Grade::Number)], parts }
}

fn token(piece: &str) -> Token {
    let (whole, mut parts) = (numbers(piece), parts(piece));
    match parts.as_mut_slice() {
        [only] => {
            only.extend(whole);
            Token { whole: Vec::new(), parts }
        }
        _ => Token { whole, parts },
    }
}

/// The numbers that a piece may be.
fn numbers(piece: &str) -> Word {
    let number = terms::number(piece);
    let mut numbers = vec![(Kind::Noun, piece.to_owned())];
    if let Some(account_id) = sole_account(piece) {
        numbers.push((Kind::Noun, account_id));
    }
    numbers.extend(terms::bare(&number).map(|bare| (Kind::Number, bare)));
    numbers.push((Kind::Number, number));
    if piece.contains('@') {
        numbers.push((Kind::Email, terms::email(piece)));
    } else {
        // What stands before the `@` is as good a name as any.
        numbers.push((Kind::Email, piece.to_lowercase()));
    }
    numbers.sort();
    numbers.dedup();
    let mut numbers: Word = numbers.into_iter().map(|term| (term, Grade::Number)).collect();
    if is_digits(piece) {
        numbers.extend(phones(piece));
    }
    numbers
}

fn phones(piece: &str) -> Option<(Term, Grade)> {
    let digits = terms::national(piece);
    let grade = match digits.len() {
        short if LAST_DIGITS.contains(&short) => Grade::Exact,
        long if long > LAST_DIGITS[1] => Grade::Number,
        _ => return None,
    };
    Some(((Kind::Phone, digits), grade))
}

/// The words of a piece, with what they may mean; a number among them may be a phone's end.
fn parts(piece: &str) -> Vec<Word> {
    terms::words(piece).into_iter().map(|word| meanings(&word)).collect()
}

fn meanings(word: &str) -> Word {
    let mut meanings = vec![((Kind::Word, word.to_owned()), Grade::Exact)];
    meanings.extend(terms::prefix(word).map(|term| (term, Grade::Prefix)));
    meanings.extend(terms::near(word).into_iter().map(|term| (term, Grade::Near)));
    if is_digits(word) {
        meanings.extend(phones(word));
    }
    meanings
}

fn is_digits(piece: &str) -> bool {
    let is_between = |char: char| matches!(char, '(' | ')' | '+' | '-' | '.' | '/');
    count_digits(piece) > 0 && piece.chars().all(|char| char.is_ascii_digit() || is_between(char))
}

fn count_digits(piece: &str) -> usize {
    piece.bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::{Grade, Token, tokens};
    use crate::terms::Kind;

    fn has(token: &Token, kind: Kind, text: &str, grade: Grade) -> bool {
        let all = token.parts.iter().chain([&token.whole]).flatten();
        let mut same = all.filter(|(term, _)| *term == (kind, text.to_owned()));
        same.any(|(_, other)| *other == grade)
    }

    fn only(text: &str) -> Token {
        let mut tokens = tokens(text);
        assert_eq!(tokens.len(), 1, "{text}");
        tokens.remove(0)
    }

    #[test]
    fn f92_a_phone_number_is_one_word_however_it_is_written() {
        for written in ["(703) 555 0142", "+1 703 555-0142", "703 5550142"] {
            assert!(has(&only(written), Kind::Phone, "7035550142", Grade::Number), "{written}");
        }
        for written in ["703-555-0142", "7035550142", "+17035550142"] {
            assert!(has(&only(written), Kind::Phone, "7035550142", Grade::Number), "{written}");
        }
        assert!(has(&only("555-0142"), Kind::Phone, "5550142", Grade::Exact));
        assert!(has(&only("0142"), Kind::Phone, "0142", Grade::Exact));
        assert_eq!(tokens("12 555").len(), 2, "no phone number has five digits");
    }

    #[test]
    fn f64_a_word_may_be_a_name_a_number_or_a_slip() {
        let word = only("Lopez");
        assert!(has(&word, Kind::Word, "lopez", Grade::Exact));
        assert!(has(&word, Kind::Prefix, "lopez", Grade::Prefix));
        assert!(has(&word, Kind::Near, "lopz", Grade::Near));
        assert!(has(&word, Kind::Number, "lopez", Grade::Number));
        assert!(word.whole.is_empty(), "one word is looked for in every way at once");
    }

    #[test]
    fn f64_a_number_with_signs_in_it_is_looked_for_as_a_whole_first() {
        let number = only("ADDR-g5-7");
        assert!(has(&number, Kind::Number, "addr-g5-7", Grade::Number));
        assert_eq!(number.parts.len(), 3);
        let mac = only("AA:BB:CC:00:11:22");
        assert!(has(&mac, Kind::Number, "aabbcc001122", Grade::Number));
        let email = only("Ana.Lopez@Example.org");
        assert!(has(&email, Kind::Email, "ana.lopez@example.org", Grade::Number));
        assert!(has(&only("customer_account_7"), Kind::Noun, "account_7", Grade::Number));
        assert!(has(&only("site_88"), Kind::Noun, "site_88", Grade::Number));
    }

    #[test]
    fn nothing_and_no_end_of_words_are_looked_for_too() {
        assert_eq!(tokens("  "), []);
        let many = tokens(&"北京大学 ".repeat(20));
        assert_eq!(many.iter().map(|token| token.parts.len()).sum::<usize>(), 12);
    }
}
