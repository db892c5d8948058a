//! A simulated operator: core's writer over real files, the read models and policies of the
//! services, and a clock that whoever drives it sets. One thread, nothing that waits.
//!
//! What must stay true: the same commands at the same times give the same log, hash for hash;
//! whatever a policy wants goes through the contract and core, in the service's own name.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context as _, bail, ensure};
use contract::command;
use core_service::{Answer, Submission, Writer};
use domain::{Event, actor::Actor, biller::Biller};
use event_store::{Block, CommandId, Head, Log, Options, Position, Reader, Recorded};
use jiff::{civil::Date, tz::TimeZone};
use projection::{InMemory, OpenIntent, Wanted};
use serde::de::DeserializeOwned;
use service::{View, Views};
use storage::Storage;
use vault::Vault;

use super::{door::SeededDoor, files::SyncedLast, outside::Outside};

/// Commands that are committed at once.
const GROUP: usize = 128;
/// Bytes of blocks that are read at once.
const READ_BYTES: usize = 16 << 20;
/// What a group takes, in microseconds.
const GROUP_MICROS: i64 = 1_000;

/// Hears of what happens.
pub(super) trait Audience {
    /// Something is in the log.
    fn hear(&mut self, recorded: &Recorded, event: &Event);
}

/// A command of somebody who is no service.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) name: &'static str,
    pub(super) body: serde_json::Value,
    pub(super) actor: Actor,
    pub(super) id: CommandId,
}

/// Everybody who is somebody's program.
pub(super) struct Stage {
    zone: TimeZone,
    clock: Arc<AtomicI64>,
    writer: Writer,
    reader: Reader,
    door: SeededDoor,
    services: Vec<Service>,
    outside: Outside,
    /// The last event that everybody has heard of.
    heard: Position,
    /// Commands that were decided.
    pub(super) commands: u64,
}

/// One service, with its rows in memory.
struct Service {
    name: &'static str,
    views: &'static [View],
    actor: Actor,
    rows: InMemory,
}

impl Service {
    fn of<V: Views>(model: Arc<V>) -> anyhow::Result<Self> {
        let (name, views) = (model.name(), model.views());
        let actor = Actor::parse(&format!("{name}; roles=service"))?;
        Ok(Self { name, views, actor, rows: InMemory::new(model) })
    }
}

impl Stage {
    /// An operator in an empty directory.
    pub(super) fn open(dir: &Path, biller: Arc<Biller>, seed: u64) -> anyhow::Result<Self> {
        let storage: Arc<dyn Storage> = Arc::new(SyncedLast);
        let options = Options {
            index_secret: [7; 16],
            background: false,
            storage: Arc::clone(&storage),
            ..Options::default()
        };
        let log = Log::open(&dir.join("core").join(&biller.name), &biller.name, options)?;
        let reader = log.reader();
        ensure!(reader.head().position == 0, "{} holds a log already", dir.display());
        let clock = Arc::new(AtomicI64::new(0));
        let reads = Arc::clone(&clock);
        let now: core_service::Clock = Arc::new(move || reads.load(Ordering::Relaxed));
        let vault = Vault::made_up(&storage, &dir.join("keys").join(&biller.name), seed)?;
        Ok(Self {
            zone: TimeZone::get(&biller.zone)?,
            clock,
            writer: Writer::new(log, Arc::clone(&biller), now),
            door: SeededDoor::new(vault, reader.clone()),
            reader,
            services: vec![
                Service::of(billing::model(Arc::clone(&biller)))?,
                Service::of(provisioning::model(Arc::clone(&biller)))?,
                Service::of(notifications::model(Arc::clone(&biller)))?,
                Service::of(noc_bridge::model(Arc::clone(&biller)))?,
            ],
            outside: Outside::new(seed, &biller.policies),
            heard: 0,
            commands: 0,
        })
    }

    /// Where the log stands.
    pub(super) fn head(&self) -> Head {
        self.reader.head()
    }

    /// The log, to be read back.
    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// It is that time of a day now, unless it is later already.
    pub(super) fn set_clock(&self, day: Date, hour: i8) -> anyhow::Result<()> {
        self.clock.fetch_max(self.time(day, hour)?, Ordering::Relaxed);
        Ok(())
    }

    fn time(&self, day: Date, hour: i8) -> anyhow::Result<i64> {
        let time = day.at(hour, 0, 0, 0).to_zoned(self.zone.clone())?;
        Ok(time.timestamp().as_microsecond())
    }

    /// A row of a service's view.
    pub(super) fn row<T: DeserializeOwned>(
        &self,
        service: &str,
        view: &str,
        key: &str,
    ) -> anyhow::Result<Option<T>> {
        let service = self.services.iter().find(|it| it.name == service);
        let service = service.context("there is such a service")?;
        let view = service.views.iter().find(|it| it.name == view);
        let table = view.and_then(|view| view.table).context("there is such a view")?;
        Ok(service.rows.rows().get(table, key)?)
    }

    /// Takes commands, one after another, and tells everybody what has come of them.
    pub(super) fn send(
        &mut self,
        wishes: Vec<Wish>,
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        let mut wishes = wishes.into_iter().peekable();
        while wishes.peek().is_some() {
            let group: Vec<_> = wishes.by_ref().take(GROUP).collect();
            let read = group.into_iter().map(|wish| self.read(wish));
            let group = read.collect::<anyhow::Result<Vec<_>>>()?;
            self.commit(group, audience)?;
        }
        Ok(())
    }

