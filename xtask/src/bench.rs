//! Figures of an optimised build: how fast it starts, how much a first page weighs, how much memory it holds, how the
//! queue behaves when it is long.

mod evidence;
mod peer;
mod tus;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::build;
use crate::command;
use crate::error::Result;
use crate::http;
use crate::portal::{Portal, Scratch};
use crate::postgres::Postgres;
use crate::steps::Steps;
use crate::tools;
use crate::workspace::{Profile, Workspace};

/// How often a start or a request is repeated before its median is taken.
const STARTS: usize = 7;
const REQUESTS: usize = 300;
/// The same for the pages of a full portal: of fewer, the slowest hundredth is chance.
const PAGES: usize = 1000;
/// Requests before the first that counts.
const WARMING: usize = 20;
/// Of the two people in a database that is filled for measuring; the database is gone afterwards.
const PASSWORD: &str = "Measured-Only-26";

/// The sizes at which the store is measured: one county's desk, and one province's.
const CASES: [u32; 2] = [1_000, 100_000];

/// A group of figures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Figures {
    /// From starting the process to being ready.
    Start,
    /// Bytes of the first page, plain and compressed.
    Page,
    /// Resident memory, idle and after requests.
    Memory,
    /// Queue and dashboard on both databases, with few and many cases.
    Store,
    /// Receiving files, beside the official tus server for Node.js, and making pictures of them, beside sharp.
    Evidence,
}

type Measure = fn(&Workspace) -> Result;

/// What measures each group, under the name that its step has.
const MEASURES: [(Figures, &str, Measure); 5] = [
    (Figures::Start, "start", start),
    (Figures::Page, "first page", page),
    (Figures::Memory, "memory", memory),
    (Figures::Store, "queue and dashboard", store),
    (Figures::Evidence, "receiving files", evidence::run),
];

/// Builds for people and prints the figures, and how long each group took.
pub(crate) fn run(workspace: &Workspace, only: Option<Figures>, as_built: bool) -> Result {
    Steps::report(|steps| {
        if !as_built {
            build::both_halves(workspace, Profile::Release, steps)?;
        }
        for (figures, name, measure) in MEASURES {
            if only.is_none_or(|only| only == figures) {
                steps.run(name, || measure(workspace))?;
            }
        }
        Ok(())
    })
}

fn start(workspace: &Workspace) -> Result {
    let binary = workspace.binary(Profile::Release);
    let mut fresh = Vec::new();
    let mut again = Vec::new();
    for _ in 0..STARTS {
        let data = Scratch::new("bench")?;
        fresh.push(Portal::start(&binary, data.path())?.ready_after);
        again.push(Portal::start(&binary, data.path())?.ready_after);
    }
    println!("\nstart to /readyz 200, median of {STARTS}");
    println!("  {:<34} {:>10}", "empty data folder (with migrations)", milliseconds(median(&mut fresh)));
    println!("  {:<34} {:>11}", "existing data folder", milliseconds(median(&mut again)));
    Ok(())
}

fn page(workspace: &Workspace) -> Result {
    let data = Scratch::new("bench")?;
    let portal = Portal::start(&workspace.binary(Profile::Release), data.path())?;
    let html = String::from_utf8_lossy(&weigh(portal.port, "/", "identity")?).into_owned();

    println!("\nfirst page, bytes over the wire");
    println!("  {:<34} {:>10} {:>10}", "", "plain", "brotli");
    let (mut without, mut all) = ([0; 2], [0; 2]);
    for path in std::iter::once("/".to_owned()).chain(loaded(&html)) {
        let sizes = [weigh(portal.port, &path, "identity")?.len(), weigh(portal.port, &path, "br")?.len()];
        println!("  {path:<34} {:>10} {:>10}", sizes[0], sizes[1]);
        let script = path.contains(".js") || path.contains(".mjs") || path.contains(".wasm");
        for (index, size) in sizes.iter().enumerate() {
            all[index] += size;
            without[index] += if script { 0 } else { *size };
        }
    }
    println!("  {:<34} {:>10} {:>10}", "all without scripts and wasm", without[0], without[1]);
    println!("  {:<34} {:>10} {:>10}", "all", all[0], all[1]);
    Ok(())
}

fn memory(workspace: &Workspace) -> Result {
    let data = Scratch::new("bench")?;
    let portal = Portal::start(&workspace.binary(Profile::Release), data.path())?;
    std::thread::sleep(Duration::from_secs(1));
    let idle = portal.resident()?;
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let started = Instant::now();
        weigh(portal.port, "/", "br")?;
        times.push(started.elapsed());
    }
    println!("\nmemory and first page, {REQUESTS} requests one after another");
    println!("  {:<34} {:>10}", "resident when idle", megabytes(idle));
    println!("  {:<34} {:>10}", "resident afterwards", megabytes(portal.resident()?));
    println!("  {:<34} {:>10}", "GET / median", milliseconds(median(&mut times)));
    println!("  {:<34} {:>10}", "GET / slowest", milliseconds(times.last().copied().unwrap_or_default()));
    Ok(())
}

