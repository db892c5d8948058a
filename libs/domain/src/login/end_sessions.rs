//! End the sessions of a login, wherever they are: its holder logs out everywhere, or an
//! administrator takes a program's tokens back.

use super::{LoginEvent, LoginId, LoginRejection, is_own};
use crate::{Decide, Desk, Fact, Rejection, actor::Role};

/// Let nothing count any more that was signed for one generation of a login.
#[derive(Clone, Debug)]
pub struct EndSessions {
    /// Which.
    pub login_id: LoginId,
    /// Of which generation and those before it: a later session stays.
    pub generation: u32,
}

impl Decide for EndSessions {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if !is_own(desk, &self.login_id) && !desk.actor.is(Role::Administrator) {
            return Err(LoginRejection::NotYours.into());
        }
        let holder = desk.get(&self.login_id).holder()?;
        if holder.generation > self.generation {
            return Ok(vec![]);
        }
        Ok(vec![LoginEvent::SessionsEnded.on(&self.login_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::EndSessions;
    use crate::{
        login::{LoginEvent, LoginRejection},
        testing::{
            fixtures::{login, login_id},
            given,
        },
    };

    fn end(generation: u32) -> EndSessions {
        EndSessions { login_id: login_id(), generation }
    }

    #[test]
    fn who_logs_out_everywhere_ends_every_session_so_far() {
        let ended = LoginEvent::SessionsEnded.on(&login_id());
        given(login("first")).when(end(1)).then([ended.clone()]);
        given(login("first")).after(end(1)).when(end(1)).then([]);
        given(login("first")).by("admin; roles=administrator").when(end(1)).then([ended]);
    }

    #[test]
    fn nobody_ends_the_sessions_of_others() {
        given(login("first"))
            .by("lee; roles=agent")
            .when(end(1))
            .then_rejected(LoginRejection::NotYours);
        given([]).when(end(1)).then_rejected(LoginRejection::NotCreated);
    }
}
