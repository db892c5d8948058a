//! Record an interaction: whenever somebody deals with a customer (F66).

use super::{Interaction, InteractionEvent, InteractionId, InteractionRejection};
use crate::{
    Decide, Desk, Fact, Rejection, account::AccountId, calendar::today, remembered::Fingerprint,
    sealed::Sealed, text::Code,
};

/// Note that somebody dealt with a customer, and about what (F66).
#[derive(Clone, Debug)]
pub struct RecordInteraction {
    /// Which.
    pub interaction_id: InteractionId,
    /// With whom.
    pub account_id: AccountId,
    /// One of the biller's.
    pub category: Code,
    /// One of the category's.
    pub subcategory: Code,
    /// What was said. Personal data.
    pub summary: Sealed,
}

impl Decide for RecordInteraction {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.interaction_id) {
            Interaction::NotRecorded => self.record(desk),
            Interaction::Recorded { account_id, category, subcategory, summary }
                if *account_id == self.account_id
                    && *category == self.category
                    && *subcategory == self.subcategory
                    && *summary == Fingerprint::of(&self.summary) =>
            {
                Ok(vec![])
            }
            Interaction::Recorded { .. } => Err(InteractionRejection::RecordedOtherwise.into()),
        }
    }
}

impl RecordInteraction {
    fn record(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        self.check_category(desk)?;
        let recorded = InteractionEvent::Recorded {
            account_id: self.account_id.clone(),
            category: self.category.clone(),
            subcategory: self.subcategory.clone(),
            summary: self.summary.clone(),
            recorded_on: today(desk)?,
        };
        Ok(vec![recorded.on(&self.interaction_id)])
    }

    fn check_category(&self, desk: &Desk<'_>) -> Result<(), InteractionRejection> {
        let category = self.category.clone();
        match desk.biller.interactions.get(&category) {
            None => Err(InteractionRejection::CategoryNotKnown { category }),
            Some(subcategories) if subcategories.contains(&self.subcategory) => Ok(()),
            Some(_) => {
                let subcategory = self.subcategory.clone();
                Err(InteractionRejection::SubcategoryNotKnown { category, subcategory })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RecordInteraction;
    use crate::{
        account::AccountRejection,
        interaction::InteractionRejection,
        testing::{
            fixtures::{account, account_id, code, id, interaction, sealed},
            given,
        },
    };

    fn record(words: &str) -> RecordInteraction {
        RecordInteraction {
            interaction_id: id("interaction_1"),
            account_id: account_id(),
            category: code("Orders"),
            subcategory: code("New order created"),
            summary: sealed(words),
        }
    }

    #[test]
    fn f66_an_interaction_is_recorded_with_its_category_and_the_day() {
        let fact = interaction("interaction_1", "Wants Classic.");
        given(account()).when(record("Wants Classic.")).then([fact]);
    }

    #[test]
    fn f66_categories_and_subcategories_are_the_billers() {
        let (category, subcategory) = (code("Weather"), code("Payment received"));
        given(account())
            .when(RecordInteraction { category: category.clone(), ..record("Rain.") })
            .then_rejected(InteractionRejection::CategoryNotKnown { category });
        let category = code("Orders");
        given(account())
            .when(RecordInteraction { subcategory: subcategory.clone(), ..record("Paid.") })
            .then_rejected(InteractionRejection::SubcategoryNotKnown { category, subcategory });
    }

    #[test]
    fn what_was_said_is_never_changed() {
        given(account())
            .after(record("Wants Classic."))
            .when(record("Wants Basic."))
            .then_rejected(InteractionRejection::RecordedOtherwise);
    }

    #[test]
    fn an_interaction_is_with_a_customer() {
        given([]).when(record("Hello.")).then_rejected(AccountRejection::NotOpen);
    }
}
