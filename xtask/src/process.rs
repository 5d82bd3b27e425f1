//! What a process costs, as the kernel counts it (proc(5)).

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::command;
use crate::error::{Explain, Result};

/// Processor time that a process has used so far, its own and the kernel's for it, with all threads.
pub(crate) fn processor_time(pid: u32) -> Result<Duration> {
    let file = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&file).explain(|| format!("cannot read {file}"))?;
    // The name in brackets may hold anything; the 14th and 15th fields count from before it.
    let after = text.rsplit_once(')').explain(|| format!("{file} has no name"))?.1;
    let mut fields = after.split_whitespace().skip(11).map(str::parse::<u64>);
    match (fields.next(), fields.next()) {
        (Some(Ok(user)), Some(Ok(system))) => {
            let per_second = command::output(std::process::Command::new("getconf").arg("CLK_TCK"))?;
            let per_second: u64 = per_second.parse().explain(|| "CLK_TCK is no number".to_owned())?;
            Ok(Duration::from_millis((user + system) * 1000 / per_second.max(1)))
        }
        _ => Err(format!("{file} has no times").into()),
    }
}

/// Processor time that this thread has used so far.
pub(crate) fn own_time() -> std::io::Result<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = told.split_whitespace().next().and_then(|first| first.parse().ok());
    // Some kernels have the file and do not count.
    let nanoseconds = nanoseconds.filter(|nanoseconds| *nanoseconds > 0);
    nanoseconds.map(Duration::from_nanos).ok_or_else(|| std::io::Error::other("schedstat tells no time"))
}

/// How long the machine is watched, and how long it may take until it has nothing to do.
const WATCHED: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_mins(3);

/// Waits until nine tenths of the machine have nothing to do, for three minutes at most.
pub(crate) fn rest() -> Result {
    let end = Instant::now() + PATIENCE;
    let mut before = machine()?;
    loop {
        thread::sleep(WATCHED);
        let now = machine()?;
        let (all, idle) = (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1));
        if all > 0 && idle * 10 >= all * 9 {
            return Ok(());
        }
        if Instant::now() > end {
            println!("note: the machine does not come to rest; what follows shares it with something else");
            return Ok(());
        }
        before = now;
    }
}

/// Ticks of all processors together so far, and those of them that were idle and waited for no disk (proc(5)).
fn machine() -> Result<(u64, u64)> {
    let told = fs::read_to_string("/proc/stat").explain(|| "cannot read /proc/stat".to_owned())?;
    let ticks: Vec<u64> = told.lines().next().map_or_else(Vec::new, |line| {
        // What is counted for guests is counted as the user's as well.
        line.split_whitespace().skip(1).take(8).filter_map(|ticks| ticks.parse().ok()).collect()
    });
    let idle = ticks.get(3).explain(|| "/proc/stat has no ticks".to_owned())?;
    Ok((ticks.iter().sum(), *idle))
}

/// The memory a process holds, in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let file = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&file).explain(|| format!("cannot read {file}"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|value| value.split_whitespace().next())
        .and_then(|kilobytes| kilobytes.parse::<u64>().ok())
        .map(|kilobytes| kilobytes * 1024)
        .explain(|| format!("{file} has no VmRSS"))
}
