//! A bill run and a day of dunning, from the day that is opened to the last intent that is closed,
//! beside the same commands submitted to core by somebody who has them all at hand.
//!
//! What must stay true: one process as in the product, core's log synced as always, billing
//! following; every account is found in the log afterwards, billed once or asked once.

use std::{
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bus::Bus;
use clap::{Args, ValueEnum};
use core_service::{Calendar, Core};
use serde_json::{Value, json};
use service::{
    Context, ReadSide,
    telemetry::{self, LogForm},
};
use tokio_util::sync::CancellationToken;

use crate::{
    facts::account_id,
    options::Options,
    peers::BILLER,
    process::{Line, measure as run},
    run::{Run, memory_max},
    submitted::{accepted, count, open, submission, submit_all},
    table::{Bench, Row},
};

const GROUP: &str = "billing";
const BILLED: u64 = 100_000;
const BILLED_QUICK: u64 = 2_000;
const DUNNED: u64 = 1_000_000;
const DUNNED_QUICK: u64 = 20_000;
/// One account in so many is late.
const ONE_LATE_OF: u64 = 50;
/// Commands on their way while the operator is made.
const IN_FLIGHT: usize = 256;
/// How often it is looked whether everything is done.
const POLL_EVERY: Duration = Duration::from_millis(5);
/// What every account pays for: four lines of a bill.
const ITEMS: [&str; 4] = ["WIFI", "MODEM-RENT", "ONT-RENT", "E911"];
const STARTED: &str = "2026-11-01";
const BILL_DAY: &str = "2026-12-01";
/// The first step for what was due on the 5th.
const STEP_DAY: &str = "2026-12-16";

/// Options of a measurement.
#[derive(Args)]
pub(crate) struct Bill {
    /// Where core has its log.
    dir: PathBuf,
    /// How many accounts there are.
    #[arg(long)]
    accounts: u64,
    /// What is measured.
    #[arg(long)]
    what: What,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// The bills are submitted to core, without a run.
    Direct,
    /// A bill run.
    Run,
    /// A day of dunning.
    Dunning,
}

pub(crate) fn expected(options: &Options) -> Duration {
    let rounds = u32::try_from(options.rounds()).unwrap_or(u32::MAX);
    options.expected(150, 12) * rounds
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let billed = bench.options.events(BILLED, BILLED_QUICK);
    let dunned = bench.options.events(DUNNED, DUNNED_QUICK);
    let all = [(What::Direct, billed), (What::Run, billed), (What::Dunning, dunned)];
    let runs = bench.in_turns(&all, |bench, (what, accounts)| {
        bench.progress.now(format!("billing: {what:?}, {accounts} accounts"));
        let dir = bench.fresh("billing")?;
        let what = what.to_possible_value().map(|value| value.get_name().to_owned());
        let line = Line::of("bill").option("--accounts", accounts);
        let line = line.option("--what", what.unwrap_or_default());
        let measured = run(&line.with(&dir))?;
        std::fs::remove_dir_all(dir)?;
        bench.progress.done(bench.options.expected(50, 4));
        Ok(measured)
    })?;
    let [direct, bill_run, dunning] = runs.as_slice() else { return Ok(()) };
    bench.row(Row::rate(GROUP, "bills submitted to core", "bills/s", direct));
    let beside = |row: Row| row.beside("submitted to core", direct.per_second());
    bench.row(beside(Row::rate(GROUP, "bill run, four lines each", "bills/s", bill_run)));
    let what = "dunning day, 2 % of all accounts late";
    bench.row(Row::rate(GROUP, what, "late accounts/s", dunning));
    Ok(())
}

impl Bill {
    pub(crate) fn run(self) -> anyhow::Result<Run> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.bill())
    }

    async fn bill(self) -> anyhow::Result<Run> {
        telemetry::start("warn", LogForm::Text)?;
        let context = Context { bus: Bus::in_process(), data: self.dir.clone() };
        let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED)?);
        let billers = std::slice::from_ref(&biller);
        let stop = CancellationToken::new();
        let running = core_service::start(&context, billers, Calendar::Manual, stop).await?;
        let core = running.core.clone();
        let all = 0..self.accounts;
        send(&core, "OpenDay", json!({ "date": STARTED }), 0).await?;
        submit(&core, all.clone(), 1, "OpenAccount", open).await?;
        let run = match self.what {
            What::Direct => {
                start_items(&core, &all).await?;
                send(&core, "OpenDay", json!({ "date": BILL_DAY }), 1).await?;
                let began = Instant::now();
                submit(&core, all, 9, "BillAccount", bill).await?;
                Run::since(began, self.accounts)
            }
            What::Run => {
                start_items(&core, &all).await?;
                let billing = billing::start(&context, Arc::clone(&biller), None).await?;
                let run = self.by_day(&core, &context.bus, &billing, BILL_DAY).await?;
                billing.shutdown().await;
                run
            }
            What::Dunning => {
                let late = 0..self.accounts / ONE_LATE_OF;
                submit(&core, late, 2, "RecordCharge", charge).await?;
                // The day before, so that only the step is measured.
                send(&core, "OpenDay", json!({ "date": "2026-12-15" }), 1).await?;
                let billing = billing::start(&context, Arc::clone(&biller), None).await?;
                let run = self.by_day(&core, &context.bus, &billing, STEP_DAY).await?;
                billing.shutdown().await;
                run
            }
        };
        let kind = match self.what {
            What::Direct | What::Run => "demarc.invoice.v1.InvoiceIssued",
            What::Dunning => "demarc.dunning.v1.DunningStepTaken",
        };
        let found = count(&context.bus, kind).await?;
        anyhow::ensure!(found == run.count, "{found} of {} are in the log", run.count);
        running.shutdown().await;
        Ok(Run { memory_max: memory_max("self"), ..run })
    }

    /// From the day that is opened until nothing is wanted any more.
    async fn by_day(
        &self,
        core: &Core,
        bus: &Bus,
        billing: &ReadSide,
        day: &str,
    ) -> anyhow::Result<Run> {
        let log = bus.follow(BILLER, "head").await?;
        billing.handle.caught_up(log.head().await?.position).await?;
        let began = Instant::now();
        send(core, "OpenDay", json!({ "date": day }), 2).await?;
        loop {
            let head = log.head().await?.position;
            billing.handle.caught_up(head).await?;
            let is_still = log.head().await?.position == head;
            if is_still && billing.handle.status().pending_intents == 0 {
                break;
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
        let count = match self.what {
            What::Direct | What::Run => self.accounts,
            What::Dunning => self.accounts / ONE_LATE_OF,
        };
        Ok(Run::since(began, count))
    }
}

async fn start_items(core: &Core, accounts: &Range<u64>) -> anyhow::Result<()> {
    let start: [fn(u64) -> Value; 4] = [
        |account| item(account, ITEMS[0]),
        |account| item(account, ITEMS[1]),
        |account| item(account, ITEMS[2]),
        |account| item(account, ITEMS[3]),
    ];
    for (nth, start) in (3..).zip(start) {
        submit(core, accounts.clone(), nth, "StartItem", start).await?;
    }
    Ok(())
}

fn item(account: u64, product: &str) -> Value {
    json!({
        "accountId": account_id(account),
        "itemId": product,
        "product": product,
        "market": "northeast",
        "from": STARTED,
    })
}

fn charge(account: u64) -> Value {
    json!({
        "accountId": account_id(account),
        "chargeId": "charge-1",
        "dueOn": "2026-12-05",
        "lines": [{
            "description": "Super Fast (1 Gig)",
            "amount": { "currency": "USD", "minor": "8000" },
        }],
    })
}

fn bill(account: u64) -> Value {
    json!({ "accountId": account_id(account), "cycle": BILL_DAY })
}

async fn send(core: &Core, name: &'static str, json: Value, nth: u64) -> anyhow::Result<()> {
    accepted(core, submission(name, &json, u64::MAX >> 16, nth)?).await
}

/// Submits a command for each account.
async fn submit(
    core: &Core,
    accounts: Range<u64>,
    nth: u64,
    name: &'static str,
    json: fn(u64) -> Value,
) -> anyhow::Result<()> {
    let command = move |account| submission(name, &json(account), account, nth);
    submit_all(core, accounts, IN_FLIGHT, command).await
}
