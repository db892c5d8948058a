//! A subscription: what an account pays for every month, at which version of which price, what it
//! pays once, when it is billed, and how far it has been.
//!
//! What must stay true: an item keeps the price that it was sold at until an event says otherwise;
//! what was billed is remembered piece by piece, and with the bill that charged it, so that a
//! change, however late it is known, is credited and charged to the cent and never twice, with the
//! taxes that were on it then.

mod bill_day;
mod charge_fee;
mod cycles;
mod derive;
mod end_item;
mod evolve;
mod exempt;
mod expire_campaign;
mod item;
mod priced;
mod rating;
mod rejection;
mod rental;
mod reprice;
mod start_item;

pub use bill_day::ChangeBillDay;
pub use charge_fee::ChargeFee;
pub use cycles::Cycles;
pub(crate) use derive::{Sale, ended, sold};
pub use end_item::EndItem;
pub use exempt::{GrantExemption, RevokeExemption};
pub use expire_campaign::ExpireCampaign;
pub use item::{Item, ItemKind, PendingFee, Price, Timing};
pub(crate) use priced::{as_code, fee};
pub use rating::{Rated, RatedLine};
pub use rejection::SubscriptionRejection;
pub use reprice::RepriceItem;
pub use start_item::StartItem;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;

use crate::{
    Desk, Event, Fact, Id, account::Account, money::Money, proration::Period,
    remembered::Remembered, text::Code,
};

/// Names a subscription, after its account.
pub type SubscriptionId = Id<Subscription>;

/// Most items of one account.
pub const ITEMS_MAX: usize = 200;
/// Most fees that wait for a bill.
pub const FEES_MAX: usize = 200;

/// Facts about one account's subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionEvent {
    /// There is something to bill.
    Opened {
        /// To whom.
        account_id: Id<Account>,
        /// The biller's bill day when it was opened: from 1 to 28 (F73).
        bill_day: i8,
    },
    /// Something is paid for every month from a day on.
    ItemStarted {
        /// Tells it apart within the account: a service's id, for example.
        item_id: Code,
        /// What, and for how much.
        item: Item,
        /// The first day.
        from: Date,
    },
    /// It is something else from a day on: another package.
    ItemChanged {
        /// Which.
        item_id: Code,
        /// What it is now.
        item: Item,
        /// The first day.
        from: Date,
    },
    /// It is no longer paid for.
    ItemEnded {
        /// Which.
        item_id: Code,
        /// The first day on which it is not paid for.
        on: Date,
    },
    /// It costs something else from a day on: another version of its price.
    ItemRepriced {
        /// Which.
        item_id: Code,
        /// What it costs now.
        price: Price,
        /// The first day.
        from: Date,
    },
    /// A campaign is over (F69).
    CampaignExpired {
        /// Of which item.
        item_id: Code,
        /// Which.
        campaign_code: Code,
        /// The first day without it.
        on: Date,
        /// Per month from that day on.
        monthly: Money,
    },
    /// Something is paid once, with the next bill.
    FeeCharged {
        /// What.
        fee: PendingFee,
    },
    /// The account is billed on another day of the month (F73).
    BillDayChanged {
        /// From 1 to 28.
        bill_day: i8,
        /// The first period that begins on that day; the one before it is cut short.
        from: Date,
    },
    /// Some taxes are not charged.
    ExemptionGranted {
        /// Which.
        taxes: BTreeSet<Code>,
        /// Number of the certificate.
        certificate: Code,
        /// The first day on which it no longer holds; absent: until it is revoked.
        until: Option<Date>,
    },
    /// Taxes are charged again.
    ExemptionRevoked,
    /// A bill was made.
    Billed {
        /// The bill's number; absent where there was nothing to bill.
        invoice: Option<Code>,
        /// The bill day; on demand, the day.
        cycle: Date,
        /// Everything is billed that is to be paid until then.
        through: Date,
    },
    /// A bill was taken back whole: what was on it is billed anew.
    Unbilled {
        /// Which.
        invoice: Code,
    },
    /// A bill was taken back whole and for good: what was on it is not billed anew, and not
    /// credited again when it ends.
    Waived {
        /// Which.
        invoice: Code,
    },
    /// A bill could not be made.
    Parked {
        /// The bill day.
        cycle: Date,
        /// Stable for ever, as a rejection's.
        code: Code,
        /// What prevents it, and what to do about it.
        reason: String,
    },
}

/// Where a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// By item id.
    pub(crate) items: BTreeMap<Code, Tracked>,
    /// Fees that wait for the next bill, in the order in which they came.
    pub(crate) fees: Vec<PendingFee>,
    /// Ids of the fees that were charged, with what they were.
    pub(crate) charged: Remembered,
    /// Bill days and from when they hold, oldest first; empty before it is opened.
    pub(crate) bill_days: Vec<(Date, i8)>,
    /// Everything that is paid in advance is billed until then.
    pub(crate) through: Option<Date>,
    /// What was billed in advance before the last bill: how far back things change follows from it.
    pub(crate) through_before: Option<Date>,
    /// The newest days for which the account was billed, within a bound, oldest first.
    pub(crate) billed_for: Vec<Date>,
    /// Whether cycles go on.
    pub(crate) cycles: Cycles,
    /// What is not taxed.
    pub(crate) exemption: Option<Exemption>,
    /// The cycle that could not be billed, and why.
    pub(crate) parked: Option<(Date, Code)>,
    /// Bills that later ones corrected, and those, within a bound, oldest first.
    pub(crate) corrections: Vec<Arc<ChargedBy>>,
    /// How it stood before the last bill, which can be taken back.
    pub(crate) before: Option<Box<BeforeBill>>,
}

