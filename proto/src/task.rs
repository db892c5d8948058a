//! Tasks between protobuf and the domain.

use domain::{
    account::Account,
    task::{AssignTask, CompleteTask, TaskEvent},
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, date, id, required, sealed},
    pb::task::v1::{self as pb, task_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::AssignTask>(), CommandType::of::<pb::CompleteTask>()];

impl CommandMessage for pb::AssignTask {
    type Rule = AssignTask;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("text", &mut self.text)
    }
}

impl TryFrom<pb::AssignTask> for AssignTask {
    type Error = Invalid;

    fn try_from(message: pb::AssignTask) -> Result<Self, Invalid> {
        Ok(Self {
            task_id: id("taskId", &message.task_id)?,
            account_id: id("accountId", &message.account_id)?,
            recipient: code("recipient", &message.recipient)?,
            text: sealed("text", &message.text)?,
            due_on: date("dueOn", &message.due_on)?,
        })
    }
}

impl CommandMessage for pb::CompleteTask {
    type Rule = CompleteTask;
}

impl TryFrom<pb::CompleteTask> for CompleteTask {
    type Error = Invalid;

    fn try_from(message: pb::CompleteTask) -> Result<Self, Invalid> {
        Ok(Self { task_id: id("taskId", &message.task_id)? })
    }
}

pub(crate) fn encode(event: &TaskEvent) -> pb::TaskEvent {
    let fact = match event {
        TaskEvent::Assigned { account_id, recipient, text, due_on } => {
            Fact::Assigned(pb::TaskAssigned {
                account_id: account_id.to_string(),
                recipient: recipient.to_string(),
                text: text.to_string(),
                due_on: due_on.to_string(),
            })
        }
        TaskEvent::Completed => Fact::Completed(pb::TaskCompleted {}),
    };
    pb::TaskEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::TaskEvent) -> Result<TaskEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Assigned(fact) => TaskEvent::Assigned {
            account_id: id("accountId", &fact.account_id)?,
            recipient: code("recipient", &fact.recipient)?,
            text: sealed("text", &fact.text)?,
            due_on: date("dueOn", &fact.due_on)?,
        },
        Fact::Completed(_) => TaskEvent::Completed,
    })
}
