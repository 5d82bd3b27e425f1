//! What the disk does to uploads, and what is on it when they are answered.

use std::{io::Write as _, path::Path, process::Command, time::Duration};

use crate::process::{Process, bytes, create, head, offset, patch, sender_in, sha256};

const MIB: u32 = 1024 * 1024;

/// The first of these ways in which a disk of its own can be mounted for a process here:
/// as root, or as the root of a namespace of one's own.
fn own_mounts() -> &'static [&'static str] {
    const WAYS: [&[&str]; 2] = [&["unshare", "--mount"], &["unshare", "--user", "--map-root-user", "--mount"]];
    let works = |way: &&&[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let mut try_it = Command::new(way[0]);
        try_it.args(&way[1..]).args(["mount", "-t", "tmpfs", "none"]).arg(folder.path());
        try_it.output().is_ok_and(|output| output.status.success())
    };
    WAYS.iter().find(works).expect(
        "this test mounts a small tmpfs, which neither root nor a user namespace may do here: \
         allow CAP_SYS_ADMIN or user namespaces",
    )
}

/// A server whose spool is a disk of so many bytes; `spool` is where that disk is for us.
fn with_small_disk(data: &Path, size: u32) -> (Process, std::path::PathBuf) {
    let spool = data.join("small");
    std::fs::create_dir(&spool).unwrap();
    let script = "mount -t tmpfs -o size=$SIZE none $WUGAN_SPOOL_DIR && exec \"$@\"";
    let by: Vec<&str> = own_mounts().iter().copied().chain(["sh", "-c", script, "sh"]).collect();
    let (size, folder) = (size.to_string(), spool.display().to_string());
    let process = Process::start_with(data, &by, &[("SIZE", &size), ("WUGAN_SPOOL_DIR", &folder)]);
    // The mount is the process's own; we see it through its root.
    let seen = Path::new("/proc").join(process.child.id().to_string()).join("root");
    (process, seen.join(spool.strip_prefix("/").unwrap()))
}

#[test]
fn a_full_disk_says_so_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let (process, spool) = with_small_disk(folder.path(), 12 * MIB);
    let mut client = process.client();
    let bytes = bytes(6 * MIB);
    // There is no room for it from the beginning.
    let headers = [("tus-resumable", "1.0.0"), ("authorization", bearer.as_str()), ("upload-length", "11900000")];
    let refused = client.send("POST", "/api/v1/uploads", &headers, b"");
    assert_eq!(refused.status, 507, "{}", refused.text());

    let upload = create(&mut client, &bearer, bytes.len());
    let first = 2 * MIB as usize;
    assert_eq!(patch(&mut client, &bearer, &upload, 0, &bytes[..first]).status, 204);
    // Something else takes the room that was there.
    let filler = spool.join("filler");
    std::fs::write(&filler, vec![0; 8 * MIB as usize]).unwrap();
    let full = patch(&mut client, &bearer, &upload, first, &bytes[first..]);
    assert_eq!(full.status, 507, "{}", full.text());
    let standing = offset(&head(&mut client, &bearer, &upload));
    assert!(standing >= first && standing < bytes.len(), "{standing}");
    assert_eq!(patch(&mut client, &bearer, &upload, standing, &bytes[standing..]).status, 507);
    let standing = offset(&head(&mut client, &bearer, &upload));

    std::fs::remove_file(&filler).unwrap();
    let rest = patch(&mut client, &bearer, &upload, standing, &bytes[standing..]);
    assert_eq!(rest.status, 204, "{}", rest.text());
    assert_eq!(head(&mut client, &bearer, &upload).header("wugan-sha256"), Some(sha256(&bytes).as_str()));
}

/// What the kernel was asked for, in order, by the words of `strace -f -yy`.
struct Trace<'a>(&'a str);

impl Trace<'_> {
    /// How many pieces were answered 204, each after everything that was written to a
    /// file of the upload had been brought onto the disk, and the database's log as it was
    /// when the upload was announced.
    fn answers_after_sync(&self, upload: &str) -> usize {
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        enum Of {
            Upload,
            Log,
        }
        // Writes so far, and how many of them are on the disk.
        let (mut written, mut synced) = ([0_usize; 2], [0_usize; 2]);
        let mut announced = 0;
        let mut answers = 0;
        // A call that waits is told in two lines: which thread began it, and what it covers.
        let mut syncing = std::collections::HashMap::new();
        for line in self.0.lines() {
            let (thread, call) = line.trim_start().split_once(' ').unwrap_or((line, ""));
            let call = call.trim_start();
            let of = if call.contains("/spool/uploads/") && call.contains(upload) {
                Some(Of::Upload)
            } else {
                call.contains("sqlite-wal>").then_some(Of::Log)
            };
            let done = call.ends_with("= 0");
            match of {
                Some(of) if call.starts_with("write") || call.starts_with("pwrite64") => written[of as usize] += 1,
                Some(of) if call.starts_with("fdatasync(") => {
                    let covers = written[of as usize];
                    if done {
                        synced[of as usize] = synced[of as usize].max(covers);
                    } else {
                        syncing.insert(thread, (of, covers));
                    }
                }
                _ if call.contains("fdatasync resumed") => {
                    if let Some((of, covers)) = syncing.remove(thread) {
                        assert!(done, "{line}");
                        synced[of as usize] = synced[of as usize].max(covers);
                    }
                }
                _ if call.contains("HTTP/1.1 201") => announced = written[Of::Log as usize],
                _ if call.contains("HTTP/1.1 204") => {
                    let upload = Of::Upload as usize;
                    assert_eq!(written[upload], synced[upload], "answered before the disk had it: {line}");
                    assert!(synced[Of::Log as usize] >= announced, "answered before the disk had its row: {line}");
                    answers += 1;
                }
                _ => {}
            }
        }
        answers
    }
}

