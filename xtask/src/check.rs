//! Formatting, lints and the tests of the rules: what a person runs before a commit.

use std::path::Path;
use std::process::Command;

use crate::browser;
use crate::command;
use crate::error::Result;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// Runs the quick checks.
pub(crate) fn run(workspace: &Workspace) -> Result {
    Steps::report(|steps| {
        format(workspace, steps)?;
        lints(workspace, steps)?;
        steps
            .run("test the rules", || command::run(workspace.cargo().args(["test", "--locked", "--package", "domain"])))
    })
}

/// Formatting; the full test starts with it too.
pub(crate) fn format(workspace: &Workspace, steps: &mut Steps) -> Result {
    steps.run("format", || command::run(workspace.cargo().args(["fmt", "--all", "--check"])))
}

/// Lints of both halves, without building them.
fn lints(workspace: &Workspace, steps: &mut Steps) -> Result {
    // One pass over the whole workspace: the server asks for `app` with `ssr`, so cargo unites the features by itself
    // and checks every dependency once.
    steps.run("lint, server half", || {
        lint(workspace.cargo().args(["clippy", "--locked", "--workspace", "--all-targets"]))
    })?;
    steps.run("lint, browser half", || {
        browser::ensure_target(workspace)?;
        browser::MODULES
            .into_iter()
            .try_for_each(|module| lint(workspace.cargo().arg("clippy").args(module.selection())))
    })
}

/// Warnings fail here and nowhere else: a half-written change may still be run.
fn lint(cargo: &mut Command) -> Result {
    command::run(cargo.args(["--", "--deny", "warnings"]))
}

/// Lets a build lint what it compiles of ours, as `cargo clippy` lets a check: dependencies are compiled once, and not checked
/// before, which saves minutes on a machine that has nothing yet.
pub(crate) fn while_building<'a>(workspace: &Workspace, cargo: &'a mut Command) -> Result<&'a mut Command> {
    let mut rustc = Command::new("rustc");
    let sysroot = command::output(rustc.current_dir(workspace.root()).args(["--print", "sysroot"]))?;
    let driver = Path::new(&sysroot).join("bin/clippy-driver");
    if !driver.is_file() {
        return Err(format!("clippy is missing: there is no {}", driver.display()).into());
    }
    Ok(cargo.env("RUSTC_WORKSPACE_WRAPPER", driver).env("CLIPPY_ARGS", "--deny__CLIPPY_HACKERY__warnings"))
}
