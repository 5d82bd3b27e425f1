//! Looking for malware: a clamd over TCP or a socket of this machine, where one is set up.
//!
//! Clean, found and not scanned are three answers. A limit of the engine is neither clean nor
//! a find: what is larger than the engine takes is not sent to it, and an engine that closes the
//! connection on a file and lives on has met its limit. A clamd says "OK" of what it did not look
//! through whole, unless it is set up with `AlertExceedsMax yes`; then it names the limit.

use std::{path::Path, str::FromStr, time::Duration};

use clamav_client::tokio::{Socket, Tcp, get_version, ping, scan_file};
use domain::{
    examination::{NotScanned, Scan},
    ids::ByteCount,
    time::Timestamp,
};

/// Bytes that go to the engine at a time.
const STEP: usize = 256 * 1024;
/// How long the engine may look at one file.
const PATIENCE: Duration = Duration::from_mins(3);
/// How long it may take to say who it is.
const GREETING: Duration = Duration::from_secs(5);
/// Days after which a file is shown to the engine again that it did not take: its limits may have been raised, and only
/// it knows them.
const AGAIN_DAYS: i64 = 1;

/// Where the engine is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// There is none.
    #[default]
    None,
    /// Behind a port: `tcp://host:port`.
    Tcp(String),
    /// Behind a socket of this machine: `unix:///run/clamav/clamd.ctl`.
    Unix(String),
}

/// Why a text says nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be tcp://host:port, unix:///path or empty")]
pub struct NoEngine;

impl FromStr for Engine {
    type Err = NoEngine;

    fn from_str(text: &str) -> Result<Self, NoEngine> {
        if text.is_empty() {
            return Ok(Self::None);
        }
        if let Some(address) = text.strip_prefix("tcp://") {
            let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
            let whole = port.is_some_and(|port| port.parse::<u16>().is_ok());
            return whole.then(|| Self::Tcp(address.to_owned())).ok_or(NoEngine);
        }
        let path = text.strip_prefix("unix://").filter(|path| path.starts_with('/'));
        path.map(|path| Self::Unix(path.to_owned())).ok_or(NoEngine)
    }
}

/// A search for malware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanner {
    /// Where the engine is.
    pub engine: Engine,
    /// What is larger is not sent to it.
    pub limit: ByteCount,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { engine: Engine::None, limit: ByteCount::megabytes(25) }
    }
}

impl Scanner {
    /// Why no file of this size is sent to the engine; `None` where it is.
    pub fn declines(&self, size: ByteCount, now: Timestamp) -> Option<Scan> {
        let why = if self.engine == Engine::None {
            NotScanned::NotConfigured
        } else if size > self.limit {
            NotScanned::TooLarge
        } else {
            return None;
        };
        Some(Scan::NotScanned { at: now, why })
    }

    /// Whether a file of this size that was not looked through is to be shown to the engine once more: there is one now,
    /// or it may take by now what it did not take then. Of what it could not look through while it was down, dossiers
    /// know themselves ([`domain::dossier::Dossier::due`]).
    pub fn looks_again(&self, scan: &Scan, size: ByteCount, now: Timestamp) -> bool {
        if self.engine == Engine::None {
            return false;
        }
        match scan {
            Scan::NotScanned { why: NotScanned::NotConfigured, .. } => true,
            Scan::NotScanned { at, why: NotScanned::TooLarge } => size <= self.limit && at.plus_days(AGAIN_DAYS) <= now,
            Scan::NotScanned { why: NotScanned::EngineDown | NotScanned::Waiting, .. }
            | Scan::Clean { .. }
            | Scan::Found { .. } => false,
        }
    }

    /// Looks through a file of this size.
    pub async fn scan(&self, file: &Path, size: ByteCount, now: Timestamp) -> Scan {
        if let Some(not) = self.declines(size, now) {
            return not;
        }
        let not = |why| Scan::NotScanned { at: now, why };
        let Some(engine) = self.version().await else { return not(NotScanned::EngineDown) };
        match tokio::time::timeout(PATIENCE, self.send(file)).await {
            Ok(Ok(answer)) => read(&answer, engine, now),
            // It lives and does not want this file.
            Ok(Err(error)) if hung_up(&error) && self.lives().await => not(NotScanned::TooLarge),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the malware engine did not answer");
                not(NotScanned::EngineDown)
            }
            Err(_) => not(NotScanned::EngineDown),
        }
    }

    async fn send(&self, file: &Path) -> std::io::Result<Vec<u8>> {
        match &self.engine {
            Engine::None => Err(std::io::ErrorKind::NotConnected.into()),
            Engine::Tcp(address) => scan_file(file, Tcp { host_address: address.as_str() }, Some(STEP)).await,
            Engine::Unix(path) => scan_file(file, Socket { socket_path: path.as_str() }, Some(STEP)).await,
        }
    }

    /// The engine's own name with its version and that of its signatures.
    pub async fn version(&self) -> Option<String> {
        let asked = async {
            match &self.engine {
                Engine::None => None,
                Engine::Tcp(address) => get_version(Tcp { host_address: address.as_str() }).await.ok(),
                Engine::Unix(path) => get_version(Socket { socket_path: path.as_str() }).await.ok(),
            }
        };
        let answer = tokio::time::timeout(GREETING, asked).await.ok()??;
        let text: String = String::from_utf8_lossy(&answer).trim_end_matches('\0').trim().chars().take(120).collect();
        (!text.is_empty()).then_some(text)
    }

    async fn lives(&self) -> bool {
        let asked = async {
            match &self.engine {
                Engine::None => None,
                Engine::Tcp(address) => ping(Tcp { host_address: address.as_str() }).await.ok(),
                Engine::Unix(path) => ping(Socket { socket_path: path.as_str() }).await.ok(),
            }
        };
        matches!(tokio::time::timeout(GREETING, asked).await, Ok(Some(answer)) if answer.starts_with(b"PONG"))
    }
}

