//! The composition root: which parts make one running Demarc, in one process or in many.
//!
//! What must stay true: the same services run in both; only the bus between them differs.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::{Context as _, bail};
use bus::Bus;
use domain::biller::Biller;
use payment_processor::{Processor, Secret};
use provisioning::NetworkBehaviour;
use service::{
    Context, ReadSide,
    http::{Listening, Readiness, health_routes, listen},
    telemetry,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::processors::Processors;

/// Where the API listens unless it is told otherwise.
pub(crate) const DEFAULT_HTTP: &str = "127.0.0.1:8020";

/// The service that runs in core's process.
const SEARCH: &str = "search";

/// What is started, and where.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Directory that holds the log and the read models.
    pub(crate) data: PathBuf,
    /// Address of the HTTP API; port 0 takes a free one. None: core takes the usual one, any other
    /// service answers no HTTP.
    pub(crate) http: Option<SocketAddr>,
    /// Whose logs it holds.
    pub(crate) billers: Vec<Arc<Biller>>,
    /// Address of a NATS server; none: everything in this process.
    pub(crate) nats: Option<String>,
    /// Who opens the days.
    pub(crate) calendar: Calendar,
    /// Whom the API believes.
    pub(crate) access: Access,
    /// The login `admin` gets another temporary password.
    pub(crate) reset_admin: bool,
    /// How the simulated network behaves.
    pub(crate) network: NetworkBehaviour,
    /// Who moves money.
    pub(crate) processors: Processors,
    /// Which log lines are written, for example `info` or `warn,bus=debug`.
    pub(crate) log: String,
    /// How log lines are written.
    pub(crate) log_form: LogForm,
}

pub(crate) use core_service::{Access, Calendar};
pub(crate) use service::telemetry::LogForm;

/// A Demarc, or a part of one, that runs in this process.
pub(crate) struct Running {
    stop: CancellationToken,
    core: Option<core_service::Running>,
    first_logins: Vec<FirstLogin>,
    read_sides: Vec<ReadSide>,
    listening: Option<Listening>,
}

/// Who moves a biller's money, as far as a process needs to know.
struct Purse {
    processor: Option<Arc<dyn Processor>>,
    webhook_key: Option<Secret>,
}

/// What is outside of Demarc.
struct Outside<'a> {
    network: &'a NetworkBehaviour,
    purse: &'a Purse,
}

/// A login that was created because there was none, or whose password was reset.
struct FirstLogin {
    biller: String,
    name: &'static str,
    /// Temporary; it is shown once and kept nowhere.
    password: String,
}

/// Runs everything in this process until it is told to stop.
pub(crate) async fn serve(options: Options) -> anyhow::Result<()> {
    until_stopped(start(options).await?).await
}

/// Runs one service against NATS until it is told to stop.
pub(crate) async fn run(service: &str, options: Options) -> anyhow::Result<()> {
    until_stopped(start_parts(options, &[service]).await?).await
}

/// Starts everything in this process.
pub(crate) async fn start(options: Options) -> anyhow::Result<Running> {
    let mut parts = vec!["core"];
    parts.extend(core_service::SERVICES.into_iter().filter(|service| *service != SEARCH));
    start_parts(options, &parts).await
}

async fn start_parts(options: Options, parts: &[&str]) -> anyhow::Result<Running> {
    telemetry::start(&options.log, options.log_form)?;
    // Whoever is told that a key is missing has started nothing yet.
    let purses = purses(&options, parts)?;
    let bus = match &options.nats {
        Some(url) => Bus::nats(url, &format!("demarc {}", parts.join(" "))).await?,
        None => Bus::in_process(),
    };
    let (context, billers) = (Context { bus, data: options.data }, options.billers);
    let stop = CancellationToken::new();
    let mut running = Running {
        stop: stop.clone(),
        core: None,
        first_logins: Vec::new(),
        read_sides: Vec::new(),
        listening: None,
    };
    let readiness = Readiness::default();
    let mut routes = health_routes(readiness.clone());
    for part in parts {
        if *part == "core" {
            let core =
                core_service::start(&context, &billers, options.calendar, stop.clone()).await?;
            routes = routes.merge(core.core.routes(options.access));
            take_webhooks(&core.core, &billers, &purses);
            for biller in &billers {
                running.read_sides.push(search_beside(&core.core, &context, biller).await?);
            }
            if options.access == Access::LogIn {
                running.first_logins = first_logins(&core.core, options.reset_admin).await?;
            }
            running.core = Some(core);
            continue;
        }
        for (biller, purse) in billers.iter().zip(&purses) {
            let outside = Outside { network: &options.network, purse };
            let side = read_side(part, &context, biller, outside).await?;
            running.read_sides.push(side);
        }
    }
    let usual = running.core.as_ref().and_then(|_| DEFAULT_HTTP.parse().ok());
    if let Some(address) = options.http.or(usual) {
        running.listening = Some(listen(address, routes, stop).await?);
    }
    readiness.ready();
    Ok(running)
}

