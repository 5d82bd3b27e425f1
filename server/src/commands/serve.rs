//! `wugan serve`.

use std::{io::Write, net::TcpListener, sync::Arc, time::Duration};

use axum_server::Handle;
use clap::Args;
use domain::ids::ByteCount;
use portal::{
    Portal,
    demo::{self, Filling},
    evidence::authority::Authority,
    services::{
        second_digests::Computed,
        stamps::Asked,
        sweeps::{Failure, Swept},
    },
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use super::CommandError;
use crate::{
    config::{Config, LogFormat},
    http, wiring,
};

/// Serves the portal until it is told to stop.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// 向空数据库填入演示数据 · Fill an empty database with made-up people
    #[arg(long)]
    demo: bool,
    /// 演示时也允许其他电脑访问；演示密码是公开的 · Let other machines reach the demonstration; its passwords are public
    #[arg(long, requires = "demo")]
    demo_for_all: bool,
}

impl Serve {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        if self.demo && !self.demo_for_all && !config.listen.ip().is_loopback() {
            return Err(CommandError::Usage(format!(
                "the passwords of the demonstration are public, and others reach {}: listen on 127.0.0.1, or say --demo-for-all",
                config.listen
            )));
        }
        start_logging(&config)?;
        allow_many_files();
        let config = Arc::new(config);
        let portal = wiring::open(&config).await?;
        let left = portal::evidence::intake::sweep(&config.spool(), LEFT_BEHIND)?;
        if left > 0 {
            tracing::info!(files = left, "removed files that an earlier run had not received whole");
        }
        let unfinished = portal.uploads().reconcile().await?;
        if unfinished > 0 {
            tracing::info!(uploads = unfinished, "uploads that an earlier run had not finished can go on");
        }
        for year in portal.calendar().unloaded_soon(portal.now().date()) {
            tracing::warn!(year, "days off are not loaded: terms count Monday to Friday until calendar.toml has them");
        }
        if self.demo {
            demo(&portal, &config).await?;
        }
        let listener = TcpListener::bind(config.listen)
            .map_err(|error| CommandError::Usage(format!("cannot listen on {}: {error}", config.listen)))?;
        let address = listener.local_addr()?;
        // Before anything is begun that a signal would otherwise cut off.
        let signalled = until_signalled()?;
        tracing::info!(
            %address, url = config.public_url(), database = portal.store().shown(), originals = portal.objects().shown(),
            "ready"
        );
        let (stop, stopped) = watch::channel(false);
        let sweeps =
            tokio::spawn(sweep(portal.clone(), Duration::from_secs(config.sweep_seconds.into()), stopped.clone()));
        let examiners: Vec<_> =
            (0..config.examiners).map(|_| tokio::spawn(examine(portal.clone(), stopped.clone()))).collect();
        let digests = (config.examiners > 0).then(|| tokio::spawn(second_digests(portal.clone(), stopped.clone())));
        let stamps = authority(&config)?.map(|authority| {
            tokio::spawn(stamps(portal.clone(), authority, config.timestamp_minutes, stopped.clone()))
        });
        let router = http::router(portal, Arc::clone(&config));
        let handle = Handle::new();
        let server = tokio::spawn(http::listen::serve(listener, router, config.head_time(), handle.clone()));

        signalled.await;
        tracing::info!("stopping: requests in flight may end");
        let _ = stop.send(true);
        handle.graceful_shutdown(None);
        let patience = Duration::from_secs(config.shutdown_seconds.into());
        if let Ok(ended) = tokio::time::timeout(patience, server).await {
            ended.map_err(std::io::Error::other)??;
        } else {
            tracing::warn!(seconds = config.shutdown_seconds, "requests did not end in time");
        }
        // A sweep step is one transaction: cut off, it is as if it had not begun.
        let _ = tokio::time::timeout(Duration::from_secs(2), sweeps).await;
        // So is what an examiner writes; the file is taken on again when its time is over.
        examiners.iter().for_each(tokio::task::JoinHandle::abort);
        digests.iter().for_each(tokio::task::JoinHandle::abort);
        stamps.iter().for_each(tokio::task::JoinHandle::abort);
        tracing::info!("stopped");
        Ok(())
    }
}

/// Nobody sends nothing for so long and then goes on.
const LEFT_BEHIND: Duration = Duration::from_hours(24);

/// The seed of the city: the same every time, so that tests and people find the
/// same streets.
const SEED: u64 = 2026;

