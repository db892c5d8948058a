//! The one binary: the command line, and the composition root that starts the services.

mod cli;
mod client;
mod compose;
mod demo;
mod exit;
mod output;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::main().await
}
