//! An interaction: somebody dealt with a customer, about what, and what was said (F66).
//!
//! What must stay true: one fact per interaction; what was said is never changed.

mod record;

pub use record::RecordInteraction;

use jiff::civil::Date;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection, account::Account, remembered::Fingerprint,
    sealed::Sealed, text::Code,
};

/// Names an interaction.
pub type InteractionId = Id<Interaction>;

/// Facts about one interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InteractionEvent {
    /// It took place.
    Recorded {
        /// With whom.
        account_id: Id<Account>,
        /// One of the biller's.
        category: Code,
        /// One of the category's.
        subcategory: Code,
        /// What was said. Personal data.
        summary: Sealed,
        /// The biller's day on which it was recorded.
        recorded_on: Date,
    },
}

/// Where an interaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// Nobody recorded it.
    NotRecorded,
    /// It took place.
    Recorded {
        /// With whom.
        account_id: Id<Account>,
        /// One of the biller's.
        category: Code,
        /// One of the category's.
        subcategory: Code,
        /// What was said.
        summary: Fingerprint,
    },
}

/// What prevents a wish about an interaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InteractionRejection {
    /// It was recorded, with other data.
    #[error("the interaction was recorded with other data: choose a new id")]
    RecordedOtherwise,
    /// The biller has no such category.
    #[error("category {category} is not one of the biller's")]
    CategoryNotKnown {
        /// Which.
        category: Code,
    },
    /// The category has no such subcategory.
    #[error("subcategory {subcategory} is not one of category {category}")]
    SubcategoryNotKnown {
        /// Of which category.
        category: Code,
        /// Which.
        subcategory: Code,
    },
}

impl InteractionRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RecordedOtherwise => "interaction.recorded_otherwise",
            Self::CategoryNotKnown { .. } => "interaction.category_not_known",
            Self::SubcategoryNotKnown { .. } => "interaction.subcategory_not_known",
        }
    }
}

impl From<InteractionRejection> for Rejection {
    fn from(rejection: InteractionRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl InteractionEvent {
    /// This fact, about that interaction.
    #[must_use]
    pub fn on(self, interaction_id: &InteractionId) -> Fact {
        Fact::new(interaction_id, Event::Interaction(self))
    }
}

impl Aggregate for Interaction {
    const CATEGORY: &'static str = "interaction";
    const UNKNOWN: &'static Self = &Self::NotRecorded;
    type Event = InteractionEvent;

    fn evolve(self, event: &InteractionEvent) -> Self {
        match event {
            InteractionEvent::Recorded { account_id, category, subcategory, summary, .. } => {
                Self::Recorded {
                    account_id: account_id.clone(),
                    category: category.clone(),
                    subcategory: subcategory.clone(),
                    summary: Fingerprint::of(summary),
                }
            }
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Interaction(interaction) = noun { Some(interaction) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Interaction(interaction) = noun { Some(interaction) } else { None }
    }
}
