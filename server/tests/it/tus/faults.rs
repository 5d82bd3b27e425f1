//! What goes wrong on the way: connections that break, stay open in silence or come all at
//! once, and bytes that are not those they should be.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Barrier,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use super::{OURS, PIECE, PLACE, TUS, create, head, is_silent, kept, metadata, offset, patch, photo, stall};
use crate::{client::Client, world::world};

/// How long a socket of this server may be silent (`world`).
const SILENCE: Duration = Duration::from_secs(2);

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
    for unknown in ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1 short"] {
        let answer = trailed(&mut client, unknown);
        assert_eq!(answer.status, 400, "{unknown}: {}", answer.text());
    }
    assert_eq!(offset(&head(&mut client, &upload)), 2000);
    assert_eq!(trailed(&mut client, &sum(&bytes[2000..])).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn a_piece_may_be_checked_by_the_algorithm_that_every_server_has() {
    // The first example of FIPS 180.
    const ABC: (&str, &str) = ("upload-checksum", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    let world = world();
    let mut client = world.logged_in(&world.owner().login);
    let upload = create(&mut client, 6, "");
    let wrong = patch(&mut client, &upload, 0, &[ABC], b"abd");
    assert_eq!(wrong.status, 460, "{}", wrong.text());
    assert_eq!(offset(&head(&mut client, &upload)), 0);
    let good = patch(&mut client, &upload, 0, &[ABC], b"abc");
    assert_eq!((good.status, offset(&good)), (204, 3), "{}", good.text());
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

/// The same picture with other words beside it.
fn worded(photo: &[u8], word: u8) -> Vec<u8> {
    let words = photo.windows(64).position(|window| window.iter().all(|byte| *byte == b'x')).unwrap();
    let mut other = photo.to_vec();
    other[words..].iter_mut().filter(|byte| **byte == b'x').for_each(|byte| *byte = word);
    other
}

#[test]
fn many_at_one_offset_write_it_once() {
    let world = world();
    // One that comes in a packet, and one that somebody may be overtaken in the middle of.
    for (size, at_once) in [(3000, true), (30_000, false)] {
        let (owner, case, mut client) = world.with_case();
        // Each sends something else, so that it shows whose it is.
        let photo = photo(size);
        let sent: Vec<Vec<u8>> = (b'0'..b'0' + 64).map(|word| worded(&photo, word)).collect();
        let upload = create(&mut client, photo.len(), &metadata(world, case, &[]));
        let start = Barrier::new(sent.len());
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let send = |bytes: &[u8]| {
                let mut client = world.client();
                start.wait();
                patch(&mut client, &upload, 0, &[], bytes).status
            };
            let threads: Vec<_> = sent.iter().map(|bytes| scope.spawn(move || send(bytes))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let known = [204, 403, 409, 423, 429];
        assert!(statuses.iter().all(|status| known.contains(status)), "{statuses:?}");
        let taken: Vec<usize> = (0..sent.len()).filter(|number| statuses[*number] == 204).collect();
        assert!(taken.len() <= 1, "several are said to have been written at one place: {statuses:?}");
        assert!(taken.len() == 1 || !at_once, "nobody could write it: {statuses:?}");
        let standing = head(&mut client, &upload);
        let at = offset(&standing);
        assert!(at > 0, "nobody could write any of it: {statuses:?}");
        if at < photo.len() {
            assert_eq!(patch(&mut client, &upload, at, &[], &sent[0][at..]).status, 204);
        }
        let kept = kept(world, &owner, case, &mut client);
        if let Some(number) = taken.first() {
            assert_eq!(kept, sent[*number], "what was acknowledged");
        } else {
            assert!(sent.iter().any(|bytes| bytes[..at] == kept[..at]), "it is of several");
            assert_eq!(kept[at..], sent[0][at..]);
        }
    }
}

#[test]
fn a_slow_sender_is_waited_for_and_a_silent_one_is_not() {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let upload = create(&mut client, 20_000, &metadata(world, case, &[]));
    let mut stream = stall(&client, &upload, 0, 20_000, b"");
    // Longer together than a silence may be.
    for _ in 0..6 {
        std::thread::sleep(Duration::from_millis(500));
        stream.write_all(&[7; 2000]).unwrap();
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 423"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(offset(&head(&mut client, &upload)), 12_000);
}

#[test]
fn a_byte_now_and_then_holds_no_place() {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let upload = create(&mut client, 1000, &metadata(world, case, &[]));
    let mut stream = stall(&client, &upload, 0, 1000, b"");
    let mut sent = 0;
    loop {
        std::thread::sleep(Duration::from_millis(100));
        // What is written after the answer would take it away.
        if !is_silent(&stream) {
            break;
        }
        assert!(sent < 100, "it is never silent for long, and is waited for");
        stream.write_all(b"7").unwrap();
        sent += 1;
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 423");
    // What came until then counts.
    assert!((1..=sent).contains(&offset(&head(&mut client, &upload))));
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
    assert!(heads.iter().all(is_silent), "all of them were there meanwhile");
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