/// Fills an empty database, and says who can log in.
async fn demo(portal: &Portal, config: &Config) -> Result<(), CommandError> {
    let cast = match demo::filling(portal.store()).await? {
        Filling::Empty => {
            tracing::info!("filling the empty database with made-up people; it takes about a minute");
            let (store, objects) = (portal.store().clone(), portal.objects().clone());
            demo::fill(store, objects, config.rules.clone(), config.spool(), SEED, portal.now()).await?
        }
        Filling::Done => {
            tracing::info!("the demonstration city is there already; nothing is added");
            demo::Cast::known()
        }
        Filling::CutOff => {
            return Err(CommandError::Usage(format!(
                "filling the demonstration city was cut off before; remove {} (or empty the database) and start again",
                config.data_dir.display()
            )));
        }
        Filling::Foreign => {
            tracing::warn!("the database has data of its own; the demonstration is left out");
            return Ok(());
        }
    };
    let mut lines = String::from("演示账号 · Demonstration accounts\n");
    for person in &cast.people {
        lines.push_str(&format!("  {:<16} {:<16} {}\n", person.login, person.password, person.who));
    }
    let mut out = std::io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    Ok(out.flush()?)
}

fn start_logging(config: &Config) -> Result<(), CommandError> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| CommandError::Usage(format!("log = {:?}: {error}", config.log)))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    started.map_err(|error| CommandError::Usage(error.to_string()))?;
    // Into the log like everything else, with the place it came from.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    Ok(())
}

/// Lets the process have as many files and connections open as the system lets it have. The limit
/// that it starts with is often 1024, for the sake of programs of long ago.
fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, ..limit };
    if limit != most
        && let Err(error) = setrlimit(Resource::Nofile, most)
    {
        tracing::warn!(%error, limit = ?limit.current, "no more files than by default may be open at once");
    }
}

/// Does what time brings, until the server stops.
async fn sweep(portal: Portal, every: Duration, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.changed() => return,
        }
        let mut swept = portal.sweeps().run().await;
        if let Err(error) = portal.logs().checkpoint().await {
            tracing::warn!(%error, "the log of evidence could not be signed; the next sweep tries again");
        }
        for Failure { part, id, why } in std::mem::take(&mut swept.failures) {
            // Another server may be at the same row; the next sweep looks again.
            tracing::warn!(?part, id = id.map(tracing::field::display), why, "could not be swept");
        }
        if swept != Swept::default() {
            tracing::info!(?swept, "swept");
        }
    }
}

/// How often an examiner looks for files that other servers received.
const LOOK_AGAIN: Duration = Duration::from_secs(20);

/// Examines one file after another, until the server stops.
async fn examine(portal: Portal, mut stopped: watch::Receiver<bool>) {
    loop {
        match portal.examinations().next().await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a file could not be examined; it is tried again"),
        }
        let examinations = portal.examinations();
        tokio::select! {
            () = examinations.bell() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// How fast originals are read for their second digest: a tenth of a core.
const READ_PER_SECOND: ByteCount = ByteCount(30_000_000);
/// After each of them, so that many small ones leave the database to others.
const BREATH: Duration = Duration::from_millis(20);

/// Computes the digests by SM3 of what has come, until the server stops.
async fn second_digests(portal: Portal, mut stopped: watch::Receiver<bool>) {
    loop {
        let pause = match portal.second_digests().next(Some(READ_PER_SECOND)).await {
            Ok(Computed::Done(_)) => BREATH,
            Ok(Computed::Nothing) => LOOK_AGAIN,
            Ok(Computed::Failed { digest, why }) => {
                tracing::warn!(%digest, why, "an original could not be read for its second digest; it is tried again");
                BREATH
            }
            Err(error) => {
                tracing::warn!(%error, "second digests could not be computed; it is tried again");
                LOOK_AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// The authority that stamps the log, where one is set.
fn authority(config: &Config) -> Result<Option<Authority>, CommandError> {
    let url = config.timestamp_url.as_str();
    let made = (!url.is_empty()).then(|| Authority::new(url)).transpose();
    made.map_err(|error| CommandError::Usage(format!("timestamp_url: {error}")))
}

/// Has the log stamped, until the server stops. A task of its own: an authority that hangs
/// holds nothing else up.
async fn stamps(portal: Portal, authority: Authority, every_minutes: u16, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = portal.stamps().queue(every_minutes).await {
            tracing::warn!(%error, "the log could not be put up for its timestamp; it is tried again");
        }
        match portal.stamps().ask(&authority).await {
            Ok(Asked::Nothing) => {}
            Ok(Asked::Held { size, stamp }) => tracing::info!(size, at = stamp.at, "the log was stamped"),
            Ok(Asked::Failed { size, why, .. }) => {
                tracing::warn!(
                    size,
                    why,
                    authority = authority.name(),
                    "the log could not be stamped; it is tried again"
                );
            }
            Err(error) => tracing::warn!(%error, "the log could not be stamped; it is tried again"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Waits for SIGTERM or SIGINT.
fn until_signalled() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_may_be_open_as_the_system_allows() {
        let limit = getrlimit(Resource::Nofile);
        let fewer = Rlimit { current: limit.maximum.map(|most| most - 1), ..limit };
        setrlimit(Resource::Nofile, fewer).unwrap();
        allow_many_files();
        assert_eq!(getrlimit(Resource::Nofile), Rlimit { current: limit.maximum, ..limit });
    }
}
