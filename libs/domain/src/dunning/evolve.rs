//! How an account's dunning follows from its facts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Arrangement, Dunning, DunningEvent, Exclusion, Ladder};
use crate::{
    Aggregate, Noun,
    remembered::{Fingerprint, Remembered},
};

/// Arrangements that are remembered.
const ARRANGED_MAX: usize = 50;
/// Disputes that are remembered when they are decided.
const DECIDED_MAX: usize = 50;

impl Aggregate for Dunning {
    const CATEGORY: &'static str = "dunning";
    const UNKNOWN: &'static Self = &Self {
        ladder: None,
        ladders: 0,
        ended: None,
        demanded: None,
        arrangement: None,
        disputed: BTreeMap::new(),
        disputed_while_suspended: BTreeSet::new(),
        excluded: None,
        arranged: Remembered::NONE,
        decided: Remembered::NONE,
    };
    type Event = DunningEvent;

    fn evolve(mut self, event: &DunningEvent) -> Self {
        match event {
            DunningEvent::StepTaken(step) => {
                self.ladders = step.ladder;
                // A step lessens nothing of what a suspension by hand demanded.
                self.demanded = self.demanded.filter(|through| *through > step.anchor);
                self.ladder = Some(Ladder {
                    anchor: step.anchor,
                    taken: step.step + 1,
                    last_on: step.taken_on,
                });
            }
            DunningEvent::LadderEnded { .. } => {
                self.ended = self.ladder.take().or(self.ended);
            }
            DunningEvent::ArrangementMade {
                arrangement_id,
                covers_through,
                total,
                promises,
                by_manager,
                ..
            } => {
                let what = Fingerprint::of(promises);
                self.arranged.note(arrangement_id, what, ARRANGED_MAX);
                self.arrangement = Some(Arrangement {
                    arrangement_id: arrangement_id.clone(),
                    covers_through: *covers_through,
                    excludes: self.disputed.keys().cloned().collect(),
                    total: total.minor,
                    promises: promises.clone(),
                    by_manager: *by_manager,
                });
            }
            DunningEvent::ArrangementKept { .. } | DunningEvent::ArrangementBroken { .. } => {
                self.arrangement = None;
            }
            DunningEvent::ChargeDisputed { charge_id, reason, while_suspended, .. } => {
                self.disputed.insert(charge_id.clone(), reason.clone());
                if *while_suspended {
                    self.disputed_while_suspended.insert(charge_id.clone());
                } else {
                    self.disputed_while_suspended.remove(charge_id);
                }
            }
            DunningEvent::DisputeClosed { charge_id, .. } => {
                let reason = self.disputed.remove(charge_id);
                self.decided.note(charge_id, Fingerprint::of(&reason), DECIDED_MAX);
                self.disputed_while_suspended.remove(charge_id);
            }
            DunningEvent::Excluded { reason, until, .. } => {
                self.excluded = Some(Exclusion { reason: reason.clone(), until: *until });
            }
            DunningEvent::Included { .. } => self.excluded = None,
            DunningEvent::PaymentDemanded { through, .. } => {
                self.demanded = self.demanded.max(Some(*through));
            }
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Dunning(dunning) = noun { Some(dunning) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Dunning(dunning) = noun { Some(dunning) } else { None }
    }
}
