//! Both ends of a power cut: `powercut write` writes until the power goes, `powercut check` looks
//! at what is left. `cargo xtask powercut` cuts the power in between.

mod check;
mod control;
mod house;
mod story;
mod told;
mod write;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match told::Errand::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
