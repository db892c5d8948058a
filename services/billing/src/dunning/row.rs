//! The row of an account's dunning, and the domain's state that it writes down.

use contract::{event::time, view::Amount};
use domain::{
    Aggregate,
    dunning::{Arrangement, Dunning, Exclusion, Ladder, Promise},
    money::{Currency, Money},
    subscription::PendingFee,
    text::Code,
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::Fault;
use serde::{Deserialize, Serialize};

use crate::read::{code, parse};

/// Most entries of the history that are shown; older ones are in the log.
const ENTRIES_MAX: usize = 60;
/// Most fees that are shown.
const FEES_MAX: usize = 12;

/// The kind of entry that tells of the ledger.
pub(super) const LEDGER: &str = "ledger";

/// Where an account's dunning stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DunningRow {
    pub(crate) account_id: String,
    /// What happens next if nothing is paid or said.
    pub(crate) next: Option<Next>,
    /// The day that the agenda has for it: one that is over waits for the next run.
    pub(super) planned_on: Option<String>,
    /// The ladder that is climbed.
    pub(super) ladder: Option<LadderRow>,
    /// How many ladders there were.
    pub(super) ladders: u32,
    /// The ladder that ended last.
    pub(super) ended: Option<LadderRow>,
    /// Debts that are due by then are to be paid since a site was suspended without a ladder.
    pub(super) demanded: Option<String>,
    pub(super) arrangement: Option<ArrangementRow>,
    pub(super) disputed: Vec<DisputeRow>,
    pub(super) excluded: Option<ExclusionRow>,
    /// The fees that steps and reinstatements have cost, newest first.
    pub(super) fees: Vec<FeeRow>,
    /// The events that led here, newest first.
    pub(super) history: Vec<Entry>,
}

/// What happens next.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Next {
    pub(crate) on: String,
    pub(crate) what: String,
    /// The steps from then on; a row does not keep them.
    pub(crate) ahead: Vec<Ahead>,
}

