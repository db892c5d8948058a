//! Record that somebody has logged in: who is known to the auditor, and failed attempts before it
//! are forgotten. Whether the password was right is looked into where passwords are, at the edge.

use jiff::Timestamp;

use super::{Holder, LoginEvent, LoginId};
use crate::{Decide, Desk, Fact, Rejection};

/// Seconds after which a log-in is a new fact: who logs in all the time leaves one an hour.
const RECORDED_EVERY_SECONDS: i64 = 3_600;

/// Record that the password was right.
#[derive(Clone, Debug)]
pub struct RecordLogIn {
    /// Which.
    pub login_id: LoginId,
    /// When.
    pub at: Timestamp,
}

impl Decide for RecordLogIn {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let holder = desk.get(&self.login_id).holder()?;
        holder.password()?;
        holder.demand_unlocked(self.at)?;
        if is_free(holder) && self.is_known(holder) {
            return Ok(vec![]);
        }
        Ok(vec![LoginEvent::LoggedIn { at: self.at }.on(&self.login_id)])
    }
}

impl RecordLogIn {
    fn is_known(&self, holder: &Holder) -> bool {
        holder
            .logged_in_at
            .is_some_and(|before| self.at.duration_since(before).as_secs() < RECORDED_EVERY_SECONDS)
    }
}

fn is_free(holder: &Holder) -> bool {
    holder.failures == 0 && holder.locked_out_until.is_none()
}

#[cfg(test)]
mod tests {
    use super::RecordLogIn;
    use crate::{
        login::{LOCK_OUT_SECONDS, LoginEvent, LoginRejection},
        testing::{
            fixtures::{failed, locked_out, login, login_id, moment, program},
            given,
        },
    };

    fn log_in(seconds: i64) -> RecordLogIn {
        RecordLogIn { login_id: login_id(), at: moment(seconds) }
    }

    #[test]
    fn who_logs_in_is_recorded_once_an_hour() {
        let logged_in = |seconds| LoginEvent::LoggedIn { at: moment(seconds) }.on(&login_id());
        given(login("first")).when(log_in(0)).then([logged_in(0)]);
        given(login("first")).and([logged_in(0)]).when(log_in(3_599)).then([]);
        given(login("first")).and([logged_in(0)]).when(log_in(3_600)).then([logged_in(3_600)]);
    }

    #[test]
    fn a_log_in_ends_the_row_of_failed_attempts() {
        let logged_in = |seconds| LoginEvent::LoggedIn { at: moment(seconds) }.on(&login_id());
        given(login("first")).and([logged_in(0), failed(1)]).when(log_in(2)).then([logged_in(2)]);
    }

    #[test]
    fn nobody_logs_in_while_the_login_is_locked() {
        given(locked_out()).when(log_in(9)).then_rejected(LoginRejection::LockedOut);
        let later = LOCK_OUT_SECONDS + 5;
        let logged_in = LoginEvent::LoggedIn { at: moment(later) }.on(&login_id());
        given(locked_out()).when(log_in(later)).then([logged_in]);
        given(login("first"))
            .and([LoginEvent::Locked.on(&login_id())])
            .when(log_in(0))
            .then_rejected(LoginRejection::Locked);
        given([]).when(log_in(0)).then_rejected(LoginRejection::NotCreated);
        given(program()).when(log_in(0)).then_rejected(LoginRejection::HasNoPassword);
    }
}
