//! What the disk does to uploads, and what is on it when they are answered.

use std::{
    collections::HashMap,
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use server::{config::Config, wiring};
use sha2::{Digest as _, Sha256};

use crate::{
    crash::Round,
    process::{PIECE, Process, TUS, bytes, create, head, id_of, offset, patch, path, sender_in, sha256},
    town::jpeg,
};

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

/// A server with a disk of so many bytes in place of a folder, and where that disk is for us. `prepare` is a command
/// that is run before the server starts; the folder is its `$DISK`.
fn with_small_disk(
    data: &Path,
    disk: &Path,
    size: u32,
    prepare: &str,
    variables: &[(&str, &str)],
) -> (Process, PathBuf) {
    std::fs::create_dir(disk).unwrap();
    let script = format!("mount -t tmpfs -o size=$SIZE none \"$DISK\" && {prepare} && exec \"$@\"");
    let by: Vec<&str> = own_mounts().iter().copied().chain(["sh", "-c", &script, "sh"]).collect();
    let (size, folder) = (size.to_string(), disk.display().to_string());
    let told = [("SIZE", size.as_str()), ("DISK", folder.as_str())];
    let process = Process::start_with(data, &by, &[&told[..], variables].concat());
    // The mount is the process's own; we see it through its root.
    let seen = Path::new("/proc").join(process.child.id().to_string()).join("root");
    (process, seen.join(disk.strip_prefix("/").unwrap()))
}

/// Takes all the room that is left on a disk.
fn fill(filler: &Path) {
    let mut file = File::create(filler).unwrap();
    let some = vec![0; 64 * 1024];
    // Far more than it has, so that no other disk is filled by mistake.
    let takes_all = (0..1024).all(|_| file.write_all(&some).is_ok());
    assert!(!takes_all, "the disk is not small");
    while file.write_all(&[0]).is_ok() {}
}

#[test]
fn a_full_disk_says_so_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let disk = folder.path().join("small");
    let spool = disk.display().to_string();
    let variables = [("WUGAN_SPOOL_DIR", spool.as_str())];
    let (process, spool) = with_small_disk(folder.path(), &disk, 12 * MIB, ":", &variables);
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
    assert!(full.text().contains("腾出空间后可从断点继续"), "{}", full.text());
    let standing = offset(&head(&mut client, &bearer, &upload));
    assert!(standing >= first && standing < bytes.len(), "{standing}");
    assert_eq!(patch(&mut client, &bearer, &upload, standing, &bytes[standing..]).status, 507);
    let standing = offset(&head(&mut client, &bearer, &upload));

    std::fs::remove_file(&filler).unwrap();
    let rest = patch(&mut client, &bearer, &upload, standing, &bytes[standing..]);
    assert_eq!(rest.status, 204, "{}", rest.text());
    assert_eq!(head(&mut client, &bearer, &upload).header("wugan-sha256"), Some(sha256(&bytes).as_str()));
}

