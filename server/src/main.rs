//! `wugan`: the portal as a program.

use std::process::ExitCode;

use clap::Parser;
use server::commands::{Cli, CommandError, run};

fn main() -> ExitCode {
    match start(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wugan: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> Result<(), CommandError> {
    if cli.is_worker() {
        return Ok(media::derive::worker::main()?);
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(cli))
}
