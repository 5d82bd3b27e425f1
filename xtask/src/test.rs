//! Everything CI does, in an order that fails early: looks, rules and stores, then the portal in a browser.

use std::process::Command;

use crate::build::{self, Lint};
use crate::check;
use crate::command;
use crate::error::{Explain, Result};
use crate::postgres::Postgres;
use crate::seaweed::Seaweed;
use crate::site;
use crate::steps::Steps;
use crate::tools;
use crate::workspace::{Profile, Workspace};

/// The variable that tells tests where a PostgreSQL is; without it they use SQLite only.
const POSTGRES: &str = "WUGAN_TEST_POSTGRES";

/// The variable that tells tests where an S3 server is; without it they keep originals in memory and folders only.
const S3: &str = "WUGAN_TEST_S3";

/// What of the portal is compiled and tested. What its documentation shows is not meant to run.
const CRATES: [&str; 8] = ["test", "--locked", "--workspace", "--exclude", "xtask", "--lib", "--bins", "--tests"];

/// Runs every check there is.
pub(crate) fn run(workspace: &Workspace) -> Result {
    Steps::report(|steps| {
        steps.run("tools", || tools::ensure(workspace))?;
        if command::find("cargo-deny").is_some() {
            steps.run("licences and sources", || {
                command::run(workspace.cargo().args(["deny", "check", "bans", "licenses", "sources"]))
            })?;
        } else {
            steps.skip("licences and sources", "cargo-deny is not installed");
        }
        check::format(workspace, steps)?;
        // The debug server reads the site while it runs, and its tests ask for it over HTTP.
        steps.run("lint and build the browser half", || build::site(workspace, Profile::Debug, Lint::Yes))?;
        steps.run("lint and build the server half", || {
            let mut cargo = workspace.cargo();
            command::run(check::while_building(workspace, &mut cargo)?.args(CRATES).args(["--examples", "--no-run"]))
        })?;
        let postgres = steps.run("start PostgreSQL", Postgres::start)?;
        let seaweed = steps.run("start an S3 server", || Seaweed::start(workspace))?;
        steps.run("test the crates", || {
            let mut cargo = workspace.cargo();
            check::while_building(workspace, &mut cargo)?.args(CRATES).arg("--no-fail-fast");
            command::run(cargo.env(POSTGRES, postgres.url()).env(S3, seaweed.endpoint()))
        })?;
        // Apart from the others, so that its dependencies' features stay out of the server.
        steps.run("lint and test the tool", || {
            let mut cargo = workspace.cargo();
            command::run(check::while_building(workspace, &mut cargo)?.args(["test", "--locked", "--package", "xtask"]))
        })?;
        // The server was built for its own tests.
        steps.run("journeys", || journeys(workspace, &[]))
    })
}

/// Builds and runs the journeys whose names contain one of the words; all of them without words.
pub(crate) fn journeys_only(workspace: &Workspace, names: &[String]) -> Result {
    Steps::report(|steps| {
        steps.run("tools", || tools::ensure(workspace))?;
        steps.run("build", || build::everything(workspace, Profile::Debug))?;
        steps.run("journeys", || journeys(workspace, names))
    })
}

fn journeys(workspace: &Workspace, names: &[String]) -> Result {
    let folder = workspace.end2end();
    let mut files = Vec::new();
    for file in site::files(&folder.join("tests"))? {
        let name = site::relative(&folder, &file)?;
        let wanted = names.is_empty() || names.iter().any(|word| name.contains(word));
        if name.ends_with(".test.mjs") && wanted {
            files.push(name);
        }
    }
    if files.is_empty() {
        return Err(format!("no journey in {} has such a name", folder.display()).into());
    }
    let mut node = Command::new("node");
    // Each file has its own server and browser; two at a time is what two cores carry.
    node.current_dir(&folder).args(["--test", "--test-reporter=spec", "--test-concurrency=2"]).args(&files);
    node.env("WUGAN_BIN", workspace.binary(Profile::Debug));
    command::run(&mut node).explain(|| "a journey failed".to_owned())
}
