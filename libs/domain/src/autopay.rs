//! Autopay: what is due is collected from a card or bank account, by the processor's token (F48).
//!
//! What must stay true: no card number is ever here, a token of the processor's only; one draw a
//! day, and another one only where that failed and another token is set since; none while the
//! processor has not answered the one before it; a token that was refused for good is not tried
//! again until there is another one, and a late refusal is of the token that was drawn from, not of
//! the one that is set by then.

mod collect;
mod fail;
mod set;

pub use collect::CollectPayment;
pub use fail::FailCollection;
pub use set::{RemoveAutopay, SetAutopay};

use jiff::{ToSpan, civil::Date};

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection,
    account::Account,
    biller::Biller,
    dunning::{Dunning, Waits},
    ledger::{PaymentMethod, Standing},
    money::Money,
    text::Code,
};

/// Names the autopay of an account, after it.
pub type AutopayId = Id<Autopay>;

/// Facts about one account's autopay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AutopayEvent {
    /// What is due is collected from now on.
    Set {
        /// Whose.
        account_id: Id<Account>,
        /// From where.
        source: Source,
    },
    /// Nothing is collected any more.
    Removed {
        /// Whose.
        account_id: Id<Account>,
    },
    /// The processor is to collect something.
    CollectionRequested {
        /// From whom.
        account_id: Id<Account>,
        /// Becomes the payment's id, and is the processor's idempotency key.
        collection_id: Code,
        /// How much.
        amount: Money,
        /// From where.
        source: Source,
        /// When.
        on: Date,
    },
    /// The processor did not collect it.
    CollectionFailed {
        /// From whom.
        account_id: Id<Account>,
        /// Which.
        collection_id: Code,
        /// The processor's code.
        code: Code,
        /// Whether it may be tried again another day.
        may_retry: bool,
    },
}

/// From where something is collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// A card or a bank account.
    pub method: PaymentMethod,
    /// The processor's own opaque token.
    pub token: Code,
    /// What people tell it by, as in `visa 4242`: never more than the last four digits.
    pub label: Code,
}

/// Where an account's autopay stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Autopay {
    /// From where is collected.
    pub source: Option<Source>,
    /// The last draw and its day.
    pub last: Option<Draw>,
    /// Whether the source was refused for good.
    pub is_refused: bool,
}

/// A draw that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Which.
    pub collection_id: Code,
    /// When.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// From what: the processor's token.
    pub token: Code,
    /// Whether it is known to have failed. That it was paid is the ledger's to know: the payment
    /// has the collection's id.
    pub failed: bool,
}

/// What prevents a wish about autopay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AutopayRejection {
    /// Cash is not collected.
    #[error("autopay is by card or bank transfer")]
    MethodNotCollected,
    /// Nobody knows it.
    #[error("no such collection is under way")]
    NoSuchCollection,
    /// There is nothing to draw from.
    #[error("the account has no autopay")]
    NotSet,
    /// It was paid.
    #[error("the collection was paid: reverse the payment if it did not hold")]
    Collected,
}

impl AutopayRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::MethodNotCollected => "autopay.method_not_collected",
            Self::NoSuchCollection => "autopay.no_such_collection",
            Self::NotSet => "autopay.not_set",
            Self::Collected => "autopay.collected",
        }
    }
}

