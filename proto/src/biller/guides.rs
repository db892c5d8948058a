//! Guides from a biller's file (F29 to F36).
//!
//! What must stay true: whoever is walked through a guide comes to an end, whatever the answers
//! are: no answer leads nowhere, no way comes back to a step, and nothing in it is out of reach.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    biller::{GuidePlan, GuideSubject, PlanAnswer, PlanEnd, PlanStep, TaskCode},
    guide::GuideOutcome,
    text::{Code, Text},
};
use serde::Deserialize;

use super::{
    billing::Names,
    code,
    mistakes::{Mistakes, Read, each},
    value,
};

/// Most steps of one guide, and most answers of one step: a walk's state stays small.
const STEPS_MAX: usize = 100;
const ANSWERS_MAX: usize = 20;

/// `[guides.<name>]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuideFile {
    title: String,
    /// `account` or `completed_order`.
    subject: String,
    first: String,
    steps: BTreeMap<String, StepFile>,
    ends: BTreeMap<String, EndFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    text: String,
    task: Option<String>,
    answers: Vec<AnswerFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerFile {
    answer: String,
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndFile {
    outcome: String,
    text: String,
    task: Option<String>,
}

/// The biller's guides by name. A task that they name is one of the biller's.
pub(super) fn guides(
    files: &BTreeMap<String, GuideFile>,
    tasks: &Names<'_>,
) -> Read<BTreeMap<Code, GuidePlan>> {
    let guide = |(name, file): (&String, &GuideFile)| {
        let key = format!("guides.{name}");
        let mut mistakes = Mistakes::default();
        let name = mistakes.take(code(&key, name));
        let plan = mistakes.take(file.plan(&key, tasks));
        mistakes.take(file.demand_ways(&key));
        mistakes.or(name.zip(plan))
    };
    each(files.iter().map(guide))
}

impl GuideFile {
    fn plan(&self, key: &str, tasks: &Names<'_>) -> Read<GuidePlan> {
        let mut mistakes = Mistakes::default();
        let title = mistakes.take(text(&format!("{key}.title"), &self.title));
        let subject = mistakes.take(subject(&format!("{key}.subject"), &self.subject));
        let first = mistakes.take(code(&format!("{key}.first"), &self.first));
        let steps = mistakes.take(self.steps(&format!("{key}.steps"), tasks));
        let ends = mistakes.take(self.ends(key, tasks));
        let plan = || {
            let (title, subject, first) = (title?, subject?, first?);
            Some(GuidePlan { title, subject, first, steps: steps?, ends: ends? })
        };
        mistakes.or(plan())
    }

    fn steps(&self, key: &str, tasks: &Names<'_>) -> Read<BTreeMap<Code, PlanStep>> {
        if self.steps.len() > STEPS_MAX {
            return Err(value(key, format!("must be at most {STEPS_MAX}")));
        }
        each(self.steps.iter().map(|(name, file)| {
            let key = format!("{key}.{name}");
            let mut mistakes = Mistakes::default();
            let name = mistakes.take(code(&key, name));
            let step = mistakes.take(file.step(&key, tasks));
            mistakes.or(name.zip(step))
        }))
    }

    fn ends(&self, key: &str, tasks: &Names<'_>) -> Read<BTreeMap<Code, PlanEnd>> {
        let steps = &format!("{key}.steps");
        each(self.ends.iter().map(|(name, file)| {
            let key = format!("{key}.ends.{name}");
            let mut mistakes = Mistakes::default();
            let of_step = match self.steps.contains_key(name) {
                true => {
                    let problem = "must not have the name of a step";
                    Err(value(&key, problem).named_in(steps))
                }
                false => Ok(()),
            };
            mistakes.take(of_step);
            let name = mistakes.take(code(&key, name));
            let end = mistakes.take(file.end(&key, tasks));
            mistakes.or(name.zip(end))
        }))
    }

    /// Whoever is walked through it comes to an end, and everything in it is on some way.
    fn demand_ways(&self, key: &str) -> Read<()> {
        self.demand_known(key)?;
        if self.steps.values().any(|step| step.answers.is_empty()) {
            // That is told where the answers are read: nobody knows where they would lead.
            return Ok(());
        }
        let (reached, ends) = (self.demand_reach(key), self.demand_ends(key));
        let names = self.steps.keys();
        let answers = names.map(|name| format!("{key}.steps.{name}.answers"));
        let with: Vec<_> = answers.chain([format!("{key}.first")]).collect();
        each([reached, ends]).map_err(|wrong: Mistakes| {
            let wrong = wrong.named_in(&format!("{key}.steps"));
            let wrong = wrong.named_in(&format!("{key}.ends"));
            with.iter().fold(wrong, |wrong, key| wrong.reckoned_with(key))
        })
    }

    /// It begins with a step, and every answer leads to a step or an end.
    fn demand_known(&self, key: &str) -> Read<()> {
        let (steps, ends) = (format!("{key}.steps"), format!("{key}.ends"));
        let first = match self.steps.contains_key(&self.first) {
            true => Ok(()),
            false => {
                Err(value(&format!("{key}.first"), "must be the name of a step").named_in(&steps))
            }
        };
        let answers = self.steps.iter().flat_map(|(name, step)| {
            step.answers.iter().enumerate().map(move |(at, answer)| (name, at, &answer.next))
        });
        let leads = answers.map(|(name, at, next)| {
            if self.steps.contains_key(next) || self.ends.contains_key(next) {
                return Ok(());
            }
            let problem = format!("must lead to a step or an end, {next} is none");
            let wrong = value(&format!("{steps}.{name}.answers[{at}].next"), problem);
            Err(wrong.named_in(&steps).named_in(&ends))
        });
        each([first].into_iter().chain(leads))
    }

    /// Where the answers of a step lead.
    fn next<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let answers = self.steps.get(name).into_iter().flat_map(|step| &step.answers);
        answers.map(|answer| answer.next.as_str())
    }

    /// Nothing is out of reach.
    fn demand_reach(&self, key: &str) -> Read<()> {
        let mut reached = BTreeSet::from([self.first.as_str()]);
        let mut open = vec![self.first.as_str()];
        while let Some(name) = open.pop() {
            open.extend(self.next(name).filter(|next| reached.insert(next)));
        }
        let steps = self.steps.keys().map(|name| (name, "steps"));
        let all = steps.chain(self.ends.keys().map(|name| (name, "ends")));
        let lost = all.filter(|(name, _)| !reached.contains(name.as_str()));
        each(lost.map(|(name, of)| {
            Err(value(&format!("{key}.{of}.{name}"), "must be on some way from the first"))
        }))
    }

    /// No way comes back: steps are taken in an order in which each comes after all that lead to
    /// it, and what is never taken is on a way that comes back to itself.
    fn demand_ends(&self, key: &str) -> Read<()> {
        let mut ways_to: BTreeMap<&str, usize> = BTreeMap::new();
        for next in self.steps.keys().flat_map(|name| self.next(name)) {
            *ways_to.entry(next).or_default() += 1;
        }
        let begins = self.steps.keys().map(String::as_str);
        let mut free: Vec<_> = begins.filter(|name| !ways_to.contains_key(name)).collect();
        let mut taken = BTreeSet::new();
        while let Some(name) = free.pop() {
            taken.insert(name);
            free.extend(self.next(name).filter(|next| {
                let ways = ways_to.entry(next).or_default();
                *ways -= 1;
                *ways == 0
            }));
        }
        match self.steps.keys().find(|name| !taken.contains(name.as_str())) {
            Some(name) => {
                let problem = "must not be on a way that comes back to a step: a walk has an end";
                Err(value(&format!("{key}.steps.{name}"), problem))
            }
            None => Ok(()),
        }
    }
}

