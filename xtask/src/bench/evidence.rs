//! Receiving files: how much of the processor a byte takes, how fast, how long the slowest wait, how much memory many
//! senders take, and what a photo takes to be pictured. The official tus server for Node.js does the same in the same
//! run, in turns, so that whatever else the machine does meets both. It neither hashes nor waits for the disk; ours does
//! both, and is measured a second time without waiting (under `eatmydata`).

mod derivatives;
mod figures;
mod limits;
mod open;
mod photos;
mod pieces;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::peer::Peer;
use super::tus::Door;
use crate::command;
use crate::error::{Explain, Result};
use crate::portal::{Portal, Scratch};
use crate::tools;
use crate::workspace::{Profile, Workspace};

/// How often everything is measured; each is told as the median and its range.
const ROUNDS: usize = 5;
/// So many people send photos at once.
const PEOPLE: usize = 8;
/// Writers enough for whatever is measured.
const MANY: [(&str, &str); 2] =
    [("WUGAN_RULES__EVIDENCE__SENDERS_PER_PERSON", "1000"), ("WUGAN_RULES__EVIDENCE__SENDERS_IN_ALL", "1000")];

/// A server under measure.
struct Server {
    name: &'static str,
    door: Door,
    pid: u32,
    /// Where it keeps what was sent.
    files: PathBuf,
}

/// Somebody who sends photos.
struct Person {
    token: String,
    case: String,
    lines: Vec<String>,
}

/// Prints the figures of receiving files.
pub(super) fn run(workspace: &Workspace) -> Result {
    tools::ensure_peers(workspace)?;
    let scratch = Scratch::new("bench")?;
    let (people, photo) = fill(workspace, scratch.path())?;
    let data = scratch.path().join("synced");
    let unsynced = scratch.path().join("unsynced");
    for folder in [&data, &unsynced] {
        fs::create_dir_all(folder).explain(|| format!("cannot make {}", folder.display()))?;
        let (from, to) = (scratch.path().join("wugan.sqlite"), folder.join("wugan.sqlite"));
        fs::copy(&from, &to).explain(|| format!("cannot copy {}", from.display()))?;
    }
    let binary = workspace.binary(Profile::Release);
    let ours = Portal::start_with(&binary, &data, &MANY)?;
    let preload = command::output(Command::new("eatmydata").args(["sh", "-c", "echo $LD_PRELOAD"]))?;
    let without = [MANY[0], MANY[1], ("LD_PRELOAD", preload.as_str())];
    let ours_without = Portal::start_with(&binary, &unsynced, &without)?;
    let peer_files = scratch.path().join("peer");
    let peer = Peer::start(workspace, &peer_files)?;
    let door =
        |port| Door { port, path: "/api/v1/uploads", authorization: Some(format!("Bearer {}", people[0].token)) };
    let servers = [
        Server { name: "ours", door: door(ours.port), pid: ours.pid(), files: data.join("spool/uploads") },
        Server {
            name: "ours, disk not waited for",
            door: door(ours_without.port),
            pid: ours_without.pid(),
            files: unsynced.join("spool/uploads"),
        },
        Server {
            name: "@tus/server (neither hash nor disk)",
            door: Door { port: peer.port, path: "/files", authorization: None },
            pid: peer.pid(),
            files: peer_files,
        },
    ];
    limits::hash_limit()?;
    limits::disk_limit(scratch.path())?;
    let fastest = limits::work_limit(scratch.path());
    if let Err(error) = &fastest {
        println!("the work alone is not measured here: {error}");
    }
    pieces::pieces(&servers, fastest.ok())?;
    photos::photos(&servers, &people, &photo)?;
    open::take_over(&servers)?;
    open::memory(&binary, scratch.path())?;
    derivatives::derivatives(workspace, scratch.path())
}

/// People with cases, and a photo, made by the portal's example `fill_evidence`.
fn fill(workspace: &Workspace, folder: &Path) -> Result<(Vec<Person>, Vec<u8>)> {
    let mut fill = workspace.cargo();
    fill.args(["run", "--locked", "--release", "--quiet", "--package", "portal", "--example", "fill_evidence", "--"]);
    let told = command::output(fill.arg(folder).arg(PEOPLE.to_string()))?;
    let people = told.lines().map(|line| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some(Person { token: words.next()?, case: words.next()?, lines: words.collect() })
    });
    let people: Option<Vec<Person>> = people.collect();
    let people =
        people.filter(|people| people.len() == PEOPLE).explain(|| "fill_evidence told too little".to_owned())?;
    let file = folder.join("photo.jpg");
    let photo = fs::read(&file).explain(|| format!("cannot read {}", file.display()))?;
    Ok((people, photo))
}
