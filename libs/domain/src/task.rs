//! A task: somebody is to do something about a customer by a day, for example the account
//! executive, because the customer wants to speak with them (F52). What agents type to get
//! somewhere is a task code, and belongs to the biller.
//!
//! What must stay true: somebody in particular is asked, who can be found; a task is done once.

mod assign;
mod complete;

pub use assign::AssignTask;
pub use complete::CompleteTask;

use jiff::civil::Date;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection, account::Account, remembered::Fingerprint,
    sealed::Sealed, text::Code,
};

/// Names a task.
pub type TaskId = Id<Task>;

/// Facts about one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskEvent {
    /// Somebody is to do something.
    Assigned {
        /// Whom it is about.
        account_id: Id<Account>,
        /// Who is to do it.
        recipient: Code,
        /// What. Personal data.
        text: Sealed,
        /// The last day on which it is in time.
        due_on: Date,
    },
    /// It is done.
    Completed,
}

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Nobody is to do anything.
    NotAssigned,
    /// Somebody is, or has done it.
    Assigned {
        /// Whom it is about.
        account_id: Id<Account>,
        /// Who is to do it.
        recipient: Code,
        /// What.
        text: Fingerprint,
        /// The last day on which it is in time.
        due_on: Date,
        /// Whether it is done.
        completed: bool,
    },
}

/// What prevents a wish about a task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskRejection {
    /// Nobody assigned it.
    #[error("nobody assigned the task")]
    NotAssigned,
    /// It was assigned, with other data.
    #[error("the task was assigned with other data: choose a new id")]
    AssignedOtherwise,
    /// Nobody would ever see it.
    #[error(
        "{recipient} is neither a login nor whom the biller names for a segment: name one of them"
    )]
    RecipientUnknown {
        /// Who.
        recipient: Code,
    },
    /// Nobody could do it in time.
    #[error("the task is due before today, {today}: choose a later day")]
    DueBeforeToday {
        /// The biller's day.
        today: Date,
    },
}

impl TaskRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAssigned => "task.not_assigned",
            Self::AssignedOtherwise => "task.assigned_otherwise",
            Self::RecipientUnknown { .. } => "task.recipient_unknown",
            Self::DueBeforeToday { .. } => "task.due_before_today",
        }
    }
}

impl From<TaskRejection> for Rejection {
    fn from(rejection: TaskRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl TaskEvent {
    /// This fact, about that task.
    #[must_use]
    pub fn on(self, task_id: &TaskId) -> Fact {
        Fact::new(task_id, Event::Task(self))
    }
}

impl Aggregate for Task {
    const CATEGORY: &'static str = "task";
    const UNKNOWN: &'static Self = &Self::NotAssigned;
    type Event = TaskEvent;

    fn evolve(mut self, event: &TaskEvent) -> Self {
        match (&mut self, event) {
            (_, TaskEvent::Assigned { account_id, recipient, text, due_on }) => {
                return Self::Assigned {
                    account_id: account_id.clone(),
                    recipient: recipient.clone(),
                    text: Fingerprint::of(text),
                    due_on: *due_on,
                    completed: false,
                };
            }
            (Self::Assigned { completed, .. }, TaskEvent::Completed) => *completed = true,
            (Self::NotAssigned, TaskEvent::Completed) => {}
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Task(task) = noun { Some(task) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Task(task) = noun { Some(task) } else { None }
    }
}
