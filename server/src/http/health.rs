//! Whether the process lives, and whether it can serve.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use portal::Portal;
use serde::Serialize;
use tokio::sync::Mutex;

use super::Web;
use crate::config::Config;

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// One part of what serving needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Whether it does what it should.
    pub ok: bool,
    /// What was seen.
    pub note: String,
}

/// Everything that serving needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    database: Part,
    migrations: Part,
    originals: Part,
    spool: Part,
    disk: Part,
}

impl Report {
    /// Looks at everything.
    pub async fn of(portal: &Portal, config: &Config) -> Self {
        let uploads = portal.uploads();
        let (database, originals, spool) = tokio::join!(
            tokio::time::timeout(PATIENCE, portal.store().is_migrated()),
            tokio::time::timeout(PATIENCE, portal.objects().probe()),
            tokio::time::timeout(PATIENCE, uploads.has_spool()),
        );
        let late = || Part { ok: false, note: format!("no answer within {} s", PATIENCE.as_secs()) };
        let (database, migrations) = match database {
            Err(_) => (late(), late()),
            Ok(Err(error)) => {
                (Part { ok: false, note: error.to_string() }, Part { ok: false, note: "unknown".to_owned() })
            }
            Ok(Ok(migrated)) => (
                Part { ok: true, note: portal.store().shown().to_owned() },
                Part {
                    ok: migrated,
                    note: if migrated { "up to date" } else { "missing: run `wugan migrate`" }.to_owned(),
                },
            ),
        };
        let originals = match originals {
            Err(_) => late(),
            Ok(Err(error)) => Part { ok: false, note: error.to_string() },
            Ok(Ok(())) => Part { ok: true, note: portal.objects().shown().to_owned() },
        };
        let spool = match spool {
            Err(_) => late(),
            Ok(Err(error)) => Part { ok: false, note: error.to_string() },
            Ok(Ok(true)) => Part { ok: true, note: config.spool().display().to_string() },
            Ok(Ok(false)) => Part {
                ok: false,
                note: format!("files are on their way, and {} is empty: is its disk there?", config.spool().display()),
            },
        };
        Self { database, migrations, originals, spool, disk: disk(config) }
    }

    /// Each part with its name.
    pub fn parts(&self) -> [(&'static str, &Part); 5] {
        [
            ("database", &self.database),
            ("migrations", &self.migrations),
            ("originals", &self.originals),
            ("spool", &self.spool),
            ("disk", &self.disk),
        ]
    }

    /// Whether all of it is well.
    pub fn is_ready(&self) -> bool {
        self.parts().iter().all(|(_, part)| part.ok)
    }
}

fn disk(config: &Config) -> Part {
    match least_free(config) {
        Ok(free) => {
            let (free, least) = (free / 1_000_000, u64::from(config.min_free_megabytes));
            Part { ok: free >= least, note: format!("{free} MB free, at least {least} MB wanted") }
        }
        Err(error) => Part { ok: false, note: error.to_string() },
    }
}

/// The free bytes of the disk with the least of them: that of the data folder, or that of files
/// being received where they lie elsewhere.
fn least_free(config: &Config) -> std::io::Result<u64> {
    let data = free(&config.data_dir)?;
    if config.spool_dir.as_os_str().is_empty() {
        return Ok(data);
    }
    Ok(data.min(free(&config.spool_dir)?))
}

/// The free bytes of the disk with this folder.
fn free(folder: &Path) -> std::io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Whether the disk for files being received takes another one and is still as free as it has to be.
///
/// # Errors
/// [`std::io::Error`] when the disk cannot be asked.
fn takes(config: &Config, bytes: u64) -> std::io::Result<bool> {
    let least = u64::from(config.min_free_megabytes) * 1_000_000;
    let folder = if config.spool_dir.as_os_str().is_empty() { &config.data_dir } else { &config.spool_dir };
    Ok(free(folder)?.saturating_sub(bytes) >= least)
}

/// Whether it does so beside everything that was announced and has not come yet.
///
/// # Errors
/// [`portal::Error`] when the disk or the database cannot be asked.
pub async fn takes_beside_others(portal: &Portal, config: &Config, bytes: u64) -> portal::Result<bool> {
    let uploads = portal.uploads();
    // As if nothing of that had come: where it fits all the same, nobody has to look at the files.
    let aside = uploads.set_aside().await?;
    if takes(config, bytes.saturating_add(aside.0))? {
        return Ok(true);
    }
    let to_come = uploads.to_come().await?;
    Ok(takes(config, bytes.saturating_add(to_come.0))?)
}

/// The process answers.
pub async fn healthz() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// What the outside may know: which part is not well, not where it is.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, clippy::struct_field_names, reason = "the answer as monitors read it")]
struct Ready {
    ready: bool,
    database: bool,
    migrations: bool,
    originals: bool,
    spool: bool,
    disk: bool,
}

/// The last report, for a while: looking costs the database and the object store
/// something, and anybody may ask.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<(Instant, Report)>>>);

impl Readiness {
    /// How long a report holds.
    const FRESH: Duration = Duration::from_secs(5);

    /// What is so now, or was a moment ago. Those who ask at the same time wait
    /// for one look.
    async fn report(&self, portal: &Portal, config: &Config) -> Report {
        let mut last = self.0.lock().await;
        if let Some((at, report)) = last.as_ref()
            && at.elapsed() < Self::FRESH
        {
            return report.clone();
        }
        let report = Report::of(portal, config).await;
        if !report.is_ready() {
            tracing::warn!(?report, "not ready");
        }
        *last = Some((Instant::now(), report.clone()));
        report
    }
}

/// The process can serve.
pub async fn readyz(State(web): State<Web>) -> Response {
    let report = web.readiness.report(&web.portal, &web.config).await;
    let ready = report.is_ready();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let told = Ready {
        ready,
        database: report.database.ok,
        migrations: report.migrations.ok,
        originals: report.originals.ok,
        spool: report.spool.ok,
        disk: report.disk.ok,
    };
    let mut response = (status, Json(told)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
