//! Where an account's dunning stands today, in sentences and in fields, what led there, and what
//! happens next. Put together when somebody asks: what is past due depends on the day.

use contract::view::Amount;
use domain::{
    biller::Biller,
    dunning::{Arrangement, Dunning},
    ledger::{OpenCharge, Standing},
    money::Money,
    text::Code,
};
use jiff::civil::Date;
use projection::{Fault, Rows};
use serde::{Deserialize, Serialize};

use super::{
    DunningRow,
    row::{ArrangementRow, DisputeRow, Entry, ExclusionRow, FeeRow, LadderRow, Next},
};
use crate::{
    balance::{self, BalanceRow},
    read::parse,
    recurring,
    site::{self, SiteRow},
    today,
};

/// The whole answer about one account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explained {
    account_id: String,
    /// The last opened day, as of which all of it is.
    on: String,
    /// Where it stands, in sentences.
    stands: String,
    past_due: Amount,
    /// When the oldest of it was due.
    past_due_since: Option<String>,
    /// What has to be paid before a suspended site is reinstated.
    to_reinstate: Option<Amount>,
    /// What happens next if nothing is paid or said.
    next: Option<Next>,
    /// The next debt that is not past due yet.
    falls_due: Option<FallsDue>,
    /// The day of the next bill; absent also where it could not be made.
    next_bill: Option<String>,
    /// What prevents the next bill.
    parked: Option<Parked>,
    ladder: Option<LadderRow>,
    ladders: u32,
    ended: Option<LadderRow>,
    demanded: Option<String>,
    arrangement: Option<ArrangementRow>,
    excluded: Option<ExclusionRow>,
    /// The sites that have no service because somebody did not pay, or are to have none.
    sites: Vec<CutOff>,
    disputed: Vec<Disputed>,
    fees: Vec<FeeRow>,
    /// The events that led here, newest first.
    history: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FallsDue {
    on: String,
    amount: Amount,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CutOff {
    site_id: String,
    state: &'static str,
}

/// A dispute, and what is open of what it is about.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Disputed {
    #[serde(flatten)]
    row: DisputeRow,
    open: Amount,
}

/// What is known of the next bill.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Billed {
    /// Absent where there is no subscription.
    bill_day: Option<i8>,
    next_bill: Option<String>,
    parked: Option<Parked>,
}

/// A bill that could not be made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parked {
    /// The bill day.
    cycle: String,
    code: String,
    reason: String,
}

/// Explains an account's dunning; `None`: there is no such account.
pub(crate) fn explained(
    biller: &Biller,
    account_id: &str,
    rows: &Rows<'_>,
) -> Result<Option<Explained>, Fault> {
    let Some(balance) = rows.get::<BalanceRow>(balance::TABLE, account_id)? else {
        return Ok(None);
    };
    let row = super::find(rows, account_id)?;
    let standing = balance.standing()?;
    let dunning = row.dunning()?;
    let outlook = dunning.outlook(biller, &standing);
    let next = super::next(biller, &row, (&dunning, &standing, outlook), rows)?;
    let billed: Option<Billed> = rows.get(recurring::TABLE, account_id)?;
    let seen = Seen {
        biller,
        today: today::of(rows)?,
        dunning: &dunning,
        standing: &standing,
        sites: site::of_account(rows, account_id)?,
    };
    seen.answer(row, next, billed.unwrap_or_default()).map(Some)
}

/// What is looked at.
struct Seen<'a> {
    biller: &'a Biller,
    today: Date,
    dunning: &'a Dunning,
    standing: &'a Standing,
    sites: Vec<SiteRow>,
}

