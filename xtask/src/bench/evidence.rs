//! Receiving files: how much of the processor a byte takes, how fast, how long the slowest wait, how much memory many
//! senders take. The official tus server for Node.js does the same in the same run, in turns, so that whatever else the
//! machine does meets both. It neither hashes nor waits for the disk; ours does both, and is measured a second time
//! without waiting (under `eatmydata`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::peer::Peer;
use super::tus::{Connection, Door, Outcome, PIECE};
use crate::command;
use crate::error::{Explain, Result};
use crate::portal::{Portal, Scratch};
use crate::process;
use crate::site;
use crate::tools;
use crate::workspace::{Profile, Workspace};

/// How often everything is measured; each is told as the median and its range.
const ROUNDS: usize = 5;
/// Files of a round, and how large they are in pieces.
const FILES: usize = 16;
const PIECES: usize = 16;
/// Files on their way at once.
const AT_ONCE: usize = 4;
/// Photos of a round, sent by so many people at once.
const PHOTOS: usize = 160;
const PEOPLE: usize = 8;
/// Uploads that are open at once where memory is measured.
const OPEN: usize = 200;
/// How often a silent socket is taken over from.
const TAKEN_OVER: usize = 20;

/// What one round came to.
#[derive(Clone, Copy)]
struct Round {
    mib_per_second: f64,
    cpu_ms_per_mib: f64,
    p50: f64,
    p99: f64,
}

/// A server under measure.
struct Server {
    name: &'static str,
    door: Door,
    pid: u32,
    /// Where it keeps what was sent.
    files: PathBuf,
}

/// Somebody who sends photos.
struct Person {
    token: String,
    case: String,
    lines: Vec<String>,
}

/// Prints the figures of receiving files.
pub(super) fn run(workspace: &Workspace) -> Result {
    tools::ensure_peers(workspace)?;
    let scratch = Scratch::new("bench")?;
    let (people, photo) = fill(workspace, scratch.path())?;
    let data = scratch.path().join("synced");
    let unsynced = scratch.path().join("unsynced");
    for folder in [&data, &unsynced] {
        fs::create_dir_all(folder).explain(|| format!("cannot make {}", folder.display()))?;
        let (from, to) = (scratch.path().join("wugan.sqlite"), folder.join("wugan.sqlite"));
        fs::copy(&from, &to).explain(|| format!("cannot copy {}", from.display()))?;
    }
    let binary = workspace.binary(Profile::Release);
    let many =
        [("WUGAN_RULES__EVIDENCE__SENDERS_PER_PERSON", "1000"), ("WUGAN_RULES__EVIDENCE__SENDERS_IN_ALL", "1000")];
    let ours = Portal::start_with(&binary, &data, &many)?;
    let preload = command::output(Command::new("eatmydata").args(["sh", "-c", "echo $LD_PRELOAD"]))?;
    let without = [many[0], many[1], ("LD_PRELOAD", preload.as_str())];
    let ours_without = Portal::start_with(&binary, &unsynced, &without)?;
    let peer_files = scratch.path().join("peer");
    let peer = Peer::start(workspace, &peer_files)?;
    let door =
        |port| Door { port, path: "/api/v1/uploads", authorization: Some(format!("Bearer {}", people[0].token)) };
    let servers = [
        Server { name: "ours", door: door(ours.port), pid: ours.pid(), files: data.join("spool/uploads") },
        Server {
            name: "ours, disk not waited for",
            door: door(ours_without.port),
            pid: ours_without.pid(),
            files: unsynced.join("spool/uploads"),
        },
        Server {
            name: "@tus/server (neither hash nor disk)",
            door: Door { port: peer.port, path: "/files", authorization: None },
            pid: peer.pid(),
            files: peer_files,
        },
    ];
    hash_limit()?;
    pieces(&servers)?;
    photos(&servers, &people, &photo)?;
    take_over(&servers)?;
    memory(&binary, scratch.path())?;
    derivatives(workspace)
}

