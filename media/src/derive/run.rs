//! Programs that a worker uses.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use domain::dossier::NoPicture;

/// How often it is asked whether a program has ended.
const LOOK: Duration = Duration::from_millis(20);

/// A program that gets nothing from its surroundings but where to find libraries.
pub(super) fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.env_clear().env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs it to its end, or ends it.
pub(super) fn run(command: &mut Command, patience: Duration) -> Result<(), NoPicture> {
    let mut child = command.spawn().map_err(|_| NoPicture::NoTool)?;
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => return Err(NoPicture::Damaged),
            Ok(None) if began.elapsed() < patience => std::thread::sleep(LOOK),
            Ok(None) => {
                // It has ended by itself then, which is as good.
                let _ = child.kill();
                let _ = child.wait();
                return Err(NoPicture::TooSlow);
            }
            Err(_) => return Err(NoPicture::Crashed),
        }
    }
}