/// A step and its date.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ahead {
    pub(crate) name: String,
    pub(crate) on: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LadderRow {
    /// The due date of the debt that started it.
    anchor: String,
    steps_taken: u32,
    last_on: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArrangementRow {
    arrangement_id: String,
    /// Debts that are due by then are part of it.
    covers_through: String,
    /// What was disputed when it was made.
    excludes: Vec<String>,
    /// What was owed of them.
    total: Amount,
    promises: Vec<PromiseRow>,
    by_manager: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromiseRow {
    on: String,
    amount: Amount,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DisputeRow {
    pub(super) charge_id: String,
    reason: String,
    /// Whether a site was suspended for non-payment by then.
    while_suspended: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExclusionRow {
    reason: String,
    until: Option<String>,
}

/// What a step or a reinstatement has cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeeRow {
    charge_id: String,
    description: String,
    amount: Amount,
    on: String,
}

impl FeeRow {
    /// A fee that was charged.
    pub(super) fn of(fee: &PendingFee) -> Self {
        Self {
            charge_id: fee.charge_id.to_string(),
            description: fee.description.to_string(),
            amount: Amount::from(fee.amount),
            on: fee.on.to_string(),
        }
    }
}

/// An event of the account's that dunning has to do with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// The last opened day when it happened.
    on: String,
    kind: String,
    what: String,
    at: String,
    position: u64,
    /// The event's id.
    event: String,
}

impl Entry {
    /// Told by the event that is applied.
    pub(super) fn of(kind: &str, what: String) -> Self {
        let (on, at, event) = (String::new(), String::new(), String::new());
        Self { on, kind: kind.to_owned(), what, at, position: 0, event }
    }
}

impl DunningRow {
    /// Nothing has happened yet.
    pub(super) fn of(account_id: &str) -> Self {
        Self { account_id: account_id.to_owned(), ..Self::default() }
    }

    /// Whether all that is told is of the ledger.
    pub(super) fn was_never_asked(&self) -> bool {
        self.history.iter().all(|entry| entry.kind == LEDGER)
    }

    /// Whether a fee was charged, as far as fees are remembered.
    pub(super) fn was_charged(&self, charge_id: &Code) -> bool {
        self.fees.iter().any(|fee| fee.charge_id == charge_id.as_str())
    }

    /// With one more fee.
    pub(super) fn charging(mut self, fee: FeeRow) -> Self {
        self.fees.insert(0, fee);
        self.fees.truncate(FEES_MAX);
        self
    }

    /// With one more event in its history, of a day.
    pub(super) fn telling(mut self, entry: Entry, on: Date, recorded: &Recorded) -> Self {
        let entry = Entry {
            on: on.to_string(),
            at: time(recorded.meta.committed_at),
            position: recorded.position,
            event: contract::event::id(recorded),
            ..entry
        };
        self.history.insert(0, entry);
        self.history.truncate(ENTRIES_MAX);
        self
    }

    /// The domain's state.
    pub(crate) fn dunning(&self) -> Result<Dunning, Fault> {
        let ladder = |row: &LadderRow| {
            let (anchor, last_on) = (parse(&row.anchor)?, parse(&row.last_on)?);
            Ok::<_, Fault>(Ladder { anchor, taken: row.steps_taken, last_on })
        };
        let excluded = |row: &ExclusionRow| {
            let until = row.until.as_deref().map(parse).transpose()?;
            Ok::<_, Fault>(Exclusion { reason: code(&row.reason)?, until })
        };
        let disputed = |row: &DisputeRow| Ok((code(&row.charge_id)?, code(&row.reason)?));
        let mut dunning = Dunning::UNKNOWN.clone();
        dunning.ladder = self.ladder.as_ref().map(ladder).transpose()?;
        dunning.ladders = self.ladders;
        dunning.ended = self.ended.as_ref().map(ladder).transpose()?;
        dunning.demanded = self.demanded.as_deref().map(parse).transpose()?;
        dunning.arrangement =
            self.arrangement.as_ref().map(ArrangementRow::arrangement).transpose()?;
        dunning.disputed = self.disputed.iter().map(disputed).collect::<Result<_, Fault>>()?;
        let late = self.disputed.iter().filter(|row| row.while_suspended);
        dunning.disputed_while_suspended =
            late.map(|row| code(&row.charge_id)).collect::<Result<_, Fault>>()?;
        dunning.excluded = self.excluded.as_ref().map(excluded).transpose()?;
        Ok(dunning)
    }

    /// The row that writes a state down.
    pub(super) fn holding(self, currency: Currency, dunning: &Dunning) -> Self {
        let arrangement = dunning.arrangement.as_ref();
        Self {
            ladder: dunning.ladder.map(LadderRow::of),
            ladders: dunning.ladders,
            ended: dunning.ended.map(LadderRow::of),
            demanded: dunning.demanded.map(|through| through.to_string()),
            arrangement: arrangement.map(|it| ArrangementRow::of(currency, it)),
            disputed: dunning
                .disputed
                .iter()
                .map(|(charge_id, reason)| DisputeRow {
                    charge_id: charge_id.to_string(),
                    reason: reason.to_string(),
                    while_suspended: dunning.disputed_while_suspended.contains(charge_id),
                })
                .collect(),
            excluded: dunning.excluded.as_ref().map(|excluded| ExclusionRow {
                reason: excluded.reason.to_string(),
                until: excluded.until.map(|until| until.to_string()),
            }),
            ..self
        }
    }
}

impl LadderRow {
    fn of(ladder: Ladder) -> Self {
        Self {
            anchor: ladder.anchor.to_string(),
            steps_taken: ladder.taken,
            last_on: ladder.last_on.to_string(),
        }
    }
}

impl ArrangementRow {
    fn of(currency: Currency, arrangement: &Arrangement) -> Self {
        let promise = |promise: &Promise| PromiseRow {
            on: promise.on.to_string(),
            amount: Amount::from(promise.amount),
        };
        Self {
            arrangement_id: arrangement.arrangement_id.to_string(),
            covers_through: arrangement.covers_through.to_string(),
            excludes: arrangement.excludes.iter().map(ToString::to_string).collect(),
            total: Amount::from(Money::new(currency, arrangement.total)),
            promises: arrangement.promises.iter().map(promise).collect(),
            by_manager: arrangement.by_manager,
        }
    }

    fn arrangement(&self) -> Result<Arrangement, Fault> {
        let promise =
            |row: &PromiseRow| Ok(Promise { on: parse(&row.on)?, amount: row.amount.into() });
        Ok(Arrangement {
            arrangement_id: code(&self.arrangement_id)?,
            covers_through: parse(&self.covers_through)?,
            excludes: self.excludes.iter().map(|id| code(id)).collect::<Result<_, Fault>>()?,
            total: self.total.minor,
            promises: self.promises.iter().map(promise).collect::<Result<_, Fault>>()?,
            by_manager: self.by_manager,
        })
    }
}
