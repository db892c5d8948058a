//! `kill -9` in the middle of a bill run and of the days of dunning: whoever is started again ends
//! where an undisturbed run does.
//!
//! What must stay true: a kill counts only if the log that lay on the disk at that moment held some
//! of the day's work and not all of it.

mod journal;
mod missed;
mod street;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use e2e::{Row, World, copy_all};
use serde_json::{Value, json};

use crate::faults::judge::{done_once, mailed_once, same_rows};
use journal::Journal;
use street::{DAYS, HOMES, Habit, Home};

/// How long a day's work may take to get as far as a blow wants it, and how long between two looks.
const WAIT_MAX: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_micros(200);
/// How the network behaves: however slow the disk is, it answers in time, so that nobody tries once
/// more.
const PATIENT: &str = "limit=30s";
/// Kills in the middle of something, at least.
const KILLS_MIN: usize = 5;

/// A kill.
#[derive(Clone, Copy, Debug)]
struct Blow {
    /// The day whose work goes on.
    day: &'static str,
    /// The facts that it is counted by.
    kind: &'static str,
    /// How many percent of them are there.
    percent: usize,
    /// Who is killed where there are seven processes.
    part: &'static str,
}

const BLOWS: [Blow; 12] = [
    Blow { day: "2026-11-01", kind: "InvoiceIssued", percent: 2, part: "billing" },
    Blow { day: "2026-11-01", kind: "InvoiceIssued", percent: 30, part: "core" },
    Blow { day: "2026-11-01", kind: "NotificationDelivered", percent: 30, part: "notifications" },
    Blow { day: "2026-11-01", kind: "NotificationDelivered", percent: 60, part: "core" },
    Blow { day: "2026-11-05", kind: "AutopayCollectionRequested", percent: 20, part: "billing" },
    Blow { day: "2026-11-16", kind: "TicketOpened", percent: 30, part: "core" },
    Blow { day: "2026-11-16", kind: "NotificationDelivered", percent: 50, part: "notifications" },
    Blow { day: "2026-11-17", kind: "TaskAssigned", percent: 10, part: "billing" },
    Blow { day: "2026-11-17", kind: "TicketEntryAdded", percent: 50, part: "core" },
    Blow { day: "2026-11-18", kind: "SiteSuspensionRequested", percent: 5, part: "billing" },
    Blow { day: "2026-11-18", kind: "SiteSuspended", percent: 20, part: "noc-bridge" },
    Blow { day: "2026-11-18", kind: "SiteSuspended", percent: 60, part: "core" },
];

/// A log as its facts follow each other, and the same by day.
type Facts = [Value];
type Days = BTreeMap<String, Vec<Value>>;

/// What was done where nobody was killed.
struct Undisturbed {
    days: Days,
    /// Where the log ended when the runs of each day were over.
    ends: BTreeMap<String, u64>,
}

impl Undisturbed {
    /// Plays the days.
    fn of(world: &mut World) -> anyhow::Result<Self> {
        let mut ends = BTreeMap::new();
        street::live(world, |world, day| {
            world.settled()?;
            let status = world.api.get("status")?;
            ends.insert(day.to_owned(), status["head"].as_u64().context("a head")?);
            Ok(())
        })?;
        Ok(Self { days: days(&world.api.events(None)?), ends })
    }

    /// How many facts of its kind the runs of a blow's day bring.
    fn all(&self, blow: &Blow) -> usize {
        count(&self.days[blow.day], blow.kind, self.ends[blow.day])
    }
}

#[test]
fn f73_f76_f79_killed_again_and_again_billing_ends_where_an_undisturbed_run_does()
-> anyhow::Result<()> {
    let (mut calm, mut upset) =
        (World::one_process_over(PATIENT)?, World::one_process_over(PATIENT)?);
    ends_the_same(&mut calm, &mut upset, |_| "serve")
}

