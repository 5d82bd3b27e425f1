//! Uploads that can be resumed: the protocol as clients rely on it, and what other
//! servers get wrong.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::ids::CaseId;
use sha2::{Digest as _, Sha256};

use crate::{
    client::{Answer, Client},
    town::jpeg,
    world::{Owner, World, world},
};

const PLACE: &str = "/api/v1/uploads";
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

/// How long a socket of this server may be silent (`world`).
const SILENCE: Duration = Duration::from_secs(2);

/// A JPEG of about this size, unlike any other.
fn photo(size: usize) -> Vec<u8> {
    let mut bytes = jpeg();
    let end = bytes.split_off(bytes.len() - 2);
    // Comment segments hold anything.
    while bytes.len() + 2 < size {
        let part = (size - bytes.len() - 2).clamp(4, 60_000);
        bytes.extend([0xff, 0xfe]);
        bytes.extend(u16::try_from(part - 2).unwrap().to_be_bytes());
        bytes.extend(std::iter::repeat_n(b'x', part - 4));
    }
    bytes.extend(end);
    bytes
}

fn metadata(world: &World, case: CaseId, more: &[(&str, &str)]) -> String {
    let (case, line) = (case.to_string(), world.town.lines[0].to_string());
    let pairs = [("filename", "照片.jpg"), ("case", &case), ("line", &line)].into_iter().chain(more.iter().copied());
    pairs.map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect::<Vec<_>>().join(",")
}

/// Announces a file; the path of its address.
fn create(client: &mut Client, length: usize, metadata: &str) -> String {
    let length = length.to_string();
    let headers = [TUS, OURS, ("upload-length", length.as_str()), ("upload-metadata", metadata)];
    let answer = client.send("POST", PLACE, &headers, b"");
    assert_eq!(answer.status, 201, "{}", answer.text());
    path(&answer)
}

fn path(answer: &Answer) -> String {
    let location = answer.header("location").unwrap();
    let (_, path) = location.split_once("://").expect("an absolute address").1.split_once('/').unwrap();
    format!("/{path}")
}

fn patch(client: &mut Client, upload: &str, at: usize, more: &[(&str, &str)], body: &[u8]) -> Answer {
    let at = at.to_string();
    let mut headers = vec![TUS, OURS, PIECE, ("upload-offset", at.as_str())];
    headers.extend(more);
    client.send("PATCH", upload, &headers, body)
}

fn head(client: &mut Client, upload: &str) -> Answer {
    client.send("HEAD", upload, &[TUS], b"")
}

fn offset(answer: &Answer) -> usize {
    answer.header("upload-offset").unwrap_or_else(|| panic!("no offset with {}", answer.status)).parse().unwrap()
}

/// The bytes of the only file of a case.
fn kept(world: &World, owner: &Owner, case: CaseId, client: &mut Client) -> Vec<u8> {
    let view = world.run(async { world.town.portal.cases().get(&owner.actor, case).await.unwrap() });
    assert_eq!(view.evidence.len(), 1);
    client.get(&format!("/evidence/{}", view.evidence[0].id)).body
}

#[test]
fn everybody_may_ask_what_the_server_can_do() {
    let world = world();
    for path in [PLACE, "/api/v1/uploads/anything"] {
        let answer = world.client().send("OPTIONS", path, &[], b"");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("tus-version"), Some("1.0.0"));
        assert_eq!(answer.header("tus-checksum-algorithm"), Some("sha1,sha256"));
        assert_eq!(answer.header("tus-max-size"), Some("500000000"));
        let extensions = answer.header("tus-extension").unwrap();
        assert!(extensions.contains("checksum-trailer") && !extensions.contains("unfinished"), "{extensions}");
    }
}

#[test]
fn another_version_is_told_ours() {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let upload = create(&mut client, 10, &metadata(world, case, &[]));
    for (method, path) in [("POST", PLACE), ("HEAD", &upload), ("PATCH", &upload), ("DELETE", &upload)] {
        for version in [None, Some("0.2.2")] {
            let mut headers = vec![OURS, PIECE, ("upload-length", "1"), ("upload-offset", "0")];
            headers.extend(version.map(|version| ("tus-resumable", version)));
            let answer = client.send(method, path, &headers, b"");
            assert_eq!((answer.status, answer.header("tus-version")), (412, Some("1.0.0")), "{method} {version:?}");
        }
    }
}