impl Seen<'_> {
    fn answer(
        &self,
        row: DunningRow,
        next: Option<Next>,
        billed: Billed,
    ) -> Result<Explained, Fault> {
        let amount = |minor| Amount::from(self.money(minor));
        let falls_due = self.falls_due();
        let stands = self.sentences(next.is_some(), &billed)?.join(" ");
        let disputed = row.disputed.into_iter().map(|row| {
            let open = amount(self.open(&row.charge_id));
            Disputed { row, open }
        });
        let sites = self.cut_off().filter_map(|site| {
            Some(CutOff { site_id: site.site_id.clone(), state: site.cut_off()? })
        });
        Ok(Explained {
            account_id: row.account_id,
            on: self.today.to_string(),
            stands,
            past_due: amount(self.past_due()),
            past_due_since: self.oldest().map(|on| on.to_string()),
            to_reinstate: self.is_cut_off().then(|| amount(self.owed())),
            next,
            falls_due: falls_due
                .map(|(on, minor)| FallsDue { on: on.to_string(), amount: amount(minor) }),
            next_bill: billed.next_bill.filter(|_| billed.parked.is_none()),
            parked: billed.parked,
            ladder: row.ladder,
            ladders: row.ladders,
            ended: row.ended,
            demanded: row.demanded,
            arrangement: row.arrangement,
            excluded: row.excluded,
            sites: sites.collect(),
            disputed: disputed.collect(),
            fees: row.fees,
            history: row.history,
        })
    }

    /// The sites without service because somebody did not pay.
    fn cut_off(&self) -> impl Iterator<Item = &SiteRow> {
        self.sites.iter().filter(|site| site.is_cut_off_for_money())
    }

    fn is_cut_off(&self) -> bool {
        self.cut_off().next().is_some()
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(self.biller.currency, minor)
    }

    fn past_due(&self) -> i64 {
        self.dunning.past_due(self.standing, self.today)
    }

    fn owed(&self) -> i64 {
        self.dunning.owed(self.standing, self.today)
    }

    /// What is open of a charge.
    fn open(&self, charge_id: &str) -> i64 {
        let of_it = |charge: &&OpenCharge| charge.charge_id.as_str() == charge_id;
        let open = self.standing.open.iter().filter(of_it).map(|charge| charge.remaining);
        open.fold(0, i64::saturating_add)
    }

    fn is_late(&self, charge: &OpenCharge) -> bool {
        charge.due_on < self.today
    }

    /// When the oldest of what is past due was due.
    fn oldest(&self) -> Option<Date> {
        let mut owed = self.dunning.undisputed(self.standing);
        owed.find(|charge| self.is_late(charge)).map(|charge| charge.due_on)
    }

    /// What is due on the next day on which anything is, and that day.
    fn falls_due(&self) -> Option<(Date, i64)> {
        let later = || self.dunning.undisputed(self.standing).filter(|it| !self.is_late(it));
        let on = later().next()?.due_on;
        let due = later().filter(|charge| charge.due_on == on).map(|charge| charge.remaining);
        Some((on, due.fold(0, i64::saturating_add)))
    }

    fn sentences(&self, is_next: bool, billed: &Billed) -> Result<Vec<String>, Fault> {
        let mut said = Vec::new();
        said.extend(self.cut_off().filter_map(|site| {
            Some(format!("{}: {} for non-payment.", site.site_id, site.cut_off()?))
        }));
        said.extend(self.sites.iter().filter(|site| site.is_in_use()).filter_map(|site| {
            Some(format!(
                "{}: stopped because of {}, so dunning does not suspend it, and no letter says \
                 that it will.",
                site.site_id,
                site.off_otherwise()?
            ))
        }));
        said.push(match self.oldest() {
            Some(since) => {
                let past_due = self.money(self.past_due());
                format!("{past_due} is past due, the oldest of it since {since}.")
            }
            None if self.standing.past_due(self.today) > 0 => {
                "Nothing is past due but what is disputed.".to_owned()
            }
            None => "Nothing is past due.".to_owned(),
        });
        said.extend(self.ladder());
        said.extend(self.held_up());
        said.extend(self.way_back(billed));
        if self.oldest().is_none() {
            said.extend(self.what_comes(billed)?);
        } else if !is_next && self.dunning.arrangement.is_none() {
            said.push("Nothing more happens on a day of its own.".to_owned());
        }
        said.extend(billed.parked.as_ref().map(|Parked { cycle, code, reason }| {
            format!(
                "The bill of {cycle} could not be made: {reason} ({code}). Once that is put right, \
                 BillAccount makes it; otherwise every bill run from the next bill day on tries \
                 it again."
            )
        }));
        Ok(said)
    }

    fn ladder(&self) -> Option<String> {
        let ladder = self.dunning.ladder?;
        let (number, steps) = (self.dunning.ladders, &self.biller.dunning.steps);
        let last = usize::try_from(ladder.taken).ok()?.checked_sub(1);
        let last = last.and_then(|last| steps.get(last)).map(|step| step.name.as_str());
        Some(format!(
            "Ladder {number}, about what was due on {}, has taken {} of {} steps, the last, {}, \
             on {}.",
            ladder.anchor,
            ladder.taken,
            steps.len(),
            last.unwrap_or("of an earlier plan"),
            ladder.last_on
        ))
    }

    /// What holds the ladder up.
    fn held_up(&self) -> Vec<String> {
        let dunning = self.dunning;
        let arranged = dunning.arrangement.as_ref().map(|arrangement| {
            let left = self.money(dunning.promised(arrangement, self.standing));
            let id = &arrangement.arrangement_id;
            let outside = self.outside(arrangement).unwrap_or_default();
            format!("Arrangement {id} holds it up; {left} of it is not paid yet.{outside}")
        });
        let excluded = dunning.excluded.as_ref().filter(|_| dunning.is_excluded(self.today));
        let excluded = excluded.map(|excluded| {
            let until = excluded.until.map_or_else(String::new, |until| format!(" until {until}"));
            format!("The account is excluded from dunning{until}: {}.", excluded.reason)
        });
        let disputed = dunning.disputed.iter().map(|(id, reason)| self.disputed(id, reason));
        arranged.into_iter().chain(excluded).chain(disputed).collect()
    }

    /// What is past due and no part of an arrangement: dunning goes on about it once that is over.
    fn outside(&self, arrangement: &Arrangement) -> Option<String> {
        let undisputed = self.dunning.undisputed(self.standing);
        let others = undisputed.filter(|it| self.is_late(it) && !arrangement.covers(it));
        let (mut minor, mut excluded) = (0_i64, Vec::new());
        for charge in others {
            minor = minor.saturating_add(charge.remaining);
            excluded.extend(
                Some(charge.charge_id.as_str())
                    .filter(|_| arrangement.excludes.contains(&charge.charge_id)),
            );
        }
        let why = match excluded.is_empty() {
            true => String::new(),
            false => format!(" ({} was disputed when it was made)", excluded.join(" and ")),
        };
        (minor > 0).then(|| {
            format!(
                " {} past due is no part of it{why}: dunning goes on about that once it is over.",
                self.money(minor)
            )
        })
    }

    fn disputed(&self, id: &Code, reason: &Code) -> String {
        let counts = self.dunning.disputed_while_suspended.contains(id);
        match self.open(id.as_str()) {
            0 => format!(
                "{id} was disputed ({reason}), and nothing of it is owed any more: the dispute can \
                 be closed."
            ),
            _ if counts && self.is_cut_off() => format!(
                "{id} is disputed: {reason}. It was disputed after the suspension, so service \
                 waits for it all the same."
            ),
            _ => format!("{id} is disputed: {reason}."),
        }
    }

    /// How service comes back where it is suspended, and what that costs.
    fn way_back(&self, billed: &Billed) -> Vec<String> {
        if !self.is_cut_off() {
            return Vec::new();
        }
        let way = match &self.dunning.arrangement {
            _ if self.dunning.has_paid(self.biller, self.standing, self.today) => {
                "What had to be paid is paid.".to_owned()
            }
            Some(arrangement) if arrangement.by_manager => {
                "Service comes back, for a manager made the arrangement.".to_owned()
            }
            Some(_) => {
                let paid = self.comes_back();
                format!("{paid}, or a manager makes an arrangement instead of the agent's.")
            }
            // What is disputed is arranged by nobody.
            None if self.past_due() == 0 => format!(
                "{} or credited. All of it is disputed, so there is nothing to arrange: a manager \
                 can once the dispute is closed.",
                self.comes_back()
            ),
            None => format!("{}, or a manager makes an arrangement.", self.comes_back()),
        };
        // Fees are charged to a subscription.
        let fee = billed.bill_day.and_then(|_| self.reconnect_fee());
        [way].into_iter().chain(fee).collect()
    }

    fn comes_back(&self) -> String {
        format!("Service comes back when {} is paid", self.money(self.owed()))
    }

    /// What it costs that service comes back: for every site the same.
    fn reconnect_fee(&self) -> Option<String> {
        let fee = self.biller.dunning.reconnect_fee.as_ref()?;
        let fee = self.biller.catalog.fees.get(fee)?;
        let amount = fee.amount.on(self.today)?.value;
        let sites = self.cut_off().filter(|site| site.is_in_use()).count();
        let sites = i64::try_from(sites).ok().filter(|sites| *sites > 0)?;
        let total = self.money(amount.minor.saturating_mul(sites));
        let times = match sites {
            1 => String::new(),
            _ => format!(" for each of {sites} sites, {total} in all"),
        };
        Some(format!("Then {} of {amount} is charged{times}, with the next bill.", fee.name))
    }

    /// What will be due, where nothing is past due.
    fn what_comes(&self, billed: &Billed) -> Result<Vec<String>, Fault> {
        let debt = match self.falls_due() {
            Some((on, due)) => format!("{} falls due on {on}.", self.money(due)),
            None => "Nothing else is owed.".to_owned(),
        };
        let next_bill = billed.next_bill.as_deref().filter(|_| billed.parked.is_none());
        let bill = next_bill.map(|cycle| {
            let due_on = self.biller.billing.due_on(parse(cycle)?, self.today);
            Ok::<_, Fault>(format!("The next bill is made on {cycle} and due on {due_on}."))
        });
        Ok([debt].into_iter().chain(bill.transpose()?).collect())
    }
}

#[cfg(test)]
mod tests;
