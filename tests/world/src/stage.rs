//! One world: who is in it, what may happen next, and how it comes to rest.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bus::Message;
use event_store::{CommandId, Position};
use projection::{Clock, ReadModel};
use storage::{Fault, Simulated};

use crate::chance::Chance;
use crate::checks::{self, Promises};
use crate::clients::{CUSTOMERS, Clients, STORY};
use crate::follower::{Follower, Trouble};
use crate::mail::{self, Reply, Request, Sender};
use crate::office::{LOST, Office};
use crate::outside::Outside;
use crate::weakness::{self, Weakness};
use crate::{Outcome, Plan};

const MILLISECOND: i64 = 1_000;
const HOUR: i64 = 3_600_000_000;
/// Longer than any limit and any pause of the shipped biller.
const LIMITS: i64 = 6 * HOUR;
/// After so many rounds without anything to do, with limits running out in between, it is over.
const QUIET_ROUNDS: u32 = 4;
/// Rounds after which a world that does not come to rest never will.
const ROUNDS_MAX: u32 = 400;

/// Everybody and everything.
pub(crate) struct Stage<'a> {
    plan: &'a mut Plan,
    chance: Chance,
    clock: Arc<AtomicI64>,
    office: Office,
    followers: Vec<Follower>,
    outside: Outside,
    clients: Clients,
    requests: Vec<Request>,
    replies: Vec<Reply>,
    promises: Promises,
    /// The last event of which blocks were delivered.
    delivered: Position,
    /// Nothing fails any more.
    is_calm: bool,
    crashes: u32,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(seed: u64, plan: &'a mut Plan) -> Stage<'a> {
        let mut chance = Chance::new(seed);
        let clients = Clients::new();
        let clock = Arc::new(AtomicI64::new(clients.noon()));
        let reads = Arc::clone(&clock);
        let now: Clock = Arc::new(move || reads.load(Ordering::Relaxed));
        let biller = Arc::clone(&plan.biller);
        let models: [Arc<dyn ReadModel>; 5] = [
            billing::model(Arc::clone(&biller)),
            provisioning::model(Arc::clone(&biller)),
            notifications::model(Arc::clone(&biller)),
            noc_bridge::model(Arc::clone(&biller)),
            care::model(),
        ];
        let followers = models
            .into_iter()
            .map(|model| Follower::new(model, Simulated::new(chance.fresh().0), Arc::clone(&now)));
        let followers = followers.collect();
        let disk = Simulated::new(chance.fresh().0);
        let storage = weakness::disk(&disk, plan.weakness);
        Stage {
            office: Office::new(disk, storage, biller, now),
            plan,
            chance,
            clock,
            followers,
            outside: Outside::default(),
            clients,
            requests: Vec::new(),
            replies: Vec::new(),
            promises: Promises::default(),
            delivered: 0,
            is_calm: false,
            crashes: 0,
        }
    }

    /// The whole story; an error is a promise that was broken.
    pub(crate) fn play(mut self) -> Result<Outcome, (usize, String)> {
        self.begin().map_err(|what| (0, what))?;
        for step in 0..self.plan.steps {
            self.step().map_err(|what| (step, what))?;
        }
        let steps = self.plan.steps;
        self.come_to_rest().and_then(|()| self.check()).map_err(|what| (steps, what))
    }

    /// Before anything fails, each customer's story gets as far as chance has it.
    fn begin(&mut self) -> Result<(), String> {
        self.is_calm = true;
        self.start_office()?;
        for customer in 0..CUSTOMERS {
            for _ in 0..self.chance.below(STORY) {
                let wish = self.clients.go_on(customer, &mut self.chance);
                self.requests.push(wish.request);
                self.office_works()?;
            }
        }
        self.is_calm = false;
        Ok(())
    }

    fn tell(&mut self, what: impl Display) {
        if let Some(tell) = &mut self.plan.tell {
            tell(&what.to_string());
        }
    }

    /// Whatever chance has next.
    fn step(&mut self) -> Result<(), String> {
        self.clock.fetch_add(MILLISECOND, Ordering::Relaxed);
        self.start_office()?;
        let number = self.chance.below(self.followers.len());
        match self.chance.below(100) {
            0..=24 => self.client_sends(),
            25..=44 => self.office_works()?,
            45..=64 => self.follow(number)?,
            65..=79 => self.carry(number)?,
            80..=82 => self.later(),
            83..=86 => self.on(number, |follower, office| follower.rebuild(office))?,
            87..=89 => self.on(number, |follower, _| follower.sync())?,
            90..=92 => self.crash_office(),
            93..=96 => self.crash_service(number),
            97 => {
                self.tell(format_args!("{} is wiped", self.followers[number].model.name()));
                self.followers[number].wipe();
            }
            _ => self.break_a_disk(number),
        }
        Ok(())
    }

    /// An hour or so passes, or the day that was opened begins.
    fn later(&mut self) {
        let passed = HOUR / 8 * i64::try_from(1 + self.chance.below(16)).unwrap_or(1);
        let now = self.clock.load(Ordering::Relaxed) + passed;
        self.clock.store(now.max(self.clients.noon()), Ordering::Relaxed);
    }

    fn start_office(&mut self) -> Result<(), String> {
        while !self.office.runs() {
            match self.office.start() {
                Ok(()) => self.office_runs()?,
                Err(what) => self.office_stumbles(what)?,
            }
        }
        Ok(())
    }

    /// Services find the log again.
    fn office_runs(&mut self) -> Result<(), String> {
        let starts = self.office.starts;
        self.tell(format_args!("core runs for the {starts}. time"));
        let office = &self.office;
        let met = self.followers.iter_mut().try_for_each(|follower| follower.meet(office));
        match met {
            Err(Trouble::Violation(what)) => Err(what),
            // Its next step will meet with the same.
            Err(Trouble::Accident(_)) | Ok(()) => Ok(()),
        }
    }

    /// Core did not start: only a disk that fails is an excuse.
    fn office_stumbles(&mut self, what: String) -> Result<(), String> {
        self.tell(&what);
        let has_excuse = self.office.disk.heal() && !what.starts_with(LOST);
        self.office.disk.crash();
        self.crashes += 1;
        if has_excuse { Ok(()) } else { Err(what) }
    }

    fn client_sends(&mut self) {
        let again = match self.chance.below(6) {
            0 | 1 if !self.clients.unanswered.is_empty() => {
                let wish = self.chance.pick(&self.clients.unanswered);
                Some(wish.request.clone())
            }
            2 if !self.clients.answered.is_empty() => {
                Some(self.chance.pick(&self.clients.answered).clone())
            }
            _ => None,
        };
        let request = match again {
            Some(request) => {
                self.tell(format_args!("client asks {} again", request.id));
                request
            }
            None => {
                let wish = self.clients.wish(&mut self.chance);
                self.tell(format_args!("client sends {} {}", wish.request.id, wish.about));
                wish.request
            }
        };
        mail::send(&mut self.requests, request, &mut self.chance, self.is_calm);
    }

    /// Core takes some of what waits, in whatever order it came.
    fn office_works(&mut self) -> Result<(), String> {
        let mut group = Vec::new();
        for _ in 0..=self.chance.below(8) {
            group.extend(self.chance.draw(&mut self.requests));
        }
        let count = group.len();
        let worked = match self.office.work(group) {
            Ok(worked) => worked,
            Err(why) => {
                self.tell(format_args!("core stops over {count} commands: {why}"));
                return Ok(());
            }
        };
        for (request, answer) in worked.answers {
            self.tell(format_args!("core answers {} {answer:?}", request.id));
            let (to, id) = (request.from, request.id);
            self.promises.give(request, &answer)?;
            let reply = Reply { to, id, message: core_service::reply(id, Ok(answer)) };
            mail::send(&mut self.replies, reply, &mut self.chance, self.is_calm);
        }
        self.replies.extend(worked.refused);
        self.deliver_blocks();
        self.deliver_replies()
    }

    /// New blocks are on their way to every service.
    fn deliver_blocks(&mut self) {
        let blocks = self.office.read(self.delivered + 1).unwrap_or_default();
        for block in blocks {
            self.delivered = block.last_position();
            for follower in &mut self.followers {
                mail::send(&mut follower.inbox, block.clone(), &mut self.chance, self.is_calm);
            }
        }
    }

    fn deliver_replies(&mut self) -> Result<(), String> {
        for _ in 0..self.replies.len() {
            if !self.is_calm && self.chance.one_in(3) {
                continue;
            }
            let Some(reply) = self.chance.draw(&mut self.replies) else { break };
            match reply.to {
                Sender::Client => self.clients.heard(reply.id, &reply.message),
                Sender::Service(number) => {
                    self.on(number, |it, _| it.answered(reply.id, &reply.message))?;
                }
            }
        }
        Ok(())
    }

    /// A service does something; where its disk or the log does not let it, it ends.
    fn on(
        &mut self,
        number: usize,
        work: impl FnOnce(&mut Follower, &Office) -> Result<(), Trouble>,
    ) -> Result<(), String> {
        let careless = self.plan.weakness == Some(Weakness::CarelessConsumer);
        let follower = &mut self.followers[number];
        let started = follower.start(&self.office, careless);
        let worked = started.and_then(|()| work(follower, &self.office));
        let name = follower.model.name();
        match worked {
            Ok(()) => Ok(()),
            Err(Trouble::Violation(what)) => Err(format!("{name}: {what}")),
            Err(Trouble::Accident(why)) => {
                follower.kill();
                let struck = follower.disk.heal();
                follower.disk.crash();
                self.crashes += 1;
                self.tell(format_args!("{name} stops: {why}"));
                if struck { Ok(()) } else { Err(format!("{name} without a cause: {why}")) }
            }
        }
    }

    /// A service applies some of what was delivered, or looks at the log itself.
    fn follow(&mut self, number: usize) -> Result<(), String> {
        let careless = self.plan.weakness == Some(Weakness::CarelessConsumer);
        let follower = &mut self.followers[number];
        if !careless && self.chance.one_in(4) {
            return self.on(number, |follower, office| follower.poll(office));
        }
        let mut blocks = Vec::new();
        for _ in 0..=self.chance.below(4) {
            blocks.extend(self.chance.draw(&mut follower.inbox));
        }
        self.on(number, |follower, office| follower.absorb(blocks, office))
    }

    /// A service sends and performs what is due, and writes what has come of it.
    fn carry(&mut self, number: usize) -> Result<(), String> {
        let mut landings = Vec::new();
        if let Some(running) = &mut self.followers[number].running {
            let waiting: Vec<CommandId> = running.waiting.iter().copied().collect();
            for _ in 0..running.landings.len() {
                landings.extend(self.chance.draw(&mut running.landings));
            }
            if !waiting.is_empty() && self.chance.one_in(4) {
                let late = *self.chance.pick(&waiting);
                self.followers[number].give_up(late);
            }
        }
        for landing in landings {
            self.on(number, |follower, _| follower.land(landing))?;
        }
        self.take_off(number).map(|_| ())
    }

    fn take_off(&mut self, number: usize) -> Result<usize, String> {
        let mut commands = Vec::new();
        let mut outside = std::mem::take(&mut self.outside);
        let mut chance = Chance::new(self.chance.fresh().0);
        let is_calm = self.is_calm;
        let taken = self.on(number, |follower, _| {
            commands = follower.take_off(|effect| outside.perform(effect, &mut chance, is_calm))?;
            Ok(())
        });
        self.outside = outside;
        taken?;
        let name = self.followers[number].model.name();
        let count = commands.len();
        for (id, subject, message) in commands {
            self.tell(format_args!("{name} sends {id} to {subject}"));
            let message = self.under_its_id(message);
            let request = Request { from: Sender::Service(number), id, subject, message };
            mail::send(&mut self.requests, request, &mut self.chance, self.is_calm);
        }
        Ok(count)
    }

    /// The id that core is told; a weak world draws a new one for every attempt.
    fn under_its_id(&mut self, message: Message) -> Message {
        if self.plan.weakness != Some(Weakness::RandomIds) {
            return message;
        }
        let (high, low) = self.chance.fresh();
        let id = CommandId((u128::from(high) << 64 | u128::from(low)).to_be_bytes());
        message.with_header("demarc-command-id", &id.to_string())
    }

    /// The process is killed, the power fails now, or it fails in the middle of what comes next.
    fn crash_office(&mut self) {
        let disk = self.office.disk.clone();
        match self.crash(&disk) {
            true => self.office.kill(),
            false => self.tell("core's power will fail"),
        }
    }

    fn crash_service(&mut self, number: usize) {
        let disk = self.followers[number].disk.clone();
        let name = self.followers[number].model.name();
        match self.crash(&disk) {
            true => {
                self.tell(format_args!("{name} crashes"));
                self.followers[number].kill();
            }
            false => self.tell(format_args!("{name}'s power will fail")),
        }
    }

    /// Whether it is now.
    fn crash(&mut self, disk: &Simulated) -> bool {
        self.crashes += 1;
        match self.chance.below(3) {
            0 => true,
            1 => {
                disk.crash();
                true
            }
            _ => {
                disk.fail_at(Fault::Power, 1 + self.chance.below(30) as u64);
                false
            }
        }
    }

    fn break_a_disk(&mut self, number: usize) {
        let disk = match self.chance.below(3) {
            0 => self.office.disk.clone(),
            _ => self.followers[number].disk.clone(),
        };
        let faults =
            [Fault::Write, Fault::Sync, Fault::Read, Fault::Full, Fault::ReadOnly, Fault::Handles];
        let fault = *self.chance.pick(&faults);
        let n = 1 + self.chance.below(20) as u64;
        self.tell(format_args!("{fault:?} will strike a disk at {n}"));
        disk.fail_at(fault, n);
    }

    /// Faults end; everything that waits is done.
    fn come_to_rest(&mut self) -> Result<(), String> {
        self.is_calm = true;
        if self.office.disk.heal() {
            self.office.kill();
            self.office.disk.crash();
        }
        self.start_office()?;
        for number in 0..self.followers.len() {
            if self.followers[number].disk.heal() {
                self.followers[number].kill();
                self.followers[number].disk.crash();
            }
            let running = self.followers[number].running.as_ref();
            let late: Vec<_> = running.iter().flat_map(|it| &it.waiting).copied().collect();
            late.into_iter().for_each(|id| self.followers[number].give_up(id));
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS_MAX {
            match self.round()? {
                true => quiet = 0,
                // Limits and pauses run out, until nobody waits for anything.
                false => {
                    quiet += 1;
                    self.clock.fetch_add(LIMITS, Ordering::Relaxed);
                }
            }
            if quiet > QUIET_ROUNDS {
                return Ok(());
            }
        }
        Err("it does not come to rest".to_owned())
    }

    /// Everybody does what there is to do; whether there was anything.
    fn round(&mut self) -> Result<bool, String> {
        let unanswered = self.clients.unanswered.iter().map(|wish| wish.request.clone());
        self.requests.extend(unanswered);
        let mut busy = !self.requests.is_empty();
        while !self.requests.is_empty() {
            self.start_office()?;
            self.office_works()?;
        }
        self.deliver_replies()?;
        for number in 0..self.followers.len() {
            let before = self.followers[number].position();
            self.follow_to_the_end(number)?;
            busy |= self.followers[number].position() != before;
            let landed = self.followers[number].running.as_ref().map_or(0, |it| it.landings.len());
            self.carry(number)?;
            busy |= landed > 0 || !self.requests.is_empty();
        }
        Ok(busy)
    }

    fn follow_to_the_end(&mut self, number: usize) -> Result<(), String> {
        let blocks = std::mem::take(&mut self.followers[number].inbox);
        self.on(number, |follower, office| follower.absorb(blocks, office))?;
        self.on(number, |follower, office| follower.poll(office))?;
        while self.followers[number].rebuilds() {
            self.on(number, |follower, office| follower.rebuild(office))?;
        }
        Ok(())
    }

    fn check(&mut self) -> Result<Outcome, String> {
        // Everything that was ever answered gets the same answer, from a core that has just begun.
        self.office.kill();
        self.start_office()?;
        let head = self.office.head().ok_or("core does not run")?;
        self.requests = self.promises.requests();
        while !self.requests.is_empty() {
            self.office_works()?;
        }
        if self.office.head() != Some(head) {
            return Err("commands that were answered have changed the log".to_owned());
        }
        let log = checks::read_log(&self.office)?;
        self.promises.check(&log)?;
        for follower in &self.followers {
            checks::check_rows(follower, &log)?;
        }
        Ok(Outcome {
            events: head.position,
            hash: hex::encode(head.chain.0),
            answers: self.promises.len(),
            effects: self.outside.done.len(),
            repeated: self.outside.repeated,
            crashes: self.crashes,
            starts: self.office.starts + self.followers.iter().map(|it| it.starts).sum::<u32>(),
        })
    }
}
