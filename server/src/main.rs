//! `wugan`: the portal as a program.

use std::process::ExitCode;

use clap::Parser;
use server::commands::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wugan: {error}");
            ExitCode::FAILURE
        }
    }
}
