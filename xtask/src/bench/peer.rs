//! The official tus server for Node.js, started for measuring.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Explain, Result};
use crate::http;
use crate::workspace::Workspace;

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running peer; it ends when this is dropped.
pub(super) struct Peer {
    child: Child,
    /// Where it listens on the loopback address.
    pub(super) port: u16,
}

impl Peer {
    /// Starts it on a folder for its files.
    pub(super) fn start(workspace: &Workspace, files: &Path) -> Result<Self> {
        fs::create_dir_all(files).explain(|| format!("cannot make {}", files.display()))?;
        let port = http::free_port()?;
        let mut node = Command::new("node");
        node.current_dir(workspace.peers()).arg("tus_server.mjs").arg(port.to_string()).arg(files);
        node.stdin(Stdio::null()).stdout(Stdio::null());
        let child = node.spawn().explain(|| "cannot start @tus/server".to_owned())?;
        let peer = Self { child, port };
        let end = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > end {
                return Err("@tus/server does not listen".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(peer)
    }

    /// The process, as the kernel numbers it.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It holds nothing that would have to be closed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