#[test]
fn a_photo_comes_in_pieces_and_is_evidence_with_the_last_one() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(200_000);
    let told = metadata(world, case, &[("filetype", "image/jpeg")]);
    let upload = create(&mut client, bytes.len(), &told);
    let fresh = head(&mut client, &upload);
    assert_eq!((fresh.status, offset(&fresh)), (200, 0));
    assert_eq!(fresh.header("upload-length"), Some(bytes.len().to_string().as_str()));
    assert_eq!(fresh.header("upload-metadata"), Some(told.as_str()));
    assert_eq!(fresh.header("cache-control"), Some("no-store"));
    assert!(fresh.header("upload-expires").unwrap().ends_with(" GMT"));
    let mut at = 0;
    for piece in bytes.chunks(70_000) {
        assert_eq!(world.files(&owner, case), 0);
        let answer = patch(&mut client, &upload, at, &[], piece);
        at += piece.len();
        assert_eq!((answer.status, offset(&answer)), (204, at), "{}", answer.text());
    }
    assert_eq!(world.files(&owner, case), 1);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
    // Sealed: nothing changes it, and nothing takes it away.
    let sealed = head(&mut client, &upload);
    assert_eq!((sealed.status, offset(&sealed)), (200, at));
    assert_eq!(sealed.header("wugan-sha256").map(str::len), Some(64));
    assert_eq!(patch(&mut client, &upload, at, &[], b"more").status, 403);
    assert_eq!(client.send("DELETE", &upload, &[TUS, OURS], b"").status, 403);
}

#[test]
fn headers_that_are_wrong_are_named() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let told = metadata(world, case, &[]);
    let mut post = |headers: &[(&str, &str)], body: &[u8]| {
        let mut all = vec![TUS, OURS];
        all.extend(headers);
        client.send("POST", PLACE, &all, body)
    };
    assert_eq!(post(&[], b"").status, 400);
    assert_eq!(post(&[("upload-length", "x")], b"").status, 400);
    assert_eq!(post(&[("upload-length", "1"), ("upload-defer-length", "1")], b"").status, 400);
    assert_eq!(post(&[("upload-length", "1"), ("upload-metadata", "filename %%%")], b"").status, 400);
    assert_eq!(post(&[("upload-length", "1"), ("upload-concat", "final;/x")], b"").status, 400);
    assert_eq!(post(&[("upload-length", "500000001")], b"").status, 413);
    // A line that asks for photos takes no more than a photo may have.
    let large = post(&[("upload-length", "20000001"), ("upload-metadata", &told)], b"");
    assert_eq!(large.status, 413);
    assert!(large.json()["message"].as_str().unwrap().contains("20 MB"), "{}", large.text());
    assert_eq!(post(&[("upload-length", "4"), ("content-type", "image/jpeg")], b"1234").status, 415);
    let upload = create(&mut client, 10, &told);
    assert_eq!(client.send("PATCH", &upload, &[TUS, OURS, PIECE], b"1").status, 400);
    assert_eq!(client.send("PATCH", &upload, &[TUS, OURS, ("upload-offset", "0")], b"1").status, 415);
    let elsewhere = patch(&mut client, &upload, 3, &[], b"1");
    assert_eq!((elsewhere.status, offset(&elsewhere)), (409, 0));
    assert_eq!(patch(&mut client, &upload, 0, &[], b"12345678901").status, 413);
    assert_eq!(patch(&mut client, &upload, 0, &[("upload-length", "11")], b"1").status, 400, "a length never changes");
    assert_eq!(offset(&head(&mut client, &upload)), 0);
    assert_eq!(client.send("GET", &upload, &[TUS], b"").status, 405);
    assert_eq!(world.files(&owner, case), 0);
}

