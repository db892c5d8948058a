//! Record a failed attempt to log in. Five in a row lock the login for a quarter of an hour, during
//! which nothing more is recorded: a stranger leaves a few facts each time, not many.

use jiff::{Timestamp, ToSpan};

use super::{ATTEMPTS_MAX, LOCK_OUT_SECONDS, LoginEvent, LoginId};
use crate::{Decide, Desk, Fact, Rejection};

/// Record that the password was wrong.
#[derive(Clone, Debug)]
pub struct RecordFailedAttempt {
    /// Which.
    pub login_id: LoginId,
    /// When.
    pub at: Timestamp,
}

impl Decide for RecordFailedAttempt {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let holder = desk.get(&self.login_id).holder()?;
        holder.password()?;
        if holder.demand_unlocked(self.at).is_err() || holder.failed_at == Some(self.at) {
            return Ok(vec![]);
        }
        let mut facts = vec![LoginEvent::AttemptFailed { at: self.at }.on(&self.login_id)];
        if holder.failures + 1 >= ATTEMPTS_MAX {
            let until = self.at.saturating_add(LOCK_OUT_SECONDS.seconds()).unwrap_or(self.at);
            facts.push(LoginEvent::LockedOut { until }.on(&self.login_id));
        }
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::RecordFailedAttempt;
    use crate::{
        login::{LOCK_OUT_SECONDS, LoginEvent, LoginRejection},
        testing::{
            fixtures::{failed, locked_out, login, login_id, moment, program},
            given,
        },
    };

    fn fail(seconds: i64) -> RecordFailedAttempt {
        RecordFailedAttempt { login_id: login_id(), at: moment(seconds) }
    }

    #[test]
    fn f63_five_failed_attempts_in_a_row_lock_the_login_for_a_quarter_of_an_hour() {
        given(login("first")).and((0..3).map(failed)).when(fail(3)).then([failed(3)]);
        let until = moment(4 + LOCK_OUT_SECONDS);
        let locked_out = LoginEvent::LockedOut { until }.on(&login_id());
        given(login("first")).and((0..4).map(failed)).when(fail(4)).then([failed(4), locked_out]);
    }

    #[test]
    fn while_a_login_is_locked_nothing_more_is_recorded() {
        given(locked_out()).when(fail(9)).then([]);
        let later = LOCK_OUT_SECONDS + 5;
        given(locked_out()).when(fail(later)).then([failed(later)]);
        given(login("first")).and([LoginEvent::Locked.on(&login_id())]).when(fail(0)).then([]);
    }

    #[test]
    fn a_login_that_is_not_there_leaves_no_facts() {
        given([]).when(fail(0)).then_rejected(LoginRejection::NotCreated);
        given(program()).when(fail(0)).then_rejected(LoginRejection::HasNoPassword);
    }
}
