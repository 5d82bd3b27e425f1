//! Uploads that stay open: taking over from a silent one, and the memory that many take.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::figures::noise;
use super::{MANY, Server};
use crate::bench::median;
use crate::bench::tus::{Connection, Door, Outcome, PIECE};
use crate::error::{Explain, Result};
use crate::portal::Portal;

/// Uploads that are open at once where memory is measured.
const OPEN: usize = 200;
/// How often a silent socket is taken over from.
const TAKEN_OVER: usize = 20;

/// A newer request for an upload whose sender is silent, with its socket open.
pub(super) fn take_over(servers: &[Server]) -> Result {
    println!("\ntaking over from a silent, open socket; seconds until HEAD is answered, median and slowest");
    for server in [&servers[0], &servers[servers.len() - 1]] {
        let times = if server.door.authorization.is_some() { TAKEN_OVER } else { TAKEN_OVER / 5 };
        let taken: Outcome<Vec<Duration>> = (0..times).map(|_| taken_over(&server.door)).collect();
        let mut taken = taken?;
        let middle = median(&mut taken).as_secs_f64();
        let slowest = taken.last().map_or(0.0, Duration::as_secs_f64);
        println!("  {:<36} {middle:>10.3} {slowest:>10.3}   ({times} times)", server.name);
    }
    println!("  target: at most 0.3 s each");
    Ok(())
}

fn taken_over(door: &Door) -> Outcome<Duration> {
    let mut silent = Connection::open(door)?;
    let bytes = vec![7; 300 * 1024];
    let path = silent.create(2 * bytes.len(), "filename YQ==")?;
    silent.announce(&path, 0, 2 * bytes.len())?;
    silent.push(&bytes)?;
    std::thread::sleep(Duration::from_millis(200));
    let mut newer = Connection::open(door)?;
    let began = Instant::now();
    let offset = newer.look(&path)?.header("upload-offset").and_then(|offset| offset.parse::<usize>().ok());
    let took = began.elapsed();
    // What came over the silent one is there, and the upload goes on from it.
    let offset = offset.ok_or("HEAD without an offset")?;
    newer.patch(&path, offset, &vec![7; 2 * bytes.len() - offset])?;
    Ok(took)
}

/// 200 uploads that are open at once, each with a piece under way.
pub(super) fn memory(binary: &Path, scratch: &Path) -> Result {
    let data = scratch.join("memory");
    fs::create_dir_all(&data).explain(|| format!("cannot make {}", data.display()))?;
    let file = scratch.join("wugan.sqlite");
    fs::copy(&file, data.join("wugan.sqlite")).explain(|| format!("cannot copy {}", file.display()))?;
    let told = fs::read_to_string(scratch.join("token")).explain(|| "fill_evidence left no token".to_owned())?;
    let portal = Portal::start_with(binary, &data, &MANY)?;
    let door =
        Door { port: portal.port, path: "/api/v1/uploads", authorization: Some(format!("Bearer {}", told.trim())) };
    std::thread::sleep(Duration::from_secs(1));
    let idle = portal.resident()?;
    let mut open = Vec::new();
    let bytes = noise(PIECE / 2, 9);
    let mut most = 0;
    for _ in 0..OPEN {
        let mut connection = Connection::open(&door)?;
        let path = connection.create(2 * PIECE, "filename YQ==")?;
        connection.announce(&path, 0, 2 * PIECE)?;
        connection.push(&bytes)?;
        open.push(connection);
        most = most.max(portal.resident()?);
    }
    // They go on in small pieces, all of them.
    for _ in 0..8 {
        for connection in &mut open {
            connection.push(&bytes[..4096])?;
        }
        most = most.max(portal.resident()?);
    }
    println!("\nmemory with {OPEN} uploads open, each in the middle of a piece");
    println!("  {:<36} {:>10}", "resident when idle", mebibytes(idle));
    println!("  {:<36} {:>10}   (target: at most 40 MiB)", "most over idle", mebibytes(most.saturating_sub(idle)));
    Ok(())
}

fn mebibytes(bytes: u64) -> String {
    format!("{}.{} MiB", bytes >> 20, (bytes >> 10) % 1024 * 10 / 1024)
}
