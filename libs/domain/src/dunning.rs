//! Dunning: how an account whose debt is past due is asked to pay, step by step, and what holds
//! that up (F72 to F91).
//!
//! What must stay true: a ladder belongs to the oldest debt that started it; no step is skipped,
//! repeated or taken before the day after the one before it, whatever the order of payments,
//! reversals, arrangements and days; it is over as soon as that debt and every older one are paid.
//! Steps are taken on business days, one a day at most. What is disputed counts as not due, in a
//! ladder, in an arrangement and in what is collected; the ledger pays it last. Nobody who is cut
//! off is reinstated because of a dispute: what was not disputed before has to be paid all the
//! same, or to be decided.

mod advance;
mod arrange;
mod dispute;
mod evolve;
mod exclude;
mod outlook;
mod owed;
mod rejection;

pub(crate) use advance::settled;
pub use advance::{AdvanceDunning, late_fee_id};
pub use arrange::{MakeArrangement, PROMISES_MAX, Promise};
pub use dispute::{CloseDispute, DISPUTES_MAX, DisputeCharge};
pub use exclude::{ExcludeFromDunning, IncludeInDunning};
pub use outlook::{Outlook, Waits};
pub use rejection::DunningRejection;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::{
    Event, Fact, Id, account::Account, biller::DunningAction, money::Money, remembered::Remembered,
    text::Code,
};

/// Names the dunning of an account, after it.
pub type DunningId = Id<Dunning>;

/// Facts about one account's dunning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DunningEvent {
    /// A step of the ladder was taken. What it does is done by whoever hears of it.
    StepTaken(StepTaken),
    /// The ladder is over; the next debt starts another one.
    LadderEnded {
        /// Whose.
        account_id: Id<Account>,
        /// Which: 1, 2, 3, ... of this account.
        ladder: u32,
        /// Why.
        because: LadderEnd,
    },
    /// The customer promised to pay by certain days; until then the ladder is held up (F79, F86).
    /// An arrangement that stands ends with it.
    ArrangementMade {
        /// Whose.
        account_id: Id<Account>,
        /// Chosen by the sender.
        arrangement_id: Code,
        /// Debts that are due by then are part of it.
        covers_through: Date,
        /// What is owed of them and not disputed, in all.
        total: Money,
        /// What is paid by when.
        promises: Vec<Promise>,
        /// Whether a manager agreed, without whom nobody is reinstated (F86).
        by_manager: bool,
        /// What has to be paid before whoever is suspended is reinstated without a manager. Absent
        /// in facts from before it was noted.
        to_reinstate: Option<Money>,
    },
    /// All of it was paid, or is disputed.
    ArrangementKept {
        /// Whose.
        account_id: Id<Account>,
        /// Which.
        arrangement_id: Code,
    },
    /// Something was not paid by its day: the ladder goes on where it stood.
    ArrangementBroken {
        /// Whose.
        account_id: Id<Account>,
        /// Which.
        arrangement_id: Code,
        /// The day by which it was promised.
        promised_on: Date,
        /// What is still owed and was to be paid by then.
        missing: Money,
        /// What has to be paid, from then on, before whoever is suspended is reinstated without a
        /// manager. Absent in facts from before it was noted.
        to_reinstate: Option<Money>,
    },
    /// The customer says that something is not owed: until that is decided it counts as not due.
    ChargeDisputed {
        /// Whose.
        account_id: Id<Account>,
        /// The invoice, charge or adjustment.
        charge_id: Code,
        /// Why, in a word.
        reason: Code,
        /// Whether a site was suspended for non-payment by then: for its reinstatement this counts
        /// as owed until it is decided (F86).
        while_suspended: bool,
    },
    /// It is decided.
    DisputeClosed {
        /// Whose.
        account_id: Id<Account>,
        /// The invoice, charge or adjustment.
        charge_id: Code,
    },
    /// The account is not asked to pay.
    Excluded {
        /// Whose.
        account_id: Id<Account>,
        /// Why, in a word.
        reason: Code,
        /// The first day on which it is asked again; absent: until somebody says so.
        until: Option<Date>,
    },
    /// The account is asked again.
    Included {
        /// Whose.
        account_id: Id<Account>,
    },
    /// A site is suspended for non-payment by somebody's hand: what was due by then has to be paid
    /// before it is reinstated (F86). Where a ladder stands that is what the ladder is about.
    PaymentDemanded {
        /// Whose.
        account_id: Id<Account>,
        /// The due date of the newest debt that is part of it.
        through: Date,
        /// What that is in all. Absent in facts from before it was noted.
        to_reinstate: Option<Money>,
    },
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTaken {
    /// Whose.
    pub account_id: Id<Account>,
    /// Which ladder: 1, 2, 3, ... of this account.
    pub ladder: u32,
    /// The due date of the debt that started it.
    pub anchor: Date,
    /// Which step: 0, 1, 2, ...
    pub step: u32,
    /// Its name in the biller's plan.
    pub name: Code,
    /// What it does.
    pub actions: BTreeSet<DunningAction>,
    /// What is past due.
    pub past_due: Money,
    /// When.
    pub taken_on: Date,
    /// The names and dates of the steps that follow if nothing is paid (F80).
    pub ahead: Vec<(Code, Date)>,
    /// When the sites are suspended: the date that notices carry (F77).
    pub suspends_on: Option<Date>,
    /// What has to be paid, from this step on, before whoever is suspended is reinstated: letters
    /// name it (F86). Absent in facts from before it was noted.
    pub to_reinstate: Option<Money>,
}

