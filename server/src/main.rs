//! `wugan`: the portal as a program.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use server::commands::{Cli, CommandError, run};

/// How long work that nobody waits for may go on when everything else has ended. An examination may be at a film for
/// many minutes; its worker ends with this process.
const LAST_WORK: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    match start(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wugan: {error}");
            error.exit_code()
        }
    }
}

fn start(cli: Cli) -> Result<(), CommandError> {
    if cli.is_worker() {
        return Ok(media::derive::worker::main()?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(run(cli));
    runtime.shutdown_timeout(LAST_WORK);
    ended
}
