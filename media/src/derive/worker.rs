//! The process that opens files: it takes on limits, does one job, and ends.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    os::unix::process::parent_id,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use domain::{dossier::NoPicture, evidence::MediaType, item::EvidenceKind};
use rustix::process::{
    Resource, Rlimit, Signal, getpgrp, getpid, kill_current_process_group, setpriority_process, setrlimit,
};

use super::{Answer, Job, film, paper, picture};
use crate::inspect::{self, deep};

/// Bytes of memory that a photo may take, with the program itself.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// And a program that works on a film or a document.
const MEMORY_OF_PROGRAMS: u64 = 3 * 1024 * 1024 * 1024;
/// Seconds of work for a photo.
const SECONDS: u64 = 20;
/// And for a film.
const SECONDS_OF_FILM: u64 = 30 * 60;
/// Bytes of one file that may be written.
const WRITTEN: u64 = 600 * 1024 * 1024;
/// A job is small.
const LARGEST_JOB: u64 = 64 * 1024;
/// How often a worker looks whether somebody still waits for it.
const LOOK: Duration = Duration::from_millis(250);
/// Bytes of stack for looking.
const LITTLE: usize = 64 * 1024;

/// Reads one job from standard input, does it, writes the answer to standard output.
///
/// # Errors
/// [`io::Error`] where it cannot be read, limited or answered; that it could not be done is
/// an answer.
pub fn main() -> io::Result<()> {
    end_with_the_parent()?;
    let mut text = Vec::new();
    io::stdin().take(LARGEST_JOB).read_to_end(&mut text)?;
    let job: Job = serde_json::from_slice(&text)?;
    limit(job.media.kind())?;
    let answer = work(&job);
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &answer)?;
    out.flush()
}

/// Sees to it that this process and the programs that it starts end with whoever started it, however that ends: nobody
/// waits for the answer then, and a film is worked on for many minutes.
fn end_with_the_parent() -> io::Result<()> {
    let parent = parent_id();
    thread::Builder::new().stack_size(LITTLE).spawn(move || watch(parent)).map(drop)
}

fn watch(parent: u32) {
    while parent_id() == parent {
        thread::sleep(LOOK);
    }
    // Started by hand, it may be in the group of somebody else.
    if getpgrp() == getpid() {
        let _ = kill_current_process_group(Signal::KILL);
    }
    std::process::exit(1);
}

/// Takes on the limits of a job; programs that are started inherit them.
fn limit(kind: EvidenceKind) -> io::Result<()> {
    let (memory, seconds) = match kind {
        EvidenceKind::Photo => (MEMORY, SECONDS),
        EvidenceKind::Video => (MEMORY_OF_PROGRAMS, SECONDS_OF_FILM),
        EvidenceKind::Document => (MEMORY_OF_PROGRAMS, 4 * SECONDS),
    };
    let most = |resource, most| {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(io::Error::from)
    };
    most(Resource::As, memory)?;
    most(Resource::Cpu, seconds)?;
    most(Resource::Fsize, WRITTEN)?;
    most(Resource::Core, 0)?;
    most(Resource::Nofile, 64)?;
    // Whoever looks at a page or sends a photo comes first. That it cannot be said is no reason not to work.
    let _ = setpriority_process(None, 10);
    Ok(())
}

/// Does a job in this process, as it is: without limits unless they were taken on before.
/// Blocks.
pub fn work(job: &Job) -> Answer {
    let inspected = File::open(&job.file).and_then(|file| inspect::inspect(&mut BufReader::new(file)));
    let (mut claims, mut oddities) = match inspected {
        Ok(Ok(seen)) => (seen.claims, seen.oddities),
        // It was what it claims when it came; whatever it is now, nobody opens it.
        Ok(Err(_)) | Err(_) => return failed(NoPicture::Damaged),
    };
    if job.media == MediaType::Pdf {
        // A reader that panics has seen nothing.
        let (active, pages) = catch_unwind(|| deep::pdf(&job.file)).unwrap_or_default();
        oddities.extend(active);
        claims.pages = pages;
    }
    // A decoder that panics has met a damaged file.
    let made = catch_unwind(AssertUnwindSafe(|| match job.media {
        MediaType::Jpeg | MediaType::Png | MediaType::Webp | MediaType::Heic => {
            picture::derive(&job.file, job.media, &job.into)
        }
        MediaType::Mp4 | MediaType::Mov => film::derive(&job.file, job.media, &claims, &job.tools, &job.into),
        MediaType::Pdf => paper::derive(&job.file, &job.tools, &job.into),
        MediaType::Ofd | MediaType::Docx | MediaType::Xlsx => Err(NoPicture::NotPictured),
    }));
    let mut answer = match made {
        Ok(Ok(answer)) => answer,
        Ok(Err(why)) => failed(why),
        Err(_) => failed(NoPicture::Crashed),
    };
    answer.claims = claims;
    answer.oddities = oddities;
    answer
}

fn failed(why: NoPicture) -> Answer {
    Answer { no_picture: Some(why), ..Answer::default() }
}
