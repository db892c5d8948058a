//! How the tests of search tell a story and ask for somebody.

use std::sync::Arc;

use contract::search::Question;
use domain::{Fact, biller::testing};
use projection::Rows;
use read_side::testing::Story;
use serde_json::Value;
use storage::{Os, Storage};
use vault::{Blind, Vault};

use crate::{
    answer::Answers,
    model::{Keys, Search},
};

/// Keys that nobody else has.
pub(crate) fn keys() -> Keys {
    let dir = tempfile::tempdir().expect("there is room for a directory");
    let storage: Arc<dyn Storage> = Arc::new(Os);
    let vault = Vault::open(&storage, dir.path()).expect("keys can be made");
    let blind = Blind::open(&storage, dir.path()).expect("a key can be made");
    Keys { vault: Arc::new(vault), blind }
}

/// Somebody who has heard a story, and is asked.
pub(crate) struct Told {
    pub(crate) story: Story,
    answers: Answers,
}

/// What search knows after these facts.
#[track_caller]
pub(crate) fn told(facts: impl IntoIterator<Item = Fact>) -> Told {
    told_with(keys(), facts)
}

/// The same, with these keys.
#[track_caller]
pub(crate) fn told_with(keys: Keys, facts: impl IntoIterator<Item = Fact>) -> Told {
    let story = Story::of(Search { keys: keys.clone() }).and(facts);
    let search = Arc::new(Search { keys });
    Told { story, answers: Answers { search, currency: testing().currency } }
}

impl Told {
    /// One more fact.
    #[track_caller]
    pub(crate) fn then(self, fact: Fact) -> Self {
        Self { story: self.story.then(fact), ..self }
    }

    /// More facts.
    #[track_caller]
    pub(crate) fn and(self, facts: impl IntoIterator<Item = Fact>) -> Self {
        facts.into_iter().fold(self, Self::then)
    }

    pub(crate) fn rows(&self) -> &Rows<'static> {
        self.story.rows()
    }

    /// The answer to parameters as in `[("q", "ana")]`.
    #[track_caller]
    pub(crate) fn asked(&self, asked: &[(&str, &str)]) -> Value {
        let asked = asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let question = Question::read(asked.collect()).expect("the question is well formed");
        self.answers.found(self.rows(), &question).expect("there is an answer")
    }

    /// The accounts that are found, in order.
    #[track_caller]
    pub(crate) fn found(&self, asked: &[(&str, &str)]) -> Vec<String> {
        let answer = self.asked(asked);
        let found = answer["found"].as_array().cloned().unwrap_or_default();
        found.iter().map(|it| it["accountId"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The accounts that a text finds.
    #[track_caller]
    pub(crate) fn by(&self, text: &str) -> Vec<String> {
        self.found(&[("q", text)])
    }
}
