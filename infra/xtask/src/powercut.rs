//! `cargo xtask powercut`: the store on an ext4 file system of its own, which loses its power at
//! random moments.
//!
//! The writer is stopped, what its disk holds at that moment is copied, and the copy is mounted
//! and looked at. What the kernel had in memory is not in the copy, as after a power cut. What the
//! writer was told by its disk counts as kept: a disk that lies is another story.
//!
//! What must stay true: the controls lose something. A check that finds nothing in a writer that
//! does not sync proves nothing.

mod image;
mod writer;

use std::{fs, io::Read as _, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::step::{binary, run};
use image::{Image, Mounted};
use writer::{Acknowledged, Writer};

/// The exit code of a check that finds something wrong.
const WRONG: i32 = 1;
/// One in so many rounds begins with an empty disk.
const FRESH_IN: u64 = 4;
/// Power cuts, unless another number is wanted.
const ROUNDS: u32 = 20;

/// How often, and where from.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Power cuts.
    #[arg(long, default_value_t = ROUNDS)]
    rounds: u32,
    /// Where the moments of the cuts come from; random unless given.
    #[arg(long)]
    seed: Option<u64>,
    /// One line for every round.
    #[arg(long)]
    verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: ROUNDS, seed: None, verbose: false }
    }
}

/// What a check found.
enum Found {
    /// Everything; the log ends at `head`, the rows were at `rows`, and so many of their
    /// directories were set aside.
    Everything { head: u64, rows: u64, aside: u64 },
    /// Something that was acknowledged is missing, or is not what was written.
    Wrong(String),
}