/// A server whose calls are written down, and the file they are written to; `None`, which is
/// said, where nothing can be traced.
fn traced(folder: &Path) -> Option<(Process, std::path::PathBuf)> {
    let allowed = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        println!("the order of calls is not tested here: strace is not installed or may not trace");
        return None;
    }
    let file = folder.join("trace");
    let told = file.display().to_string();
    // The tracer stands beside the server, which is our child.
    let by = ["strace", "-D", "-f", "-yy", "-s", "32", "-o", &told, "-e", CALLS];
    let process = Process::start_with(folder, &by, &[]);
    Some((process, file))
}

/// What is written down.
const CALLS: &str = "trace=write,pwrite64,writev,sendto,sendmsg,fdatasync";

/// Waits until what was traced says what it should: the tracer writes its last lines when the
/// server has ended.
fn until_traced(file: &Path, says: impl Fn(&str) -> bool) -> String {
    let end = std::time::Instant::now() + Duration::from_secs(10);
    loop {
        let trace = std::fs::read_to_string(file).unwrap();
        if says(&trace) {
            return trace;
        }
        assert!(std::time::Instant::now() < end, "not everything was seen:\n{trace}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The part of an address that names the upload in the spool.
fn id_of(upload: &str) -> &str {
    upload.rsplit('/').next().unwrap().split('.').next().unwrap()
}

#[test]
fn a_piece_is_on_the_disk_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let Some((process, file)) = traced(folder.path()) else { return };
    let mut client = process.client();
    let bytes = bytes(2 * MIB);
    let upload = create(&mut client, &bearer, bytes.len());
    let step = bytes.len() / 8;
    for (index, piece) in bytes.chunks(step).enumerate() {
        assert_eq!(patch(&mut client, &bearer, &upload, index * step, piece).status, 204);
    }
    drop(process);
    let trace = until_traced(&file, |trace| Trace(trace).answers_after_sync(id_of(&upload)) == 8);
    assert!(trace.contains("fdatasync("), "nothing was synced");
    assert!(trace.contains("sqlite-wal>"), "the database's log was not seen");
}

#[test]
fn what_trickles_in_does_not_wait_for_its_end_to_reach_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let Some((process, file)) = traced(folder.path()) else { return };
    let mut client = process.client();
    let upload = create(&mut client, &bearer, 50);
    let headers = [
        ("tus-resumable", "1.0.0"),
        ("authorization", bearer.as_str()),
        ("upload-offset", "0"),
        ("content-type", "application/offset+octet-stream"),
        ("content-length", "40"),
    ];
    let mut slow = client.connect();
    client.head(&mut slow, "PATCH", &upload, &headers);
    // Less than a second between two bytes, and four seconds for all.
    for byte in 0..40 {
        slow.write_all(&[byte]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(client.read(slow).status, 204);
    drop(process);
    let syncs = |trace: &str| {
        let before = trace.lines().take_while(|line| !line.contains("HTTP/1.1 204"));
        before.filter(|line| line.contains(" fdatasync(") && line.contains(id_of(&upload))).count()
    };
    let trace = until_traced(&file, |trace| trace.contains("HTTP/1.1 204"));
    assert!(syncs(&trace) >= 3, "counted once a second, and at the end:\n{trace}");
}

#[test]
fn an_answer_before_the_disk_would_be_seen() {
    let trace = "7 write(9</d/spool/uploads/u/1>, \"x\", 1) = 1\n\
                 7 fdatasync(9</d/spool/uploads/u/1> <unfinished ...>\n\
                 8 writev(4<TCP:[a->b]>, [{iov_base=\"HTTP/1.1 204 No\"...}], 1) = 1\n\
                 7 <... fdatasync resumed>) = 0\n";
    assert!(std::panic::catch_unwind(|| Trace(trace).answers_after_sync("u")).is_err());
    let mut lines: Vec<_> = trace.lines().collect();
    lines.swap(2, 3);
    assert_eq!(Trace(&lines.join("\n")).answers_after_sync("u"), 1);
    // The row was written before the address was told, and is not on the disk when bytes are.
    let row = "9 pwrite64(5</d/wugan.sqlite-wal>, \"x\", 1, 0) = 1\n\
               8 writev(4<TCP:[a->b]>, [{iov_base=\"HTTP/1.1 201 Cr\"...}], 1) = 1\n";
    let late = format!("{row}{}", lines.join("\n"));
    assert!(std::panic::catch_unwind(|| Trace(&late).answers_after_sync("u")).is_err());
    let settled = format!("{row}9 fdatasync(6</d/wugan.sqlite-wal>) = 0\n{}", lines.join("\n"));
    assert_eq!(Trace(&settled).answers_after_sync("u"), 1);
}