/// Taxes that are not charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// Which.
    pub taxes: BTreeSet<Code>,
    /// Number of the certificate.
    pub certificate: Code,
    /// The first day on which it no longer holds.
    pub until: Option<Date>,
}

/// One item and what was billed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tracked {
    /// What it is from when on; nothing after its end. Oldest first, each day once.
    pub(crate) segments: Vec<(Date, Option<Arc<Item>>)>,
    /// What was billed, oldest first.
    pub(crate) billed: Vec<Piece>,
    /// The campaign that is known to be over.
    pub(crate) expired: Option<Code>,
}

/// A part of a period at one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) item: Arc<Item>,
    pub(crate) period: Period,
    pub(crate) from: Date,
    pub(crate) to: Date,
    /// The bill that charged it; absent: none did yet.
    pub(crate) bill: Option<Arc<ChargedBy>>,
    /// Whether a credit note took back what was charged for it.
    pub(crate) is_waived: bool,
}

/// A bill, as far as whatever corrects it must know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ChargedBy {
    /// Its number.
    pub(crate) invoice: Option<Code>,
    /// The day whose rates of taxes hold.
    pub(crate) on: Date,
    /// The taxes that were not charged.
    pub(crate) exempt_from: BTreeSet<Code>,
}

/// What a bill that is taken back restores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BeforeBill {
    pub(crate) invoice: Code,
    pub(crate) billed: BTreeMap<Code, Vec<Piece>>,
    pub(crate) fees: Vec<PendingFee>,
    pub(crate) corrections: Vec<Arc<ChargedBy>>,
    pub(crate) through_before: Option<Date>,
    /// Whether it was the bill of a cycle, and not one on demand.
    pub(crate) was_cycle: bool,
}

impl Subscription {
    /// Whether there ever was something to bill.
    #[must_use]
    pub fn is_opened(&self) -> bool {
        !self.bill_days.is_empty()
    }

    /// How far everything is billed that is paid in advance.
    #[must_use]
    pub fn through(&self) -> Option<Date> {
        self.through
    }

    /// The last bill, as long as it can be taken back whole.
    #[must_use]
    pub fn last_invoice(&self) -> Option<&Code> {
        self.before.as_ref().map(|before| &before.invoice)
    }

    /// The cycle that could not be billed, and the code of the reason.
    #[must_use]
    pub fn parked(&self) -> Option<&(Date, Code)> {
        self.parked.as_ref()
    }

    /// What is paid for on a day.
    pub fn items_on(&self, date: Date) -> impl Iterator<Item = (&Code, &Item)> {
        self.items.iter().filter_map(move |(id, tracked)| Some((id, &**tracked.on(date)?)))
    }

    /// The taxes that are not charged on a day.
    #[must_use]
    pub fn exempt_from(&self, date: Date) -> Option<&Exemption> {
        self.exemption.as_ref().filter(|it| it.until.is_none_or(|until| date < until))
    }

    /// What a bill of a day says of the taxes on it.
    pub(crate) fn charging(&self, invoice: Option<Code>, on: Date) -> ChargedBy {
        let exemption = self.exempt_from(on);
        let exempt_from = exemption.map(|it| it.taxes.clone()).unwrap_or_default();
        ChargedBy { invoice, on, exempt_from }
    }

    /// Whether a bill charged something that can still change by itself.
    pub(crate) fn is_charged_by(&self, invoice: &Code) -> bool {
        let mut pieces = self.items.values().flat_map(|tracked| &tracked.billed);
        pieces.any(|piece| !piece.is_waived && piece.is_of(invoice))
    }

    /// Whether a bill corrected another one, or was itself corrected, as far as is remembered.
    pub(crate) fn is_corrected(&self, invoice: &Code) -> bool {
        self.corrections.iter().any(|bill| bill.invoice.as_ref() == Some(invoice))
    }

    /// The fact with which a subscription begins, where it has not begun.
    fn opening(&self, desk: &Desk<'_>, account_id: &Id<Account>) -> Option<SubscriptionEvent> {
        let bill_day = desk.biller.billing.bill_day;
        let account_id = account_id.clone();
        (!self.is_opened()).then_some(SubscriptionEvent::Opened { account_id, bill_day })
    }

    fn demand_room(&self) -> Result<(), SubscriptionRejection> {
        let is_full = self.items.len() >= ITEMS_MAX || self.fees.len() >= FEES_MAX;
        if is_full { Err(SubscriptionRejection::Full) } else { Ok(()) }
    }

    const NOTHING: Self = Self {
        items: BTreeMap::new(),
        fees: Vec::new(),
        charged: Remembered::NONE,
        bill_days: Vec::new(),
        through: None,
        through_before: None,
        billed_for: Vec::new(),
        cycles: Cycles::GoOn,
        exemption: None,
        parked: None,
        corrections: Vec::new(),
        before: None,
    };
}

impl SubscriptionEvent {
    /// This fact, about the subscription of that account.
    #[must_use]
    pub fn on(self, account_id: &Id<Account>) -> Fact {
        Fact::new(&SubscriptionId::of(account_id), Event::Subscription(self))
    }
}