/// The database writes behind its end, so on a full disk it takes nothing more, while a file takes as much as its last
/// page holds.
#[test]
fn a_full_disk_with_the_database_on_it_says_so_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let [from, data] = ["from", "small"].map(|name| folder.path().join(name));
    let bearer = format!("Bearer {}", sender_in(&from));
    // What is in the log of the database goes into its file, which is copied.
    let config = Config { data_dir: from.clone(), ..Config::default() };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        wiring::store(&config).await.unwrap().wait_for_disk(true).await.unwrap();
    });
    let from = from.display().to_string();
    // Announcements come as far as the database, too.
    let variables = [("FROM", from.as_str()), ("WUGAN_EXAMINERS", "0"), ("WUGAN_MIN_FREE_MEGABYTES", "0")];
    let prepare = "cp \"$FROM/wugan.sqlite\" \"$FROM/signing.key\" \"$DISK\"";
    let (process, disk) = with_small_disk(&data, &data, 32 * MIB, prepare, &variables);
    let mut client = process.client();
    let (small, large) = (bytes(5000), bytes(MIB));
    let [nearly, begun, checked] =
        [small.len(), large.len(), large.len()].map(|length| create(&mut client, &bearer, length));
    assert_eq!(patch(&mut client, &bearer, &nearly, 0, &small[..4100]).status, 204);
    for upload in [&begun, &checked] {
        assert_eq!(patch(&mut client, &bearer, upload, 0, &large[..100_000]).status, 204);
    }
    let filler = disk.join("filler");
    fill(&filler);

    // Every byte of this one is on the disk then. That it is whole cannot be written down.
    let last = patch(&mut client, &bearer, &nearly, 4100, &small[4100..]);
    assert_eq!(last.status, 507, "{}", last.text());
    let more = patch(&mut client, &bearer, &begun, 100_000, &large[100_000..]);
    assert_eq!(more.status, 507, "{}", more.text());
    let standing = offset(&head(&mut client, &bearer, &begun));
    assert!((100_000..large.len()).contains(&standing), "{standing}");
    // A piece with a checksum counts whole or not at all, and only the database can say so.
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&large[100_000..100_010])));
    let who = ("authorization", bearer.as_str());
    let headers = [TUS, PIECE, who, ("upload-offset", "100000"), ("upload-checksum", sum.as_str())];
    let held = client.send("PATCH", &checked, &headers, &large[100_000..100_010]);
    assert_eq!(held.status, 507, "{}", held.text());
    assert_eq!(offset(&head(&mut client, &bearer, &checked)), 100_000);
    let another = client.send("POST", "/api/v1/uploads", &[TUS, who, ("upload-length", "10")], b"");
    assert_eq!(another.status, 507, "{}", another.text());

    std::fs::remove_file(&filler).unwrap();
    for (upload, at, whole) in [(&nearly, 5000, &small), (&begun, standing, &large), (&checked, 100_000, &large)] {
        assert_eq!(offset(&head(&mut client, &bearer, upload)), at);
        if at < whole.len() {
            let rest = patch(&mut client, &bearer, upload, at, &whole[at..]);
            assert_eq!(rest.status, 204, "{}", rest.text());
        }
        assert_eq!(head(&mut client, &bearer, upload).header("wugan-sha256"), Some(sha256(whole).as_str()));
    }
    create(&mut client, &bearer, 10);
}

/// What the kernel was asked for, in order, by the words of `strace -f -yy`.
struct Trace<'a>(&'a str);

/// A call, from the line in which it began to that in which it was over.
struct Call {
    said: String,
    began: usize,
    over: Option<usize>,
}

impl Call {
    /// Whether it is such a call about this, and did what it was to do.
    fn did(&self, name: &str, of: &str) -> bool {
        self.said.starts_with(name) && self.said.contains(of) && !self.said.contains("= -1 ")
    }

    /// Whether it began and was over between two lines.
    fn is_within(&self, after: usize, before: usize) -> bool {
        self.began > after && self.over.is_some_and(|over| over < before)
    }

    /// The name of a file that it says, with this in it.
    fn names(&self, part: &str) -> Option<&Path> {
        self.said.split('"').find(|text| text.contains(part)).map(Path::new)
    }

    fn answers(&self) -> bool {
        ["HTTP/1.1 201", "HTTP/1.1 204"].iter().any(|status| self.said.contains(status))
    }
}

/// Sees to it that a folder and the one around it were brought onto the disk between two lines.
fn assert_synced(calls: &[Call], folder: &Path, after: usize, before: usize) {
    for folder in [folder, folder.parent().unwrap()] {
        let of = format!("<{}>)", folder.display());
        let synced = calls.iter().any(|call| call.did("fsync(", &of) && call.is_within(after, before));
        assert!(synced, "{} was not synced between lines {after} and {before}", folder.display());
    }
}

