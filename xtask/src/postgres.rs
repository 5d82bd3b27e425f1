//! A throw-away PostgreSQL cluster on the loopback address.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command;
use crate::error::{Explain, Result};
use crate::http;
use crate::portal::Scratch;
use crate::tools;

/// How long the cluster may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running cluster; it stops and its files go when this is dropped.
pub(crate) struct Postgres {
    server: Child,
    port: u16,
    // Dropped after the server has stopped: fields go after `Drop::drop`.
    _folder: Scratch,
}

impl Postgres {
    /// Makes and starts a cluster that trades every safety for speed: it lives for one test run.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        let owner = owner()?;
        let folder = Scratch::new("postgres")?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))
            .explain(|| "cannot close the cluster's folder".to_owned())?;
        if let Some(owner) = &owner {
            chown(folder.path(), Some(owner.user), Some(owner.group))
                .explain(|| "cannot give the cluster's folder to its user".to_owned())?;
        }
        let data = folder.path().join("data");

        let mut initdb = as_owner(&programs.join("initdb"), owner.as_ref(), folder.path());
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        command::run(initdb.arg("--pgdata").arg(&data).stdout(Stdio::null()))?;

        let port = http::free_port()?;
        let log = folder.path().join("log");
        let log_file = fs::File::create(&log).explain(|| format!("cannot write {}", log.display()))?;
        let mut server = as_owner(&programs.join("postgres"), owner.as_ref(), folder.path());
        server.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"]).arg(folder.path());
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"] {
            server.args(["-c", setting]);
        }
        let server =
            server.stdout(Stdio::null()).stderr(log_file).spawn().explain(|| "cannot start PostgreSQL".to_owned())?;
        let mut cluster = Self { server, port, _folder: folder };
        cluster.wait(&programs, &log)?;
        Ok(cluster)
    }

    /// The address of its first database; tests make their own databases or schemas from there.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self, programs: &Path, log: &Path) -> Result {
        let started = Instant::now();
        loop {
            let ended = self.server.try_wait().explain(|| "cannot watch PostgreSQL".to_owned())?;
            if ended.is_some() || started.elapsed() > PATIENCE {
                let log = fs::read_to_string(log).unwrap_or_default();
                return Err(format!("PostgreSQL did not become ready; its log says:\n{log}").into());
            }
            let mut probe = Command::new(programs.join("pg_isready"));
            probe.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if probe.status().explain(|| "cannot start pg_isready".to_owned())?.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's "fast" stop: it disconnects everybody and leaves no shared memory behind.
        let pid = self.server.id().to_string();
        let stopped = command::run(Command::new("kill").args(["-INT", &pid])).and_then(|()| Ok(self.server.wait()?));
        if let Err(error) = stopped {
            eprintln!("note: PostgreSQL did not stop by itself: {error}");
            let _ = self.server.kill();
            let _ = self.server.wait();
        }
    }
}

/// The user a cluster runs as when we are root, since PostgreSQL refuses to run as root.
struct Owner {
    user: u32,
    group: u32,
}

fn owner() -> Result<Option<Owner>> {
    if !tools::is_root()? {
        return Ok(None);
    }
    let file = "/etc/passwd";
    let users = fs::read_to_string(file).explain(|| format!("cannot read {file}"))?;
    let found = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != "postgres" {
            return None;
        }
        let user = fields.nth(1)?.parse().ok()?;
        Some(Owner { user, group: fields.next()?.parse().ok()? })
    });
    found.map(Some).explain(|| "there is no user postgres to run PostgreSQL as (root may not)".to_owned())
}

fn as_owner(program: &Path, owner: Option<&Owner>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    // The caller's folder may be closed to the cluster's user.
    command.current_dir(folder).stdin(Stdio::null());
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group).env("HOME", folder);
    }
    command
}

/// Where the server's programs are: on the path, or where Debian puts them (the newest version).
pub(crate) fn programs() -> Result<PathBuf> {
    // A link on the path leads to the folder that holds the others too.
    let on_path = command::find("initdb").and_then(|file| fs::canonicalize(file).ok()?.parent().map(Path::to_path_buf));
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let programs = entry.path().join("bin");
        programs.join("initdb").is_file().then_some((version, programs))
    });
    on_path
        .or_else(|| debian.max_by_key(|(version, _)| *version).map(|(_, programs)| programs))
        .explain(|| "PostgreSQL's server programs (initdb, postgres) were not found".to_owned())
}
