//! From sources to a running portal: browser half, style sheet, static files, server; in this order, because the
//! optimised server embeds the site.

use crate::browser;
use crate::command;
use crate::error::Result;
use crate::site::Site;
use crate::steps::Steps;
use crate::style;
use crate::workspace::{Profile, Workspace};

/// Builds the site and then the server, and tells how long each took.
pub(crate) fn everything(workspace: &Workspace, profile: Profile) -> Result {
    Steps::report(|steps| both_halves(workspace, profile, steps))
}

/// The same as steps of a longer list.
pub(crate) fn both_halves(workspace: &Workspace, profile: Profile, steps: &mut Steps) -> Result {
    steps.run("build the browser half", || site(workspace, profile, Lint::No))?;
    steps.run("build the server half", || server(workspace, profile))
}

/// Whether what is ours is linted while it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lint {
    /// It is, and a warning fails the build.
    Yes,
    /// It is not.
    No,
}

/// Builds what browsers load.
pub(crate) fn site(workspace: &Workspace, profile: Profile, lint: Lint) -> Result {
    let mut site = Site::open(workspace.site(profile), profile)?;
    site.copy(&workspace.root().join("public"))?;
    style::bundle(workspace, profile, &mut site)?;
    browser::build(workspace, profile, lint, &mut site)?;
    site.prune()
}

/// Builds the server.
pub(crate) fn server(workspace: &Workspace, profile: Profile) -> Result {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--package", "server"]);
    if profile.is_release() {
        cargo.arg("--release");
    }
    cargo.env("WUGAN_SITE_DIR", workspace.site(profile));
    command::run(&mut cargo)
}
