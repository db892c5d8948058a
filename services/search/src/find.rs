//! Answers a question: whoever fits best first, of those who fit equally well the newest first.
//!
//! An account fits as well as its worst word: by numbers that are its own, by the very words, by
//! what they begin with, by words with a slip of the pen. Only where no account has all the words,
//! those that have the most of them follow.
//!
//! What must stay true: no text is opened here; the work for a page is bounded, and a page that
//! ends for that reason says so and where the next one begins.

use std::collections::BTreeSet;

use contract::search::{Balance, Cursor, Kind, Question, Standing};
use projection::{Fault, Rows};

use crate::{
    asked::{self, Grade, Token},
    card::{self, Card},
    join::{CHUNKS_MAX, Hit, Join, Step, Word},
    model::Search,
    postings, spelling,
    terms::{self, Term},
};

/// Most words that a slip of the pen may have meant.
const MEANT_MAX: usize = 32;
/// Most cards that are read for one question.
const CARDS_MAX: usize = 200;

/// An account that fits.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) card: Card,
    /// How well.
    pub(crate) grade: Grade,
    /// How many of the words it has.
    pub(crate) matched: usize,
}

/// A page of accounts.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) found: Vec<Found>,
    /// Where the next page begins, if there is more to look at.
    pub(crate) next: Option<Cursor>,
    /// Whether the page ended because so much was read, not because it is full.
    pub(crate) more: bool,
}

/// A page under way.
struct Draft<'a> {
    rows: &'a Rows<'a>,
    balance: Option<Balance>,
    limit: usize,
    page: Page,
    /// How many were read.
    cards: usize,
    /// How many may still be read.
    chunks: u32,
}

/// Why nothing more is looked for.
enum Halt {
    Ended(Cursor),
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Search {
    /// A page of the accounts that fit a question.
    pub(crate) fn find(&self, rows: &Rows<'_>, question: &Question) -> Result<Page, Fault> {
        let words = self.words(rows, &question.text)?;
        let page = Page { found: Vec::new(), next: None, more: false };
        let (balance, limit) = (question.balance, question.limit);
        let mut draft = Draft { rows, balance, limit, page, cards: 0, chunks: CHUNKS_MAX };
        match self.fill(&mut draft, &words, question) {
            Ok(()) => {}
            Err(Halt::Ended(next)) => draft.page.next = Some(next),
            Err(Halt::Fault(fault)) => return Err(fault),
        }
        Ok(draft.page)
    }

    fn fill(
        &self,
        draft: &mut Draft<'_>,
        words: &[asked::Word],
        question: &Question,
    ) -> Result<(), Halt> {
        let tiers = Tier::all(words.len());
        let start = question.after.unwrap_or(Cursor { tier: 0, ordinal: u32::MAX });
        for (number, tier) in (0..).zip(tiers) {
            if number < start.tier {
                continue;
            }
            // Whoever has all the words leaves no room for whoever has some.
            let is_last_resort = number == LAST_RESORT && start.tier < LAST_RESORT;
            if is_last_resort && (question.after.is_some() || !draft.is_empty()) {
                break;
            }
            let below = match number == start.tier {
                true => start.ordinal,
                false => u32::MAX,
            };
            let mut join = Join::new(draft.rows, draft.chunks);
            join.required = self.filters(question);
            for word in words {
                join.words.push(self.word(draft.rows, word, tier.grade)?);
            }
            join.at_least = tier.matched;
            draft.walk(join, (number, tier), below)?;
        }
        Ok(())
    }

    /// The words of a text. A token is one number where some account has it, and words otherwise.
    fn words(&self, rows: &Rows<'_>, text: &str) -> Result<Vec<asked::Word>, Fault> {
        let mut words = Vec::new();
        for Token { whole, parts } in asked::tokens(text) {
            let mut is_number = false;
            for (term, _) in &whole {
                is_number |= postings::newest(rows, self.term(term))?.is_some();
            }
            if is_number || parts.is_empty() { words.push(whole) } else { words.extend(parts) }
        }
        Ok(words)
    }

    /// The lists of a word. A slip of the pen leads to the words that were meant.
    fn word(&self, rows: &Rows<'_>, word: &asked::Word, worst: Grade) -> Result<Word, Fault> {
        let (mut lists, mut meant) = (Vec::new(), BTreeSet::new());
        for (term, grade) in word.iter().filter(|(_, grade)| *grade <= worst) {
            match grade {
                Grade::Near => meant.extend(spelling::near(rows, self.term(term))?),
                Grade::Number | Grade::Exact | Grade::Prefix => {
                    lists.push((self.term(term), *grade));
                }
            }
        }
        meant.retain(|near| lists.iter().all(|(term, _)| term != near));
        lists.extend(meant.into_iter().take(MEANT_MAX).map(|near| (near, Grade::Near)));
        Ok(Word::new(lists))
    }

    /// The lists on which an account must be for the filters alone.
    fn filters(&self, question: &Question) -> Vec<Word> {
        let word = |facets: Vec<String>| {
            let terms = facets.into_iter().map(|facet| (terms::Kind::Facet, facet));
            Word::new(terms.map(|term: Term| (self.term(&term), Grade::Number)))
        };
        let services = services(question.service_type, question.status).map(word);
        let owing = question.balance.and_then(owing).map(word);
        let filters: Vec<_> = services.into_iter().chain(owing).collect();
        match filters.is_empty() && question.text.is_empty() {
            true => vec![word(vec![card::EVERYBODY.to_owned()])],
            false => filters,
        }
    }
}

/// The facets of a type and a status; `None`: neither is asked for.
fn services(kind: Option<Kind>, status: Option<Standing>) -> Option<Vec<String>> {
    if kind.is_none() && status.is_none() {
        return None;
    }
    let all = || Kind::ALL.into_iter().map(Some).chain([None]);
    let kinds: Vec<_> = all().filter(|one| kind.is_none() || *one == kind).collect();
    let statuses = Standing::ALL.into_iter().filter(|one| status.is_none_or(|it| it == *one));
    let facets =
        statuses.flat_map(|status| kinds.iter().map(move |kind| card::facet(*kind, status)));
    Some(facets.collect())
}

/// The facets of debts among which those above a bound are; `None`: nobody can be left out.
fn owing(balance: Balance) -> Option<Vec<String>> {
    match balance {
        Balance::Above(bound) if bound >= 0 => {
            let least = card::magnitude(bound + 1).unwrap_or_default();
            Some((least..card::MAGNITUDES).map(card::owing).collect())
        }
        Balance::Above(_) | Balance::Below(_) => None,
    }
}

/// How well an account must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tier {
    /// How many words it must have.
    matched: usize,
    /// How well the worst of them may fit.
    grade: Grade,
}

