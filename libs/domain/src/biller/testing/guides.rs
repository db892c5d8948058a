//! What the test biller's agents are walked through.

use std::collections::BTreeMap;

use super::{code, text};
use crate::{
    biller::{GuidePlan, GuideSubject, PlanAnswer, PlanEnd, PlanStep},
    guide::GuideOutcome,
    text::Code,
};

/// What agents are walked through.
pub(super) fn all() -> BTreeMap<Code, GuidePlan> {
    let step = |text_shown, answers: &[(&str, &str)]| PlanStep {
        text: text(text_shown),
        task: None,
        answers: answers
            .iter()
            .map(|(answer, next)| PlanAnswer { answer: code(answer), next: code(next) })
            .collect(),
    };
    let end = |outcome, text_shown| PlanEnd { outcome, text: text(text_shown), task: None };
    let plan = GuidePlan {
        title: text("After the completion"),
        subject: GuideSubject::CompletedOrder,
        first: code("reset"),
        steps: BTreeMap::from([
            (code("reset"), step("Has the modem reset?", &[("yes", "comment"), ("no", "replug")])),
            (code("replug"), step("Unplug it and plug it in again.", &[("done", "tech-support")])),
        ]),
        ends: BTreeMap::from([
            (code("comment"), end(GuideOutcome::Comment, "Leave a comment.")),
            (code("tech-support"), end(GuideOutcome::TechSupport, "Transfer the call.")),
        ]),
    };
    BTreeMap::from([(code("after-completion"), plan)])
}
