//! What policies want, from the event that makes them want it to the record that closes it, beside
//! the same commands submitted to core with as many of them on their way.
//!
//! What must stay true: one process as in the product, core's log synced as always; every charge is
//! found in the log afterwards, and no intent is open.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bus::Bus;
use clap::Args;
use contract::{
    AsItIs, command,
    pb::{ledger::v1 as ledger, money::v1::Money},
};
use core_service::{Calendar, Core, Submission};
use event_store::Recorded;
use projection::{
    CommandIntent, Fault, Handle, Intents, Limits, ReadModel, Rows, RunnerConfig, Table,
};
use prost::Message as _;
use service::{
    Context, ReadSide,
    telemetry::{self, LogForm},
};
use tokio_util::sync::CancellationToken;

use crate::{
    facts::account_id,
    http::search_beside,
    options::Options,
    peers::BILLER,
    process::{Line, measure as run},
    run::{Run, memory_max},
    submitted::{self, count, submission, submit_all},
    table::{Bench, Row},
};

const GROUP: &str = "intents";
const CHARGES: u64 = 50_000;
const CHARGES_QUICK: u64 = 4_000;
/// Intents because of one event.
const CHUNK: u64 = 2_000;
/// Accounts from here on are opened to begin a chunk, and are not charged.
const CHUNKS_FROM: u64 = 900_000_000_000;
/// How often it is looked whether everything is done.
const POLL_EVERY: Duration = Duration::from_millis(2);
const COUNTS: Table = Table::new(b'c');
const CHARGED: &str = "charged";
const CHARGED_KIND: &str = "demarc.ledger.v1.LedgerCharged";

/// Options of a measurement.
#[derive(Args)]
pub(crate) struct Charge {
    /// Where core has its log.
    dir: PathBuf,
    /// How many accounts are charged.
    #[arg(long)]
    charges: u64,
    /// Submit the commands to core, without a policy.
    #[arg(long)]
    direct: bool,
    /// Care and search follow meanwhile.
    #[arg(long)]
    care: bool,
    /// How many commands are on their way.
    #[arg(long, default_value_t = Limits::default().in_flight)]
    in_flight: usize,
}

#[derive(Clone, Copy)]
enum Contestant {
    Direct,
    Policy,
    PolicyBesideCare,
}

pub(crate) fn expected(options: &Options) -> Duration {
    let rounds = u32::try_from(options.rounds()).unwrap_or(u32::MAX);
    options.expected(30, 6) * rounds
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let charges = bench.options.events(CHARGES, CHARGES_QUICK);
    let all = [Contestant::Direct, Contestant::Policy, Contestant::PolicyBesideCare];
    let runs = bench.in_turns(&all, |bench, contestant| {
        bench.progress.now(format!("intents: {charges} accounts are charged"));
        let dir = bench.fresh("intents")?;
        let line = Line::of("charge").option("--charges", charges);
        let line = match contestant {
            Contestant::Direct => line.with("--direct"),
            Contestant::Policy => line,
            Contestant::PolicyBesideCare => line.with("--care"),
        };
        let measured = run(&line.with(&dir))?;
        std::fs::remove_dir_all(dir)?;
        bench.progress.done(bench.options.expected(10, 2));
        Ok(measured)
    })?;
    let [direct, policy, beside_care] = runs.as_slice() else { return Ok(()) };
    let in_flight = Limits::default().in_flight as u64;
    let row = |what: &str, run| Row::rate(GROUP, what, "commands/s", run).clients(in_flight);
    bench.row(row("submitted to core", direct));
    let limit = direct.per_second();
    let beside = |row: Row| row.beside("submitted to core", limit);
    bench.row(beside(row("wanted by a policy, until closed", policy)));
    bench.row(beside(row("the same while care and search follow", beside_care)));
    Ok(())
}