#[test]
fn a_length_may_be_told_with_the_last_piece_and_bytes_with_the_creation() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(3000);
    let told = metadata(world, case, &[]);
    let headers = [TUS, OURS, PIECE, ("upload-defer-length", "1"), ("upload-metadata", told.as_str())];
    let created = client.send("POST", PLACE, &headers, &bytes[..1000]);
    assert_eq!((created.status, offset(&created)), (201, 1000));
    let upload = path(&created);
    assert_eq!(head(&mut client, &upload).header("upload-defer-length"), Some("1"));
    let length = bytes.len().to_string();
    let last = patch(&mut client, &upload, 1000, &[("upload-length", &length)], &bytes[1000..]);
    assert_eq!((last.status, offset(&last)), (204, bytes.len()), "{}", last.text());
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn a_piece_that_is_damaged_counts_for_nothing() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(4000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    let sum = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)));
    let wrong = patch(&mut client, &upload, 0, &[("upload-checksum", &sum(b"other"))], &bytes[..2000]);
    assert_eq!(wrong.status, 460, "{}", wrong.text());
    assert_eq!(offset(&head(&mut client, &upload)), 0);
    for unknown in ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1 short"] {
        assert_eq!(patch(&mut client, &upload, 0, &[("upload-checksum", unknown)], &bytes[..2000]).status, 400);
    }
    let good = patch(&mut client, &upload, 0, &[("upload-checksum", &sum(&bytes[..2000]))], &bytes[..2000]);
    assert_eq!((good.status, offset(&good)), (204, 2000));
    // The same with the checksum after the body.
    let trailed = |client: &mut Client, sum: &str| {
        let mut stream = client.connect();
        let headers = [
            TUS,
            OURS,
            PIECE,
            ("upload-offset", "2000"),
            ("transfer-encoding", "chunked"),
            ("trailer", "Upload-Checksum"),
        ];
        client.head(&mut stream, "PATCH", &upload, &headers);
        write!(stream, "{:x}\r\n", bytes.len() - 2000).unwrap();
        stream.write_all(&bytes[2000..]).unwrap();
        write!(stream, "\r\n0\r\nUpload-Checksum: {sum}\r\n\r\n").unwrap();
        client.read(stream)
    };
    assert_eq!(trailed(&mut client, &sum(b"other")).status, 460);
    assert_eq!(offset(&head(&mut client, &upload)), 2000);
    assert_eq!(trailed(&mut client, &sum(&bytes[2000..])).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn bytes_that_are_not_those_announced_become_no_evidence() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let (bytes, other) = (photo(2000), photo(2000));
    let digest = hex::encode(Sha256::digest(&bytes));
    let told = metadata(world, case, &[("sha256", &digest)]);
    let upload = create(&mut client, other.len(), &told);
    assert_eq!(patch(&mut client, &upload, 0, &[], &other).status, 460);
    assert_eq!(head(&mut client, &upload).status, 410);
    let upload = create(&mut client, bytes.len(), &told);
    assert_eq!(patch(&mut client, &upload, 0, &[], &bytes).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
    // The enterprise has these bytes: they need not come again.
    let line = world.town.lines[1].to_string();
    let other_line = told.replace(&STANDARD.encode(world.town.lines[0].to_string()), &STANDARD.encode(line));
    let length = bytes.len().to_string();
    let headers = [TUS, OURS, ("upload-length", length.as_str()), ("upload-metadata", other_line.as_str())];
    let held = client.send("POST", PLACE, &headers, b"");
    assert_eq!((held.status, offset(&held)), (201, bytes.len()), "{}", held.text());
    assert_eq!(world.files(&owner, case), 2);
}

#[test]
fn what_is_no_photo_is_refused_with_a_sentence() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let upload = create(&mut client, 12, &metadata(world, case, &[]));
    let answer = patch(&mut client, &upload, 0, &[], b"<html></html>".get(..12).unwrap());
    assert_eq!(answer.status, 422);
    assert!(answer.json()["message"].as_str().unwrap().contains("不能识别"), "{}", answer.text());
    let empty = [TUS, OURS, ("upload-length", "0"), ("upload-metadata", &metadata(world, case, &[]))];
    assert_eq!(client.send("POST", PLACE, &empty, b"").status, 422);
    assert_eq!(world.files(&owner, case), 0);
}

