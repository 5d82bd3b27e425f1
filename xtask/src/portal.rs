//! A server started for measuring: its own port, its own data folder, gone at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command;
use crate::error::{Explain, Result};
use crate::http;
use crate::process;

/// How long a server may take to become ready.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
pub(crate) struct Portal {
    child: Child,
    /// Where it listens on the loopback address.
    pub(crate) port: u16,
    /// From the start of the process to the first `200` of `/readyz`.
    pub(crate) ready_after: Duration,
}

impl Portal {
    /// Starts a server on `data` and waits until it is ready.
    ///
    /// The same variables are set by `end2end/fixtures/server.mjs`.
    pub(crate) fn start(binary: &Path, data: &Path) -> Result<Self> {
        Self::start_on(binary, data, None)
    }

    /// As [`Portal::start`], on a database of one's own.
    pub(crate) fn start_on(binary: &Path, data: &Path, database: Option<&str>) -> Result<Self> {
        let url = database.map(|url| ("WUGAN_DATABASE_URL", url));
        Self::start_with(binary, data, url.as_slice())
    }

    /// As [`Portal::start`], with further variables.
    pub(crate) fn start_with(binary: &Path, data: &Path, variables: &[(&str, &str)]) -> Result<Self> {
        let port = http::free_port()?;
        let mut server = Command::new(binary);
        server
            .arg("serve")
            .current_dir(data)
            .env("WUGAN_LISTEN", format!("127.0.0.1:{port}"))
            .env("WUGAN_DATA_DIR", data)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let started = Instant::now();
        let child = server.spawn().explain(|| format!("cannot start {}", binary.display()))?;
        let mut portal = Self { child, port, ready_after: Duration::ZERO };
        while !http::get(port, "/readyz", "identity").is_ok_and(|answer| answer.status == 200) {
            if let Ok(Some(status)) = portal.child.try_wait() {
                return Err(format!("the server ended with {status} before it was ready").into());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("the server was not ready after {} s", PATIENCE.as_secs()).into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        portal.ready_after = started.elapsed();
        Ok(portal)
    }

    /// The process, as the kernel numbers it.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The memory the process holds right now, in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        process::resident(self.child.id())
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        // A polite stop lets the server close its database; a server that does not listen is ended.
        let pid = self.child.id().to_string();
        let asked = command::run(Command::new("kill").args(["-TERM", &pid]));
        let deadline = Instant::now() + Duration::from_secs(10);
        while asked.is_ok() && Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder below the system's temporary one that goes away with its owner.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes a new, empty folder; `purpose` becomes part of its name.
    pub(crate) fn new(purpose: &str) -> Result<Self> {
        let parent = std::env::temp_dir();
        for number in 0..1000 {
            let folder = parent.join(format!("wugan-{purpose}-{}-{number}", std::process::id()));
            // Made, never reused: nobody else can have prepared it for us.
            if fs::create_dir(&folder).is_ok() {
                return Ok(Self(folder));
            }
        }
        Err(format!("cannot make a folder below {}", parent.display()).into())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("note: could not remove {}: {error}", self.0.display());
        }
    }
}
