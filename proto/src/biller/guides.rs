//! Guides from a biller's file (F29 to F36).
//!
//! What must stay true: whoever is walked through a guide comes to an end, whatever the answers
//! are: no answer leads nowhere, no way comes back to a step, and nothing in it is out of reach.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    biller::{GuidePlan, GuideSubject, PlanAnswer, PlanEnd, PlanStep, Task, TaskCode},
    guide::GuideOutcome,
    text::{Code, Text},
};
use serde::Deserialize;

use super::{
    code,
    mistakes::{Read, each},
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

type Tasks = BTreeMap<TaskCode, Task>;

/// The biller's guides by name. A task that they name is one of the biller's.
pub(super) fn guides(
    files: &BTreeMap<String, GuideFile>,
    tasks: &Tasks,
) -> Read<BTreeMap<Code, GuidePlan>> {
    let guide = |(name, file): (&String, &GuideFile)| {
        let key = format!("guides.{name}");
        let plan = file.plan(&key, tasks)?;
        check_reach(&key, &plan)?;
        check_ends(&key, &plan)?;
        Ok((code(&key, name)?, plan))
    };
    each(files.iter().map(guide))
}

impl GuideFile {
    fn plan(&self, key: &str, tasks: &Tasks) -> Read<GuidePlan> {
        if self.steps.len() > STEPS_MAX {
            return Err(value(&format!("{key}.steps"), format!("must be at most {STEPS_MAX}")));
        }
        let mut steps = BTreeMap::new();
        for (name, file) in &self.steps {
            let key = format!("{key}.steps.{name}");
            steps.insert(code(&key, name)?, file.step(&key, tasks)?);
        }
        let mut ends = BTreeMap::new();
        for (name, file) in &self.ends {
            let key = format!("{key}.ends.{name}");
            if self.steps.contains_key(name) {
                return Err(value(&key, "must not have the name of a step"));
            }
            ends.insert(code(&key, name)?, file.end(&key, tasks)?);
        }
        Ok(GuidePlan {
            title: text(&format!("{key}.title"), &self.title)?,
            subject: subject(&format!("{key}.subject"), &self.subject)?,
            first: code(&format!("{key}.first"), &self.first)?,
            steps,
            ends,
        })
    }
}

impl StepFile {
    fn step(&self, key: &str, tasks: &Tasks) -> Read<PlanStep> {
        let mut answers: Vec<PlanAnswer> = Vec::new();
        for AnswerFile { answer, next } in &self.answers {
            let key = format!("{key}.answers");
            let answer = PlanAnswer { answer: code(&key, answer)?, next: code(&key, next)? };
            if answers.iter().any(|other| other.answer == answer.answer) {
                return Err(value(&key, format!("must hold {} once", answer.answer)));
            }
            answers.push(answer);
        }
        if answers.is_empty() || answers.len() > ANSWERS_MAX {
            let problem = format!("must be 1 to {ANSWERS_MAX}");
            return Err(value(&format!("{key}.answers"), problem));
        }
        let task = task(&format!("{key}.task"), self.task.as_deref(), tasks)?;
        Ok(PlanStep { text: text(&format!("{key}.text"), &self.text)?, task, answers })
    }
}

impl EndFile {
    fn end(&self, key: &str, tasks: &Tasks) -> Read<PlanEnd> {
        Ok(PlanEnd {
            outcome: outcome(&format!("{key}.outcome"), &self.outcome)?,
            text: text(&format!("{key}.text"), &self.text)?,
            task: task(&format!("{key}.task"), self.task.as_deref(), tasks)?,
        })
    }
}

/// Nothing is out of reach.
fn check_reach(key: &str, plan: &GuidePlan) -> Read<()> {
    let reached = reached(key, plan)?;
    let lost = |name: &&Code| !reached.contains(*name);
    let step = plan.steps.keys().find(lost).map(|name| format!("{key}.steps.{name}"));
    let end = || plan.ends.keys().find(lost).map(|name| format!("{key}.ends.{name}"));
    match step.or_else(end) {
        Some(key) => Err(value(&key, "must be on some way from the first")),
        None => Ok(()),
    }
}

/// No way comes back: steps are taken in an order in which each comes after all that lead to it,
/// and what is never taken is on a way that comes back to itself.
fn check_ends(key: &str, plan: &GuidePlan) -> Read<()> {
    let mut ways_to: BTreeMap<&Code, usize> = BTreeMap::new();
    for answer in plan.steps.values().flat_map(|step| &step.answers) {
        *ways_to.entry(&answer.next).or_default() += 1;
    }
    let mut free: Vec<_> =
        [&plan.first].into_iter().filter(|it| !ways_to.contains_key(it)).collect();
    let mut taken = BTreeSet::new();
    while let Some(name) = free.pop() {
        taken.insert(name);
        for answer in plan.steps.get(name).into_iter().flat_map(|step| &step.answers) {
            let ways = ways_to.entry(&answer.next).or_default();
            *ways -= 1;
            if *ways == 0 {
                free.push(&answer.next);
            }
        }
    }
    match plan.steps.keys().find(|name| !taken.contains(*name)) {
        Some(name) => {
            let problem = "must not be on a way that comes back to a step: a walk has an end";
            Err(value(&format!("{key}.steps.{name}"), problem))
        }
        None => Ok(()),
    }
}

/// Every step and end that some answers lead to.
fn reached<'a>(key: &str, plan: &'a GuidePlan) -> Read<BTreeSet<&'a Code>> {
    if !plan.steps.contains_key(&plan.first) {
        return Err(value(&format!("{key}.first"), "must be the name of a step"));
    }
    let mut reached = BTreeSet::from([&plan.first]);
    let mut open = vec![&plan.first];
    while let Some(name) = open.pop() {
        for answer in plan.steps.get(name).into_iter().flat_map(|step| &step.answers) {
            let next = &answer.next;
            if !plan.steps.contains_key(next) && !plan.ends.contains_key(next) {
                let key = format!("{key}.steps.{name}.answers");
                return Err(value(&key, format!("must lead to a step or an end, {next} is none")));
            }
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    Ok(reached)
}

fn text(key: &str, text: &str) -> Read<Text> {
    Text::parse(text).map_err(|error| value(key, error))
}

fn task(key: &str, named: Option<&str>, tasks: &Tasks) -> Read<Option<TaskCode>> {
    let Some(named) = named else { return Ok(None) };
    let code = TaskCode::parse(named).map_err(|error| value(key, error))?;
    if tasks.contains_key(&code) {
        Ok(Some(code))
    } else {
        Err(value(key, "must be one of the biller's tasks"))
    }
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
        assert_eq!(refused(&[&step("a", &[("x", "z")])]).0, "guides.g.steps.a.answers");
        assert_eq!(refused(&[&step("a", &[])]).0, "guides.g.steps.a.answers");
        assert_eq!(refused(&[&step("b", &[("x", "e")])]).0, "guides.g.first");
        let twice = step("a", &[("x", "e"), ("x", "e")]);
        assert_eq!(refused(&[&twice]).0, "guides.g.steps.a.answers");
        let end = step("e", &[("x", "e")]);
        assert_eq!(refused(&[&end]).0, "guides.g.ends.e");
        let task = step("a", &[("x", "e")]).replace("text", "task = \"QQ\"\ntext");
        assert_eq!(refused(&[&task]).0, "guides.g.steps.a.task");
    }
}
