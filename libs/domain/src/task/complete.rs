//! Complete: a task is done (F52).

use super::{Task, TaskEvent, TaskId, TaskRejection};
use crate::{Decide, Desk, Fact, Rejection};

/// Say that a task is done (F52).
#[derive(Clone, Debug)]
pub struct CompleteTask {
    /// Which.
    pub task_id: TaskId,
}

impl Decide for CompleteTask {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.task_id) {
            Task::NotAssigned => Err(TaskRejection::NotAssigned.into()),
            Task::Assigned { completed: true, .. } => Ok(vec![]),
            Task::Assigned { completed: false, .. } => {
                Ok(vec![TaskEvent::Completed.on(&self.task_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CompleteTask;
    use crate::{
        task::TaskRejection,
        testing::{
            fixtures::{account, task_assigned, task_completed, task_id},
            given,
        },
    };

    #[test]
    fn f52_a_task_is_done_once() {
        let wish = CompleteTask { task_id: task_id() };
        given(account())
            .and([task_assigned("account-executive")])
            .when(wish.clone())
            .then([task_completed()]);
        given([]).when(wish).then_rejected(TaskRejection::NotAssigned);
    }
}
