//! Large files in pieces: how fast, how much of the processor, how long the slowest wait.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::figures::{middle, noise, pairwise, spread, turns};
use super::{ROUNDS, Server};
use crate::bench::tus::{Connection, Outcome, PIECE};
use crate::error::{Explain, Result};
use crate::process;
use crate::site;

/// Files of a round, and how large they are in pieces.
pub(super) const FILES: usize = 16;
pub(super) const PIECES: usize = 16;
/// Files on their way at once.
pub(super) const AT_ONCE: usize = 4;

/// What one round came to.
#[derive(Clone, Copy)]
struct Round {
    mib_per_second: f64,
    cpu_ms_per_mib: f64,
    p50: f64,
    p99: f64,
}

/// 16 files of 16 MiB in pieces of 1 MiB, four at once; `fastest` is what the work alone comes to, in MiB/s.
pub(super) fn pieces(servers: &[Server], fastest: Option<f64>) -> Result {
    let mut rounds: BTreeMap<usize, Vec<Round>> = BTreeMap::new();
    for number in 0..ROUNDS {
        let content = noise(FILES * PIECES * PIECE, number as u64);
        for index in turns(servers.len(), number) {
            let round = piece_round(&servers[index], &content)?;
            rounds.entry(index).or_default().push(round);
        }
    }
    println!(
        "\n{FILES} files of {PIECES} MiB in PATCHes of 1 MiB, {AT_ONCE} at once; median (range) of {ROUNDS} rounds in turns"
    );
    println!("  {:<36} {:>22} {:>20} {:>20} {:>20}", "", "MiB/s", "CPU ms/MiB", "PATCH p50 ms", "p99 ms");
    for (index, rounds) in &rounds {
        let of = |figure: fn(&Round) -> f64| spread(rounds.iter().map(figure).collect());
        println!(
            "  {:<36} {:>22} {:>20} {:>20} {:>20}",
            servers[*index].name,
            of(|round| round.mib_per_second),
            of(|round| round.cpu_ms_per_mib),
            of(|round| round.p50),
            of(|round| round.p99)
        );
    }
    let ratio =
        |ours: usize| pairwise(&rounds[&ours], &rounds[&(servers.len() - 1)], |round: &Round| round.mib_per_second);
    println!("  MiB/s, ours ÷ @tus/server (target: at least 3): {}", ratio(0));
    println!("  the same where nobody waits for the disk: {}", ratio(1));
    let theirs = middle(rounds[&(servers.len() - 1)].iter().map(|round| round.mib_per_second).collect());
    if let (Some(fastest), Some(theirs)) = (fastest, theirs) {
        println!("  receiving, hashing, writing and syncing alone ÷ @tus/server: {:.2}", fastest / theirs);
    }
    println!("  targets for ours: CPU at most 2.0 ms/MiB, p99 at most 60 ms");
    Ok(())
}

fn piece_round(server: &Server, content: &[u8]) -> Result<Round> {
    let next = AtomicUsize::new(0);
    let before = process::processor_time(server.pid)?;
    let began = Instant::now();
    let sent: Outcome<Vec<(Vec<String>, Vec<Duration>)>> = std::thread::scope(|scope| {
        let send = || -> Outcome<(Vec<String>, Vec<Duration>)> {
            let mut connection = Connection::open(&server.door)?;
            let (mut paths, mut times) = (Vec::new(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = content.chunks(PIECES * PIECE).nth(number) else { return Ok((paths, times)) };
                let path = connection.create(file.len(), "filename YQ==")?;
                for (index, piece) in file.chunks(PIECE).enumerate() {
                    times.push(connection.patch(&path, index * PIECE, piece)?);
                }
                paths.push(path);
            }
        };
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?).collect()
    });
    let took = began.elapsed();
    let used = process::processor_time(server.pid)?.saturating_sub(before);
    let (paths, times): (Vec<_>, Vec<_>) = sent?.into_iter().unzip();
    compare(&server.files, content.chunks(PIECES * PIECE))?;
    let mut connection = Connection::open(&server.door)?;
    for path in paths.concat() {
        connection.end(&path)?;
    }
    let mut times = times.concat();
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let mib = (content.len() / PIECE) as f64;
    Ok(Round {
        mib_per_second: mib / took.as_secs_f64(),
        cpu_ms_per_mib: used.as_secs_f64() * 1000.0 / mib,
        p50: milliseconds(times[times.len() / 2]),
        p99: milliseconds(times[times.len() * 99 / 100]),
    })
}

/// That a folder has exactly these files, whatever their names.
fn compare<'a>(folder: &Path, sent: impl Iterator<Item = &'a [u8]>) -> Result {
    let mut wanted: Vec<_> = sent.map(Sha256::digest).collect();
    let mut found = Vec::new();
    for file in site::files(folder)? {
        // Each server keeps notes of its own beside the files.
        if file.extension().is_some_and(|extension| extension == "json") {
            continue;
        }
        found.push(Sha256::digest(fs::read(&file).explain(|| format!("cannot read {}", file.display()))?));
    }
    wanted.sort_unstable();
    found.sort_unstable();
    if wanted == found { Ok(()) } else { Err(format!("{} does not hold what was sent", folder.display()).into()) }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