impl From<AutopayRejection> for Rejection {
    fn from(rejection: AutopayRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

/// Most draws from an account on a day, each from another source than the one before it.
const DRAWS_A_DAY: u32 = 5;
/// A day as it ends a collection's id.
const DAY_CHARS: usize = "-2026-03-16".len();

/// What a draw from an account on a day is called, after so many others on that day: no other one
/// of the biller's has the name.
fn collection_id(account_id: &Id<Account>, on: Date, others: u32) -> Code {
    let first = format!("autopay-{}-{on}", account_id.suffix());
    let id = if others == 0 { first } else { format!("{first}.{others}") };
    Code::parse(&id).expect("an id, a date and a number are printable ASCII")
}

/// Whose collection has this id; `None` where it is none of autopay's.
#[must_use]
pub fn collected_from(collection_id: &Code) -> Option<Id<Account>> {
    named(collection_id).map(|(account_id, ..)| account_id)
}

/// Account and day in the id of a collection, and how many others came before it on that day.
fn named(collection_id: &Code) -> Option<(Id<Account>, Date, u32)> {
    let named = collection_id.as_str().strip_prefix("autopay-")?;
    let numbered = named.rsplit_once('.').and_then(|(first, number)| {
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        Some((first, number.parse().ok().filter(|others| is_number && *others > 0)?))
    });
    let (named, others) = numbered.unwrap_or((named, 0));
    let (suffix, day) = named.split_at_checked(named.len().checked_sub(DAY_CHARS)?)?;
    let on = day.strip_prefix('-')?.parse().ok()?;
    Some((Id::parse(&format!("account_{suffix}")).ok()?, on, others))
}

impl Autopay {
    /// Whether a draw from the account that nobody has asked for yet may have this id.
    pub fn may_yet_draw(&self, account_id: &Id<Account>, id: &Code) -> bool {
        let last = self.last.as_ref().map(|draw| (draw.on, draw.others()));
        named(id)
            .is_some_and(|(drawn, on, others)| drawn == *account_id && Some((on, others)) > last)
    }

    /// How many draws came before one that is asked for on a day: one a day, and another one where
    /// it failed or did not hold and there is another source since. `None`: that was all for the
    /// day. `is_reversed` says whether the payment of that id did not hold.
    fn others_on(&self, today: Date, is_reversed: impl FnOnce(&Code) -> bool) -> Option<u32> {
        let Some(last) = self.last.as_ref().filter(|draw| draw.on >= today) else { return Some(0) };
        let is_another = self.source.as_ref().is_some_and(|source| source.token != last.token);
        let others = last.others() + 1;
        let is_over = last.failed || is_reversed(&last.collection_id);
        (last.on == today && is_over && is_another && others < DRAWS_A_DAY).then_some(others)
    }

    /// Whether the processor has not answered the last draw yet. `is_paid` says whether there is
    /// a payment of that id.
    pub fn is_under_way(&self, is_paid: impl FnOnce(&Code) -> bool) -> bool {
        let asked = self.last.as_ref().filter(|draw| !draw.failed);
        asked.is_some_and(|draw| !is_paid(&draw.collection_id))
    }

    /// The next day on which something is collected: a due date, the day of a promise, or the day
    /// before a step of dunning (F48). `None`: there is nothing to collect, or nothing to collect
    /// it from, or the processor has not answered yet. `is_paid` says whether there is a payment of
    /// that id.
    pub fn next_try(
        &self,
        biller: &Biller,
        standing: &Standing,
        dunning: &Dunning,
        is_paid: impl FnOnce(&Code) -> bool,
    ) -> Option<Date> {
        self.source.as_ref().filter(|_| !self.is_refused)?;
        if self.is_under_way(is_paid) {
            return None;
        }
        let last = self.last.as_ref().map_or(Date::MIN, |draw| draw.on);
        let arrangement = dunning.arrangement.as_ref();
        let due = dunning.undisputed(standing);
        let due = due.filter(|charge| arrangement.is_none_or(|it| !it.covers(charge)));
        let promised = arrangement.into_iter().flat_map(|it| it.promises.iter().map(|it| it.on));
        let days = due.map(|charge| charge.due_on).chain(promised).filter(|on| *on > last);
        let outlook = dunning.outlook(biller, standing);
        let steps = outlook.into_iter().flat_map(|outlook| match outlook.waits {
            Waits::Step { ahead, .. } => ahead.into_iter().map(|(_, on)| on).collect(),
            Waits::Promise { .. } => Vec::new(),
        });
        let before_steps = steps.map(|on| on.saturating_sub(1.day())).filter(|on| *on > last);
        let minimum = biller.billing.autopay_minimum.max(1);
        let is_enough = |on: &Date| dunning.collectable(standing, *on) >= minimum;
        days.chain(before_steps).filter(is_enough).min()
    }
}

impl Draw {
    /// How many came before it on its day.
    fn others(&self) -> u32 {
        named(&self.collection_id).map_or(0, |(_, _, others)| others)
    }
}

impl AutopayEvent {
    /// Whose autopay it is about.
    #[must_use]
    pub fn account_id(&self) -> &Id<Account> {
        match self {
            Self::Set { account_id, .. }
            | Self::Removed { account_id }
            | Self::CollectionRequested { account_id, .. }
            | Self::CollectionFailed { account_id, .. } => account_id,
        }
    }

    /// This fact, about the autopay of that account.
    #[must_use]
    pub fn on(self, account_id: &Id<Account>) -> Fact {
        Fact::new(&AutopayId::of(account_id), Event::Autopay(self))
    }
}

impl Aggregate for Autopay {
    const CATEGORY: &'static str = "autopay";
    const UNKNOWN: &'static Self = &Self { source: None, last: None, is_refused: false };
    type Event = AutopayEvent;

    fn evolve(mut self, event: &AutopayEvent) -> Self {
        match event {
            AutopayEvent::Set { source, .. } => {
                self.source = Some(source.clone());
                self.is_refused = false;
            }
            AutopayEvent::Removed { .. } => self.source = None,
            AutopayEvent::CollectionRequested { collection_id, amount, source, on, .. } => {
                let (collection_id, token) = (collection_id.clone(), source.token.clone());
                let (on, amount) = (*on, *amount);
                self.last = Some(Draw { collection_id, on, amount, token, failed: false });
            }
            AutopayEvent::CollectionFailed { may_retry, .. } => {
                if let Some(last) = &mut self.last {
                    last.failed = true;
                    let is_of = |source: &Source| source.token == last.token;
                    self.is_refused |= !may_retry && self.source.as_ref().is_some_and(is_of);
                }
            }
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Autopay(autopay) = noun { Some(autopay) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Autopay(autopay) = noun { Some(autopay) } else { None }
    }
}

#[cfg(test)]
mod tests;
