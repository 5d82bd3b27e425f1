//! What the disk does to uploads, and what is on it when they are answered.

use std::{path::Path, process::Command};

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
    /// file of the upload had been brought onto the disk.
    fn answers_after_sync(&self, upload: &str) -> usize {
        let mut dirty = false;
        let mut answers = 0;
        // A call that waits is told in two lines: which thread began it.
        let mut syncing = std::collections::HashSet::new();
        for line in self.0.lines() {
            let (thread, call) = line.trim_start().split_once(' ').unwrap_or((line, ""));
            let call = call.trim_start();
            let of_upload = call.contains("/spool/uploads/") && call.contains(upload);
            if call.starts_with("write") && of_upload {
                dirty = true;
            } else if call.starts_with("fdatasync(") && of_upload {
                if call.ends_with("= 0") {
                    dirty = false;
                } else {
                    syncing.insert(thread);
                }
            } else if call.contains("fdatasync resumed") && syncing.remove(thread) {
                assert!(call.ends_with("= 0"), "{line}");
                dirty = false;
            } else if call.contains("HTTP/1.1 204") {
                assert!(!dirty, "answered before the disk had it: {line}");
                answers += 1;
            }
        }
        answers
    }
}

#[test]
fn a_piece_is_on_the_disk_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let file = folder.path().join("trace");
    let told = file.display().to_string();
    // The tracer stands beside the server, which is our child.
    let by =
        ["strace", "-D", "-f", "-yy", "-s", "32", "-o", &told, "-e", "trace=write,writev,sendto,sendmsg,fdatasync"];
    let allowed = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        println!("the order of calls is not tested here: strace is not installed or may not trace");
        return;
    }
    let process = Process::start_with(folder.path(), &by, &[]);
    let mut client = process.client();
    let bytes = bytes(2 * MIB);
    let upload = create(&mut client, &bearer, bytes.len());
    let step = bytes.len() / 8;
    for (index, piece) in bytes.chunks(step).enumerate() {
        assert_eq!(patch(&mut client, &bearer, &upload, index * step, piece).status, 204);
    }
    drop(process);
    let id = upload.rsplit('/').next().unwrap().split('.').next().unwrap();
    // The tracer writes its last lines when the server has ended.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let trace = std::fs::read_to_string(&file).unwrap();
        if Trace(&trace).answers_after_sync(id) == 8 {
            assert!(trace.contains("fdatasync("), "nothing was synced");
            return;
        }
        assert!(std::time::Instant::now() < end, "not every answer was seen:\n{trace}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
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
}
