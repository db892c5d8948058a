//! An operator with many accounts, made up by `demarc generate`: how quickly it is made up, and how
//! long search and an account's overview take while commands are written.
//!
//! What must stay true: what is asked for is there: parts of what the overviews of some accounts
//! show, as a caller says them.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::Value;

use crate::{
    options::Options,
    peers::{BILLER, get},
    process::{Line, Running, free_address, measure as run},
    run::{Run, memory_max, micros},
    table::{Bench, Row},
};

const GROUP: &str = "operator";
const MIB: u64 = 1 << 20;
/// Questions and commands in a second.
const QUESTIONS: u64 = 50;
const COMMANDS: u64 = 1_000;
const CLIENTS: u64 = 16;
/// Accounts whose overviews say what is looked for.
const ASKED_FOR: usize = 200;
/// Accounts that are made up in a second, about.
const MADE_UP: u64 = 500;
/// How often the progress of services is looked at.
const POLL_EVERY: Duration = Duration::from_millis(200);
/// How long a service may take to catch up with the log.
const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(3_600);

pub(crate) fn expected(options: &Options) -> Duration {
    Duration::from_secs(options.accounts() / MADE_UP + 5) + options.server_time() * 4
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let (accounts, data, address) =
        (bench.options.accounts(), bench.fresh("operator-data")?, free_address()?);
    let line = Line::of("serve").option("--http", address).with("--care");
    let mut server = Running::start(&mut line.with("--data").with(&data).command()?)?;
    server.listens(address)?;
    bench.progress.now(format!("operator: {accounts} accounts are made up"));
    let began = Instant::now();
    generate(address, accounts)?;
    let made_up = accounts * 1_000_000 / micros(began.elapsed()).max(1);
    bench.row(Row::new(GROUP, "accounts made up, with their orders", made_up, "accounts/s"));
    bench.progress.now("operator: care and search catch up");
    caught_up(address)?;
    let took = micros(began.elapsed()) / 1_000_000;
    let what = format!("until {accounts} accounts are found and shown");
    bench.row(Row::new(GROUP, what, took, "s"));
    let dir = bench.fresh("operator-questions")?;
    let (overviews, searches) = questions(address, &dir)?;
    for (nth, what, paths) in [(1, "overviews", &overviews), (2, "searches", &searches)] {
        bench.progress.now(format!("operator: {what} beside commands"));
        let (asked, sent) = beside_commands(bench, address, paths, nth << 32)?;
        let title = format!("{what} beside commands");
        bench.row(Row::rate(GROUP, title, "requests/s", &asked).clients(CLIENTS));
        let title = format!("commands beside {what}");
        bench.row(Row::rate(GROUP, title, "requests/s", &sent).clients(CLIENTS));
        bench.progress.done(bench.options.server_time());
    }
    let alone = |paths| run(&asking(bench, paths, 1).with(address.to_string()));
    let (shown, found) = (alone(&overviews)?, alone(&searches)?);
    bench.row(Row::rate(GROUP, "overviews, one after another", "requests/s", &shown).clients(1));
    let row = Row::rate(GROUP, "searches, one after another", "requests/s", &found).clients(1);
    bench.row(row.beside("overviews", shown.per_second()));
    bench.row(Row::new(GROUP, "memory", memory_max(&server.id()) / MIB, "MiB at most"));
    drop(server);
    fs::remove_dir_all(data)?;
    Ok(())
}

/// Has the accounts made up by the `demarc` that was built beside the bench.
fn generate(address: SocketAddr, accounts: u64) -> anyhow::Result<()> {
    let mut demarc = Command::new(std::env::current_exe()?.with_file_name("demarc"));
    demarc.arg("generate").arg("--accounts").arg(accounts.to_string());
    demarc.arg("--url").arg(format!("http://{address}")).stdout(Stdio::null());
    let status = demarc.stderr(Stdio::null()).status()?;
    anyhow::ensure!(status.success(), "demarc generate ended with {status}");
    Ok(())
}

/// Waits until care and search are where the log is.
fn caught_up(address: SocketAddr) -> anyhow::Result<()> {
    let deadline = Instant::now() + CAUGHT_UP_WITHIN;
    while Instant::now() < deadline {
        let status = get(address, &format!("/v1/{BILLER}/status"))?;
        let services = status["services"].as_array().context("the status names no services")?;
        let is_there = |name: &str| {
            let service = services.iter().find(|service| service["service"] == name);
            service.is_some_and(|service| service["checkpoint"] == status["head"])
        };
        if is_there("care") && is_there("search") {
            return Ok(());
        }
        thread::sleep(POLL_EVERY);
    }
    anyhow::bail!("care and search did not catch up within {CAUGHT_UP_WITHIN:?}")
}

/// Questions, and commands that begin with the number `first`, at the same time.
fn beside_commands(
    bench: &Bench,
    address: SocketAddr,
    paths: &Path,
    first: u64,
) -> anyhow::Result<(Run, Run)> {
    let (millis, address) = (bench.options.server_time().as_millis(), address.to_string());
    let commands = Line::of("load").option("--protocol", "http").option("--clients", CLIENTS);
    let commands = commands.option("--millis", millis).option("--first", first);
    let commands = commands.option("--paced", COMMANDS).with(&address);
    let questions = asking(bench, paths, CLIENTS).option("--paced", QUESTIONS).with(&address);
    thread::scope(|scope| {
        let sent = scope.spawn(|| run(&commands));
        let asked = run(&questions)?;
        let sent = sent.join().map_err(|_| anyhow::anyhow!("the commands were not sent"))??;
        Ok((asked, sent))
    })
}

fn asking(bench: &Bench, paths: &Path, clients: u64) -> Line {
    let line = Line::of("load").option("--protocol", "get").option("--clients", clients);
    let line = line.option("--millis", bench.options.server_time().as_millis());
    line.option("--first", 0).with("--paths").with(paths)
}

/// Files of questions: the overviews of some accounts, and searches for what these show.
fn questions(address: SocketAddr, dir: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let page = get(address, &format!("/v1/{BILLER}/care/account?limit={ASKED_FOR}"))?;
    let rows = page["rows"].as_array().context("care lists no accounts")?;
    let (mut overviews, mut searches) = (Vec::new(), Vec::new());
    for row in rows {
        let id = row["key"].as_str().context("an account has no key")?;
        overviews.push(format!("/v1/{BILLER}/care/account/{id}"));
        searches.extend(said(id, &row["value"]).map(|said| {
            let said = said.replace(' ', "+").replace('@', "%40").replace(['#', '&'], "");
            format!("/v1/{BILLER}/search?q={said}")
        }));
    }
    let write = |name: &str, lines: &[String]| {
        let path = dir.join(name);
        fs::write(&path, lines.join("\n")).map(|()| path)
    };
    Ok((write("overviews", &overviews)?, write("searches", &searches)?))
}

/// What a caller says of an account: its number, a name, a name that begins, one that is misspelt.
fn said(id: &str, account: &Value) -> impl Iterator<Item = String> {
    let name = account["holderName"].as_str().unwrap_or_default();
    let (first, last) = name.split_once(' ').unwrap_or((name, name));
    let begins: String = last.chars().take(4).collect();
    let misspelt: String = last.chars().take(2).chain(last.chars().skip(3)).collect();
    let email = account["email"].as_str().unwrap_or_default();
    let said = [
        id.to_owned(),
        name.to_owned(),
        last.to_owned(),
        format!("{first} {begins}"),
        format!("{first} {misspelt}"),
        email.to_owned(),
    ];
    said.into_iter().filter(|said| !said.is_empty())
}
