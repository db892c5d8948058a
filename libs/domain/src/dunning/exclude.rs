//! Exclude: an account is not asked to pay, for a while or until somebody says so.

use jiff::civil::Date;

use super::{DunningEvent, DunningId, DunningRejection, Exclusion, LadderEnd};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, calendar::today, text::Code};

/// Do not ask an account to pay. Its ladder is over; what is owed afterwards starts another one.
#[derive(Clone, Debug)]
pub struct ExcludeFromDunning {
    /// Which.
    pub account_id: AccountId,
    /// Why, in a word.
    pub reason: Code,
    /// The first day on which it is asked again; absent: until somebody says so.
    pub until: Option<Date>,
}

/// Ask an account again.
#[derive(Clone, Debug)]
pub struct IncludeInDunning {
    /// Which.
    pub account_id: AccountId,
}

impl Decide for ExcludeFromDunning {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        let wanted = Exclusion { reason: self.reason.clone(), until: self.until };
        let dunning = desk.get(&DunningId::of(&self.account_id));
        if dunning.excluded.as_ref() == Some(&wanted) {
            return Ok(vec![]);
        }
        let today = today(desk)?;
        if self.until.is_some_and(|until| until <= today) {
            return Err(DunningRejection::ExclusionOver { today }.into());
        }
        let Exclusion { reason, until } = wanted;
        let account_id = self.account_id.clone();
        let excluded = DunningEvent::Excluded { account_id, reason, until };
        let ended = dunning.ladder.map(|_| dunning.end(&self.account_id, LadderEnd::Excluded));
        Ok([excluded].into_iter().chain(ended).map(|it| it.on(&self.account_id)).collect())
    }
}

impl Decide for IncludeInDunning {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&DunningId::of(&self.account_id)).excluded {
            None => {
                desk.get(&self.account_id).demand_opened_once()?;
                Ok(vec![])
            }
            Some(_) => {
                let account_id = self.account_id.clone();
                Ok(vec![DunningEvent::Included { account_id }.on(&self.account_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{ExcludeFromDunning, IncludeInDunning};
    use crate::{
        account::AccountRejection,
        dunning::{DunningEvent, DunningRejection},
        testing::{
            fixtures::{TODAY, account, account_id, code, day},
            given,
        },
    };

    #[test]
    fn an_account_is_left_alone_until_a_day() {
        let exclude = |until| ExcludeFromDunning {
            account_id: account_id(),
            reason: code("HARDSHIP"),
            until,
        };
        let until = Some(date(2026, 4, 1));
        let excluded =
            DunningEvent::Excluded { account_id: account_id(), reason: code("HARDSHIP"), until };
        let opened = || given(account()).and([day(TODAY)]);
        opened().when(exclude(until)).then([excluded.on(&account_id())]);
        opened()
            .when(exclude(Some(TODAY)))
            .then_rejected(DunningRejection::ExclusionOver { today: TODAY });
        let include = IncludeInDunning { account_id: account_id() };
        let included = DunningEvent::Included { account_id: account_id() };
        opened().after(exclude(until)).when(include.clone()).then([included.on(&account_id())]);
        opened().when(include.clone()).then([]);
        given([day(TODAY)]).when(include).then_rejected(AccountRejection::NotOpen);
    }
}
