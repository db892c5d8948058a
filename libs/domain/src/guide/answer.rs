//! Answer: one question is answered, and the next one is shown (F30 to F35).

use super::{Guide, GuideEvent, GuideId, GuideRejection, Place, Question, Walk};
use crate::{
    Decide, Desk, Fact, Rejection,
    biller::{GuidePlan, PlanAnswer},
    text::Code,
};

/// Answer the open question of a walk (F30 to F35).
#[derive(Clone, Debug)]
pub struct AnswerGuideStep {
    /// Which walk.
    pub guide_id: GuideId,
    /// The step that is answered, named to confirm what was read.
    pub step: Code,
    /// One of the step's answers.
    pub answer: Code,
}

impl Decide for AnswerGuideStep {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let Guide::Started(walk) = desk.get(&self.guide_id) else {
            return Err(GuideRejection::NotStarted.into());
        };
        match (walk.answers.get(&self.step), &walk.place) {
            (Some(answer), _) if *answer == self.answer => Ok(vec![]),
            (Some(_), _) => {
                let step = self.step.clone();
                Err(GuideRejection::AnsweredOtherwise { step }.into())
            }
            (None, Place::Step(current)) if *current == self.step => {
                let next = self.next(desk, walk)?;
                Ok(next.into_iter().map(|event| event.on(&self.guide_id)).collect())
            }
            (None, Place::Step(current)) => {
                Err(GuideRejection::AnotherStep { current: current.clone() }.into())
            }
            (None, Place::End(_)) => Err(GuideRejection::Ended.into()),
        }
    }
}

impl AnswerGuideStep {
    fn next(&self, desk: &Desk<'_>, walk: &Walk) -> Result<Vec<GuideEvent>, GuideRejection> {
        let gone = |step: &Code| GuideRejection::StepGone { step: step.clone() };
        let plan = desk.biller.guides.get(&walk.guide).ok_or_else(|| gone(&self.step))?;
        let next = &self.chosen(plan)?.next;
        let answered = |next| GuideEvent::StepAnswered {
            step: self.step.clone(),
            answer: self.answer.clone(),
            next,
        };
        if let Some(step) = plan.steps.get(next) {
            return Ok(vec![answered(Some(Question::of(next, step)))]);
        }
        let end = plan.ends.get(next).ok_or_else(|| gone(next))?;
        let ended = GuideEvent::Ended {
            account_id: walk.account_id.clone(),
            order_id: walk.order_id.clone(),
            outcome: end.outcome,
            text: end.text.clone(),
            task: end.task.clone(),
        };
        Ok(vec![answered(None), ended])
    }

    fn chosen<'a>(&self, plan: &'a GuidePlan) -> Result<&'a PlanAnswer, GuideRejection> {
        let step = self.step.clone();
        let Some(asked) = plan.steps.get(&self.step) else {
            return Err(GuideRejection::StepGone { step });
        };
        let chosen = asked.answers.iter().find(|it| it.answer == self.answer);
        chosen.ok_or_else(|| {
            let allowed: Vec<_> = asked.answers.iter().map(|it| it.answer.as_str()).collect();
            GuideRejection::AnswerNotAllowed { step, allowed: allowed.join(" or ") }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AnswerGuideStep;
    use crate::{
        guide::{GuideEvent, GuideOutcome, GuideRejection},
        testing::{
            Given,
            fixtures::{
                account, account_id, code, guide_answered, guide_id, guide_started, order_id, text,
            },
            given,
        },
    };

    fn answer(step: &str, answer: &str) -> AnswerGuideStep {
        AnswerGuideStep { guide_id: guide_id(), step: code(step), answer: code(answer) }
    }

    fn walking() -> Given {
        given(account()).and([guide_started()])
    }

    #[test]
    fn f30_an_answer_leads_to_the_next_question() {
        walking().when(answer("reset", "no")).then([guide_answered("no")]);
    }

    #[test]
    fn f36_an_answer_may_lead_to_the_end() {
        let answered =
            GuideEvent::StepAnswered { step: code("reset"), answer: code("yes"), next: None };
        let ended = GuideEvent::Ended {
            account_id: account_id(),
            order_id: Some(order_id()),
            outcome: GuideOutcome::Comment,
            text: text("Leave a comment."),
            task: None,
        };
        walking()
            .when(answer("reset", "yes"))
            .then([answered.on(&guide_id()), ended.on(&guide_id())]);
    }

    #[test]
    fn a_wrong_answer_is_refused_with_those_that_there_are() {
        let (step, allowed) = (code("reset"), "yes or no".to_owned());
        walking()
            .when(answer("reset", "perhaps"))
            .then_rejected(GuideRejection::AnswerNotAllowed { step, allowed });
    }

    #[test]
    fn only_the_open_question_is_answered() {
        let current = code("reset");
        walking()
            .when(answer("replug", "done"))
            .then_rejected(GuideRejection::AnotherStep { current });
        walking()
            .after(answer("reset", "yes"))
            .when(answer("replug", "done"))
            .then_rejected(GuideRejection::Ended);
        given(account()).when(answer("reset", "yes")).then_rejected(GuideRejection::NotStarted);
    }

    #[test]
    fn an_answer_is_not_taken_back() {
        let answered = walking().after(answer("reset", "no"));
        answered.clone().when(answer("reset", "no")).then([]);
        let step = code("reset");
        answered
            .when(answer("reset", "yes"))
            .then_rejected(GuideRejection::AnsweredOtherwise { step });
    }

    #[test]
    fn a_walk_through_a_plan_that_is_gone_is_not_gone_on_with() {
        let step = code("lights");
        let next = crate::guide::Question {
            step: step.clone(),
            text: text("Are the lights on?"),
            task: None,
            answers: vec![code("yes")],
        };
        let answered =
            GuideEvent::StepAnswered { step: code("reset"), answer: code("no"), next: Some(next) };
        walking()
            .and([answered.on(&guide_id())])
            .when(answer("lights", "yes"))
            .then_rejected(GuideRejection::StepGone { step });
    }
}
