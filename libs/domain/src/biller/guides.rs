//! What an agent is walked through, question by question, as the biller wrote it (F29 to F35).
//!
//! What must stay true: every answer leads to a step or an end of the same plan, no way comes back
//! to a step, and each step and end is on some way: whoever reads plans from outside refuses
//! others.

use std::collections::BTreeMap;

use crate::{
    guide::GuideOutcome,
    text::{Code, Text},
};

use super::TaskCode;

/// One guide of the biller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuidePlan {
    /// What agents call it.
    pub title: Text,
    /// What it is walked through for.
    pub subject: GuideSubject,
    /// The step that is shown first.
    pub first: Code,
    /// By name.
    pub steps: BTreeMap<Code, PlanStep>,
    /// By name; no end has the name of a step.
    pub ends: BTreeMap<Code, PlanEnd>,
}

/// What a guide is walked through for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuideSubject {
    /// An account; an order may be named.
    Account,
    /// A completed order of the account.
    CompletedOrder,
}

/// Something to ask or to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanStep {
    /// What the agent reads.
    pub text: Text,
    /// The task code to type for it.
    pub task: Option<TaskCode>,
    /// What can be answered, in the order in which it is shown.
    pub answers: Vec<PlanAnswer>,
}

/// One answer to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanAnswer {
    /// What the agent says.
    pub answer: Code,
    /// Name of the next step, or of the end.
    pub next: Code,
}

/// Where a walk ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanEnd {
    /// What is left to do.
    pub outcome: GuideOutcome,
    /// What the agent reads.
    pub text: Text,
    /// The task code to type for it.
    pub task: Option<TaskCode>,
}
