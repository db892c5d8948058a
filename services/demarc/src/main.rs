//! The one binary: the command line, and the composition root that starts the services.

mod billers;
mod cli;
mod client;
mod compose;
mod demo;
mod exit;
mod output;
mod processors;
mod sessions;

use std::process::ExitCode;

/// A command is allocated on one thread and freed on another, which the system's allocator is slow
/// at: it took a fifth of core's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    cli::main().await
}
