//! A guide: one agent's walk through a plan of the biller, question by question, to its end (F29 to
//! F36).
//!
//! What must stay true: facts carry the words that were shown, so that the walk can be read when
//! the biller has other plans; a walk holds one answer for each step at most.

mod answer;
mod start;

pub use answer::AnswerGuideStep;
pub use start::StartGuide;

use std::collections::BTreeMap;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection,
    account::Account,
    biller::{PlanStep, TaskCode},
    order::Order,
    text::{Code, Text},
};

/// Names a walk.
pub type GuideId = Id<Guide>;

/// Facts about one walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuideEvent {
    /// The first question is shown.
    Started {
        /// Whose customer is helped.
        account_id: Id<Account>,
        /// The order that it is about, if there is one.
        order_id: Option<Id<Order>>,
        /// Name of the biller's plan.
        guide: Code,
        /// What agents call it.
        title: Text,
        /// What is asked first.
        question: Question,
    },
    /// One question was answered.
    StepAnswered {
        /// Which.
        step: Code,
        /// How.
        answer: Code,
        /// What is asked next; absent when the walk ends.
        next: Option<Question>,
    },
    /// Nothing more is asked.
    Ended {
        /// Whose customer was helped.
        account_id: Id<Account>,
        /// The order that it was about, if there is one.
        order_id: Option<Id<Order>>,
        /// What is left to do.
        outcome: GuideOutcome,
        /// What the agent reads.
        text: Text,
        /// The task code to type for it.
        task: Option<TaskCode>,
    },
}

/// What an agent is asked, in the words of that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Name of the step.
    pub step: Code,
    /// What the agent reads.
    pub text: Text,
    /// The task code to type for it.
    pub task: Option<TaskCode>,
    /// What can be answered.
    pub answers: Vec<Code>,
}

/// What is left to do when nothing more is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuideOutcome {
    /// It works: leave a comment (F36).
    Comment,
    /// It does not: transfer to Tech Support (F35).
    TechSupport,
    /// Follow an article (F34).
    Article,
}

/// Where a walk stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guide {
    /// Nobody started it.
    NotStarted,
    /// Somebody did.
    Started(Walk),
}

/// A walk that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Whose customer is helped.
    pub account_id: Id<Account>,
    /// The order that it is about, if there is one.
    pub order_id: Option<Id<Order>>,
    /// Name of the biller's plan.
    pub guide: Code,
    /// The answers on the way here, by step.
    pub answers: BTreeMap<Code, Code>,
    /// Where it is.
    pub place: Place,
}

/// Where on its way a walk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A question is open.
    Step(Code),
    /// Nothing more is asked.
    End(GuideOutcome),
}

/// What prevents a wish about a walk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuideRejection {
    /// The biller has other plans.
    #[error("there is no guide {guide}: this biller has {known}")]
    NotInBiller {
        /// What was named.
        guide: Code,
        /// The names of those that there are.
        known: String,
    },
    /// It is about an order that is done.
    #[error("this guide follows a completed order: name the order, after its check-in")]
    NeedsCompletedOrder,
    /// The order is somebody else's.
    #[error("the order belongs to another account")]
    OrderOfAnotherAccount,
    /// It was started, with other data.
    #[error("the guide was started with other data: choose a new id for another walk")]
    StartedOtherwise,
    /// Nobody started it.
    #[error("the guide is not started")]
    NotStarted,
    /// Nothing more is asked.
    #[error("the guide has ended: start another one")]
    Ended,
    /// Another question is open.
    #[error("step {current} is to be answered now")]
    AnotherStep {
        /// Which.
        current: Code,
    },
    /// One step, two answers.
    #[error("step {step} was answered otherwise: start another walk to take another way")]
    AnsweredOtherwise {
        /// Which.
        step: Code,
    },
    /// Nobody can go on from there.
    #[error("step {step} can be answered with {allowed}")]
    AnswerNotAllowed {
        /// Which.
        step: Code,
        /// The answers that there are.
        allowed: String,
    },
    /// The biller changed its plan meanwhile.
    #[error("the biller's guide has no step {step} any more: start another walk")]
    StepGone {
        /// Which.
        step: Code,
    },
}

impl GuideRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInBiller { .. } => "guide.not_in_biller",
            Self::NeedsCompletedOrder => "guide.needs_completed_order",
            Self::OrderOfAnotherAccount => "guide.order_of_another_account",
            Self::StartedOtherwise => "guide.started_otherwise",
            Self::NotStarted => "guide.not_started",
            Self::Ended => "guide.ended",
            Self::AnotherStep { .. } => "guide.another_step",
            Self::AnsweredOtherwise { .. } => "guide.answered_otherwise",
            Self::AnswerNotAllowed { .. } => "guide.answer_not_allowed",
            Self::StepGone { .. } => "guide.step_gone",
        }
    }
}

impl From<GuideRejection> for Rejection {
    fn from(rejection: GuideRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl GuideEvent {
    /// This fact, about that walk.
    #[must_use]
    pub fn on(self, guide_id: &GuideId) -> Fact {
        Fact::new(guide_id, Event::Guide(self))
    }
}

impl Question {
    /// The question that a step of a plan asks.
    fn of(name: &Code, step: &PlanStep) -> Self {
        Self {
            step: name.clone(),
            text: step.text.clone(),
            task: step.task.clone(),
            answers: step.answers.iter().map(|answer| answer.answer.clone()).collect(),
        }
    }
}

impl Walk {
    fn advance(&mut self, event: &GuideEvent) {
        match event {
            GuideEvent::Started { .. } => {}
            GuideEvent::StepAnswered { step, answer, next } => {
                self.answers.insert(step.clone(), answer.clone());
                if let Some(next) = next {
                    // A plan that was changed meanwhile may come back to a step.
                    self.answers.remove(&next.step);
                    self.place = Place::Step(next.step.clone());
                }
            }
            GuideEvent::Ended { outcome, .. } => self.place = Place::End(*outcome),
        }
    }
}

impl Aggregate for Guide {
    const CATEGORY: &'static str = "guide";
    const UNKNOWN: &'static Self = &Self::NotStarted;
    type Event = GuideEvent;

    fn evolve(self, event: &GuideEvent) -> Self {
        match (self, event) {
            (_, GuideEvent::Started { account_id, order_id, guide, title: _, question }) => {
                Self::Started(Walk {
                    account_id: account_id.clone(),
                    order_id: order_id.clone(),
                    guide: guide.clone(),
                    answers: BTreeMap::new(),
                    place: Place::Step(question.step.clone()),
                })
            }
            (Self::Started(mut walk), event) => {
                walk.advance(event);
                Self::Started(walk)
            }
            (Self::NotStarted, _) => Self::NotStarted,
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Guide(guide) = noun { Some(guide) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Guide(guide) = noun { Some(guide) } else { None }
    }
}
