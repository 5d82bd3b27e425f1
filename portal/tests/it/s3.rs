//! The whole way of a file on a real S3 server, where the environment names one
//! (`WUGAN_TEST_S3`, an endpoint with the bucket `wugan`, keys `test` and `testtest`).

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use domain::ids::{ByteCount, Digest};
use object_store::aws::AmazonS3Builder;
use portal::{
    objects::{Objects, Shown},
    services::bundles::Pages,
};
use sha2::Digest as _;

use crate::{
    common::*,
    originals::{read, send},
};

fn builder(endpoint: &str) -> AmazonS3Builder {
    AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name("wugan")
        .with_access_key_id("test")
        .with_secret_access_key("testtest")
}

/// The endpoint, where there is one.
fn endpoint() -> Option<String> {
    // As the server's `main` does; another test may have done it before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let found = std::env::var("WUGAN_TEST_S3").ok();
    if found.is_none() {
        println!("S3 is not tested here: WUGAN_TEST_S3 is not set");
    }
    found
}

/// A photo that takes parts: three of 8 MiB, the last one short.
fn large() -> Vec<u8> {
    let mut bytes = jpeg();
    let end = bytes.split_off(bytes.len() - 2);
    while bytes.len() < 17 * 1024 * 1024 {
        bytes.extend([0xff, 0xfe, 0xea, 0x62]);
        bytes.extend((0..60_000_u32).map(|at| u8::try_from(at % 251).unwrap()));
    }
    bytes.extend(end);
    bytes
}

#[tokio::test]
async fn a_file_goes_to_s3_and_is_read_from_there() {
    let Some(endpoint) = endpoint() else { return };
    let town = Town::on(Db::Sqlite).await;
    let objects = Objects::s3_by(builder(&endpoint)).unwrap();
    let portal = town.with_objects(objects.clone());
    let owner = town.restaurant(1).await;
    let case = town.enrol(&owner).await;
    for (line, bytes) in [(0, jpeg()), (1, large())] {
        let digest = send(&portal, &town, &owner, case, line, &bytes).await;
        let folder = town.other_spool().join("uploads");
        for _ in 0..200 {
            if std::fs::read_dir(&folder).unwrap().next().is_none() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "the spool has let go of it");
        assert_eq!(read(&portal, digest).await, bytes);
        let middle = bytes.len() as u64 / 2;
        let part = portal.evidences().open(digest, Some(middle..middle + 7)).await.unwrap();
        let part: Vec<_> = futures::TryStreamExt::try_collect(part).await.unwrap();
        assert_eq!(part.concat(), bytes[bytes.len() / 2..bytes.len() / 2 + 7]);
        // It is not written again, and not over.
        let again = town.other_spool().join("again");
        std::fs::write(&again, &bytes).unwrap();
        objects.keep(&again, digest, ByteCount(bytes.len() as u64)).await.unwrap();
    }
    let contents = portal.bundles().contents(&owner, case).await.unwrap();
    let zip = tokio::task::spawn_blocking({
        let portal = portal.clone();
        move || {
            let mut out = Vec::new();
            portal.bundles().write(&contents, &Pages::default(), &mut out).map(|()| out)
        }
    });
    assert!(zip.await.unwrap().unwrap().len() > 17 * 1024 * 1024);
    let pass = portal.scrubs().run(None, &mut |_| {}).await.unwrap();
    assert_eq!((pass.files, pass.faults.len()), (2, 0), "{:?}", pass.faults);
}

#[tokio::test]
async fn a_signed_address_reads_one_original_for_a_while() {
    let Some(endpoint) = endpoint() else { return };
    let objects = Objects::s3_by(builder(&endpoint)).unwrap();
    assert_eq!(objects.signed_origin(), Some(endpoint.as_str()));
    let folder = tempfile::tempdir().unwrap();
    let (file, bytes) = (folder.path().join("photo"), jpeg());
    std::fs::write(&file, &bytes).unwrap();
    let digest = Digest(sha2::Sha256::digest(&bytes).into());
    let shown = Shown { media: "image/jpeg", disposition: "inline; filename=\"a.jpg\"", derived: false };
    let second = Duration::from_secs(2);
    assert_eq!(objects.signed(digest, second, shown).await.unwrap(), None, "it is not there yet");
    objects.keep(&file, digest, ByteCount(bytes.len() as u64)).await.unwrap();
    let address = objects.signed(digest, second, shown).await.unwrap().unwrap();
    let get = |address: &str| {
        let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    };
    let answer = get(&address);
    let text = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(text.starts_with("http/1.1 200") && text.contains("content-type: image/jpeg"), "{text}");
    assert!(answer.ends_with(&bytes));
    let other = address.replace(&digest.to_string(), &Digest([1; 32]).to_string());
    assert!(get(&other).starts_with(b"HTTP/1.1 403"), "an address is for one original");
    std::thread::sleep(Duration::from_millis(3200));
    assert!(get(&address).starts_with(b"HTTP/1.1 403"), "and for so long");
}
