//! Running other programs and saying clearly which one failed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::error::{Explain, Result};

/// Runs a program to its end with our own input and output; a failure names the whole command line.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = command.status().explain(|| format!("cannot start {}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", line(command)).into()) }
}

/// Runs a program to its end and returns what it printed, trimmed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().explain(|| format!("cannot start {}", line(command)))?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", line(command), output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first file on `PATH` with this name.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
