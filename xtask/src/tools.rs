//! What the tests need beside Rust, and how it gets here.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::error::{Explain, Result};
use crate::postgres;
use crate::workspace::Workspace;

/// The oldest Node.js whose test runner the journeys use.
const NODE: u32 = 20;

/// A thing that tests need, and the Debian package it comes in.
struct Tool {
    what: &'static str,
    package: &'static str,
    present: fn() -> bool,
}

const TOOLS: [Tool; 8] = [
    Tool { what: "Chromium (or set CHROMIUM to one)", package: "chromium", present: has_chromium },
    Tool { what: "a font with Chinese characters", package: "fonts-noto-cjk", present: has_chinese_font },
    Tool { what: "OpenSSL's program", package: "openssl", present: || command::find("openssl").is_some() },
    Tool { what: "PostgreSQL's server", package: "postgresql", present: || postgres::programs().is_ok() },
    Tool { what: "Python with venv", package: "python3-venv", present: has_python },
    Tool { what: "strace", package: "strace", present: || command::find("strace").is_some() },
    Tool { what: "ffmpeg", package: "ffmpeg", present: || command::find("ffmpeg").is_some() },
    Tool { what: "pdftoppm", package: "poppler-utils", present: || command::find("pdftoppm").is_some() },
];

/// What figures need beside that.
const PEERS: [Tool; 2] = [
    Tool { what: "OpenSSL's program", package: "openssl", present: || command::find("openssl").is_some() },
    Tool { what: "eatmydata", package: "eatmydata", present: || command::find("eatmydata").is_some() },
];

/// Chromium without the parts that nobody sees in a test, which takes about half the processor time for the same pages.
const LIGHT: &str = "chromium-headless-shell";

/// Sees to everything the tests need: installs it where we may, says what is missing where we may not.
pub(crate) fn ensure(workspace: &Workspace) -> Result {
    prefer_light()?;
    ensure_packages(&TOOLS.each_ref())?;
    ensure_node()?;
    ensure_node_packages(workspace)
}

/// Sees to PostgreSQL only.
pub(crate) fn ensure_postgres() -> Result {
    let wanted: Vec<&Tool> = TOOLS.iter().filter(|tool| tool.package == "postgresql").collect();
    ensure_packages(&wanted)
}

/// Whether this process may do anything.
pub(crate) fn is_root() -> Result<bool> {
    Ok(command::output(Command::new("id").arg("-u"))? == "0")
}

/// Installs the light Chromium where the distribution has it and we may. Every other one will do.
fn prefer_light() -> Result {
    let chosen = std::env::var_os("CHROMIUM").is_some();
    if chosen || command::find(LIGHT).is_some() || command::find("apt-get").is_none() || !is_root()? {
        return Ok(());
    }
    let installed = command::run(apt().args(["-q", "update"]))
        .and_then(|()| command::run(apt().args(["-q", "install", "--yes", "--no-install-recommends", LIGHT])));
    if let Err(error) = installed {
        println!("note: {LIGHT} could not be installed ({error}); the journeys take longer with another Chromium");
    }
    Ok(())
}

fn ensure_packages(tools: &[&Tool]) -> Result {
    let missing: Vec<_> = tools.iter().filter(|tool| !(tool.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    if command::find("apt-get").is_none() || !is_root()? {
        let what: Vec<_> = missing.iter().map(|tool| format!("  {} (Debian: {})", tool.what, tool.package)).collect();
        return Err(format!(
            "the tests need what is not on this machine:\n{}\nOn Debian or Ubuntu: sudo apt-get install {}",
            what.join("\n"),
            packages.join(" ")
        )
        .into());
    }
    println!("installing {}", packages.join(", "));
    command::run(apt().args(["-q", "update"]))?;
    command::run(apt().args(["-q", "install", "--yes", "--no-install-recommends"]).args(&packages))?;
    match missing.iter().find(|tool| !(tool.present)()) {
        Some(tool) => Err(format!("{} is still missing after installing {}", tool.what, tool.package).into()),
        None => Ok(()),
    }
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "Acquire::Retries=3"]);
    apt
}

fn has_chromium() -> bool {
    std::env::var_os("CHROMIUM").is_some_and(|file| Path::new(&file).is_file())
        || [LIGHT, "chromium", "chromium-browser", "google-chrome"].iter().any(|name| command::find(name).is_some())
}

fn has_python() -> bool {
    let asked = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    asked.is_ok_and(|output| output.status.success())
}

fn has_chinese_font() -> bool {
    let listed = Command::new("fc-list").args([":lang=zh", "file"]).output();
    listed.is_ok_and(|output| !output.stdout.trim_ascii().is_empty())
        || Path::new("/usr/share/fonts/opentype/noto").is_dir()
}

fn ensure_node() -> Result {
    let version = command::output(Command::new("node").arg("--version"))
        .explain(|| format!("the journeys need Node.js {NODE} or newer on the path"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(format!("the journeys need Node.js {NODE} or newer; this machine has {version}").into()),
    }
}

/// `npm ci`, unless the packages already are those of the lock.
fn ensure_node_packages(workspace: &Workspace) -> Result {
    node_packages(&workspace.end2end())
}

/// Sees to what `bench evidence` measures against: it is no part of the tests.
pub(crate) fn ensure_peers(workspace: &Workspace) -> Result {
    ensure_packages(&PEERS.each_ref())?;
    ensure_node()?;
    node_packages(&workspace.peers())
}

fn node_packages(folder: &Path) -> Result {
    let lock = folder.join("package-lock.json");
    let locked = fs::read(&lock).explain(|| format!("cannot read {}", lock.display()))?;
    // npm's own record of what it installed is laid out differently, so the lock itself is kept beside the packages.
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    command::run(&mut npm)?;
    fs::write(&installed, locked).explain(|| format!("cannot write {}", installed.display()))
}
