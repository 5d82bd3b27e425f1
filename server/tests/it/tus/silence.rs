//! Connections that stop: before they have said anything, in the middle of a head, in the
//! middle of a body.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use domain::settings::{EvidenceLimits, Settings};

use super::{PIECE, TUS, apart, head, kept, metadata, patch, photo, program};
use crate::{client::Client, process, world::world};

/// How long the head of a request may take (`world`), which is longer than a body may stand still.
const HEAD: Duration = Duration::from_secs(3);

/// What the server said on a connection that it ended before an instant; a reset is an end too.
fn ended(stream: &mut TcpStream, until: Instant) -> Option<Vec<u8>> {
    let mut said = Vec::new();
    let mut read = [0; 4096];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        stream.set_read_timeout(Some(left)).unwrap();
        match stream.read(&mut read) {
            Ok(0) => return Some(said),
            Ok(count) => said.extend(&read[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return None,
            Err(_) => return Some(said),
        }
    }
}

#[test]
fn whoever_says_nothing_or_hardly_anything_is_let_go_of() {
    let world = world();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice();
    // With the frame that follows it, which asks for nothing.
    let http2 = [preface, &[0, 0, 0, 4, 0, 0, 0, 0, 0]].concat();
    let begun = vec![b"P".as_slice(), &preface[..18], preface, http2.as_slice()];
    for beginnings in [vec![b"".as_slice()], begun] {
        let (owner, case, mut client) = world.with_case();
        let silent = (0..200).map(|number| {
            let mut stream = client.connect();
            stream.write_all(beginnings[number % beginnings.len()]).unwrap();
            stream
        });
        let mut silent: Vec<TcpStream> = silent.collect();
        let began = Instant::now();
        let bytes = photo(40_000);
        let upload = super::create(&mut client, bytes.len(), &metadata(world, case, &[]));
        assert_eq!(patch(&mut client, &upload, 0, &[], &bytes).status, 204);
        assert_eq!(kept(world, &owner, case, &mut client), bytes);
        assert!(began.elapsed() < HEAD, "others had to wait");
        let until = began + 3 * HEAD;
        for (number, stream) in silent.iter_mut().enumerate() {
            let said = ended(stream, until).unwrap_or_else(|| panic!("{number} of {beginnings:?} is waited for"));
            assert!(!said.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&said));
        }
    }
}

#[test]
fn two_hundred_whose_bodies_stop_are_let_go_of() {
    // All of them may send at once.
    let evidence = EvidenceLimits { senders_per_person: 250, senders_in_all: 250, ..EvidenceLimits::default() };
    let (town, address) = apart(Settings { evidence, ..Settings::default() });
    let bearer = program(&town, 1);
    let mut client = Client::new(address);
    let uploads: Vec<String> = (0..200).map(|_| process::create(&mut client, &bearer, 1000)).collect();
    // Taken, and refused: neither is waited for.
    for (at, status) in [("0", "423"), ("999", "409")] {
        let slow = uploads.iter().map(|upload| {
            let mut stream = client.connect();
            let headers =
                [TUS, PIECE, ("authorization", bearer.as_str()), ("upload-offset", at), ("content-length", "1000")];
            client.head(&mut stream, "PATCH", upload, &headers);
            stream.write_all(&[7; 100]).unwrap();
            stream
        });
        let mut slow: Vec<TcpStream> = slow.collect();
        let began = Instant::now();
        let good = process::create(&mut client, &bearer, 1000);
        assert_eq!(process::patch(&mut client, &bearer, &good, 0, &[7; 1000]).status, 204);
        assert!(began.elapsed() < HEAD, "others had to wait");
        let until = began + 4 * HEAD;
        for stream in &mut slow {
            let said = ended(stream, until).expect("it is waited for");
            let wanted = format!("HTTP/1.1 {status} ");
            assert!(said.starts_with(wanted.as_bytes()), "{}", String::from_utf8_lossy(&said));
        }
    }
    // What came counts.
    for upload in &uploads {
        assert_eq!(process::offset(&process::head(&mut client, &bearer, upload)), 100);
    }
    let mut nobody = Client::new(address);
    assert_eq!(head(&mut nobody, &uploads[0]).status, 200, "whoever knows the address goes on");
}