#[test]
fn an_upload_is_its_senders_and_goes_on_without_the_login() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(5000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    let (id, secret) = upload.rsplit_once('.').unwrap();
    // Somebody else who is logged in has no claim to it, not even with its whole address.
    let mut stranger = world.logged_in(&world.owner().login);
    assert_eq!(head(&mut stranger, &upload).status, 404);
    assert_eq!(patch(&mut stranger, &upload, 0, &[], &bytes).status, 404);
    let mut nobody = world.client();
    assert_eq!(head(&mut nobody, id).status, 401);
    assert_eq!(head(&mut nobody, &format!("{id}.{}", secret.replace(['a', '1'], "b"))).status, 404);
    // Whoever is logged in needs no secret; whoever has it needs no login.
    assert_eq!(patch(&mut client, id, 0, &[], &bytes[..1000]).status, 204);
    assert_eq!(patch(&mut nobody, &upload, 1000, &[], &bytes[1000..]).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
    // Nobody announces anything without a login.
    let headers = [TUS, OURS, ("upload-length", "1")];
    assert_eq!(nobody.send("POST", PLACE, &headers, b"").status, 401);
    assert_eq!(stranger.send("POST", PLACE, &[TUS, ("upload-length", "1")], b"").status, 403, "from elsewhere");
}

#[test]
fn a_program_sends_with_a_token() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let token = world.run(async {
        let name = domain::text::Name::parse("收银机").unwrap();
        let scopes = portal::token::TokenScope::ALL.to_vec();
        world.town.portal.tokens().create(&owner.actor, name, scopes).await.unwrap()
    });
    let bearer = format!("Bearer {}", token.1);
    let mut program = world.client();
    let bytes = photo(3000);
    let (length, told) = (bytes.len().to_string(), metadata(world, case, &[]));
    let mut post = |bearer: &str| {
        let headers = [
            TUS,
            PIECE,
            ("authorization", bearer),
            ("upload-length", length.as_str()),
            ("upload-metadata", told.as_str()),
        ];
        program.send("POST", PLACE, &headers, &bytes)
    };
    assert_eq!(post("Bearer wugan_wrong").status, 401);
    let sent = post(&bearer);
    assert_eq!((sent.status, offset(&sent)), (201, bytes.len()), "{}", sent.text());
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
    world.run(async { world.town.portal.tokens().end(&owner.actor, token.0.id).await.unwrap() });
    assert_eq!(post(&bearer).status, 401);
}

#[test]
fn an_upload_that_is_ended_is_gone() {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let upload = create(&mut client, 100, &metadata(world, case, &[]));
    assert_eq!(patch(&mut client, &upload, 0, &[], b"some").status, 204);
    assert_eq!(client.send("DELETE", &upload, &[TUS, OURS], b"").status, 204);
    assert_eq!(head(&mut client, &upload).status, 410);
    assert_eq!(patch(&mut client, &upload, 4, &[], b"more").status, 410);
    assert_eq!(client.send("DELETE", &upload, &[TUS, OURS], b"").status, 410);
    // Through a network that knows only two methods.
    let upload = create(&mut client, 100, &metadata(world, case, &[]));
    let headers = [TUS, OURS, PIECE, ("upload-offset", "0"), ("x-http-method-override", "PATCH")];
    assert_eq!(client.send("POST", &upload, &headers, b"some").status, 204);
}

#[test]
fn parts_are_put_together() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(9000);
    let mut parts = Vec::new();
    for part in bytes.chunks(4000) {
        let length = part.len().to_string();
        let headers = [TUS, OURS, PIECE, ("upload-length", length.as_str()), ("upload-concat", "partial")];
        let created = client.send("POST", PLACE, &headers, part);
        assert_eq!((created.status, offset(&created)), (201, part.len()), "{}", created.text());
        parts.push(path(&created));
    }
    assert_eq!(head(&mut client, &parts[0]).header("upload-concat"), Some("partial"));
    let told = metadata(world, case, &[]);
    let join = |client: &mut Client, parts: &[String]| {
        let concat = format!("final;{}", parts.join(" "));
        let headers = [TUS, OURS, ("upload-concat", concat.as_str()), ("upload-metadata", told.as_str())];
        client.send("POST", PLACE, &headers, b"")
    };
    let unfinished = create(&mut client, 10, "");
    assert_eq!(join(&mut client, &[parts[0].clone(), unfinished]).status, 400);
    let mut stranger = world.logged_in(&world.owner().login);
    assert!([400, 404].contains(&join(&mut stranger, &parts).status));
    let joined = join(&mut client, &parts);
    assert_eq!((joined.status, offset(&joined)), (201, bytes.len()), "{}", joined.text());
    let last = path(&joined);
    assert!(head(&mut client, &last).header("upload-concat").unwrap().starts_with("final;"));
    assert_eq!(patch(&mut client, &last, bytes.len(), &[], b"more").status, 403);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

/// A piece of which only the beginning comes, over a socket that then stays open.
fn stall(client: &Client, upload: &str, at: usize, announced: usize, sent: &[u8]) -> TcpStream {
    let mut stream = client.connect();
    let (at, announced) = (at.to_string(), announced.to_string());
    let headers = [TUS, OURS, PIECE, ("upload-offset", at.as_str()), ("content-length", announced.as_str())];
    client.head(&mut stream, "PATCH", upload, &headers);
    stream.write_all(sent).unwrap();
    stream
}