/// The first tier of accounts that have not all the words.
const LAST_RESORT: u8 = 4;

impl Tier {
    /// Every tier, the best first: all words, better and worse, then fewer words, down to half of
    /// them.
    fn all(words: usize) -> Vec<Self> {
        if words == 0 {
            return vec![Self { matched: 0, grade: Grade::Number }];
        }
        let whole = Grade::ALL.map(|grade| Self { matched: words, grade });
        let fewer = (words.div_ceil(2)..words).rev();
        let fewer = fewer.map(|matched| Self { matched, grade: Grade::Near });
        whole.into_iter().chain(fewer).collect()
    }

    /// Whether an account belongs to a better tier, in which it was found before.
    fn is_better(self, words: usize, hit: &Hit) -> bool {
        hit.matched > self.matched || (self.matched == words && hit.grade < self.grade)
    }
}

impl Draft<'_> {
    fn is_empty(&self) -> bool {
        self.page.found.is_empty()
    }

    /// Everybody of a tier up to where the page ends. The cursor's own account is behind it.
    fn walk(
        &mut self,
        mut join: Join<'_>,
        (number, tier): (u8, Tier),
        mut below: u32,
    ) -> Result<(), Halt> {
        let ended = |ordinal| Halt::Ended(Cursor { tier: number, ordinal });
        while let Some(bound) = below.checked_sub(1) {
            let hit = match join.next(bound)? {
                Step::Hit(hit) => hit,
                Step::End => break,
                Step::Exhausted(at) => {
                    self.page.more = true;
                    return Err(ended(at + 1));
                }
            };
            if tier.is_better(join.words.len(), &hit) {
                below = hit.ordinal;
                continue;
            }
            if self.page.found.len() == self.limit || self.cards == CARDS_MAX {
                self.page.more = self.page.found.len() < self.limit;
                return Err(ended(below));
            }
            below = hit.ordinal;
            self.look_at(&hit)?;
        }
        self.chunks = join.left;
        Ok(())
    }

    fn look_at(&mut self, hit: &Hit) -> Result<(), Fault> {
        self.cards += 1;
        let Some(card) = Card::read(self.rows, hit.ordinal)? else { return Ok(()) };
        if self.balance.is_none_or(|balance| balance.holds(card.owed)) {
            self.page.found.push(Found { card, grade: hit.grade, matched: hit.matched });
        }
        Ok(())
    }
}