impl Trace<'_> {
    /// The calls in the order in which they began. One that waits is told in two lines.
    fn calls(&self) -> Vec<Call> {
        let mut calls: Vec<Call> = Vec::new();
        // What each thread waits for.
        let mut waiting = HashMap::new();
        for (at, line) in self.0.lines().enumerate() {
            let Some((thread, said)) = line.trim_start().split_once(' ') else { continue };
            let said = said.trim_start();
            if let Some((_, rest)) = said.strip_prefix("<... ").and_then(|said| said.split_once(" resumed>")) {
                if let Some(index) = waiting.remove(thread) {
                    let call: &mut Call = &mut calls[index];
                    call.said.push_str(rest);
                    call.over = Some(at);
                }
            } else if let Some(begun) = said.strip_suffix("<unfinished ...>") {
                waiting.insert(thread, calls.len());
                calls.push(Call { said: begun.trim_end().to_owned(), began: at, over: None });
            } else {
                calls.push(Call { said: said.to_owned(), began: at, over: Some(at) });
            }
        }
        calls
    }

    /// How many files were made for an upload, each of which had its name on the disk before anything was answered
    /// that came after: a file that is synced is lost all the same when its folder is not.
    fn names_before_answers(&self, upload: &str) -> usize {
        let (calls, place) = (self.calls(), format!("/spool/uploads/{upload}/"));
        let made = calls.iter().filter(|call| call.said.contains("O_CREAT") && call.did("openat(", &place));
        made.filter_map(|made| {
            let (file, over) = (made.names(&place)?, made.over?);
            let answer = calls.iter().find(|call| call.answers() && call.began > over)?;
            assert_synced(&calls, file.parent().unwrap(), over, answer.began);
            Some(())
        })
        .count()
    }

    /// Whether the file of an upload has got its name among the originals, and the spool has let go of it: in this order,
    /// with the new name on the disk before, and a note of it in the database.
    fn is_let_go_of(&self, upload: &str) -> bool {
        const ORIGINALS: &str = "/objects/ev/";
        let (calls, place) = (self.calls(), format!("/spool/uploads/{upload}"));
        let gone = calls.iter().find(|call| call.did("unlink", &place) || call.did("rmdir", &place));
        let Some(gone) = gone.map(|call| call.began) else { return false };
        let named = calls.iter().find(|call| call.did("link", &place) && call.said.contains(ORIGINALS));
        let named = named.expect("it was let go of before it had another name");
        let (original, over) = (named.names(ORIGINALS).unwrap(), named.over.unwrap());
        assert_synced(&calls, original.parent().unwrap(), over, gone);
        let of_log = |call: &&Call, name: &str| call.did(name, "sqlite-wal>") && call.is_within(over, gone);
        let noted = calls.iter().find(|call| of_log(call, "pwrite64(")).expect("nothing says that it has another name");
        let settled = calls.iter().any(|call| of_log(&call, "fdatasync(") && call.began > noted.began);
        assert!(settled, "what says that it has another name was not brought onto the disk before line {gone}");
        true
    }

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
        let mut syncing = HashMap::new();
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
fn traced(folder: &Path) -> Option<(Process, PathBuf)> {
    let allowed = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        println!("the order of calls is not tested here: strace is not installed or may not trace");
        return None;
    }
    // As the kernel names what lies there.
    let folder = &folder.canonicalize().unwrap();
    let file = folder.join("trace");
    let told = file.display().to_string();
    // The tracer stands beside the server, which is our child.
    let by = ["strace", "-D", "-f", "-yy", "-s", "32", "-o", &told, "-e", CALLS];
    let process = Process::start_with(folder, &by, &[("WUGAN_EXAMINERS", "0")]);
    Some((process, file))
}

/// What is written down. Not every machine has those with a question mark.
const CALLS: &str =
    "trace=write,pwrite64,writev,sendto,sendmsg,fdatasync,fsync,openat,linkat,unlinkat,?link,?unlink,?rmdir";

/// Waits until what was traced says what it should: the tracer writes its last lines when the
/// server has ended.
fn until_traced(file: &Path, says: impl Fn(&str) -> bool) -> String {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let trace = std::fs::read_to_string(file).unwrap();
        if says(&trace) {
            return trace;
        }
        assert!(Instant::now() < end, "not everything was seen:\n{trace}");
        std::thread::sleep(Duration::from_millis(50));
    }
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
    assert_eq!(Trace(&trace).names_before_answers(id_of(&upload)), 1, "one writer has one file");
}

