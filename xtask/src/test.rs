//! Everything CI does, in an order that fails early: looks, rules and stores, then the portal in a browser.

use std::process::{Child, Command, Stdio};

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

/// The variable that tells tests that the site has been built; without it they leave out what they cannot ask for.
const SITE: &str = "WUGAN_TEST_SITE";

/// The variable that tells journeys where photos from real cameras are; without it they make all photos themselves.
const SAMPLES: &str = "WUGAN_SAMPLES";

/// Where such a collection may lie, seen from the checkout.
const COLLECTION: &str = "../shared/samples";

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
        // One core's work for a minute and a half, which the journeys would all wait for.
        let city = City::fill(workspace)?;
        steps.run("test the crates", || {
            let mut cargo = workspace.cargo();
            check::while_building(workspace, &mut cargo)?.args(CRATES).arg("--no-fail-fast");
            command::run(cargo.env(POSTGRES, postgres.url()).env(S3, seaweed.endpoint()).env(SITE, "1"))
        })?;
        // Apart from the others, so that its dependencies' features stay out of the server.
        steps.run("lint and test the tool", || {
            let mut cargo = workspace.cargo();
            command::run(check::while_building(workspace, &mut cargo)?.args(["test", "--locked", "--package", "xtask"]))
        })?;
        steps.run("fill the city", || city.wait())?;
        // The server was built for its own tests.
        steps.run("journeys", || journeys(workspace, &[]))
    })
}

/// The demonstration city of the journeys, being filled by a program of its own.
struct City(Child);

impl City {
    /// Begins to fill it, behind everything else that wants the processor. The server must have been built.
    fn fill(workspace: &Workspace) -> Result<Self> {
        let mut fill = Command::new("nice");
        fill.args(["node", "fixtures/fill.mjs"]).current_dir(workspace.end2end());
        fill.env("WUGAN_BIN", workspace.binary(Profile::Debug)).stdin(Stdio::null());
        let child = fill.spawn().explain(|| "cannot start to fill the city".to_owned())?;
        Ok(Self(child))
    }

    fn wait(mut self) -> Result {
        let status = self.0.wait().explain(|| "cannot wait for the city".to_owned())?;
        if status.success() { Ok(()) } else { Err(format!("filling the city ended with {status}").into()) }
    }
}

/// A list of steps that ends early waits too: the program has started a server, which would outlive it.
impl Drop for City {
    fn drop(&mut self) {
        // Asked twice, it answers what it answered before; an error says that nobody is there.
        let _ = self.0.wait();
    }
}

/// Builds and runs the journeys whose names contain one of the words; all of them without words.
pub(crate) fn journeys_only(workspace: &Workspace, names: &[String]) -> Result {
    Steps::report(|steps| {
        steps.run("tools", || tools::ensure(workspace))?;
        build::both_halves(workspace, Profile::Debug, steps)?;
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
    if std::env::var_os(SAMPLES).is_none() {
        let collection = workspace.root().join(COLLECTION);
        if collection.is_dir() {
            node.env(SAMPLES, collection);
        } else {
            println!("note: there is no {COLLECTION}; no photo of a real camera is sent and compared");
        }
    }
    command::run(&mut node).explain(|| "a journey failed".to_owned())
}
