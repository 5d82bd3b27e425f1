//! Where things are, and how cargo is called so that nothing is built twice.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Explain, Result};

/// The name of the binary, the wasm file, its loader and the style sheet.
pub(crate) const NAME: &str = "wugan";

/// The target of the browser half.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// How hard the compiler works.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build; the server reads the site from disk.
    Debug,
    /// Small and fast; the server carries the site inside itself.
    Release,
}

impl Profile {
    /// From the `--release` switch.
    pub(crate) fn from_release(release: bool) -> Self {
        if release { Self::Release } else { Self::Debug }
    }

    /// Whether the result is meant for people rather than for us.
    pub(crate) fn is_release(self) -> bool {
        self == Self::Release
    }

    /// The folder cargo uses for the server.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// The checkout and its build folder.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout this tool was run from; `CARGO_TARGET_DIR` is honoured everywhere.
    pub(crate) fn find() -> Result<Self> {
        // Set by `cargo run`; the compiled-in path serves a tool that is started by hand.
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own.parent().explain(|| format!("{} has no folder above it", own.display()))?.to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => std::path::absolute(folder).explain(|| "cannot resolve CARGO_TARGET_DIR".to_owned())?,
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's build folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// What the server hands to browsers as it is. Each profile has its own: an optimised server that embeds the site
    /// must not find that of a build for debugging, which takes turns with it.
    pub(crate) fn site(&self, profile: Profile) -> PathBuf {
        self.target.join(if profile.is_release() { "site-release" } else { "site" })
    }

    /// The folder of the browser tests.
    pub(crate) fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// The folder of what is only there to be measured against.
    pub(crate) fn peers(&self) -> PathBuf {
        self.root.join("xtask/bench")
    }

    /// The server's binary, once built.
    pub(crate) fn binary(&self, profile: Profile) -> PathBuf {
        self.target.join(profile.folder()).join(NAME)
    }

    /// A cargo that sees what it would see when called from a shell.
    ///
    /// `cargo run` gives this tool variables about the package `xtask`. Build scripts that watch such a variable (ring
    /// is one) would be rebuilt, with all that rests on them, each time a person and this tool take turns.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let about_us = ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix))
                || ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&&*name);
            if about_us {
                cargo.env_remove(&*name);
            }
        }
        cargo
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            // Read while the server is compiled (rust-embed) and while both halves are (Leptos).
            .env("WUGAN_SITE_DIR", self.site(Profile::Debug))
            .env("LEPTOS_OUTPUT_NAME", NAME);
        cargo
    }
}