/// Cuts the power, and says what was left.
pub(crate) fn cut_the_power(options: &Options) -> anyhow::Result<()> {
    demand_root()?;
    run("cargo", &["build", "--quiet", "--package", "powercut"])?;
    let seed = options.seed.map_or_else(random, Ok)?;
    let folder = std::env::temp_dir().join(format!("demarc-powercut-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let mut bench = Bench::new(&folder, options, seed)?;
    let outcome = bench.everything(options.rounds);
    bench.bar.finish_and_clear();
    let Bench { notes, .. } = bench;
    if let Err(error) = outcome {
        // Stays where a disk was kept in it.
        let _empty = fs::remove_dir(&folder);
        let again = format!("cargo xtask powercut --rounds {} --seed {seed}", options.rounds);
        return Err(error.context(format!("the power was cut by `{again}`")));
    }
    notes.iter().for_each(|note| eprintln!("  {note}"));
    fs::remove_dir_all(&folder).context("the disks could not be removed")
}

/// Says so at once where file systems cannot be mounted.
pub(crate) fn demand_root() -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = fs::metadata("/proc/self").context("/proc is needed")?.uid();
    ensure!(owner == 0, "file systems are mounted: run as root or pass --skip-powercut");
    Ok(())
}

fn random() -> anyhow::Result<u64> {
    let mut bytes = [0; 8];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// Where the power is cut.
struct Bench<'a> {
    folder: &'a Path,
    dice: u64,
    disks: u32,
    verbose: bool,
    bar: ProgressBar,
    notes: Vec<String>,
}

impl<'a> Bench<'a> {
    fn new(folder: &'a Path, options: &Options, seed: u64) -> anyhow::Result<Self> {
        let style = "{bar:30} {pos}/{len} {msg}, {eta} left";
        let bar = ProgressBar::new(u64::from(options.rounds));
        bar.set_style(ProgressStyle::with_template(style)?);
        let (verbose, notes) = (options.verbose, Vec::new());
        Ok(Self { folder, dice: seed, disks: 0, verbose, bar, notes })
    }

    fn everything(&mut self, rounds: u32) -> anyhow::Result<()> {
        self.product(rounds)?;
        self.synced_rows(rounds.div_ceil(4))?;
        self.control("control-unsynced", "a log that does not sync", rounds)?;
        self.control("control-flushed-rows", "rows that sled flushed and nobody synced", rounds)
    }

    /// The product goes on where the power left it, or begins on an empty disk.
    fn product(&mut self, rounds: u32) -> anyhow::Result<()> {
        self.bar.set_message("power cuts");
        let mut disk = self.empty_disk()?;
        let mut kept = Acknowledged::default();
        let mut sum = Sum::default();
        for round in 1..=rounds {
            if self.roll(FRESH_IN) == 0 {
                disk = self.empty_disk()?;
                kept = Acknowledged::default();
            }
            let (cut, heard) = self.cut("product", disk, kept)?;
            let found = self.check("product", &cut, heard)?;
            let (head, rows, aside) = match found {
                Found::Everything { head, rows, aside } => (head, rows, aside),
                Found::Wrong(complaint) => {
                    bail!("round {round}: {complaint}; the disk is {}", cut.keep().display())
                }
            };
            self.say(&format!(
                "round {round}: {} acknowledged, {head} there; rows at {rows}, {} synced{}",
                heard.acked,
                heard.synced,
                if aside > 0 { ", set aside and rebuilt" } else { "" },
            ));
            sum.add(heard.acked - kept.acked, aside);
            (disk, kept) = (cut, Acknowledged { acked: head, synced: head });
            self.bar.inc(1);
        }
        let Sum { events, aside } = sum;
        ensure!(events > 0, "nothing was acknowledged before the power went: cut it more often");
        self.notes.push(format!(
            "{rounds} power cuts, {events} events acknowledged, nothing lost; \
             rows were set aside and rebuilt {aside} times"
        ));
        Ok(())
    }

    /// The rows of the control, with the sync that it leaves out.
    fn synced_rows(&mut self, rounds: u32) -> anyhow::Result<()> {
        for round in 1..=rounds {
            let disk = self.empty_disk()?;
            let (cut, heard) = self.cut("synced-rows", disk, Acknowledged::default())?;
            if let Found::Wrong(complaint) = self.check("synced-rows", &cut, heard)? {
                bail!("synced rows, round {round}: {complaint}");
            }
        }
        Ok(())
    }

    /// A writer that leaves a sync out must lose something, or the check finds nothing.
    fn control(&mut self, writer: &str, what: &str, rounds: u32) -> anyhow::Result<()> {
        for round in 1..=rounds {
            let disk = self.empty_disk()?;
            let (cut, heard) = self.cut(writer, disk, Acknowledged::default())?;
            if let Found::Wrong(complaint) = self.check(writer, &cut, heard)? {
                self.notes.push(format!("control, {what}, round {round}: {complaint}"));
                return Ok(());
            }
        }
        bail!("control: {what} lost nothing in {rounds} rounds, so the check proves nothing")
    }

    /// Lets somebody write, and cuts the power: the disk as it was, and what had been told.
    fn cut(
        &mut self,
        name: &str,
        disk: Mounted,
        kept: Acknowledged,
    ) -> anyhow::Result<(Mounted, Acknowledged)> {
        let moment = self.moment();
        let writer = Writer::start(name, disk.folder())?;
        std::thread::sleep(moment);
        writer.stop()?;
        let copy = disk.copy(&self.next_disk())?;
        let heard = writer.kill()?;
        drop(disk);
        let mounted = copy.mount()?;
        let heard = Acknowledged {
            acked: heard.acked.max(kept.acked),
            synced: heard.synced.max(kept.synced),
        };
        Ok((mounted, heard))
    }

    fn check(&self, name: &str, disk: &Mounted, heard: Acknowledged) -> anyhow::Result<Found> {
        let checked = Command::new(binary("powercut")?)
            .args(["check", "--writer", name])
            .args(["--acked", &heard.acked.to_string(), "--synced", &heard.synced.to_string()])
            .arg(disk.folder())
            .output()?;
        let complaint = String::from_utf8_lossy(&checked.stderr).trim().to_owned();
        let told = String::from_utf8_lossy(&checked.stdout).into_owned();
        let of = |what: &str| writer::last(&told, what).unwrap_or(0);
        match checked.status.code() {
            Some(0) => {
                let (head, rows, aside) = (of("head"), of("rows"), of("aside"));
                Ok(Found::Everything { head, rows, aside })
            }
            Some(WRONG) => Ok(Found::Wrong(complaint)),
            Some(_) | None => bail!("the check ended with {}: {complaint}", checked.status),
        }
    }

    /// Soon after the start one time in three, later otherwise.
    fn moment(&mut self) -> Duration {
        let millis = if self.roll(3) == 0 { self.roll(150) } else { 150 + self.roll(1_100) };
        Duration::from_millis(millis)
    }

    /// A number below `sides` (splitmix64).
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let step = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let step = (step ^ (step >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (step ^ (step >> 31)) % sides
    }

    fn empty_disk(&mut self) -> anyhow::Result<Mounted> {
        Image::empty(&self.next_disk())?.mount()
    }

    fn next_disk(&mut self) -> std::path::PathBuf {
        self.disks += 1;
        self.folder.join(format!("disk-{}", self.disks))
    }

    fn say(&self, line: &str) {
        if self.verbose {
            self.bar.suspend(|| eprintln!("  {line}"));
        }
    }
}

/// What all rounds add up to.
#[derive(Default)]
struct Sum {
    events: u64,
    aside: u64,
}

impl Sum {
    fn add(&mut self, events: u64, aside: u64) {
        self.events += events;
        self.aside += aside;
    }
}