/// The engine closed the connection while the file was on its way.
fn hung_up(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(error.kind(), Kind::BrokenPipe | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::UnexpectedEof)
}

/// Reads the engine's answer. Whatever is not understood is "not scanned".
fn read(answer: &[u8], engine: String, now: Timestamp) -> Scan {
    /// What clamd calls files that it did not look through whole (`AlertExceedsMax`).
    const LIMITS: &str = "Heuristics.Limits.Exceeded";
    let text = String::from_utf8_lossy(answer);
    let text = text.trim_end_matches('\0').trim();
    let not = |why| Scan::NotScanned { at: now, why };
    if text == "stream: OK" {
        return Scan::Clean { at: now, engine };
    }
    let found = text.strip_prefix("stream: ").and_then(|rest| rest.strip_suffix(" FOUND"));
    match found {
        Some(name) if name.starts_with(LIMITS) => not(NotScanned::TooLarge),
        Some(name) => Scan::Found { at: now, engine, name: name.chars().take(200).collect() },
        None if text.contains("size limit exceeded") => not(NotScanned::TooLarge),
        None => {
            tracing::warn!(answer = text, "the malware engine's answer is not understood");
            not(NotScanned::EngineDown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    #[test]
    fn only_an_ok_is_clean() {
        let read = |text: &str| read(text.as_bytes(), "clamd".to_owned(), NOW);
        assert!(matches!(read("stream: OK\0"), Scan::Clean { .. }));
        assert!(matches!(read("stream: Eicar-Test FOUND\0"), Scan::Found { name, .. } if name == "Eicar-Test"));
        for (answer, why) in [
            ("INSTREAM size limit exceeded. ERROR\0", NotScanned::TooLarge),
            ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", NotScanned::TooLarge),
            ("stream: Heuristics.Limits.Exceeded FOUND\0", NotScanned::TooLarge),
            ("stream: Can't allocate memory ERROR\0", NotScanned::EngineDown),
            ("", NotScanned::EngineDown),
            ("OK", NotScanned::EngineDown),
        ] {
            assert_eq!(read(answer), Scan::NotScanned { at: NOW, why }, "{answer}");
        }
    }

    #[test]
    fn what_was_not_looked_through_is_shown_to_an_engine_that_may_take_it_now() {
        let size = ByteCount(100);
        let scanner = |limit| Scanner { engine: Engine::Tcp("h:1".to_owned()), limit: ByteCount(limit) };
        let not = |why| Scan::NotScanned { at: NOW, why };
        let (unset, large, down) =
            (not(NotScanned::NotConfigured), not(NotScanned::TooLarge), not(NotScanned::EngineDown));
        let day = NOW.plus_days(AGAIN_DAYS);
        assert!(scanner(100).looks_again(&unset, size, NOW));
        assert!(!scanner(100).looks_again(&large, size, day.plus_minutes(-1)), "it was asked a short while ago");
        assert!(scanner(100).looks_again(&large, size, day));
        assert!(!scanner(99).looks_again(&large, size, day), "it would not be sent");
        let clean = Scan::Clean { at: NOW, engine: "clamd".to_owned() };
        let found = Scan::Found { at: NOW, engine: "clamd".to_owned(), name: "Eicar".to_owned() };
        for scan in [&clean, &found, &down] {
            assert!(!scanner(100).looks_again(scan, size, day), "{scan:?}");
        }
        for scan in [&unset, &large] {
            assert!(!Scanner::default().looks_again(scan, size, day), "there is none");
        }
    }

    #[test]
    fn an_engine_has_an_address() {
        assert_eq!("".parse(), Ok(Engine::None));
        assert_eq!("tcp://127.0.0.1:3310".parse(), Ok(Engine::Tcp("127.0.0.1:3310".to_owned())));
        assert_eq!("unix:///run/clamd".parse(), Ok(Engine::Unix("/run/clamd".to_owned())));
        for bad in ["127.0.0.1:3310", "tcp://:1", "tcp://host", "unix://run/clamd", "http://x:1"] {
            assert_eq!(bad.parse::<Engine>(), Err(NoEngine), "{bad}");
        }
    }
}
