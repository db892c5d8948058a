//! Assign: somebody is to do something about a customer (F52).

use jiff::civil::Date;

use super::{Task, TaskEvent, TaskId, TaskRejection};
use crate::{
    Aggregate, Decide, Desk, Fact, Rejection,
    account::AccountId,
    actor::Role,
    calendar::today,
    login::{Login, LoginId},
    remembered::Fingerprint,
    sealed::Sealed,
    text::Code,
};

/// Give somebody a task about a customer (F52).
#[derive(Clone, Debug)]
pub struct AssignTask {
    /// Which.
    pub task_id: TaskId,
    /// Whom it is about.
    pub account_id: AccountId,
    /// Who is to do it: the name of a login, or whom the biller names for a segment.
    pub recipient: Code,
    /// What. Personal data.
    pub text: Sealed,
    /// The last day on which it is in time.
    pub due_on: Date,
}

impl Decide for AssignTask {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.task_id) {
            Task::NotAssigned => self.assign(desk),
            Task::Assigned { account_id, recipient, text, due_on, completed: _ }
                if *account_id == self.account_id
                    && *recipient == self.recipient
                    && *text == Fingerprint::of(&self.text)
                    && *due_on == self.due_on =>
            {
                Ok(vec![])
            }
            Task::Assigned { .. } => Err(TaskRejection::AssignedOtherwise.into()),
        }
    }
}

impl AssignTask {
    fn assign(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        let today = today(desk)?;
        // What a service wants done and could not say in time is late, and not dropped (F78).
        if self.due_on < today && !desk.actor.is(Role::Service) {
            return Err(TaskRejection::DueBeforeToday { today }.into());
        }
        if !self.is_found(desk) {
            return Err(
                TaskRejection::RecipientUnknown { recipient: self.recipient.clone() }.into()
            );
        }
        let assigned = TaskEvent::Assigned {
            account_id: self.account_id.clone(),
            recipient: self.recipient.clone(),
            text: self.text.clone(),
            due_on: self.due_on,
        };
        Ok(vec![assigned.on(&self.task_id)])
    }

    /// Whether somebody will look at the recipient's tasks.
    fn is_found(&self, desk: &Desk<'_>) -> bool {
        let mut segments = desk.biller.customers.segments.values();
        let serves = segments.any(|segment| {
            segment.changes == self.recipient || segment.fiber_upgrades == self.recipient
        });
        let login = LoginId::parse(&format!("{}_{}", Login::CATEGORY, self.recipient));
        let calls = desk.biller.dunning.caller == self.recipient;
        serves || calls || login.is_ok_and(|id| matches!(desk.get(&id), Login::Created(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::AssignTask;
    use crate::{
        account::AccountRejection,
        task::{Task, TaskRejection},
        testing::{
            fixtures::{
                TODAY, account, account_id, code, day, id, login, other_account, sealed,
                task_assigned, task_completed, task_id,
            },
            given,
        },
    };

    fn assign(recipient: &str) -> AssignTask {
        AssignTask {
            task_id: task_id(),
            account_id: account_id(),
            recipient: code(recipient),
            text: sealed("Wants to speak with you."),
            due_on: TODAY,
        }
    }

    #[test]
    fn f52_the_account_executive_is_asked_to_speak_with_the_customer() {
        given(account())
            .when(assign("account-executive"))
            .then([task_assigned("account-executive")]);
        given(account()).and(login("word")).when(assign("jane")).then([task_assigned("jane")]);
    }

    #[test]
    fn f52_a_task_that_nobody_would_see_is_not_assigned() {
        let recipient = code("jane");
        given(account())
            .when(assign("jane"))
            .then_rejected(TaskRejection::RecipientUnknown { recipient });
        let yesterday = TODAY.yesterday().unwrap();
        given(account())
            .when(AssignTask { due_on: yesterday, ..assign("account-executive") })
            .then_rejected(TaskRejection::DueBeforeToday { today: TODAY });
        given([day(TODAY)])
            .when(assign("account-executive"))
            .then_rejected(AccountRejection::NotOpen);
    }

    #[test]
    fn f78_a_call_that_a_service_asks_for_too_late_is_late_and_not_dropped() {
        let late = AssignTask { due_on: TODAY.yesterday().unwrap(), ..assign("collections") };
        let given = given(account()).by("billing; roles=service").after(late);
        assert!(matches!(given.state(&task_id()), Task::Assigned { completed: false, .. }));
    }

    #[test]
    fn a_task_id_means_one_task() {
        let assigned = || given(account()).and([task_assigned("account-executive")]);
        assigned().and([task_completed()]).when(assign("account-executive")).then([]);
        assigned().and([day(TODAY.tomorrow().unwrap())]).when(assign("account-executive")).then([]);
        assigned().when(assign("MACD")).then_rejected(TaskRejection::AssignedOtherwise);
        assigned()
            .and(other_account())
            .when(AssignTask { account_id: id("account_8"), ..assign("account-executive") })
            .then_rejected(TaskRejection::AssignedOtherwise);
    }
}
