//! Formatting, lints and the tests of the rules: what a person runs before a commit.

use std::process::Command;

use crate::browser;
use crate::command;
use crate::error::Result;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// Runs the quick checks.
pub(crate) fn run(workspace: &Workspace) -> Result {
    Steps::report(|steps| {
        looks(workspace, steps)?;
        steps
            .run("test the rules", || command::run(workspace.cargo().args(["test", "--locked", "--package", "domain"])))
    })
}

/// Formatting and lints of both halves; the full test starts with them too.
pub(crate) fn looks(workspace: &Workspace, steps: &mut Steps) -> Result {
    steps.run("format", || command::run(workspace.cargo().args(["fmt", "--all", "--check"])))?;
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