/// People with cases, and a photo, made by the portal's example `fill_evidence`.
fn fill(workspace: &Workspace, folder: &Path) -> Result<(Vec<Person>, Vec<u8>)> {
    let mut fill = workspace.cargo();
    fill.args(["run", "--locked", "--release", "--quiet", "--package", "portal", "--example", "fill_evidence", "--"]);
    let told = command::output(fill.arg(folder).arg(PEOPLE.to_string()))?;
    let people = told.lines().map(|line| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some(Person { token: words.next()?, case: words.next()?, lines: words.collect() })
    });
    let people: Option<Vec<Person>> = people.collect();
    let people =
        people.filter(|people| people.len() == PEOPLE).explain(|| "fill_evidence told too little".to_owned())?;
    let file = folder.join("photo.jpg");
    let photo = fs::read(&file).explain(|| format!("cannot read {}", file.display()))?;
    Ok((people, photo))
}

/// What the processor can hash at all, by the fastest program at hand.
fn hash_limit() -> Result {
    let mut openssl = Command::new("openssl");
    openssl.args(["speed", "-seconds", "2", "-bytes", "65536", "-evp", "sha256"]).stderr(std::process::Stdio::null());
    let output = openssl.output().explain(|| "cannot start openssl".to_owned())?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = told.lines().last().unwrap_or_default();
    println!("\nopenssl speed -evp sha256, blocks of 64 KiB: {last}");
    Ok(())
}

/// 16 files of 16 MiB in pieces of 1 MiB, four at once.
fn pieces(servers: &[Server]) -> Result {
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
    let ratio = |of: fn(&Round) -> f64| pairwise(&rounds[&0], &rounds[&(servers.len() - 1)], of);
    println!("  MiB/s, ours ÷ @tus/server (target: at least 3): {}", ratio(|round| round.mib_per_second));
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

/// Photos of 300 KiB, eight people at once: from the announcement to the receipt, or to the last byte where there is none.
fn photos(servers: &[Server], people: &[Person], photo: &[u8]) -> Result {
    let mut rounds: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let number = AtomicUsize::new(0);
    for round in 0..ROUNDS {
        for index in turns(servers.len(), round) {
            let server = &servers[index];
            let began = Instant::now();
            let sent: Outcome = std::thread::scope(|scope| {
                let number = &number;
                let send = move |person: &Person| -> Outcome {
                    let authorization = server.door.authorization.as_ref().map(|_| format!("Bearer {}", person.token));
                    let mut connection = Connection::open(&Door { authorization, ..server.door.clone() })?;
                    for of in 0..PHOTOS / PEOPLE {
                        let line = &person.lines[(round * PHOTOS / PEOPLE + of) % person.lines.len()];
                        let bytes = numbered(photo, number.fetch_add(1, Ordering::Relaxed));
                        let metadata = format!("filename YS5qcGc=,case {},line {}", base64(&person.case), base64(line));
                        let path = connection.create(bytes.len(), &metadata)?;
                        connection.patch(&path, 0, &bytes)?;
                    }
                    Ok(())
                };
                let threads: Vec<_> = people.iter().map(|person| scope.spawn(move || send(person))).collect();
                threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?)
            });
            sent?;
            #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
            rounds.entry(index).or_default().push(PHOTOS as f64 / began.elapsed().as_secs_f64());
        }
    }
    println!(
        "\n{PHOTOS} photos of {} KiB, {PEOPLE} people at once; a second, median (range) of {ROUNDS} rounds",
        photo.len() / 1024
    );
    for (index, rounds) in &rounds {
        println!("  {:<36} {:>22}", servers[*index].name, spread(rounds.clone()));
    }
    let last = servers.len() - 1;
    println!(
        "  ours (to the receipt) ÷ @tus/server (to the last byte) (target: at least 2): {}",
        pairwise(&rounds[&0], &rounds[&last], |a| *a)
    );
    Ok(())
}

