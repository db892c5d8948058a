//! Walks through the biller's guides between protobuf and the domain.

use domain::{
    biller::TaskCode,
    guide::{AnswerGuideStep, GuideEvent, GuideOutcome, Question, StartGuide},
    text::Code,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, id, optional, or_empty, required, text},
    pb::guide::v1::{self as pb, guide_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::StartGuide>(), CommandType::of::<pb::AnswerGuideStep>()];

impl CommandMessage for pb::StartGuide {
    type Rule = StartGuide;
}

impl TryFrom<pb::StartGuide> for StartGuide {
    type Error = Invalid;

    fn try_from(message: pb::StartGuide) -> Result<Self, Invalid> {
        Ok(Self {
            guide_id: id("guideId", &message.guide_id)?,
            account_id: id("accountId", &message.account_id)?,
            order_id: optional("orderId", &message.order_id, id)?,
            guide: code("guide", &message.guide)?,
        })
    }
}

impl CommandMessage for pb::AnswerGuideStep {
    type Rule = AnswerGuideStep;
}

impl TryFrom<pb::AnswerGuideStep> for AnswerGuideStep {
    type Error = Invalid;

    fn try_from(message: pb::AnswerGuideStep) -> Result<Self, Invalid> {
        Ok(Self {
            guide_id: id("guideId", &message.guide_id)?,
            step: code("step", &message.step)?,
            answer: code("answer", &message.answer)?,
        })
    }
}

pub(crate) fn encode(event: &GuideEvent) -> pb::GuideEvent {
    let fact = match event {
        GuideEvent::Started { account_id, order_id, guide, title, question: asked } => {
            Fact::Started(pb::GuideStarted {
                account_id: account_id.to_string(),
                order_id: or_empty(order_id.as_ref()),
                guide: guide.to_string(),
                title: title.to_string(),
                question: Some(question_message(asked)),
            })
        }
        GuideEvent::StepAnswered { step, answer, next } => {
            Fact::StepAnswered(pb::GuideStepAnswered {
                step: step.to_string(),
                answer: answer.to_string(),
                next: next.as_ref().map(question_message),
            })
        }
        GuideEvent::Ended { account_id, order_id, outcome, text, task } => {
            Fact::Ended(pb::GuideEnded {
                account_id: account_id.to_string(),
                order_id: or_empty(order_id.as_ref()),
                outcome: outcome_number(*outcome),
                text: text.to_string(),
                task: or_empty(task.as_ref()),
            })
        }
    };
    pb::GuideEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::GuideEvent) -> Result<GuideEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Started(fact) => GuideEvent::Started {
            account_id: id("accountId", &fact.account_id)?,
            order_id: optional("orderId", &fact.order_id, id)?,
            guide: code("guide", &fact.guide)?,
            title: text("title", &fact.title)?,
            question: question("question", required("question", fact.question)?)?,
        },
        Fact::StepAnswered(fact) => GuideEvent::StepAnswered {
            step: code("step", &fact.step)?,
            answer: code("answer", &fact.answer)?,
            next: fact.next.map(|next| question("next", next)).transpose()?,
        },
        Fact::Ended(fact) => GuideEvent::Ended {
            account_id: id("accountId", &fact.account_id)?,
            order_id: optional("orderId", &fact.order_id, id)?,
            outcome: outcome("outcome", fact.outcome)?,
            text: text("text", &fact.text)?,
            task: optional("task", &fact.task, task)?,
        },
    })
}

fn question_message(question: &Question) -> pb::GuideQuestion {
    pb::GuideQuestion {
        step: question.step.to_string(),
        text: question.text.to_string(),
        task: or_empty(question.task.as_ref()),
        answers: question.answers.iter().map(ToString::to_string).collect(),
    }
}

fn question(field: &str, message: pb::GuideQuestion) -> Result<Question, Invalid> {
    read(&message).map_err(|invalid| invalid.within(field))
}

fn read(message: &pb::GuideQuestion) -> Result<Question, Invalid> {
    let answers = message.answers.iter().map(|answer| code("answers", answer));
    Ok(Question {
        step: code("step", &message.step)?,
        text: text("text", &message.text)?,
        task: optional("task", &message.task, task)?,
        answers: answers.collect::<Result<Vec<Code>, _>>()?,
    })
}

fn task(field: &str, value: &str) -> Result<TaskCode, Invalid> {
    TaskCode::parse(value).map_err(|error| Invalid::new(field, error))
}

fn outcome(field: &str, number: i32) -> Result<GuideOutcome, Invalid> {
    match pb::GuideOutcome::try_from(number) {
        Ok(pb::GuideOutcome::Comment) => Ok(GuideOutcome::Comment),
        Ok(pb::GuideOutcome::TechSupport) => Ok(GuideOutcome::TechSupport),
        Ok(pb::GuideOutcome::Article) => Ok(GuideOutcome::Article),
        Ok(pb::GuideOutcome::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a GuideOutcome"))
        }
    }
}

fn outcome_number(outcome: GuideOutcome) -> i32 {
    i32::from(match outcome {
        GuideOutcome::Comment => pb::GuideOutcome::Comment,
        GuideOutcome::TechSupport => pb::GuideOutcome::TechSupport,
        GuideOutcome::Article => pb::GuideOutcome::Article,
    })
}
