//! Disks: a file with an ext4 file system in it, mounted over a loop device.
//!
//! What must stay true: a copy is the disk at one moment. The kernel may write to it while it is
//! copied, although nobody else does; then it is copied again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context as _, ensure};

/// Bytes of a disk; most of them are holes.
const BYTES: u64 = 512 << 20;
/// Copies until one is undisturbed.
const COPIES_MAX: u32 = 100;

/// A disk that is not mounted.
pub(super) struct Image {
    path: PathBuf,
}

/// A disk that is. Dropping it unmounts it, and removes it unless it is kept.
pub(super) struct Mounted {
    path: PathBuf,
    device: String,
    folder: PathBuf,
    kept: bool,
}

impl Image {
    /// A disk with an empty file system.
    pub(super) fn empty(path: &Path) -> anyhow::Result<Self> {
        fs::File::create(path)?.set_len(BYTES)?;
        let name = path.to_string_lossy();
        ran("mkfs.ext4", &["-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1", &name])?;
        Ok(Self { path: path.to_owned() })
    }

    /// Mounts it, which repeats what its journal says.
    pub(super) fn mount(self) -> anyhow::Result<Mounted> {
        let Self { path } = self;
        let name = path.to_string_lossy();
        let device = text(&ran("losetup", &["--find", "--show", &name])?);
        let folder = path.with_extension("mounted");
        fs::create_dir_all(&folder)?;
        let mounted = ran("mount", &["-t", "ext4", &device, &folder.to_string_lossy()]);
        // From here on the device goes when it is unmounted.
        ran("losetup", &["--detach", &device])?;
        mounted?;
        Ok(Mounted { path, device, folder, kept: false })
    }
}

impl Mounted {
    /// Where its files are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Unmounts it and leaves it to whoever wants to look.
    pub(super) fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }

    /// The disk as it is now, without what is only in the kernel's memory.
    pub(super) fn copy(&self, to: &Path) -> anyhow::Result<Image> {
        let (from, name) = (self.path.to_string_lossy(), to.to_string_lossy());
        for _ in 0..COPIES_MAX {
            let before = self.writes()?;
            ran("cp", &["--sparse=always", &from, &name])?;
            let after = self.writes()?;
            if before == after && after.in_flight == 0 {
                return Ok(Image { path: to.to_owned() });
            }
        }
        anyhow::bail!("{} was written to while it was copied, again and again", self.device)
    }

    /// What the block device has done so far.
    fn writes(&self) -> anyhow::Result<Writes> {
        let name = self.device.trim_start_matches("/dev/");
        let stat = fs::read_to_string(format!("/sys/block/{name}/stat"))?;
        let numbers = stat.split_whitespace().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
        let number = |nth: usize| numbers.get(nth).copied().context("a device counts its writes");
        Ok(Writes { done: number(4)?, in_flight: number(8)? })
    }
}

/// Counted by the kernel: see its documentation of `/sys/block/<device>/stat`.
#[derive(PartialEq, Eq)]
struct Writes {
    done: u64,
    in_flight: u64,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let unmounted = ran("umount", &[&self.folder.to_string_lossy()]);
        if let Err(error) = unmounted {
            eprintln!("{} stays mounted: {error:#}", self.folder.display());
            return;
        }
        let disk = if self.kept { Ok(()) } else { fs::remove_file(&self.path) };
        if let Err(error) = fs::remove_dir(&self.folder).and(disk) {
            eprintln!("{} was not removed: {error}", self.path.display());
        }
    }
}

/// Runs a tool that must succeed.
fn ran(program: &str, arguments: &[&str]) -> anyhow::Result<Output> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("{program} cannot be started: is it installed?"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} {}: {complaint}", arguments.join(" "));
    Ok(output)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
