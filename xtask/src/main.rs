//! Builds, runs, tests and measures the whole house: `cargo xtask help` lists the words.
//!
//! The tool uses the libraries that cargo-leptos is made of, so that a fresh machine needs only a Rust toolchain for
//! `build` and `serve`, and one minute instead of twenty to get there.

mod bench;
mod browser;
mod build;
mod check;
mod command;
mod compress;
mod error;
mod http;
mod portal;
mod postgres;
mod process;
mod seaweed;
mod serve;
mod site;
mod steps;
mod style;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use error::Result;
use workspace::{Profile, Workspace};

/// 无感监管: build, run, test and measure the portal.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    word: Word,
}

#[derive(Subcommand)]
enum Word {
    /// Build the browser half, the style sheet and the server.
    Build {
        /// Optimise, shrink and pre-compress; the server then carries the site inside itself.
        #[arg(long)]
        release: bool,
    },
    /// Build, then run the server until it is stopped.
    Serve {
        /// Fill an empty database with made-up people and cases.
        #[arg(long)]
        demo: bool,
        /// Run the optimised build.
        #[arg(long)]
        release: bool,
        /// What follows `--` goes to `wugan serve` as it is.
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Formatting, lints of both halves and the tests of the rules: the quick look before a commit.
    Check,
    /// Everything CI does, from formatting to journeys in a browser.
    Test,
    /// Only the journeys in a browser, against a debug build.
    Journeys {
        /// Run only the files whose name contains one of these words.
        names: Vec<String>,
    },
    /// Measure an optimised build.
    Bench {
        /// Which figures; all of them when left out.
        name: Option<bench::Figures>,
        /// Measure the optimised build that is there, without building it anew.
        #[arg(long)]
        as_built: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().word) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(word: Word) -> Result {
    let workspace = Workspace::find()?;
    match word {
        Word::Build { release } => build::everything(&workspace, Profile::from_release(release)),
        Word::Serve { demo, release, rest } => serve::run(&workspace, Profile::from_release(release), demo, &rest),
        Word::Check => check::run(&workspace),
        Word::Test => test::run(&workspace),
        Word::Journeys { names } => test::journeys_only(&workspace, &names),
        Word::Bench { name, as_built } => bench::run(&workspace, name, as_built),
    }
}
