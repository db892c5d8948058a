//! Walks many lists of accounts at once, newest account first, and stops at those that are on
//! enough of them.
//!
//! What must stay true: no more than so many chunks are read for one question; whoever runs out of
//! them knows up to where everything was looked at.

use projection::{Fault, Rows};

use crate::{
    asked::Grade,
    postings::{self, Chunk},
};

/// Most chunks that are read for one question: half a million entries.
pub(crate) const CHUNKS_MAX: u32 = 1_000;

/// Numbers that are looked at one by one before they are searched: the next is seldom far.
const NEXT_FEW: usize = 8;

/// One list, and the part of it that was read last.
struct List {
    term: u64,
    grade: Grade,
    chunk: Option<Chunk>,
    /// How much of the chunk is still before the walk.
    end: usize,
    at: At,
}

/// Where a walk is in a list. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Begin,
    Ordinal(u32),
    End,
}

/// One word: an account that is on any of its lists has it.
pub(crate) struct Word(Vec<List>);

/// Lists under way.
pub(crate) struct Join<'a> {
    rows: &'a Rows<'a>,
    /// Words that an account must have.
    pub(crate) required: Vec<Word>,
    /// Words of which an account must have some.
    pub(crate) words: Vec<Word>,
    /// How many of them.
    pub(crate) at_least: usize,
    /// Chunks that may still be read.
    pub(crate) left: u32,
}

/// What the next step comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An account that fits.
    Hit(Hit),
    /// There are no more.
    End,
    /// So much was read that it must end here: above this number everything was looked at.
    Exhausted(u32),
}

/// An account that fits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) ordinal: u32,
    /// How many of the words it has.
    pub(crate) matched: usize,
    /// How well the worst of them fits.
    pub(crate) grade: Grade,
}

/// There is nothing left to read with.
enum Halt {
    Exhausted,
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Word {
    /// The word that these terms are, each as good as its grade.
    pub(crate) fn new(terms: impl IntoIterator<Item = (u64, Grade)>) -> Self {
        let list = |(term, grade)| List { term, grade, chunk: None, end: 0, at: At::Begin };
        Self(terms.into_iter().map(list).collect())
    }

    /// The newest account up to a number that has the word.
    fn at_or_below(
        &mut self,
        rows: &Rows<'_>,
        left: &mut u32,
        bound: u32,
    ) -> Result<Option<u32>, Halt> {
        let mut newest = None;
        for list in &mut self.0 {
            newest = newest.max(list.at_or_below(rows, left, bound)?);
        }
        Ok(newest)
    }

    /// How well an account fits at which the lists stand; `None`: it has not the word.
    fn grade_at(&self, ordinal: u32) -> Option<Grade> {
        let here = self.0.iter().filter(|list| list.at == At::Ordinal(ordinal));
        here.map(|list| list.grade).min()
    }
}

impl List {
    fn at_or_below(
        &mut self,
        rows: &Rows<'_>,
        left: &mut u32,
        mut bound: u32,
    ) -> Result<Option<u32>, Halt> {
        match self.at {
            At::End => return Ok(None),
            At::Ordinal(at) if at <= bound => return Ok(Some(at)),
            At::Ordinal(_) | At::Begin => {}
        }
        let mut found = self.below(bound);
        while found.is_none() {
            let Some(chunk) = self.load(rows, left, bound)? else { break };
            let before = chunk.before();
            self.end = chunk.ordinals.len();
            self.chunk = Some(chunk);
            found = self.below(bound);
            match before {
                Some(before) if found.is_none() => bound = before,
                Some(_) | None => break,
            }
        }
        self.at = found.map_or(At::End, At::Ordinal);
        Ok(found)
    }

    /// The largest number up to a bound in what is left of the chunk.
    fn below(&mut self, bound: u32) -> Option<u32> {
        let ordinals = self.chunk.as_ref()?.ordinals.get(..self.end)?;
        self.end = match ordinals.iter().rev().take(NEXT_FEW).position(|at| *at <= bound) {
            Some(above) => self.end - above,
            None => ordinals.partition_point(|at| *at <= bound),
        };
        self.end.checked_sub(1).map(|last| ordinals[last])
    }

    fn load(&self, rows: &Rows<'_>, left: &mut u32, bound: u32) -> Result<Option<Chunk>, Halt> {
        *left = left.checked_sub(1).ok_or(Halt::Exhausted)?;
        Ok(postings::at_or_below(rows, self.term, bound)?)
    }
}

impl<'a> Join<'a> {
    /// A walk over these rows that has not begun, and may read so many chunks.
    pub(crate) fn new(rows: &'a Rows<'a>, left: u32) -> Self {
        let (required, words) = (Vec::new(), Vec::new());
        Self { rows, required, words, at_least: 0, left }
    }

    /// The newest account up to `below` that fits.
    pub(crate) fn next(&mut self, below: u32) -> Result<Step, Fault> {
        let mut bound = below;
        loop {
            match self.settle(bound) {
                Ok(None) => return Ok(Step::End),
                Ok(Some(settled)) if settled == bound => return Ok(Step::Hit(self.hit(bound))),
                Ok(Some(lower)) => bound = lower,
                Err(Halt::Exhausted) => return Ok(Step::Exhausted(bound)),
                Err(Halt::Fault(fault)) => return Err(fault),
            }
        }
    }

