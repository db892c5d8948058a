//! Rating: what a bill has on it. What should be billed is laid beside what was billed; the
//! difference is credited and charged.
//!
//! What must stay true: the same subscription gives the same lines; a second bill of the same
//! cycle has none; the lines of a period add up to what the period should cost; a credit is taxed
//! as what it takes back was, and what a credit note has taken back is not credited again.

mod campaigns;
mod taxed;

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;

use super::{ChargedBy, Item, ItemKind, Piece, Subscription, Timing, Tracked};
use crate::{
    invoice::LineKind,
    money::Money,
    proration::{Period, days},
    text::{Code, Text},
};

/// What a bill has on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rated {
    /// Credits before charges, item by item, then fees; without taxes.
    pub lines: Vec<RatedLine>,
    /// What is billed once the bill is made; what it charges itself is no bill's yet.
    pub(crate) billed: BTreeMap<Code, Vec<Piece>>,
    /// The bills that it corrects.
    pub(crate) corrects: Vec<Arc<ChargedBy>>,
}

/// One line of a bill, before taxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatedLine {
    /// The item, or the fee's charge.
    pub item_id: Code,
    /// What kind of line it is.
    pub kind: LineKind,
    /// Its code in the catalog.
    pub product: Code,
    /// What the customer reads.
    pub description: Text,
    /// The first day that it pays for, and the day after the last one.
    pub span: Option<(Date, Date)>,
    /// Negative is a credit.
    pub amount: Money,
    /// The campaign whose price it has, and the first day without it.
    pub campaign: Option<(Code, Date)>,
    /// What it counts as for taxes.
    pub tax_code: Option<Code>,
    /// Where it is taxed.
    pub market: Option<Code>,
    /// Of a credit, the bill that charged what it takes back.
    pub(crate) charged_by: Option<Arc<ChargedBy>>,
}

impl Subscription {
    /// What a bill for `cycle` has on it that pays until `through` in advance, and until `cycle`
    /// what is paid when it is over.
    #[must_use]
    pub fn rate(&self, cycle: Date, through: Date) -> Rated {
        let mut rated = Rated::default();
        let since = self.since();
        for (item_id, tracked) in &self.items {
            let billed = tracked.billed_since(since);
            let until = |item: &Item| match item.timing {
                Timing::InAdvance => through,
                Timing::InArrears => cycle.min(through),
            };
            let wanted = self.wanted(tracked, since, until);
            let gone: Vec<Piece> = without(&billed, &wanted);
            // What is waived was taken back by a credit note.
            let credited = gone.iter().filter(|gone| !gone.is_waived);
            rated.corrects.extend(credited.clone().filter_map(|gone| gone.bill.clone()));
            rated.lines.extend(credited.map(|gone| gone.line(item_id, true)));
            let new = without(&wanted, &billed);
            rated.lines.extend(new.iter().map(|new| new.line(item_id, false)));
            let mut now = covered(&billed, &wanted);
            now.extend(new);
            now.sort_unstable_by_key(|piece| piece.from);
            rated.billed.insert(item_id.clone(), now);
        }
        rated.lines.extend(self.fees.iter().map(|fee| RatedLine {
            item_id: fee.charge_id.clone(),
            kind: LineKind::Fee,
            product: fee.product.clone(),
            description: fee.description.clone(),
            span: None,
            amount: fee.amount,
            campaign: None,
            tax_code: fee.tax_code.clone(),
            market: fee.market.clone(),
            charged_by: None,
        }));
        rated
    }

    /// The pieces that should be billed of an item from `since` on.
    fn wanted(&self, tracked: &Tracked, since: Date, until: impl Fn(&Item) -> Date) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (index, (from, item)) in tracked.segments.iter().enumerate() {
            let Some(item) = item else { continue };
            let next = tracked.segments.get(index + 1).map_or(Date::MAX, |(from, _)| *from);
            let end = next.min(until(item));
            let mut at = (*from).max(since);
            while at < end {
                let period = self.period(at);
                let changes = item.promotion.as_ref().map(|promotion| promotion.until);
                let change = changes.filter(|change| *change > at).unwrap_or(Date::MAX);
                let to = self.end_of_cycle(at).min(end).min(change);
                let item = Arc::clone(item);
                pieces.push(Piece { item, period, from: at, to, bill: None, is_waived: false });
                at = to;
            }
        }
        pieces
    }
}

impl Tracked {
    fn billed_since(&self, since: Date) -> Vec<Piece> {
        let late = self.billed.iter().filter(|piece| piece.to > since);
        late.map(|piece| Piece { from: piece.from.max(since), ..piece.clone() }).collect()
    }
}

/// The parts of some pieces that none of the others covers at the same price in the same period.
fn without(pieces: &[Piece], others: &[Piece]) -> Vec<Piece> {
    let mut left = Vec::new();
    for piece in pieces {
        let mut from = piece.from;
        for other in others.iter().filter(|other| other.costs_as(piece)) {
            if other.to <= from || other.from >= piece.to {
                continue;
            }
            if from < other.from {
                left.push(Piece { from, to: other.from, ..piece.clone() });
            }
            from = other.to.max(from);
        }
        if from < piece.to {
            left.push(Piece { from, ..piece.clone() });
        }
    }
    left
}

/// The parts of some pieces that others cover at the same price in the same period.
fn covered(pieces: &[Piece], others: &[Piece]) -> Vec<Piece> {
    let parts = pieces.iter().flat_map(|piece| {
        let others = others.iter().filter(|other| other.costs_as(piece));
        others.map(|other| Piece {
            from: piece.from.max(other.from),
            to: piece.to.min(other.to),
            ..piece.clone()
        })
    });
    parts.filter(|part| part.from < part.to).collect()
}

impl Piece {
    /// Whether one stands for the other where both are: the same thing at the same price in the
    /// same period, whichever version or campaign the price is of.
    fn costs_as(&self, other: &Self) -> bool {
        self.period == other.period
            && self.item.product == other.item.product
            && self.monthly() == other.monthly()
            && self.item.tax_code == other.item.tax_code
            && self.item.market == other.item.market
    }

    fn monthly(&self) -> Money {
        self.item.monthly(self.from)
    }

    fn line(&self, item_id: &Code, is_credit: bool) -> RatedLine {
        let share = self.period.share(self.monthly(), self.from, self.to);
        let whole = Period { start: self.from, end: self.to } == self.period;
        let name = self.item.description.as_str();
        let part = if whole {
            String::new()
        } else {
            format!(", {} of {} days", days(self.from, self.to), self.period.days())
        };
        let described =
            if is_credit { format!("Credit {name}{part}") } else { format!("{name}{part}") };
        RatedLine {
            item_id: item_id.clone(),
            kind: match self.item.kind {
                ItemKind::Package => LineKind::Package,
                ItemKind::Rental => LineKind::Rental,
                ItemKind::Extra => LineKind::Extra,
                ItemKind::Bundle => LineKind::Bundle,
            },
            product: self.item.product.clone(),
            description: Text::parse(&described).unwrap_or_else(|_| self.item.description.clone()),
            span: Some((self.from, self.to)),
            amount: if is_credit { share.negated() } else { share },
            campaign: self.campaign(),
            tax_code: self.item.tax_code.clone(),
            market: self.item.market.clone(),
            charged_by: self.bill.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