impl StepFile {
    fn step(&self, key: &str, tasks: &Names<'_>) -> Read<PlanStep> {
        let mut mistakes = Mistakes::default();
        let answers = mistakes.take(self.answers(&format!("{key}.answers")));
        let task = mistakes.take(task(&format!("{key}.task"), self.task.as_deref(), tasks));
        let text = mistakes.take(text(&format!("{key}.text"), &self.text));
        let step = || Some(PlanStep { text: text?, task: task?, answers: answers? });
        mistakes.or(step())
    }

    fn answers(&self, key: &str) -> Read<Vec<PlanAnswer>> {
        if self.answers.is_empty() || self.answers.len() > ANSWERS_MAX {
            return Err(value(key, format!("must be 1 to {ANSWERS_MAX}")));
        }
        each(self.answers.iter().enumerate().map(|(at, file)| {
            let key_of = |at: usize| format!("{key}[{at}].answer");
            let mut mistakes = Mistakes::default();
            let before = &self.answers[..at];
            let same = before.iter().position(|other| other.answer == file.answer);
            let once = same.map_or(Ok(()), |same| {
                Err(value(&key_of(at), "must be given once").reckoned_with(&key_of(same)))
            });
            mistakes.take(once);
            let answer = mistakes.take(code(&key_of(at), &file.answer));
            let next = mistakes.take(code(&format!("{key}[{at}].next"), &file.next));
            let answer = || Some(PlanAnswer { answer: answer?, next: next? });
            mistakes.or(answer())
        }))
    }
}

