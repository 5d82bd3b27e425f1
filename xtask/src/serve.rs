//! Build, then become the server.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::build;
use crate::error::Result;
use crate::workspace::{Profile, Workspace};

/// Builds and runs the server; signals and the exit code are the server's own, because this process becomes it.
pub(crate) fn run(workspace: &Workspace, profile: Profile, demo: bool, rest: &[String]) -> Result {
    build::everything(workspace, profile)?;
    println!("\n── run the server");
    let binary = workspace.binary(profile);
    let mut server = Command::new(&binary);
    server.arg("serve");
    if demo {
        server.arg("--demo");
    }
    // Returns only when the program could not be started.
    let error = server.args(rest).current_dir(workspace.root()).exec();
    Err(format!("cannot start {}: {error}", binary.display()).into())
}
