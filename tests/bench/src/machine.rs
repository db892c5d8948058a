//! What the figures were measured on, as the system tells it.

use std::{fs, path::Path, process::Command};

use serde::Serialize;

/// The machine.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    /// The processor's model.
    pub(crate) cpu: String,
    /// Threads that run at a time.
    pub(crate) cores: u64,
    /// Gibibytes of memory.
    pub(crate) memory_gib: u64,
    /// The device and file system that was written to.
    pub(crate) disk: String,
    /// The kernel's version.
    pub(crate) kernel: String,
    /// The compiler's version.
    pub(crate) rustc: String,
    /// The day, in UTC.
    pub(crate) date: String,
}

impl Machine {
    /// This machine, measured in `dir`.
    pub(crate) fn with_disk_of(dir: &Path) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        let date = contract::event::time(service::clock::now_micros());
        Self {
            cpu: field("/proc/cpuinfo", "model name"),
            cores,
            memory_gib: kib(&field("/proc/meminfo", "MemTotal")).div_ceil(1 << 20),
            disk: disk_of(dir),
            kernel: said("uname", &["-sr"]),
            rustc: said("rustc", &["--version"]),
            date: date.split('T').next().unwrap_or_default().to_owned(),
        }
    }

    /// In one line.
    pub(crate) fn line(&self) -> String {
        let Self { cpu, cores, memory_gib, disk, kernel, rustc, date } = self;
        format!("{date}: {cores} × {cpu}, {memory_gib} GiB, {disk}, {kernel}, {rustc}")
    }
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn kib(text: &str) -> u64 {
    text.trim_end_matches(" kB").parse().unwrap_or_default()
}

fn disk_of(dir: &Path) -> String {
    let dir = dir.to_string_lossy();
    let line = said("df", &["--output=source,fstype", &dir]);
    line.lines().last().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