impl Charge {
    pub(crate) fn run(self) -> anyhow::Result<Run> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.charge())
    }

    async fn charge(self) -> anyhow::Result<Run> {
        telemetry::start("warn", LogForm::Text)?;
        let context = Context { bus: Bus::in_process(), data: self.dir.clone() };
        let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED)?);
        let billers = std::slice::from_ref(&biller);
        let stop = CancellationToken::new();
        let running = core_service::start(&context, billers, Calendar::Manual, stop).await?;
        let core = running.core.clone();
        let mut read_sides = Vec::new();
        if self.care {
            read_sides.push(search_beside(&core, &context, &biller).await?);
            read_sides.push(care::start(&context, Arc::clone(&biller)).await?);
        }
        let in_flight = self.in_flight;
        submit_all(&core, 0..self.charges, in_flight, |account| open(account, 0)).await?;
        let run = match self.direct {
            true => {
                let began = Instant::now();
                submit_all(&core, 0..self.charges, in_flight, charge).await?;
                Run::since(began, self.charges)
            }
            false => self.by_policy(&core, &context.bus, &read_sides).await?,
        };
        let found = count(&context.bus, CHARGED_KIND).await?;
        anyhow::ensure!(found == self.charges, "{found} of {} are charged", self.charges);
        for side in read_sides {
            side.shutdown().await;
        }
        running.shutdown().await;
        Ok(Run { memory_max: memory_max("self"), ..run })
    }

    /// From the first event that makes the policy want something until nothing is wanted any more.
    async fn by_policy(
        &self,
        core: &Core,
        bus: &Bus,
        read_sides: &[ReadSide],
    ) -> anyhow::Result<Run> {
        let handle = self.start(bus).await?;
        let head = bus.follow(BILLER, "head").await?.head().await?.position;
        handle.caught_up(head).await?;
        for side in read_sides {
            side.handle.caught_up(head).await?;
        }
        let began = Instant::now();
        let chunks = CHUNKS_FROM..CHUNKS_FROM + self.charges.div_ceil(CHUNK);
        submit_all(core, chunks, self.in_flight, |account| open(account, 1)).await?;
        while charged(&handle)? < self.charges || handle.status().pending_intents > 0 {
            tokio::time::sleep(POLL_EVERY).await;
        }
        let run = Run::since(began, self.charges);
        handle.shutdown().await;
        Ok(run)
    }

    async fn start(&self, bus: &Bus) -> anyhow::Result<Handle> {
        let config = RunnerConfig {
            storage: Arc::new(storage::Os),
            dir: self.dir.join("model"),
            biller: BILLER.into(),
            bus: bus.clone(),
            model: Arc::new(Charges { charges: self.charges }),
            performer: None,
            actor: "billing; roles=service".into(),
            clock: Arc::new(service::clock::now_micros),
            limits: Limits { in_flight: self.in_flight, ..Limits::default() },
        };
        Ok(projection::start(config).await?)
    }
}

fn charged(handle: &Handle) -> anyhow::Result<u64> {
    Ok(handle.query(|rows| rows.get(COUNTS, CHARGED))?.unwrap_or_default())
}

/// Counts charges, and wants a chunk of accounts charged for each that is opened to begin one.
struct Charges {
    charges: u64,
}

impl ReadModel for Charges {
    fn name(&self) -> &'static str {
        "charges"
    }

    fn version(&self) -> u32 {
        1
    }

    fn apply(
        &self,
        event: &Recorded,
        rows: &mut Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        if event.event.kind.as_ref() == CHARGED_KIND {
            rows.upsert(COUNTS, CHARGED, |count: &mut u64| *count += 1)?;
        }
        let number = event.event.stream.strip_prefix("account_");
        let chunk = number.and_then(|number| number.parse::<u64>().ok());
        let Some(chunk) = chunk.and_then(|number| number.checked_sub(CHUNKS_FROM)) else {
            return Ok(());
        };
        for account in chunk * CHUNK..self.charges.min((chunk + 1) * CHUNK) {
            let command::Outgoing { noun, verb, body } = command::outgoing(&charged_to(account));
            let wish = CommandIntent { noun, verb, body: body.into(), ..CommandIntent::default() };
            intents.command("charge_on_opening", &account_id(account), wish);
        }
        Ok(())
    }
}

fn charged_to(account: u64) -> ledger::RecordCharge {
    let line = ledger::ChargeLine {
        description: "Super Fast (1 Gig)".to_owned(),
        amount: Some(Money { minor: 8_000, currency: "USD".to_owned() }),
    };
    ledger::RecordCharge {
        account_id: account_id(account),
        charge_id: "charge-1".to_owned(),
        lines: vec![line],
        due_on: "2027-01-05".to_owned(),
    }
}

fn charge(account: u64) -> anyhow::Result<Submission> {
    let command = command::named("RecordCharge").expect("it is a command");
    let rule = command.from_proto(&charged_to(account).encode_to_vec(), &AsItIs);
    submitted::read("RecordCharge", rule, account, 2)
}

fn open(account: u64, nth: u64) -> anyhow::Result<Submission> {
    submission("OpenAccount", &submitted::open(account), account, nth)
}