/// One page on one database: which, and its times.
struct PageTimes {
    page: &'static str,
    slow: Duration,
}

/// Pages as a person gets them, over HTTP, from a portal on a database of each kind and size.
fn store(workspace: &Workspace) -> Result {
    tools::ensure_postgres()?;
    println!("\npages of a full portal, {PAGES} requests one after another, milliseconds");
    println!(
        "  {:<10} {:>8} {:<14} {:>9} {:>9} {:>12} {:>12}",
        "database", "cases", "page", "median", "99 %", "RSS idle", "RSS after"
    );
    let (mut sqlite, mut postgresql) = (Vec::new(), Vec::new());
    for cases in CASES {
        let data = Scratch::new("bench")?;
        let file = data.path().join("bench.sqlite");
        sqlite.push(full(workspace, "SQLite", cases, &format!("sqlite://{}?mode=rwc", file.display()))?);
        // A cluster for each size: the second run must not find the first one's rows.
        let postgres = Postgres::start()?;
        postgresql.push(full(workspace, "PostgreSQL", cases, &postgres.url())?);
    }
    println!("\n99 % with {} cases, as a multiple of that with {} (target: at most 1.5)", CASES[1], CASES[0]);
    for (database, sizes) in [("SQLite", sqlite), ("PostgreSQL", postgresql)] {
        for (few, many) in sizes[0].iter().zip(&sizes[1]) {
            let ratio = many.slow.as_secs_f64() / few.slow.as_secs_f64();
            println!("  {database:<10} {:<14} {ratio:>9.2}", few.page);
        }
    }
    Ok(())
}

/// Fills a database with the portal's example `fill_store` and measures both pages on it.
fn full(workspace: &Workspace, database: &str, cases: u32, url: &str) -> Result<Vec<PageTimes>> {
    let mut fill = workspace.cargo();
    fill.args(["run", "--locked", "--release", "--quiet", "--package", "portal", "--example", "fill_store", "--"]);
    command::run(fill.args([&cases.to_string(), url, PASSWORD]))?;
    let mut found = Vec::new();
    for (login, page) in [("officer", "/review"), ("statistician", "/dashboard")] {
        let data = Scratch::new("bench")?;
        let portal = Portal::start_on(&workspace.binary(Profile::Release), data.path(), Some(url))?;
        std::thread::sleep(Duration::from_secs(1));
        let idle = portal.resident()?;
        let form = format!("login={login}&password={PASSWORD}");
        let cookies = http::post(portal.port, "/api/account/login", &form)?.cookies;
        let mut times = Vec::new();
        for request in 0..WARMING + PAGES {
            let started = Instant::now();
            let answer = http::get_as(portal.port, page, &cookies)?;
            if answer.status != 200 {
                return Err(format!("{page} answered {} to {login}", answer.status).into());
            }
            if request >= WARMING {
                times.push(started.elapsed());
            }
        }
        let middle = milliseconds(median(&mut times));
        let slow = times[times.len() * 99 / 100];
        found.push(PageTimes { page, slow });
        let slow = milliseconds(slow);
        let (idle, after) = (megabytes(idle), megabytes(portal.resident()?));
        println!("  {database:<10} {cases:>8} {page:<14} {middle:>9} {slow:>9} {idle:>12} {after:>12}");
    }
    Ok(found)
}

/// The bytes of one answer, which must be a good one.
fn weigh(port: u16, path: &str, encoding: &str) -> Result<Vec<u8>> {
    let answer = http::get(port, path, encoding)?;
    if answer.status == 200 { Ok(answer.body) } else { Err(format!("{path} answered {}", answer.status).into()) }
}

/// What a browser loads along with a page: our own style sheets, scripts, wasm and icons, each once.
fn loaded(html: &str) -> BTreeSet<String> {
    const KINDS: [&str; 7] = [".css", ".js", ".mjs", ".wasm", ".svg", ".png", ".ico"];
    html.split(['"', '\''])
        .filter(|text| text.starts_with('/') && !text.starts_with("//") && !text.contains([' ', '<', '{']))
        .filter(|text| KINDS.iter().any(|kind| text.split('?').next().unwrap_or_default().ends_with(kind)))
        .map(str::to_owned)
        .collect()
}

/// The middle value; sorts the times.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_what_it_loads() {
        let html = r#"<link href="/pkg/wugan.css"><link href="/pkg/wugan.wasm"><a href="/cases/3">x</a>
            <img src='/emblem.svg?v=2'><script src="//elsewhere/x.js"></script><link href="/pkg/wugan.css">"#;
        let found: Vec<_> = loaded(html).into_iter().collect();
        assert_eq!(found, ["/emblem.svg?v=2", "/pkg/wugan.css", "/pkg/wugan.wasm"]);
    }

    #[test]
    fn the_median_is_the_middle() {
        let mut times = [9, 1, 5].map(Duration::from_millis);
        assert_eq!(median(&mut times), Duration::from_millis(5));
        assert_eq!(median(&mut []), Duration::ZERO);
    }
}
