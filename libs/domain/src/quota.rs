//! A day's quota: the points that the visits of technicians take of its slots (F21).
//!
//! What must stay true: a slot never has more points taken than the biller's data gives it. Points
//! are taken by the record that commits an order, moved by the one that moves its visit, and given
//! back when the order is cancelled, opened again, or done without a visit. A completed order keeps
//! them: the technician was there.

mod hold;

pub(crate) use hold::{check, release, take};

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{Aggregate, Event, Fact, Id, Noun, Rejection, order::Order, text::Code};

/// Names the quota of a day.
pub type QuotaId = Id<Quota>;

/// Facts about the quota of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotaEvent {
    /// A technician will come.
    PointsTaken {
        /// In which of the biller's slots.
        slot: Code,
        /// For which order.
        order_id: Id<Order>,
        /// What the visit costs.
        points: u32,
    },
    /// No technician will come for the order.
    PointsReleased {
        /// In which of the biller's slots.
        slot: Code,
        /// For which order.
        order_id: Id<Order>,
    },
}

/// What is taken of a day's slots. As small as the day's capacity: a visit costs at least a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    visits: BTreeMap<Id<Order>, Held>,
}

/// What one order holds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    slot: Code,
    points: u32,
}

/// What prevents a wish for a visit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuotaRejection {
    /// There are not enough points left.
    #[error(
        "slot {slot} on {date} has {free} points free and the visit costs {points}: choose another \
         slot or day"
    )]
    SlotFull {
        /// On which day.
        date: Date,
        /// Which of the biller's slots.
        slot: Code,
        /// What is left of it.
        free: u32,
        /// What the visit costs.
        points: u32,
    },
}

impl QuotaRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SlotFull { .. } => "quota.slot_full",
        }
    }
}

impl From<QuotaRejection> for Rejection {
    fn from(rejection: QuotaRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

/// The quota of a day: `quota_2026-03-16`.
///
/// # Panics
/// Never: a date is letters that an id may hold.
#[must_use]
pub fn of_day(date: Date) -> QuotaId {
    QuotaId::parse(&format!("quota_{date}")).expect("a date is digits and hyphens")
}

impl Quota {
    /// Points that are taken of a slot.
    #[must_use]
    pub fn taken(&self, slot: &Code) -> u32 {
        let held = self.visits.values().filter(|held| held.slot == *slot);
        held.fold(0, |sum, held| sum.saturating_add(held.points))
    }

    /// Slots and points by order.
    pub fn visits(&self) -> impl Iterator<Item = (&Id<Order>, &Code, u32)> {
        self.visits.iter().map(|(order_id, held)| (order_id, &held.slot, held.points))
    }
}

impl QuotaEvent {
    /// This fact, about the quota of that day.
    #[must_use]
    pub fn on(self, date: Date) -> Fact {
        Fact::new(&of_day(date), Event::Quota(self))
    }
}

impl Aggregate for Quota {
    const CATEGORY: &'static str = "quota";
    const UNKNOWN: &'static Self = &Self { visits: BTreeMap::new() };
    type Event = QuotaEvent;

    fn evolve(mut self, event: &QuotaEvent) -> Self {
        match event {
            QuotaEvent::PointsTaken { slot, order_id, points } => {
                let held = Held { slot: slot.clone(), points: *points };
                self.visits.insert(order_id.clone(), held);
            }
            QuotaEvent::PointsReleased { order_id, .. } => {
                self.visits.remove(order_id);
            }
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Quota(quota) = noun { Some(quota) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Quota(quota) = noun { Some(quota) } else { None }
    }
}