/// Why a ladder is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LadderEnd {
    /// The debt that started it and every older one are paid, or disputed.
    Settled,
    /// The account is not asked to pay any more.
    Excluded,
    /// All steps were taken, and what was promised afterwards was not paid: the next ladder begins
    /// at once.
    PromiseBroken,
}

/// Where an account's dunning stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dunning {
    /// The ladder that is climbed.
    pub ladder: Option<Ladder>,
    /// How many there were, this one included.
    pub ladders: u32,
    /// The last one that ended.
    pub ended: Option<Ladder>,
    /// Debts that are due by then were to be paid when a site was suspended by hand. Forgotten when
    /// a ladder asks for something that is due later.
    pub demanded: Option<Date>,
    /// What holds the ladder up.
    pub arrangement: Option<Arrangement>,
    /// What is not owed, the customer says, and why.
    pub disputed: BTreeMap<Code, Code>,
    /// What of that was disputed only when a site was suspended for non-payment.
    pub disputed_while_suspended: BTreeSet<Code>,
    /// Whether the account is asked at all.
    pub excluded: Option<Exclusion>,
    /// Arrangements that were made.
    pub(crate) arranged: Remembered,
    /// What was disputed and is decided.
    pub(crate) decided: Remembered,
}

/// A ladder that is climbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// The due date of the debt that started it: with it and older ones the minimum was owed.
    pub anchor: Date,
    /// How many steps were taken: at least one.
    pub taken: u32,
    /// When the last one was.
    pub last_on: Date,
}

/// A payment arrangement that is neither kept nor broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// Which.
    pub arrangement_id: Code,
    /// Debts that are due by then are part of it.
    pub covers_through: Date,
    /// What was disputed when it was made, and is no part of it.
    pub excludes: BTreeSet<Code>,
    /// What was owed of them, in minor units.
    pub total: i64,
    /// What is paid by when, in the order of the days.
    pub promises: Vec<Promise>,
    /// Whether a manager agreed, without whom nobody is reinstated (F86).
    pub by_manager: bool,
}

/// An account that is not asked to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Why, in a word.
    pub reason: Code,
    /// The first day on which it is asked again.
    pub until: Option<Date>,
}

impl Dunning {
    /// The fact that ends the ladder.
    fn end(&self, account_id: &Id<Account>, because: LadderEnd) -> DunningEvent {
        let account_id = account_id.clone();
        DunningEvent::LadderEnded { account_id, ladder: self.ladders, because }
    }

    /// Whether an arrangement holds the ladder up.
    #[must_use]
    pub fn is_arranged(&self) -> bool {
        self.arrangement.is_some()
    }

    /// Whether nobody asks the account to pay on a day.
    #[must_use]
    pub fn is_excluded(&self, today: Date) -> bool {
        let excluded = self.excluded.as_ref();
        excluded.is_some_and(|exclusion| exclusion.until.is_none_or(|until| today < until))
    }
}

impl DunningEvent {
    /// Whose dunning it is about.
    #[must_use]
    pub fn account_id(&self) -> &Id<Account> {
        match self {
            Self::StepTaken(StepTaken { account_id, .. })
            | Self::LadderEnded { account_id, .. }
            | Self::ArrangementMade { account_id, .. }
            | Self::ArrangementKept { account_id, .. }
            | Self::ArrangementBroken { account_id, .. }
            | Self::ChargeDisputed { account_id, .. }
            | Self::DisputeClosed { account_id, .. }
            | Self::Excluded { account_id, .. }
            | Self::Included { account_id }
            | Self::PaymentDemanded { account_id, .. } => account_id,
        }
    }

    /// This fact, about the dunning of that account.
    #[must_use]
    pub fn on(self, account_id: &Id<Account>) -> Fact {
        Fact::new(&DunningId::of(account_id), Event::Dunning(self))
    }
}