/// A purse of every biller, in their order.
fn purses(options: &Options, parts: &[&str]) -> anyhow::Result<Vec<Purse>> {
    let Options { processors, billers, .. } = options;
    let purse = |biller: &Arc<Biller>| {
        let (mut processor, mut webhook_key) = (None, None);
        if parts.contains(&"billing") {
            processor = processors.processor(&biller.name)?;
        }
        if parts.contains(&"core") {
            webhook_key = processors.webhook_key(&biller.name)?;
        }
        Ok(Purse { processor, webhook_key })
    };
    billers.iter().map(purse).collect()
}

/// Whoever starts it for the first time has to get in.
async fn first_logins(core: &core_service::Core, again: bool) -> anyhow::Result<Vec<FirstLogin>> {
    let mut first = Vec::new();
    for biller in core.billers() {
        let created = core.first_login(biller, again).await;
        let created = created.with_context(|| format!("{biller} has no first login"))?;
        first.extend(created.map(|(name, password)| FirstLogin {
            biller: biller.to_owned(),
            name,
            password,
        }));
    }
    Ok(first)
}

fn take_webhooks(core: &core_service::Core, billers: &[Arc<Biller>], purses: &[Purse]) {
    for (biller, purse) in billers.iter().zip(purses) {
        if let Some(key) = purse.webhook_key.clone() {
            core.takes_webhooks(&biller.name, key);
        }
    }
}

/// Search has the keys, so it runs wherever core does and nowhere else.
async fn search_beside(
    core: &core_service::Core,
    context: &Context,
    biller: &Biller,
) -> anyhow::Result<ReadSide> {
    let keys = core.search_keys(&biller.name);
    let (vault, blind) = keys.with_context(|| format!("core has no keys of {}", biller.name))?;
    let keys = search::Keys { vault, blind };
    let started = search::start(context, biller, keys).await;
    let (side, finder) = started.with_context(|| format!("{SEARCH} did not start"))?;
    core.finds_with(&biller.name, finder);
    Ok(side)
}

async fn read_side(
    service: &str,
    context: &Context,
    biller: &Arc<Biller>,
    outside: Outside<'_>,
) -> anyhow::Result<ReadSide> {
    let biller = Arc::clone(biller);
    match service {
        "care" => care::start(context, biller).await,
        "billing" => billing::start(context, biller, outside.purse.processor.clone()).await,
        "provisioning" => provisioning::start(context, biller, outside.network.clone()).await,
        "notifications" => notifications::start(context, biller).await,
        "noc-bridge" => noc_bridge::start(context, biller).await,
        "audit" => audit::start(context, biller).await,
        other => bail!("there is no service {other:?}"),
    }
    .with_context(|| format!("{service} did not start"))
}

impl Running {
    /// Where its HTTP API listens, for example `http://127.0.0.1:8020`.
    pub(crate) fn url(&self) -> String {
        let address = self.listening.as_ref().map(|listening| listening.address);
        address.map(|address| format!("http://{address}")).unwrap_or_default()
    }

    /// Stops it, after what is under way is done: first those who ask, last the log.
    pub(crate) async fn shutdown(self) {
        self.stop.cancel();
        if let Some(listening) = self.listening {
            listening.stopped().await;
        }
        for side in self.read_sides {
            side.shutdown().await;
        }
        if let Some(core) = self.core {
            core.shutdown().await;
        }
    }
}

/// Waits for Ctrl-C or a termination signal.
pub(crate) async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate()).context("signals cannot be heard")?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.context("Ctrl-C cannot be heard"),
        _ = terminated.recv() => Ok(()),
    }
}

/// Runs until Ctrl-C, a termination signal, or a log that can no longer be written.
async fn until_stopped(running: Running) -> anyhow::Result<()> {
    let url = running.url();
    let what = if running.core.is_some() { "the API answers" } else { "health answers" };
    let mut text = match url.as_str() {
        "" => "running; stop with Ctrl-C".to_owned(),
        url => format!("{what} at {url}; stop with Ctrl-C"),
    };
    for FirstLogin { biller, name, password } in &running.first_logins {
        text += &format!(
            "\n\nThe password of {name} at {biller} is {password}: it is shown this once, and \
             opens nothing but its own change.\n  demarc login --url {url} --biller {biller} \
             --name {name}"
        );
    }
    anstream::println!("{text}");
    let failed = tokio::select! {
        told = told_to_stop() => told.map(|()| false)?,
        () = running.stop.cancelled() => true,
    };
    running.shutdown().await;
    if failed {
        bail!("the log cannot be written any more: see the log lines above");
    }
    Ok(())
}
