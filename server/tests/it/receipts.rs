//! Receipts, bundles and the log's public side, over HTTP and with `wugan verify`.

use std::{
    fs,
    io::{Cursor, Read},
    net::TcpStream,
    process::Command,
    sync::{PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};

use domain::ids::CaseId;
use proof::{
    bundle::{self, Report},
    note::{Checkpoint, KeyRing, Note},
    receipt::Receipt,
};

use crate::{
    client::Client,
    town::jpeg,
    world::{World, world},
};

/// A case with a photo, and the photo's number and bytes.
fn with_photo() -> (&'static World, CaseId, Client, String, Vec<u8>) {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let photo = jpeg();
    let answer = client.send_file(&world.line(case), "a.jpg", &photo);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let id = answer.json()[0]["id"].as_str().unwrap().to_owned();
    (world, case, client, id, photo)
}

fn keys(client: &mut Client) -> KeyRing {
    serde_json::from_value(client.get("/api/v1/log/keys").json()).unwrap()
}

fn check(bytes: &[u8], keys: &KeyRing) -> Report {
    bundle::verify(Cursor::new(bytes), Some(keys), &mut |_, _| {})
}

#[test]
fn a_receipt_can_be_checked_with_what_the_portal_publishes() {
    let (world, _, mut client, id, photo) = with_photo();
    let address = format!("/api/v1/evidence/{id}/receipt.json");
    let answer = client.get(&address);
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    let receipt: Receipt = serde_json::from_value(answer.json()).unwrap();
    let mut stranger = world.client();
    let verified = receipt.verify(&keys(&mut stranger)).unwrap();
    assert_eq!(receipt.body.sha256, proof::Hash::of(photo));
    // What everybody is told now begins with what the receipt was signed with.
    let note = Note::parse(&stranger.get("/api/v1/log/checkpoint").text()).unwrap();
    let latest = Checkpoint::parse(&note.text).unwrap();
    let (old, new) = (verified.checkpoint, latest);
    let grown = stranger.get(&format!("/api/v1/log/consistency?old={}&new={}", old.size, new.size));
    let proof: proof::merkle::Proof = serde_json::from_value(grown.json()).unwrap();
    assert!(proof.extends(old.size, old.root, new.size, new.root));
    for (wrong, status) in [("old=0&new=1", 404), ("old=1&new=99999999", 404), ("old=x", 400), ("", 400)] {
        assert_eq!(stranger.get(&format!("/api/v1/log/consistency?{wrong}")).status, status, "{wrong}");
    }
    // Nobody else gets it.
    assert_eq!(stranger.send("GET", &address, &[("accept", "application/json")], b"").status, 401);
    let (_, _, mut other) = world.with_case();
    assert_eq!(other.get(&address).status, 404);
    assert_eq!(client.get("/api/v1/evidence/nothing/receipt.json").status, 404);
}

/// A process writes a few bundles at a time: whoever takes all turns is alone with that.
static TURNS: RwLock<()> = RwLock::new(());

fn a_turn() -> RwLockReadGuard<'static, ()> {
    TURNS.read().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_case_can_be_taken_along_and_checked_with_the_program() {
    let _turn = a_turn();
    let (world, case, mut client, id, photo) = with_photo();
    let address = format!("/api/v1/cases/{case}/bundle.zip");
    let answer = client.get(&address);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/zip")));
    let keys = keys(&mut world.client());
    let report = check(&answer.body, &keys);
    assert_eq!(report.problems, []);
    assert_eq!((report.received.len(), report.received[0].evidence.as_str()), (1, id.as_str()));
    let (_, _, mut other) = world.with_case();
    assert_eq!(other.get(&address).status, 404);
    assert_eq!(world.client().send("GET", &address, &[("accept", "application/json")], b"").status, 401);

    let folder = tempfile::tempdir().unwrap();
    let (file, ring) = (folder.path().join("bundle.zip"), folder.path().join("keys.json"));
    fs::write(&file, &answer.body).unwrap();
    fs::write(&ring, serde_json::to_vec(&keys).unwrap()).unwrap();
    let verify = |more: &[&std::ffi::OsStr]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wugan"));
        let output = command.arg("verify").arg(&file).args(more).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // That it agrees with itself is not enough for a script: a forged one does too.
    let (code, text) = verify(&[]);
    assert!(code == Some(3) && text.contains("公钥来自包内"), "{code:?} {text}");
    let (code, text) = verify(&["--keys".as_ref(), ring.as_os_str()]);
    assert!(code == Some(0) && text.contains("此后未改动"), "{code:?} {text}");
    let (code, text) = verify(&["--json".as_ref()]);
    let read: Report = serde_json::from_str(&text).unwrap();
    assert!(code == Some(3) && read.ok, "{code:?} {text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "checking makes no data folder");

    let at = answer.body.windows(photo.len()).position(|window| window == photo).unwrap();
    let mut changed = answer.body.clone();
    changed[at + 5] ^= 1;
    fs::write(&file, changed).unwrap();
    let (code, text) = verify(&[]);
    assert!(code == Some(1) && text.contains('✗') && text.contains(&id), "{code:?} {text}");
    fs::write(&file, &answer.body).unwrap();
    fs::write(&ring, serde_json::to_vec(&KeyRing::default()).unwrap()).unwrap();
    let (code, text) = verify(&["--keys".as_ref(), ring.as_os_str()]);
    assert!(code == Some(1) && text.contains('✗'), "signed by others: {code:?} {text}");
}

/// A photo of so many bytes at least.
fn large(size: usize) -> Vec<u8> {
    let mut bytes = jpeg();
    let end = bytes.split_off(bytes.len() - 2);
    while bytes.len() < size {
        // A comment of 60,000 bytes.
        bytes.extend([0xff, 0xfe, 0xea, 0x62]);
        bytes.extend(vec![7; 60_000]);
    }
    bytes.extend(end);
    bytes
}

#[test]
fn slow_receivers_of_bundles_keep_others_waiting_only_until_they_are_gone() {
    let _alone = TURNS.write().unwrap_or_else(PoisonError::into_inner);
    let world = world();
    let (_, case, mut client) = world.with_case();
    // Together more than all buffers between the server and a client that does not read.
    for _ in 0..2 {
        let answer = client.send_file(&world.line(case), "a.jpg", &large(17 * 1024 * 1024));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let address = format!("/api/v1/cases/{case}/bundle.zip");
    let begin = |_| {
        let mut stream = client.connect();
        client.head(&mut stream, "GET", &address, &[]);
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        stream
    };
    let slow: Vec<TcpStream> = (0..4).map(begin).collect();
    let refused = client.get(&address);
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("5")), "{}", refused.text());
    let (_, _, mut other) = world.with_case();
    assert_eq!(other.get(&address).status, 404, "who may not see it does not wait for a turn");
    drop(slow);
    let end = Instant::now() + Duration::from_secs(30);
    let taken = loop {
        let answer = client.get(&address);
        if answer.status == 200 {
            break answer;
        }
        assert!(Instant::now() < end, "the turns of those who are gone stay taken");
    };
    let report = check(&taken.body, &keys(&mut world.client()));
    assert_eq!((report.problems, report.received.len()), (vec![], 2));
}

/// How often an original of a case was opened, by the log in its bundle.
fn openings(client: &mut Client, case: CaseId) -> usize {
    let _turn = a_turn();
    let bundle = client.get(&format!("/api/v1/cases/{case}/bundle.zip")).body;
    String::from_utf8_lossy(&bundle).matches("\\\"what\\\":\\\"original\\\"").count()
}

#[test]
fn whoever_begins_in_the_middle_of_a_file_is_on_record() {
    let but_one = format!("bytes=-{}", jpeg().len() - 1);
    let otherwise = ("if-range", "\"of something else\"");
    for (range, condition, status) in
        [("bytes=1-", None, 206), (but_one.as_str(), None, 206), ("bytes=1-", Some(otherwise), 200)]
    {
        let (_, case, mut client, id, photo) = with_photo();
        let file = format!("/evidence/{id}");
        let headers: Vec<_> = [("range", range)].into_iter().chain(condition).collect();
        let answer = client.send("GET", &file, &headers, b"");
        assert_eq!(answer.status, status, "{headers:?}");
        assert!(photo.ends_with(&answer.body) && answer.body.len() + 1 >= photo.len(), "{headers:?}");
        assert_eq!(openings(&mut client, case), 1, "{headers:?}");
        // What follows in parts goes on with it; the whole file never does.
        assert_eq!(client.send("GET", &file, &[("range", "bytes=9-")], b"").status, 206);
        assert_eq!(openings(&mut client, case), 1, "{headers:?}");
        assert_eq!(client.send("GET", &file, &[("range", "bytes=9-"), otherwise], b"").status, 200);
        assert_eq!(openings(&mut client, case), 2, "{headers:?}");
    }
}

#[test]
fn whoever_opens_a_file_is_on_record() {
    let (_, case, mut client, id, _) = with_photo();
    let before = openings(&mut client, case);
    let file = format!("/evidence/{id}");
    assert_eq!(client.get(&file).status, 200);
    let tag = client.get(&file).header("etag").unwrap().to_owned();
    assert_eq!(client.send("GET", &file, &[("if-none-match", &tag)], b"").status, 304);
    assert_eq!(client.send("GET", &file, &[("range", "bytes=0-9")], b"").status, 206);
    assert_eq!(openings(&mut client, case), before + 4);
    // The rest of what is open already, and a question.
    assert_eq!(client.send("GET", &file, &[("range", "bytes=10-")], b"").status, 206);
    assert_eq!(client.send("HEAD", &file, &[], b"").status, 200);
    assert_eq!(openings(&mut client, case), before + 4);
}