    /// Where the next account may be, at the earliest: there, if it is the bound itself.
    fn settle(&mut self, bound: u32) -> Result<Option<u32>, Halt> {
        for word in &mut self.required {
            match word.at_or_below(self.rows, &mut self.left, bound)? {
                Some(at) if at == bound => {}
                lower => return Ok(lower),
            }
        }
        if self.at_least == self.words.len() {
            return self.settle_on_all(bound);
        }
        if self.at_least == 0 {
            return Ok(Some(bound));
        }
        let mut at = Vec::with_capacity(self.words.len());
        for word in &mut self.words {
            at.push(word.at_or_below(self.rows, &mut self.left, bound)?);
        }
        // Above the last of so many nobody has so many words.
        at.sort_unstable_by(|one, other| other.cmp(one));
        Ok(at.get(self.at_least - 1).copied().flatten())
    }

    /// The same where every word must be there: whoever lacks one is passed over at once.
    fn settle_on_all(&mut self, bound: u32) -> Result<Option<u32>, Halt> {
        for word in &mut self.words {
            match word.at_or_below(self.rows, &mut self.left, bound)? {
                Some(at) if at == bound => {}
                lower => return Ok(lower),
            }
        }
        Ok(Some(bound))
    }

    fn hit(&self, ordinal: u32) -> Hit {
        let grades: Vec<_> = self.words.iter().filter_map(|word| word.grade_at(ordinal)).collect();
        let grade = grades.iter().copied().max().unwrap_or(Grade::Number);
        Hit { ordinal, matched: grades.len(), grade }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use projection::Rows;
    use proptest::{
        collection::{btree_set, vec},
        prelude::{ProptestConfig, prop_assert_eq, proptest},
    };

    use super::{CHUNKS_MAX, Hit, Join, Step, Word};
    use crate::{asked::Grade, postings};

    fn rows(lists: &[BTreeSet<u32>]) -> Rows<'static> {
        let mut rows = Rows::in_memory();
        for (term, list) in (0..).zip(lists) {
            list.iter().for_each(|at| postings::add(&mut rows, term, *at).unwrap());
        }
        rows
    }

    fn walk(mut join: Join<'_>) -> Vec<Hit> {
        let (mut hits, mut below) = (Vec::new(), u32::MAX);
        while let Step::Hit(hit) = join.next(below).unwrap() {
            let next = hit.ordinal.checked_sub(1);
            hits.push(hit);
            let Some(next) = next else { break };
            below = next;
        }
        hits
    }

    #[test]
    fn a_walk_ends_where_it_has_read_enough_and_says_where() {
        let every_second = |from: u32| (from..20_000).step_by(2).collect::<BTreeSet<_>>();
        let rows = rows(&[every_second(0), every_second(1)]);
        let mut join = Join::new(&rows, 10);
        join.required = vec![Word::new([(0, Grade::Exact)]), Word::new([(1, Grade::Exact)])];
        let Step::Exhausted(at) = join.next(u32::MAX).unwrap() else { panic!("it has an end") };
        let chunks = (20_000 - at) / 2 / 512;
        assert!((4..=5).contains(&chunks), "five of each list: {at}");
        assert!(matches!(join.next(at).unwrap(), Step::Exhausted(same) if same == at));
    }

    #[test]
    fn an_account_is_as_good_as_its_worst_word() {
        let list = |at: &[u32]| at.iter().copied().collect::<BTreeSet<_>>();
        let rows = rows(&[list(&[3, 5, 9]), list(&[5, 9]), list(&[3, 9])]);
        let mut join = Join::new(&rows, CHUNKS_MAX);
        let first = Word::new([(0, Grade::Exact)]);
        let second = Word::new([(1, Grade::Number), (2, Grade::Near)]);
        join.words = vec![first, second];
        join.at_least = 2;
        let hit = |ordinal, grade| Hit { ordinal, matched: 2, grade };
        let expected = [hit(9, Grade::Exact), hit(5, Grade::Exact), hit(3, Grade::Near)];
        assert_eq!(walk(join), expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_walk_finds_who_has_enough_words_and_all_that_are_required(
            lists in vec(btree_set(0_u32..3_000, 0..1_500), 4),
            gone in vec((0_usize..4, 0_u32..3_000), 0..500),
            at_least in 0_usize..4,
        ) {
            let mut rows = rows(&lists);
            let mut lists = lists;
            for (list, at) in gone {
                let term = u64::try_from(list).unwrap();
                postings::remove(&mut rows, term, at).unwrap();
                lists[list].remove(&at);
            }
            let mut join = Join::new(&rows, CHUNKS_MAX);
            join.required = vec![Word::new([(3, Grade::Exact)])];
            join.words = (0..3).map(|term| Word::new([(term, Grade::Exact)])).collect();
            join.at_least = at_least;
            let found: Vec<_> = walk(join).iter().map(|hit| (hit.ordinal, hit.matched)).collect();
            let matched = |at: &u32| lists[..3].iter().filter(|list| list.contains(at)).count();
            let expected: Vec<_> = lists[3]
                .iter()
                .rev()
                .filter(|at| matched(at) >= at_least)
                .map(|at| (*at, if at_least == 0 { 0 } else { matched(at) }))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
