//! Exempt: a certificate says that some taxes are not charged, and until when.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Exemption, SubscriptionEvent, SubscriptionId, SubscriptionRejection};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, calendar::today, text::Code};

/// Do not charge some taxes.
#[derive(Clone, Debug)]
pub struct GrantExemption {
    /// To whom.
    pub account_id: AccountId,
    /// Which.
    pub taxes: BTreeSet<Code>,
    /// Number of the certificate.
    pub certificate: Code,
    /// The first day on which it no longer holds; absent: until it is revoked.
    pub until: Option<Date>,
}

/// Charge all taxes again.
#[derive(Clone, Debug)]
pub struct RevokeExemption {
    /// To whom.
    pub account_id: AccountId,
}

impl Decide for GrantExemption {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        if self.taxes.is_empty() {
            return Err(SubscriptionRejection::NoTaxNamed.into());
        }
        let wanted = Exemption {
            taxes: self.taxes.clone(),
            certificate: self.certificate.clone(),
            until: self.until,
        };
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        if subscription.exemption.as_ref() == Some(&wanted) {
            return Ok(vec![]);
        }
        self.check(desk)?;
        let Exemption { taxes, certificate, until } = wanted;
        let granted = SubscriptionEvent::ExemptionGranted { taxes, certificate, until };
        let opening = subscription.opening(desk, &self.account_id);
        Ok(opening.into_iter().chain([granted]).map(|fact| fact.on(&self.account_id)).collect())
    }
}

impl GrantExemption {
    /// The biller charges the taxes, as far as a table says which, and the certificate still holds.
    fn check(&self, desk: &Desk<'_>) -> Result<(), Rejection> {
        if let Some(table) = desk.biller.taxes.table() {
            let is_charged = |tax: &Code| table.markets.values().any(|it| it.contains_key(tax));
            if let Some(tax) = self.taxes.iter().find(|tax| !is_charged(tax)) {
                return Err(SubscriptionRejection::NoSuchTax { tax: tax.clone() }.into());
            }
        }
        let today = today(desk)?;
        match self.until {
            Some(until) if until <= today => {
                Err(SubscriptionRejection::ExemptionOver { until }.into())
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Decide for RevokeExemption {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&SubscriptionId::of(&self.account_id)).exemption {
            None => Ok(vec![]),
            Some(_) => Ok(vec![SubscriptionEvent::ExemptionRevoked.on(&self.account_id)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{GrantExemption, RevokeExemption};
    use crate::{
        subscription::{SubscriptionEvent, SubscriptionRejection},
        testing::{
            Given,
            fixtures::{TODAY, account_id, code, day, subscribed},
            given,
        },
    };

    fn today() -> Given {
        given(subscribed()).and([day(TODAY)])
    }

    fn grant(taxes: &[&str]) -> GrantExemption {
        GrantExemption {
            account_id: account_id(),
            taxes: taxes.iter().map(|tax| code(tax)).collect(),
            certificate: code("ST-5"),
            until: None,
        }
    }

    #[test]
    fn an_exemption_is_granted_and_revoked() {
        let granted = SubscriptionEvent::ExemptionGranted {
            taxes: [code("STATE")].into(),
            certificate: code("ST-5"),
            until: None,
        };
        today().when(grant(&["STATE"])).then([granted.on(&account_id())]);
        let revoked = SubscriptionEvent::ExemptionRevoked.on(&account_id());
        let revoke = RevokeExemption { account_id: account_id() };
        today().after(grant(&["STATE"])).when(revoke.clone()).then([revoked]);
        given(subscribed()).when(revoke).then([]);
    }

    #[test]
    fn an_exemption_is_of_some_tax() {
        given(subscribed()).when(grant(&[])).then_rejected(SubscriptionRejection::NoTaxNamed);
        let tax = code("STATT");
        today()
            .when(grant(&["STATE", "STATT"]))
            .then_rejected(SubscriptionRejection::NoSuchTax { tax });
    }

    #[test]
    fn a_certificate_that_no_longer_holds_exempts_nobody() {
        let until = |until| GrantExemption { until: Some(until), ..grant(&["STATE"]) };
        today()
            .when(until(TODAY))
            .then_rejected(SubscriptionRejection::ExemptionOver { until: TODAY });
        let tomorrow = TODAY.tomorrow().expect("there is one");
        let held = today().after(until(tomorrow));
        // Said again when it is over, it changes nothing.
        held.and([day(tomorrow)]).when(until(tomorrow)).then([]);
    }
}
