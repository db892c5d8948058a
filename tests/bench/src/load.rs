//! The other side of every server: closed-loop clients, or clients that send at a fixed rate, each
//! with one request in flight, all on one thread of a process of their own.
//!
//! What must stay true: every protocol is driven by the same loop, and a request whose time came
//! while its client still waited is counted from that time on.

mod grpc;
mod http1;
mod nats;
mod postgres;
mod resp;

use std::{
    cell::Cell,
    fs,
    net::SocketAddr,
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};
use futures::future::try_join_all;
use tokio::{runtime::Builder, task::LocalSet};

use crate::run::{Latency, Run, memory_max, short_micros};

pub(crate) use grpc::head as umadb_head;
pub(crate) use postgres::{Client as PostgresClient, TABLE};
pub(crate) use resp::Connection as RespConnection;

/// Clients that share one connection of HTTP/2.
const CLIENTS_PER_CHANNEL: u64 = 16;

/// How requests travel, and which one is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// `OpenAccount` to our gateway.
    Http,
    /// Questions to our gateway, from a file with a path on each line, again and again.
    Get,
    /// `OpenAccount` to our command endpoint, or to one that does nothing.
    Nats,
    /// An insert, prepared, in a transaction of its own.
    Postgres,
    /// A conditional append to UmaDB.
    Umadb,
    /// An append to SierraDB that expects an empty stream.
    Sierradb,
}

impl Protocol {
    /// Its name on the command line.
    pub(crate) fn argument(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Clients that share one connection, where the protocol carries requests side by side.
    fn clients_per_connection(self) -> u64 {
        match self {
            Self::Nats => u64::MAX,
            Self::Umadb => CLIENTS_PER_CHANNEL,
            Self::Http | Self::Get | Self::Postgres | Self::Sierradb => 1,
        }
    }
}

/// Options of a load.
#[derive(Args, Clone, Debug)]
pub(crate) struct Load {
    address: SocketAddr,
    #[arg(long)]
    protocol: Protocol,
    #[arg(long)]
    clients: u64,
    #[arg(long)]
    millis: u64,
    /// The number of the first request: no two requests to a server may have the same.
    #[arg(long)]
    first: u64,
    /// Requests in a second of all clients together, whether or not they are answered in time.
    #[arg(long)]
    paced: Option<u64>,
    /// The file of the questions.
    #[arg(long, required_if_eq("protocol", "get"))]
    paths: Option<PathBuf>,
}

/// One client's connection.
enum Sender {
    Http(http1::Connection),
    Get(http1::Connection, Rc<[String]>),
    Nats(nats::Client),
    Postgres(PostgresClient),
    Umadb(grpc::Client),
    Sierradb(RespConnection),
}

impl Sender {
    async fn open(load: &Load, paths: &Rc<[String]>) -> anyhow::Result<Self> {
        let address = load.address;
        Ok(match load.protocol {
            Protocol::Http => Self::Http(http1::Connection::open(address).await?),
            Protocol::Get => Self::Get(http1::Connection::open(address).await?, Rc::clone(paths)),
            Protocol::Nats => Self::Nats(nats::Client::connect(address).await?),
            Protocol::Postgres => Self::Postgres(PostgresClient::connect(address).await?),
            Protocol::Umadb => Self::Umadb(grpc::Client::connect(address).await?),
            Protocol::Sierradb => Self::Sierradb(RespConnection::open(address).await?),
        })
    }

    /// Another client on the same connection, where that is possible.
    fn share(&self) -> Option<Self> {
        match self {
            Self::Nats(client) => Some(Self::Nats(client.clone())),
            Self::Umadb(client) => Some(Self::Umadb(client.clone())),
            Self::Http(_) | Self::Get(..) | Self::Postgres(_) | Self::Sierradb(_) => None,
        }
    }

    /// Sends the request with this number and waits until it is acknowledged.
    async fn send(&mut self, number: u64) -> anyhow::Result<()> {
        match self {
            Self::Http(connection) => connection.send(number).await,
            Self::Get(connection, paths) => {
                let nth = usize::try_from(number)? % paths.len();
                connection.ask(&paths[nth]).await
            }
            Self::Nats(client) => client.send(number).await,
            Self::Postgres(client) => client.send(number).await,
            Self::Umadb(client) => client.send(number).await,
            Self::Sierradb(connection) => connection.append(number).await,
        }
    }
}

impl Load {
    pub(crate) fn run(self) -> anyhow::Result<Run> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, self.send())
    }

    async fn send(self) -> anyhow::Result<Run> {
        let senders = self.connect().await?;
        let next = Rc::new(Cell::new(self.first));
        let began = Instant::now();
        let until = began + Duration::from_millis(self.millis);
        let clients = (0..).zip(senders).map(|(nth, sender)| {
            let next = Rc::clone(&next);
            let pace = self.paced.map(|rate| Pace::of(rate, self.clients, nth, began));
            tokio::task::spawn_local(drive(sender, next, until, pace))
        });
        let mut latencies = Vec::new();
        for client in try_join_all(clients.collect::<Vec<_>>()).await? {
            latencies.extend(client?);
        }
        let run = Run::since(began, latencies.len() as u64);
        Ok(Run { latency: Latency::of(latencies), memory_max: memory_max("self"), ..run })
    }

    async fn connect(&self) -> anyhow::Result<Vec<Sender>> {
        let mut senders: Vec<Sender> = Vec::new();
        let paths = self.paths.as_ref().map(fs::read_to_string).transpose()?.unwrap_or_default();
        let paths: Rc<[String]> = paths.lines().map(str::to_owned).collect();
        for nth in 0..self.clients {
            let shared = match nth % self.protocol.clients_per_connection() {
                0 => None,
                _ => senders.last().and_then(Sender::share),
            };
            senders.push(match shared {
                Some(sender) => sender,
                None => Sender::open(self, &paths).await?,
            });
        }
        Ok(senders)
    }
}

/// When a client sends its requests.
struct Pace {
    due: Instant,
    every: Duration,
}

impl Pace {
    /// The clients take turns.
    fn of(rate: u64, clients: u64, nth: u32, began: Instant) -> Self {
        let turn = Duration::from_nanos(1_000_000_000 / rate.max(1));
        let clients = u32::try_from(clients).unwrap_or(u32::MAX);
        Self { due: began + turn * nth, every: turn * clients }
    }

    /// Waits until the next request is due, and gives the time from which it counts: a client
    /// that was free waits by the timer, whose lateness is not the server's.
    async fn turn(&mut self) -> Instant {
        let due = self.due;
        self.due += self.every;
        if Instant::now() >= due {
            return due;
        }
        tokio::time::sleep_until(due.into()).await;
        Instant::now()
    }
}

async fn drive(
    mut sender: Sender,
    next: Rc<Cell<u64>>,
    until: Instant,
    mut pace: Option<Pace>,
) -> anyhow::Result<Vec<u32>> {
    let mut latencies = Vec::new();
    while Instant::now() < until {
        let sent = match &mut pace {
            Some(pace) => pace.turn().await,
            None => Instant::now(),
        };
        let number = next.get();
        next.set(number + 1);
        sender.send(number).await?;
        latencies.push(short_micros(sent.elapsed()));
    }
    Ok(latencies)
}