impl EndFile {
    fn end(&self, key: &str, tasks: &Names<'_>) -> Read<PlanEnd> {
        let mut mistakes = Mistakes::default();
        let outcome = mistakes.take(outcome(&format!("{key}.outcome"), &self.outcome));
        let text = mistakes.take(text(&format!("{key}.text"), &self.text));
        let task = mistakes.take(task(&format!("{key}.task"), self.task.as_deref(), tasks));
        let end = || Some(PlanEnd { outcome: outcome?, text: text?, task: task? });
        mistakes.or(end())
    }
}

fn text(key: &str, text: &str) -> Read<Text> {
    Text::parse(text).map_err(|error| value(key, error))
}

fn task(key: &str, named: Option<&str>, tasks: &Names<'_>) -> Read<Option<TaskCode>> {
    let Some(named) = named else { return Ok(None) };
    if !tasks.contains(named) {
        return Err(value(key, "must be one of the biller's tasks").named_in("tasks"));
    }
    TaskCode::parse(named).map(Some).map_err(|error| value(key, error))
}

fn subject(key: &str, name: &str) -> Read<GuideSubject> {
    match name {
        "account" => Ok(GuideSubject::Account),
        "completed_order" => Ok(GuideSubject::CompletedOrder),
        _ => Err(value(key, "must be account or completed_order")),
    }
}