#[test]
fn f73_f76_f79_of_seven_processes_any_may_be_killed_while_billing_goes() -> anyhow::Result<()> {
    let (mut calm, mut upset) =
        (World::one_process_over(PATIENT)?, World::seven_processes_over(PATIENT)?);
    ends_the_same(&mut calm, &mut upset, |blow| blow.part)
}

/// Plays the same days in a calm world and in one whose processes are killed, and compares.
fn ends_the_same(
    calm: &mut World,
    upset: &mut World,
    victim: impl Fn(&Blow) -> &'static str,
) -> anyhow::Result<()> {
    street::settle(&calm.api)?;
    calm.settled()?;
    calm.stop()?;
    upset.stop()?;
    fs::remove_dir_all(upset.data())?;
    copy_all(&calm.data(), &upset.data())?;
    calm.start_again()?;
    let undisturbed = Undisturbed::of(calm)?;

    upset.start_again()?;
    let mut journal = Journal::of(&upset.data().join("core/northeast"));
    journal.count("CalendarDayOpened")?;
    let mut hit = Vec::new();
    street::live(upset, |world, day| {
        for blow in BLOWS.iter().filter(|blow| blow.day == day) {
            let (part, all) = (victim(blow), undisturbed.all(blow));
            let done = strike(world, part, blow, &mut journal, all)?;
            eprintln!("{part} is hit at {done} of {all}: {blow:?}");
            hit.extend((1..all).contains(&done).then_some(day.to_owned()));
        }
        Ok(())
    })?;
    hit_home(&hit)?;
    is_whole(calm).context("nobody was killed")?;
    is_whole(upset)?;
    same_facts(&undisturbed.days, &days(&upset.api.events(None)?))?;
    let [calm, upset] = [calm, upset].map(|world| world.api.timeless_rows());
    same_rows(&in_any_order(calm?), &in_any_order(upset?))
}

/// What a step writes into its ticket and what is written of the suspension that it asks for are
/// two wishes: where a process was killed, the one that is tried again comes second.
fn in_any_order(mut rows: Vec<Row>) -> Vec<Row> {
    let tickets = rows.iter_mut().filter(|(path, _)| path.starts_with("care/ticket/"));
    for (_, ticket) in tickets {
        let entries = ticket.get_mut("steps").and_then(Value::as_array_mut);
        entries.into_iter().for_each(|entries| entries.sort_by_cached_key(Value::to_string));
    }
    rows
}

/// Kills a process once enough of a day's work is done and some is left, and starts it again; how
/// much of it was on the disk in between.
fn strike(
    world: &mut World,
    part: &str,
    blow: &Blow,
    journal: &mut Journal,
    all: usize,
) -> anyhow::Result<usize> {
    ensure!(all > 1, "nothing is to be done: {blow:?}");
    let start = Instant::now();
    loop {
        let done = journal.count(blow.kind)?;
        if done >= all {
            return Ok(done);
        }
        if done > 0 && done * 100 >= all * blow.percent {
            break;
        }
        ensure!(start.elapsed() < WAIT_MAX, "{blow:?}: {done} of {all}");
        thread::sleep(LOOK_EVERY);
    }
    world.kill_one(part);
    let done = journal.count(blow.kind)?;
    world.start_again()?;
    Ok(done)
}

/// The blows that hit in the middle of something are many, some of them of the bill run and some of
/// a day of dunning.
fn hit_home(hit: &[String]) -> anyhow::Result<()> {
    ensure!(hit.len() >= KILLS_MIN, "too few kills in the middle of something: {hit:?}");
    let [bills, _, dunning @ ..] = DAYS;
    ensure!(hit.iter().any(|day| day == bills), "nobody was killed in the middle of the bill run");
    let is_hit = hit.iter().any(|day| dunning.contains(&day.as_str()));
    ensure!(is_hit, "nobody was killed in the middle of a day of dunning");
    Ok(())
}

