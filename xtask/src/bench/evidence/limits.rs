//! What the machine allows at all: programs that do a part of the same work and nothing else.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::ROUNDS;
use super::figures::{middle, noise, spread};
use super::pieces::{AT_ONCE, FILES, PIECES};
use crate::bench::tus::PIECE;
use crate::error::{Explain, Result};
use crate::process;

/// Pieces of a round for each that is at work at the same moment.
const EACH: usize = FILES * PIECES / AT_ONCE;
/// How much is taken from a socket at a time.
const STEP: usize = 256 * 1024;

/// What the processor can hash at all, by the fastest program at hand.
pub(super) fn hash_limit() -> Result {
    let mut openssl = Command::new("openssl");
    openssl.args(["speed", "-seconds", "2", "-bytes", "65536", "-evp", "sha256"]).stderr(std::process::Stdio::null());
    let output = openssl.output().explain(|| "cannot start openssl".to_owned())?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = told.lines().last().unwrap_or_default();
    println!("\nopenssl speed -evp sha256, blocks of 64 KiB: {last}");
    Ok(())
}

/// What the disk takes of the same pieces, written and synced one by one, so many files at once: nobody who waits
/// for the disk is faster.
pub(super) fn disk_limit(folder: &Path) -> Result {
    let content = noise(PIECE, 0);
    let write = |number: usize| -> std::io::Result<Duration> {
        let path = folder.join(format!("limit-{number}"));
        let mut file = fs::File::create(&path)?;
        for _ in 0..EACH {
            file.write_all(&content)?;
            file.sync_data()?;
        }
        fs::remove_file(path)?;
        Ok(Duration::ZERO)
    };
    let (speeds, _) = rounds(&write).explain(|| format!("cannot write in {}", folder.display()))?;
    let speed = spread(speeds);
    println!("the disk alone, pieces of 1 MiB written and synced by {AT_ONCE} at once: {speed} MiB/s");
    Ok(())
}

/// What the processor takes to receive the same pieces over the same network, hash, write and sync them, and to say
/// so with one byte: no request, no row, no rights. Nobody who does that work takes less. How many MiB a second that
/// comes to.
pub(super) fn work_limit(folder: &Path) -> Result<f64> {
    let content = noise(PIECE, 0);
    let receive = |number: usize| -> std::io::Result<Duration> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let door = listener.local_addr()?;
        thread::scope(|scope| {
            let sender = scope.spawn(|| send(door, &content));
            let (mut stream, _) = listener.accept()?;
            let before = process::own_time()?;
            let path = folder.join(format!("limit-{number}"));
            let mut file = fs::File::create(&path)?;
            let mut hash = Sha256::new();
            let mut buffer = vec![0; STEP];
            for _ in 0..EACH {
                let mut left = PIECE;
                while left > 0 {
                    let most = left.min(STEP);
                    let got = stream.read(&mut buffer[..most])?;
                    if got == 0 {
                        return Err(std::io::ErrorKind::UnexpectedEof.into());
                    }
                    hash.update(&buffer[..got]);
                    file.write_all(&buffer[..got])?;
                    left -= got;
                }
                file.sync_data()?;
                stream.write_all(&[1])?;
            }
            std::hint::black_box(hash.finalize());
            let used = process::own_time()?.saturating_sub(before);
            fs::remove_file(path)?;
            joined(sender)?;
            Ok(used)
        })
    };
    let (speeds, used) = rounds(&receive).explain(|| format!("cannot receive into {}", folder.display()))?;
    let fastest = middle(speeds.clone()).unwrap_or_default();
    let (speed, used) = (spread(speeds), spread(used));
    println!(
        "receiving, hashing, writing and syncing alone, {AT_ONCE} at once: {used} ms of the processor for a MiB, {speed} MiB/s"
    );
    Ok(fastest)
}

/// Sends pieces, each when the one before was taken.
fn send(door: std::net::SocketAddr, content: &[u8]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(door)?;
    stream.set_nodelay(true)?;
    for _ in 0..EACH {
        stream.write_all(content)?;
        stream.read_exact(&mut [0])?;
    }
    Ok(())
}

fn joined<T>(thread: ScopedJoinHandle<'_, std::io::Result<T>>) -> std::io::Result<T> {
    thread.join().unwrap_or_else(|_| Err(std::io::Error::other("a thread panicked")))
}

/// MiB/s, and milliseconds of the processor for each MiB, of so many at work at once.
fn rounds(work: &(impl Fn(usize) -> std::io::Result<Duration> + Sync)) -> std::io::Result<(Vec<f64>, Vec<f64>)> {
    let (mut speed, mut used) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let times = thread::scope(|scope| {
            let threads: Vec<_> = (0..AT_ONCE).map(|number| scope.spawn(move || work(number))).collect();
            threads.into_iter().map(joined).collect::<std::io::Result<Vec<Duration>>>()
        })?;
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let mib = (FILES * PIECES) as f64;
        speed.push(mib / began.elapsed().as_secs_f64());
        used.push(times.iter().sum::<Duration>().as_secs_f64() * 1000.0 / mib);
    }
    Ok((speed, used))
}
