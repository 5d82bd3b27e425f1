//! What a process costs, as the kernel counts it (proc(5)).

use std::fs;
use std::time::Duration;

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