/// On every day the same facts came about, as often.
fn same_facts(undisturbed: &Days, disturbed: &Days) -> anyhow::Result<()> {
    let kinds = |log: &Facts| {
        let mut kinds = BTreeMap::<String, usize>::new();
        log.iter().for_each(|fact| *kinds.entry(text(fact, "type")).or_default() += 1);
        kinds
    };
    for (day, log) in undisturbed {
        let (wanted, found) = (kinds(log), kinds(&disturbed[day]));
        let other: Vec<_> =
            found.iter().filter(|(kind, _)| wanted.get(*kind) != found.get(*kind)).collect();
        ensure!(
            wanted == found,
            "{day}: {other:?} is not what came about where nobody was killed: {wanted:?}"
        );
    }
    Ok(())
}

/// Whatever was killed: everything was done, and everything once.
fn is_whole(world: &World) -> anyhow::Result<()> {
    let log = world.api.events(None)?;
    billed_once(&log)?;
    dunned_once(&log)?;
    drawn_once(&log)?;
    done_once(&log)?;
    mailed_once(&fs::read_to_string(world.data().join("mail/northeast/mail.ndjson"))?, &log)?;
    let run = world.api.get("billing/runs/run_bill-2026-11-01")?["value"].clone();
    let billed = (&run["stage"], &run["done"], &run["parked"]);
    ensure!(billed == (&json!("closed"), &json!(HOMES), &json!(0)), "{run:#}");
    let status = world.api.get("status")?;
    let services = status["services"].as_array().context("services")?;
    let gave_up = |service: &&Value| service["parked"].as_array().is_none_or(|it| !it.is_empty());
    let parked: Vec<_> = services.iter().filter(gave_up).collect();
    ensure!(parked.is_empty(), "somebody gave up: {parked:#?}");
    let books = world.client(&["books"])?.well()?.out;
    let total = books.lines().find(|line| line.trim_start().starts_with("total"));
    ensure!(total.is_some_and(|total| total.trim_end().ends_with(" $0.00")), "{books}");
    world.client(&["verify"])?.well().map(drop)
}

/// Every account has one invoice, and their numbers have no gap.
fn billed_once(log: &Facts) -> anyhow::Result<()> {
    let issued: Vec<_> =
        facts(log, "InvoiceIssued").map(|fact| &fact["invoice"]["issued"]).collect();
    let numbers: Vec<_> = issued.iter().filter_map(|issued| issued["number"].as_str()).collect();
    let wanted: Vec<_> = (1..=HOMES).map(|number| format!("I{number:08}")).collect();
    ensure!(numbers == wanted, "numbers have a gap or come twice: {numbers:?}");
    let accounts = issued.iter().filter_map(|issued| issued["accountId"].as_str());
    let accounts: BTreeSet<_> = accounts.map(str::to_owned).collect();
    let wanted: BTreeSet<_> = Home::all().map(Home::account).collect();
    ensure!(accounts == wanted, "not everybody was billed once: {accounts:?}");
    Ok(())
}

/// Whoever does nothing has taken every step, whoever promises the first, each of them once; only
/// the former have no service any more.
fn dunned_once(log: &Facts) -> anyhow::Result<()> {
    let mut taken: Vec<_> = facts(log, "DunningStepTaken")
        .map(|fact| &fact["dunning"]["stepTaken"])
        .map(|step| (text(step, "accountId"), text(step, "name")))
        .collect();
    taken.sort();
    let mut wanted = Vec::new();
    let mut stopped = Vec::new();
    for home in Home::all() {
        let steps: &[&str] = match home.habit() {
            Habit::Nothing => &["call", "notice", "suspension"],
            Habit::Promises => &["notice"],
            Habit::Pays | Habit::IsDrawn => &[],
        };
        wanted.extend(steps.iter().map(|step| (home.account(), (*step).to_owned())));
        if home.habit() == Habit::Nothing {
            stopped.push(home.account().replace("account_", "site_"));
        }
    }
    wanted.sort();
    ensure!(taken == wanted, "steps were left out or taken twice: {taken:?}");
    let mut found: Vec<_> = facts(log, "SiteSuspended").map(|fact| text(fact, "stream")).collect();
    found.sort();
    stopped.sort();
    ensure!(found == stopped, "not the right lines were stopped once: {found:?}");
    Ok(())
}

