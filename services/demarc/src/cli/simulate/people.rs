//! The customers of a simulated operator, and whoever serves them: what each does on which day.
//!
//! What must stay true: everything follows from the seed and from what was heard, in its order.

mod acts;
mod habits;
mod orders;

use std::collections::BTreeMap;

use domain::{Event, actor::Actor, biller::Biller, text::Code};
use event_store::{CommandId, Recorded};
use jiff::{ToSpan, civil::Date};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::stage::{Audience, Stage, Wish};
use crate::cli::generate::{
    chance::Chance,
    offer::{Equipped, Offer},
};
use acts::Act;
use habits::Payer;

/// One customer of so many lives where nobody knows the taxes.
const UNTAXED_OF: u64 = 400;

/// Everybody.
pub(super) struct Town<'a> {
    biller: &'a Biller,
    offer: Offer<'a>,
    seed: u64,
    today: Date,
    last_day: Date,
    people: Vec<Person<'a>>,
    agenda: BTreeMap<Date, Vec<(usize, Act)>>,
    staff: Staff,
}

/// Who types.
struct Staff {
    agents: Vec<Actor>,
    manager: Actor,
    billing: Actor,
    calendar: Actor,
}

/// One customer.
struct Person<'a> {
    /// Last part of all ids.
    suffix: String,
    chance: Chance,
    payer: Payer,
    market: Code,
    has: Equipped<'a>,
    /// What there was before a change.
    had: Option<Equipped<'a>>,
    voice: Option<&'a Code>,
    orders: u32,
    payments: u32,
    /// Wishes so far: the next one's id follows from it.
    wishes: u64,
    is_gone: bool,
}

/// What a customer owes, as billing shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Owed {
    balance: Minor,
    past_due: Minor,
    open_charges: Vec<OpenCharge>,
}

#[derive(Debug, Default, Deserialize)]
struct Minor {
    minor: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenCharge {
    charge_id: String,
}

impl<'a> Town<'a> {
    /// So many people, who become customers in the first months of the time until `last_day`.
    pub(super) fn new(
        biller: &'a Biller,
        seed: u64,
        accounts: usize,
        days: (Date, Date),
    ) -> anyhow::Result<Self> {
        let (first_day, last_day) = days;
        let offer = Offer::of(biller)?;
        let markets = offer.markets.clone();
        let mut agenda = BTreeMap::<Date, Vec<_>>::new();
        let mut people = Vec::with_capacity(accounts);
        let total = u64::try_from((last_day - first_day).get_days()).unwrap_or(1).max(1);
        // Most come early.
        let spread = (total * 5 / 12).max(1);
        for nth in 0..accounts {
            let mut chance = Chance::of(seed, u64::try_from(nth)?);
            let after = chance.below(spread) * chance.below(spread) / spread;
            let on = first_day.saturating_add(i32::try_from(after)?.days());
            agenda.entry(on).or_default().push((nth, Act::Install));
            people.push(Person::new(&offer, &markets, chance, format!("s{seed}-{nth}")));
        }
        let staff = Staff::new()?;
        let today = first_day;
        Ok(Self { biller, offer, seed, today, last_day, people, agenda, staff })
    }

    /// The command that begins a day.
    pub(super) fn open_day(&mut self, day: Date) -> Wish {
        self.today = day;
        let name = format!("demarc/{}/open-day/{day}", self.biller.name);
        Wish {
            name: "OpenDay",
            body: serde_json::json!({ "date": day.to_string() }),
            actor: self.staff.calendar.clone(),
            id: CommandId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).into_bytes()),
        }
    }

    /// What everybody does today.
    pub(super) fn act(&mut self, stage: &Stage) -> anyhow::Result<Vec<Wish>> {
        let mut wishes = Vec::new();
        while let Some(entry) = self.agenda.first_entry().filter(|it| *it.key() <= self.today) {
            for (nth, act) in entry.remove() {
                let account_id = self.people[nth].account_id();
                let owed = stage.row("billing", "balance", &account_id)?.unwrap_or_default();
                self.perform(nth, act, &owed, &mut wishes);
            }
        }
        Ok(wishes)
    }

    /// Something is to be done in so many days; by an office, on a day on which it is open.
    fn later(&mut self, nth: usize, days: u64, act: Act) {
        let days = i32::try_from(days).unwrap_or(i32::MAX).max(1);
        self.plan(nth, self.today.saturating_add(days.days()), act);
    }

    fn plan(&mut self, nth: usize, on: Date, act: Act) {
        let on = on.max(self.today.saturating_add(1.day()));
        let on = if act.needs_office() { self.biller.business_days.first_from(on) } else { on };
        if on <= self.last_day {
            self.agenda.entry(on).or_default().push((nth, act));
        }
    }

    fn wish(&mut self, nth: usize, actor: &Actor, name: &'static str, body: Value) -> Wish {
        let person = &mut self.people[nth];
        person.wishes += 1;
        let text = format!("demarc/simulate/{}/{}", person.suffix, person.wishes);
        let id = CommandId(Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).into_bytes());
        Wish { name, body, actor: actor.clone(), id }
    }

    /// The agent who answers somebody's calls.
    fn agent(&self, nth: usize) -> Actor {
        self.staff.agents[nth % self.staff.agents.len()].clone()
    }

    /// The customer that an id of a noun belongs to, as in `site_s1-7-1`.
    fn person(&self, id: &str) -> Option<usize> {
        let (_, suffix) = id.split_once('_')?;
        let mut parts = suffix.strip_prefix('s')?.split('-');
        let seed: u64 = parts.next()?.parse().ok()?;
        let nth: usize = parts.next()?.parse().ok()?;
        (seed == self.seed && nth < self.people.len()).then_some(nth)
    }
}

impl Audience for Town<'_> {
    fn hear(&mut self, recorded: &Recorded, event: &Event) {
        self.react(recorded, event);
    }
}

impl Staff {
    fn new() -> anyhow::Result<Self> {
        let agents = ["ana", "ben", "cai", "dee", "eli", "fay", "gus", "hal"];
        let agents = agents.map(|name| Actor::parse(&format!("{name}; roles=agent")));
        Ok(Self {
            agents: agents.into_iter().collect::<Result<_, _>>()?,
            manager: Actor::parse("mia; roles=manager")?,
            billing: Actor::parse("lockbox; roles=billing")?,
            calendar: Actor::parse("calendar; roles=service")?,
        })
    }
}

impl<'a> Person<'a> {
    fn new(offer: &Offer<'a>, markets: &[Code], mut chance: Chance, suffix: String) -> Self {
        // Now and then somebody lives where nobody knows the taxes: those bills are parked.
        let market = match chance.below(UNTAXED_OF) {
            0 => Code::parse("unincorporated").expect("letters are a code"),
            _ => chance.one_of(markets).clone(),
        };
        let mut packages = offer.installable(&market);
        packages.retain(|it| !offer.is_voice(it.package_id));
        let has = *chance.one_of(&packages);
        let voices = offer.voices(&market, has);
        let voice = (!voices.is_empty() && chance.percent(25)).then(|| *chance.one_of(&voices));
        Self {
            payer: Payer::draw(&mut chance),
            suffix,
            chance,
            market,
            has,
            had: None,
            voice,
            orders: 0,
            payments: 0,
            wishes: 0,
            is_gone: false,
        }
    }

    fn account_id(&self) -> String {
        format!("account_{}", self.suffix)
    }

    fn site_id(&self) -> String {
        format!("site_{}-1", self.suffix)
    }
}