/// A newer request for an upload whose sender is silent, with its socket open.
fn take_over(servers: &[Server]) -> Result {
    println!("\ntaking over from a silent, open socket; seconds until HEAD is answered, median and slowest");
    for server in [&servers[0], &servers[servers.len() - 1]] {
        let times = if server.door.authorization.is_some() { TAKEN_OVER } else { TAKEN_OVER / 5 };
        let taken: Outcome<Vec<Duration>> = (0..times).map(|_| taken_over(&server.door)).collect();
        let mut taken = taken?;
        let middle = super::median(&mut taken).as_secs_f64();
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
fn memory(binary: &Path, scratch: &Path) -> Result {
    let data = scratch.join("memory");
    fs::create_dir_all(&data).explain(|| format!("cannot make {}", data.display()))?;
    let file = scratch.join("wugan.sqlite");
    fs::copy(&file, data.join("wugan.sqlite")).explain(|| format!("cannot copy {}", file.display()))?;
    let told = fs::read_to_string(scratch.join("token")).explain(|| "fill_evidence left no token".to_owned())?;
    let many =
        [("WUGAN_RULES__EVIDENCE__SENDERS_PER_PERSON", "1000"), ("WUGAN_RULES__EVIDENCE__SENDERS_IN_ALL", "1000")];
    let portal = Portal::start_with(binary, &data, &many)?;
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

/// Views and thumbnails of a 12-megapixel photo, where both sides of the comparison are there.
fn derivatives(workspace: &Workspace) -> Result {
    let (ours, sharp) = (workspace.root().join("media/examples/derive_bench.rs"), workspace.peers().join("sharp.mjs"));
    println!("\n12-megapixel JPEG → 1600 px and 320 px, CPU ms an image (target: at most what sharp takes)");
    if !ours.is_file() || !sharp.is_file() {
        println!("  not measured: media/examples/derive_bench.rs or xtask/bench/sharp.mjs is missing");
        return Ok(());
    }
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--locked", "--release", "--quiet", "--package", "media", "--example", "derive_bench"]);
    println!("{}", command::output(&mut cargo)?);
    println!("{}", command::output(Command::new("node").current_dir(workspace.peers()).arg("sharp.mjs"))?);
    Ok(())
}

/// The order of a round: forwards, and backwards in the next.
fn turns(count: usize, round: usize) -> Vec<usize> {
    if round.is_multiple_of(2) { (0..count).collect() } else { (0..count).rev().collect() }
}

/// Bytes that do not shrink, the same in every run (xorshift64*).
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size);
    while bytes.len() < size {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// The photo with a comment of its own (ITU-T T.81, B.2.4.5), so that no two are the same.
fn numbered(photo: &[u8], number: usize) -> Vec<u8> {
    let mut bytes = photo.get(..2).unwrap_or_default().to_vec();
    let comment = format!("{number:020}");
    bytes.extend_from_slice(&[0xff, 0xfe, 0, 22]);
    bytes.extend_from_slice(comment.as_bytes());
    bytes.extend_from_slice(photo.get(2..).unwrap_or_default());
    bytes
}

/// Base64 of a short text (RFC 4648, 4).
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn mebibytes(bytes: u64) -> String {
    format!("{}.{} MiB", bytes >> 20, (bytes >> 10) % 1024 * 10 / 1024)
}

/// The middle, with the least and the most.
fn spread(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    match (values.get(values.len() / 2), values.first(), values.last()) {
        (Some(middle), Some(least), Some(most)) => format!("{middle:.2} ({least:.2}–{most:.2})"),
        _ => "-".to_owned(),
    }
}

/// How many times as much, round by round.
fn pairwise<T>(ours: &[T], theirs: &[T], of: impl Fn(&T) -> f64) -> String {
    spread(ours.iter().zip(theirs).map(|(ours, theirs)| of(ours) / of(theirs)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_encoded_as_the_standard_has_them() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text), encoded);
        }
    }

    #[test]
    fn the_spread_has_the_middle_and_both_ends() {
        assert_eq!(spread(vec![3.0, 1.0, 2.0]), "2.00 (1.00–3.00)");
        assert_eq!(turns(3, 1), [2, 1, 0]);
    }
}