/// Money was drawn once from everybody who is drawn from.
fn drawn_once(log: &Facts) -> anyhow::Result<()> {
    let payments =
        facts(log, "LedgerPaymentReceived").map(|fact| &fact["ledger"]["paymentReceived"]);
    let drawn = payments.filter(|payment| text(payment, "paymentId").starts_with("autopay-"));
    let mut drawn: Vec<_> = drawn.map(|payment| text(payment, "accountId")).collect();
    drawn.sort();
    let homes = Home::all().filter(|home| home.habit() == Habit::IsDrawn);
    let mut wanted: Vec<_> = homes.map(Home::account).collect();
    wanted.sort();
    ensure!(drawn == wanted, "draws were left out or done twice: {drawn:?}");
    Ok(())
}

/// The facts of each day.
fn days(log: &Facts) -> Days {
    let (mut days, mut today) = (Days::new(), String::new());
    for fact in log {
        if is(fact, "CalendarDayOpened") {
            today = text(&fact["calendar"]["dayOpened"], "date");
        }
        days.entry(today.clone()).or_default().push(fact.clone());
    }
    days
}

/// Facts of a kind up to a position.
fn count(log: &Facts, kind: &str, head: u64) -> usize {
    let until = |fact: &&Value| position(fact).is_ok_and(|position| position <= head);
    facts(log, kind).filter(until).count()
}

fn facts<'a>(log: &'a Facts, kind: &str) -> impl Iterator<Item = &'a Value> {
    log.iter().filter(move |fact| is(fact, kind))
}

fn is(fact: &Value, kind: &str) -> bool {
    fact["type"].as_str().and_then(|name| name.rsplit('.').next()) == Some(kind)
}

fn position(fact: &Value) -> anyhow::Result<u64> {
    text(fact, "position").parse().with_context(|| format!("a position: {fact:#}"))
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// What the log of a run tells that went well, as far as the checks look at it.
fn told() -> Vec<Value> {
    let mut log = Vec::new();
    for (number, home) in (1..).zip(Home::all()) {
        let (account, invoice) = (home.account(), format!("I{number:08}"));
        let issued = json!({ "accountId": account, "number": invoice });
        log.push(json!({"type": "InvoiceIssued", "invoice": {"issued": issued}}));
        let step = |name: &str| {
            let step = json!({ "accountId": account, "name": name });
            json!({"type": "DunningStepTaken", "dunning": {"stepTaken": step}})
        };
        match home.habit() {
            Habit::Nothing => {
                log.extend(["notice", "call", "suspension"].map(step));
                let site = account.replace("account_", "site_");
                log.push(json!({ "type": "SiteSuspended", "stream": site }));
            }
            Habit::Promises => log.push(step("notice")),
            Habit::IsDrawn => {
                let payment = json!({ "accountId": account, "paymentId": "autopay-1" });
                let received = json!({ "paymentReceived": payment });
                log.push(json!({"type": "LedgerPaymentReceived", "ledger": received}));
            }
            Habit::Pays => {}
        }
    }
    log
}

#[test]
fn control_what_is_left_out_or_done_twice_is_found_out() -> anyhow::Result<()> {
    let judged =
        |log: &Facts| billed_once(log).and(dunned_once(log)).and(drawn_once(log)).map(drop);
    let log = told();
    judged(&log)?;
    for kind in ["InvoiceIssued", "DunningStepTaken", "SiteSuspended", "LedgerPaymentReceived"] {
        let at = log.iter().position(|fact| is(fact, kind)).context("there is one")?;
        let (mut less, mut twice) = (log.clone(), log.clone());
        less.remove(at);
        twice.push(log[at].clone());
        ensure!(judged(&less).is_err(), "nobody misses one {kind}");
        ensure!(judged(&twice).is_err(), "nobody sees one {kind} twice");
    }
    Ok(())
}
