//! Issue a token: a program gets one that counts until a moment. That it was issued is a fact; the
//! token itself is signed at the edge and kept nowhere.

use jiff::Timestamp;

use super::{Credential, LoginEvent, LoginId, LoginRejection};
use crate::{Decide, Desk, Fact, Rejection};

/// Have a token signed for a program.
#[derive(Clone, Debug)]
pub struct IssueToken {
    /// Whose.
    pub login_id: LoginId,
    /// Until when it counts.
    pub until: Timestamp,
}

impl Decide for IssueToken {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let holder = desk.get(&self.login_id).holder()?;
        match holder.credential {
            Credential::Password { .. } => Err(LoginRejection::IsNoProgram.into()),
            Credential::Token if holder.locked => Err(LoginRejection::Locked.into()),
            Credential::Token if holder.token_until == Some(self.until) => Ok(vec![]),
            Credential::Token => {
                Ok(vec![LoginEvent::TokenIssued { until: self.until }.on(&self.login_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IssueToken;
    use crate::{
        login::{LoginEvent, LoginRejection},
        testing::{
            fixtures::{login, login_id, moment, program},
            given,
        },
    };

    const ADMIN: &str = "admin; roles=administrator";

    fn issue() -> IssueToken {
        IssueToken { login_id: login_id(), until: moment(60) }
    }

    #[test]
    fn that_a_program_has_a_token_is_a_fact() {
        let issued = LoginEvent::TokenIssued { until: moment(60) }.on(&login_id());
        given(program()).by(ADMIN).when(issue()).then([issued]);
    }

    #[test]
    fn nobody_has_a_token_signed_who_could_log_in() {
        given([]).by(ADMIN).when(issue()).then_rejected(LoginRejection::NotCreated);
        given(login("first")).by(ADMIN).when(issue()).then_rejected(LoginRejection::IsNoProgram);
        given(program())
            .and([LoginEvent::Locked.on(&login_id())])
            .by(ADMIN)
            .when(issue())
            .then_rejected(LoginRejection::Locked);
    }
}