#[test]
fn a_newer_request_takes_over_from_a_silent_socket() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(50_000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    let mut at = 0;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(stall(&client, &upload, at, bytes.len() - at, &bytes[at..at + 10_000]));
        std::thread::sleep(Duration::from_millis(200));
        let began = Instant::now();
        let standing = head(&mut client, &upload);
        assert!(began.elapsed() < SILENCE, "waited for the silent one");
        at += 10_000;
        assert_eq!((standing.status, offset(&standing)), (200, at), "what came counts");
    }
    // The same with a piece instead of a question.
    silent.push(stall(&client, &upload, at, bytes.len() - at, b""));
    std::thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    assert_eq!(patch(&mut client, &upload, at, &[], &bytes[at..]).status, 204);
    assert!(began.elapsed() < SILENCE, "waited for the silent one");
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
    drop(silent);
}

#[test]
fn what_came_before_the_connection_broke_counts() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(100_000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    let mut at = 0;
    while at < 60_000 {
        let stream = stall(&client, &upload, at, bytes.len() - at, &bytes[at..at + 20_000]);
        std::thread::sleep(Duration::from_millis(50));
        drop(stream);
        let standing = head(&mut client, &upload);
        assert_eq!(standing.status, 200);
        assert_eq!(offset(&standing), at + 20_000);
        at += 20_000;
    }
    // With a checksum a piece counts whole or not at all.
    let mut broken = client.connect();
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&bytes[at..])));
    let (from, size) = (at.to_string(), (bytes.len() - at).to_string());
    let headers = [
        TUS,
        OURS,
        PIECE,
        ("upload-offset", from.as_str()),
        ("content-length", size.as_str()),
        ("upload-checksum", sum.as_str()),
    ];
    client.head(&mut broken, "PATCH", &upload, &headers);
    broken.write_all(&bytes[at..at + 10_000]).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    drop(broken);
    assert_eq!(offset(&head(&mut client, &upload)), at);
    assert_eq!(patch(&mut client, &upload, at, &[], &bytes[at..]).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn many_at_one_offset_write_it_once() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(30_000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let send = || {
            let mut client = world.client();
            patch(&mut client, &upload, 0, &[], &bytes).status
        };
        let threads: Vec<_> = (0..64).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let known = [204, 403, 409, 423, 429];
    assert!(statuses.iter().all(|status| known.contains(status)), "{statuses:?}");
    let standing = head(&mut client, &upload);
    let at = offset(&standing);
    if at < bytes.len() {
        assert_eq!(patch(&mut client, &upload, at, &[], &bytes[at..]).status, 204);
    }
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn a_slow_sender_is_waited_for_and_a_silent_one_is_not() {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let upload = create(&mut client, 1000, &metadata(world, case, &[]));
    let mut stream = stall(&client, &upload, 0, 1000, b"");
    // Longer together than a silence may be.
    for _ in 0..6 {
        std::thread::sleep(Duration::from_millis(500));
        stream.write_all(b"0123456789").unwrap();
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 423"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(offset(&head(&mut client, &upload)), 60);
}

#[test]
fn two_hundred_who_dawdle_keep_nobody_else_waiting() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(40_000);
    // Heads that never end.
    let mut heads: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = client.connect();
            stream.write_all(b"POST /api/v1/uploads HTTP/1.1\r\nhost: a\r\n").unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    assert_eq!(patch(&mut client, &upload, 0, &[], &bytes).status, 204);
    assert!(began.elapsed() < SILENCE, "others had to wait");
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
    // They are let go of.
    for stream in &mut heads {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = stream.read_to_end(&mut rest);
        assert!(!rest.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&rest));
    }
    assert!(began.elapsed() < 4 * SILENCE, "they were waited for: {:?}", began.elapsed());
}

#[test]
fn an_upload_without_a_place_waits_for_one() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(2000);
    let upload = create(&mut client, bytes.len(), "");
    assert_eq!(patch(&mut client, &upload, 0, &[], &bytes).status, 204);
    assert_eq!(world.files(&owner, case), 0);
    let id = upload.rsplit('/').next().unwrap().split('.').next().unwrap().parse().unwrap();
    let place = domain::upload::Place::Line { case, line: world.town.lines[0] };
    let uploads = world.town.portal.uploads();
    world.run(uploads.attach(&owner.actor, id, place)).unwrap();
    assert!(world.run(uploads.attach(&owner.actor, id, place)).is_err(), "once");
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn nobody_sets_aside_more_than_one_may() {
    let world = world();
    let mut client = world.logged_in(&world.owner().login);
    let headers = [TUS, OURS, ("upload-length", "500000000")];
    let statuses: Vec<u16> = (0..11).map(|_| client.send("POST", PLACE, &headers, b"").status).collect();
    assert_eq!(statuses[..10], [201; 10]);
    assert_eq!(statuses[10], 507);
}