fn outcome(key: &str, name: &str) -> Read<GuideOutcome> {
    match name {
        "comment" => Ok(GuideOutcome::Comment),
        "tech_support" => Ok(GuideOutcome::TechSupport),
        "article" => Ok(GuideOutcome::Article),
        _ => Err(value(key, "must be comment, tech_support or article")),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        biller::{Biller, GuidePlan},
        guide::GuideOutcome,
        testing::fixtures::code,
    };

    use crate::biller::{BillerError, EVERY_SHIPPED, SHIPPED, parse};

    fn after_completion() -> GuidePlan {
        parse(SHIPPED).unwrap().guides[&code("after-completion")].clone()
    }

    /// Where these answers lead: the outcome of the walk.
    fn walked(plan: &GuidePlan, answers: &[&str]) -> Option<GuideOutcome> {
        let mut at = plan.first.clone();
        for answer in answers {
            let step = plan.steps.get(&at)?;
            at = step.answers.iter().find(|it| it.answer.as_str() == *answer)?.next.clone();
        }
        plan.ends.get(&at).map(|end| end.outcome)
    }

    #[test]
    fn f30_f31_f32_f33_f34_f35_f36_the_shipped_guide_asks_what_the_document_asks() {
        let plan = after_completion();
        let check = |answers: &[&str], outcome| assert_eq!(walked(&plan, answers), Some(outcome));
        check(&["yes", "yes"], GuideOutcome::Comment);
        check(&["no", "off", "done", "yes"], GuideOutcome::Comment);
        check(&["no", "on", "done", "done", "no", "code"], GuideOutcome::Article);
        check(&["yes", "no", "none"], GuideOutcome::TechSupport);
        assert!(plan.steps[&code("reset")].text.as_str().contains("two minutes"));
        assert!(plan.steps[&code("unplug")].text.as_str().contains("15 seconds"));
        assert!(plan.steps[&code("battery")].text.as_str().contains("battery"));
        let asked = plan.steps[&code("resp-code")].task.as_ref().map(ToString::to_string);
        assert_eq!(asked.as_deref(), Some("PT"));
        let comment = plan.ends[&code("comment")].task.as_ref().map(ToString::to_string);
        assert_eq!(comment.as_deref(), Some("CC"));
    }

    #[test]
    fn every_shipped_guide_can_be_read() {
        let with = EVERY_SHIPPED.iter().filter(|text| !parse(text).unwrap().guides.is_empty());
        assert_eq!(with.count(), 4);
    }

    const HEAD: &str = "[guides.g]\ntitle = \"G\"\nsubject = \"account\"\nfirst = \"a\"\n";
    const END: &str = "[guides.g.ends.e]\noutcome = \"comment\"\ntext = \"E\"\n";

    fn step(name: &str, answers: &[(&str, &str)]) -> String {
        let answers: Vec<_> = answers
            .iter()
            .map(|(answer, next)| format!("{{ answer = \"{answer}\", next = \"{next}\" }}"))
            .collect();
        let answers = answers.join(", ");
        format!("[guides.g.steps.{name}]\ntext = \"?\"\nanswers = [{answers}]\n")
    }

    fn read(parts: &[&str]) -> Result<Biller, BillerError> {
        parse(&format!("{SHIPPED}\n{HEAD}{END}{}", parts.concat()))
    }

    fn refused(parts: &[&str]) -> (String, String) {
        match read(parts) {
            Err(BillerError::Value { key, problem, .. }) => (key, problem),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ways_may_meet_again() {
        let steps = [
            step("a", &[("x", "b"), ("y", "c")]),
            step("b", &[("x", "c"), ("y", "e")]),
            step("c", &[("x", "e")]),
        ];
        assert!(read(&steps.each_ref().map(String::as_str)).is_ok());
    }

    #[test]
    fn a_walk_that_would_never_end_is_refused() {
        let (key, problem) = refused(&[&step("a", &[("x", "a"), ("y", "e")])]);
        assert_eq!(key, "guides.g.steps.a");
        assert!(problem.contains("comes back"), "{problem}");
        let round = [
            step("a", &[("x", "b")]),
            step("b", &[("x", "c"), ("y", "e")]),
            step("c", &[("x", "b")]),
        ];
        let (key, problem) = refused(&round.each_ref().map(String::as_str));
        assert!(key == "guides.g.steps.b" && problem.contains("comes back"), "{key} {problem}");
    }

    #[test]
    fn a_step_or_an_end_out_of_reach_is_refused() {
        let (key, problem) = refused(&[&step("a", &[("x", "e")]), &step("b", &[("x", "e")])]);
        assert!(key == "guides.g.steps.b" && problem.contains("some way"), "{key} {problem}");
        let end = "[guides.g.ends.f]\noutcome = \"article\"\ntext = \"F\"\n";
        assert_eq!(refused(&[&step("a", &[("x", "e")]), end]).0, "guides.g.ends.f");
    }

    #[test]
    fn a_mistake_in_a_guide_is_named_by_its_key() {
        assert_eq!(refused(&[&step("a", &[("x", "z")])]).0, "guides.g.steps.a.answers[0].next");
        assert_eq!(refused(&[&step("a", &[])]).0, "guides.g.steps.a.answers");
        assert_eq!(refused(&[&step("b", &[("x", "e")])]).0, "guides.g.first");
        let twice = step("a", &[("x", "e"), ("x", "e")]);
        assert_eq!(refused(&[&twice]).0, "guides.g.steps.a.answers[1].answer");
        let end = step("e", &[("x", "e")]);
        assert_eq!(refused(&[&step("a", &[("x", "e")]), &end]).0, "guides.g.ends.e");
        let task = step("a", &[("x", "e")]).replace("text", "task = \"QQ\"\ntext");
        assert_eq!(refused(&[&task]).0, "guides.g.steps.a.task");
    }
}