#[test]
fn an_original_has_its_name_on_the_disk_before_the_spool_lets_go_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let round = runtime.block_on(async { Round::begin(&wiring::open(&config).await.unwrap()).await });
    let Some((process, file)) = traced(folder.path()) else { return };
    let sent = round.send(&mut process.client(), 0, &jpeg());
    assert!(sent.header("wugan-evidence").is_some(), "{}", sent.text());
    let upload = path(&sent);
    let end = Instant::now() + Duration::from_secs(20);
    while config.spool().join("uploads").join(id_of(&upload)).exists() {
        assert!(Instant::now() < end, "the spool does not let go of it");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(process);
    let trace = until_traced(&file, |trace| Trace(trace).is_let_go_of(id_of(&upload)));
    // Here the announcement is answered when every byte has come.
    assert_eq!(Trace(&trace).names_before_answers(id_of(&upload)), 1);
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

/// These lines, of which one may be missing, or come before the one before it.
fn lines(all: &[&str], without: Option<&str>, too_early: Option<&str>) -> String {
    let mut lines: Vec<&str> = all.iter().copied().filter(|line| Some(*line) != without).collect();
    if let Some(at) = too_early.and_then(|early| lines.iter().position(|line| *line == early)) {
        lines.swap(at - 1, at);
    }
    lines.join("\n")
}

#[test]
fn a_name_that_is_not_on_the_disk_before_an_answer_would_be_seen() {
    let made =
        "7 openat(AT_FDCWD</d>, \"/d/spool/uploads/u/1\", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 9</d/spool/uploads/u/1>";
    let own = "7 fsync(8</d/spool/uploads/u>)    = 0";
    let around = "7 <... fsync resumed>)            = 0";
    let answer = "8 writev(4<TCP:[a->b]>, [{iov_base=\"HTTP/1.1 204 No\"...}], 1) = 1";
    let all =
        [made, own, "7 fsync(8</d/spool/uploads> <unfinished ...>", "8 write(5</d/log>, \"x\", 1) = 1", around, answer];
    let names = |trace: String| Trace(&trace).names_before_answers("u");
    assert_eq!(names(lines(&all, None, None)), 1);
    for missing in [own, around] {
        assert!(std::panic::catch_unwind(|| names(lines(&all, Some(missing), None))).is_err(), "{missing}");
    }
    assert!(std::panic::catch_unwind(|| names(lines(&all, None, Some(answer)))).is_err());
    // A file that is not made has no name.
    let tried = "7 openat(AT_FDCWD</d>, \"/d/spool/uploads/u/1\", O_WRONLY|O_CREAT, 0666) = -1 ENOENT (No such file or directory)";
    assert_eq!(names([tried, answer].join("\n")), 0);
}

#[test]
fn a_spool_that_lets_go_too_early_would_be_seen() {
    let named = "7 linkat(AT_FDCWD</d>, \"/d/spool/uploads/u/1\", AT_FDCWD</d>, \"/d/objects/ev/ab/abcd\", 0) = 0";
    let folders = ["7 fsync(8</d/objects/ev/ab>) = 0", "7 fsync(8</d/objects/ev>) = 0"];
    let noted = "9 pwrite64(5</d/wugan.sqlite-wal>, \"x\", 1, 0) = 1";
    let settled = "9 fdatasync(6</d/wugan.sqlite-wal>) = 0";
    let gone = "7 unlinkat(8</d/spool/uploads/u>, \"1\", 0) = 0";
    let all = [named, folders[0], folders[1], noted, settled, gone];
    let is_gone = |trace: String| Trace(&trace).is_let_go_of("u");
    assert!(is_gone(lines(&all, None, None)));
    assert!(!is_gone(lines(&all, Some(gone), None)));
    for missing in [named, folders[0], folders[1], noted, settled] {
        assert!(std::panic::catch_unwind(|| is_gone(lines(&all, Some(missing), None))).is_err(), "{missing}");
    }
    for early in [settled, gone] {
        assert!(std::panic::catch_unwind(|| is_gone(lines(&all, None, Some(early)))).is_err(), "{early}");
    }
}