    fn read(&self, wish: Wish) -> anyhow::Result<Submission> {
        let Wish { name, body, actor, id } = wish;
        let command = command::named(name).with_context(|| format!("there is no {name}"))?;
        let rule = command.from_json(body.to_string().as_bytes(), &self.door);
        let rule = rule.with_context(|| format!("{name} was not read: {body}"))?;
        Ok(Submission::of(command.name, rule, actor, id))
    }

    fn commit(
        &mut self,
        group: Vec<Submission>,
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        self.commands += group.len() as u64;
        group.into_iter().for_each(|submission| self.writer.take(submission));
        for answer in self.writer.commit()? {
            match answer {
                Answer::Decided { .. } => {}
                Answer::RuleFailed => bail!("a rule panicked: see above"),
                Answer::Unavailable => bail!("the log cannot be read: see above"),
            }
        }
        self.clock.fetch_add(GROUP_MICROS, Ordering::Relaxed);
        self.tell(audience)
    }

    /// Every service applies what is new, and the audience hears of it.
    fn tell(&mut self, audience: &mut dyn Audience) -> anyhow::Result<()> {
        while self.heard < self.reader.head().position {
            for block in self.reader.read_blocks(self.heard + 1, READ_BYTES)? {
                self.take_in(&block, audience)?;
            }
        }
        Ok(())
    }

    fn take_in(&mut self, block: &Block, audience: &mut dyn Audience) -> anyhow::Result<()> {
        for recorded in block.events() {
            self.apply(&recorded?, audience)?;
        }
        self.heard = block.last_position();
        Ok(())
    }

    fn apply(&mut self, recorded: &Recorded, audience: &mut dyn Audience) -> anyhow::Result<()> {
        for service in &mut self.services {
            let applied = service.rows.apply(recorded);
            applied.with_context(|| format!("{} stands still", service.name))?;
        }
        audience.hear(recorded, &read_side::decoded(recorded)?);
        Ok(())
    }

    /// Whatever the services want is done, until nothing is open that may be done on that day.
    /// What is to wait for a time lets it become that time.
    pub(super) fn settle(&mut self, day: Date, audience: &mut dyn Audience) -> anyhow::Result<()> {
        let midnight = self.time(day.tomorrow()?, 0)?;
        let mut asked = HashSet::new();
        loop {
            let now = self.clock.load(Ordering::Relaxed);
            let open = self.wanted(now)?;
            if open.due.is_empty() {
                match open.next.filter(|next| *next < midnight) {
                    Some(next) => self.clock.fetch_max(next, Ordering::Relaxed),
                    None => return Ok(()),
                };
                continue;
            }
            for (_, intent) in &open.due {
                let (policy, step) = (&intent.policy, &intent.step);
                ensure!(asked.insert(intent.id), "{policy} asks for {step} again and again");
            }
            self.carry_out_all(open.due, audience)?;
        }
    }

    /// Does what is wanted, a group at a time.
    fn carry_out_all(
        &mut self,
        due: Vec<(usize, OpenIntent)>,
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        let mut group = Vec::with_capacity(GROUP);
        for (service, intent) in due {
            group.push(self.carry_out(service, intent)?);
            if group.len() == GROUP {
                self.commit(std::mem::take(&mut group), audience)?;
            }
        }
        if group.is_empty() { Ok(()) } else { self.commit(group, audience) }
    }

    fn wanted(&self, now: i64) -> anyhow::Result<Open> {
        let mut open = Open { due: Vec::new(), next: None };
        for (number, service) in self.services.iter().enumerate() {
            for intent in service.rows.intents(usize::MAX)? {
                let not_before = match &intent.wanted {
                    Wanted::Command(wish) => wish.not_before,
                    Wanted::Effect(wish) => wish.not_before,
                };
                match not_before.filter(|at| *at > now) {
                    None => open.due.push((number, intent)),
                    Some(at) => open.next = Some(open.next.map_or(at, |next: i64| next.min(at))),
                }
            }
        }
        Ok(open)
    }

    /// What a service wants, as a command: its own, or the report of an effect.
    fn carry_out(&mut self, service: usize, intent: OpenIntent) -> anyhow::Result<Submission> {
        let (noun, verb, body) = match intent.wanted {
            Wanted::Command(wish) => (wish.noun, wish.verb, wish.body),
            Wanted::Effect(wish) => {
                let report = self.outside.perform(&wish.kind, &wish.body)?;
                (report.noun, report.verb, report.body)
            }
        };
        let command = command::on_subject(&noun, &verb);
        let command = command.with_context(|| format!("there is no command {noun}.{verb}"))?;
        let rule = command.from_proto(&body, &self.door);
        let rule = rule.with_context(|| format!("core does not read {}", command.name))?;
        let actor = self.services[service].actor.clone();
        Ok(Submission {
            causation: Some(intent.causation),
            correlation: Some(intent.correlation),
            ..Submission::of(command.name, rule, actor, intent.id)
        })
    }

    /// Makes everything survive a power cut, with the owners of the keys.
    pub(super) fn close(self, dir: &Path) -> anyhow::Result<()> {
        self.door.close()?;
        drop(self.writer);
        Ok(SyncedLast.sync(dir)?)
    }
}

/// What the services want.
struct Open {
    /// Now, each with the number of its service.
    due: Vec<(usize, OpenIntent)>,
    /// When the next of what waits may be done.
    next: Option<i64>,
}
