//! Starts workers, and ends those that do not end by themselves. Blocks.

use std::{
    io::{self, Read, Write},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use domain::{dossier::NoPicture, item::EvidenceKind};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{Answer, Job};

/// An answer is not longer.
const LARGEST_ANSWER: u64 = 256 * 1024;
/// How often it is asked whether a worker has ended.
const LOOK: Duration = Duration::from_millis(5);

/// How workers are started.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The program.
    pub program: PathBuf,
    /// What makes it a worker.
    pub arguments: Vec<String>,
}

/// Seconds that a worker has, by the clock on the wall.
const fn patience(kind: EvidenceKind) -> Duration {
    match kind {
        EvidenceKind::Photo => Duration::from_mins(1),
        EvidenceKind::Video => Duration::from_mins(18),
        EvidenceKind::Document => Duration::from_mins(3),
    }
}

impl Shop {
    /// Has a job done by a worker of its own.
    ///
    /// # Errors
    /// [`io::Error`] when no worker can be started: the file is not at fault. A worker
    /// that ends without an answer is `Ok(Err(_))`.
    pub fn run(&self, job: &Job) -> io::Result<Result<Answer, NoPicture>> {
        self.run_within(job, patience(job.media.kind()))
    }

    /// The same with a patience of one's own.
    ///
    /// # Errors
    /// As [`Shop::run`].
    pub fn run_within(&self, job: &Job, patience: Duration) -> io::Result<Result<Answer, NoPicture>> {
        let mut command = Command::new(&self.program);
        // A group of its own, so that programs that it starts end with it.
        command.args(&self.arguments).env_clear().process_group(0);
        // A decoded photo takes tens of megabytes: in large pages they come with a fifth of the faults, and a photo of 12
        // megapixels takes a seventh less of the processor. Where the C library is another one, nothing comes of it.
        // One arena, so that the worker's second thread, which only sleeps, takes nothing of its address space.
        command.env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let text = serde_json::to_vec(job)?;
        if let Some(mut input) = child.stdin.take()
            && let Err(error) = input.write_all(&text)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            end(&mut child);
            return Err(error);
        }
        let output = child.stdout.take();
        // Read beside, so that a worker that says much is not held up for ever.
        let reader = std::thread::spawn(move || {
            let mut said = Vec::new();
            let read = output.map_or(Ok(0), |output| output.take(LARGEST_ANSWER).read_to_end(&mut said));
            read.map(|_| said)
        });
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break Some(status);
            }
            if began.elapsed() > patience {
                break None;
            }
            std::thread::sleep(LOOK);
        };
        // Also when it has ended: what it started may not have.
        end(&mut child);
        let said = reader.join().map_err(|_| io::Error::other("the answer could not be read"))?;
        let Some(status) = status else { return Ok(Err(NoPicture::TooSlow)) };
        if let Some(signal) = status.signal() {
            // The kernel's word for "no more seconds".
            let slow = [Signal::XCPU.as_raw(), Signal::KILL.as_raw()].contains(&signal);
            return Ok(Err(if slow { NoPicture::TooSlow } else { NoPicture::Crashed }));
        }
        let answer = said.ok().filter(|_| status.success()).and_then(|said| serde_json::from_slice(&said).ok());
        Ok(answer.ok_or(NoPicture::Crashed))
    }
}

fn end(child: &mut Child) {
    // That nobody is left is what is wanted.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}
