//! Originals on a real S3 server, where the environment names one (`WUGAN_TEST_S3`).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use object_store::aws::AmazonS3Builder;
use portal::objects::Objects;
use server::config::Config;

use crate::{
    client::Client,
    process::{PIECE, TUS},
    town::jpeg,
    world::world,
};

/// The endpoint; `None`, which is said, where there is none.
pub(crate) fn endpoint() -> Option<String> {
    // As `main` does; another test may have done it before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let found = std::env::var("WUGAN_TEST_S3").ok();
    if found.is_none() {
        println!("S3 is not tested here: WUGAN_TEST_S3 is not set");
    }
    found
}

/// The bucket there.
pub(crate) fn bucket(endpoint: &str) -> AmazonS3Builder {
    AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name("wugan")
        .with_access_key_id("test")
        .with_secret_access_key("testtest")
}

#[test]
fn originals_are_read_at_the_store_once_the_access_is_on_record() {
    let Some(endpoint) = endpoint() else { return };
    let world = world();
    let (owner, case, known) = world.with_case();
    let portal = world.town.with_objects(Objects::s3_by(bucket(&endpoint)).unwrap());
    let config = Config { objects_url: "s3://wugan".into(), objects_signed_seconds: 30, ..world.config.clone() };
    let mut client = Client::new(world.serve(portal.clone(), config));
    client.cookies.clone_from(&known.cookies);

    let bytes = jpeg();
    let pairs =
        [("filename", "照片.jpg".to_owned()), ("case", case.to_string()), ("line", world.town.lines[0].to_string())];
    let told: Vec<_> = pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
    let (told, length) = (told.join(","), bytes.len().to_string());
    let headers = [
        TUS,
        PIECE,
        ("sec-fetch-site", "same-origin"),
        ("upload-length", length.as_str()),
        ("upload-metadata", told.as_str()),
    ];
    let sent = client.send("POST", "/api/v1/uploads", &headers, &bytes);
    assert_eq!(sent.status, 201, "{}", sent.text());
    let file = sent.header("wugan-evidence").unwrap().to_owned();
    let address = format!("/evidence/{file}");
    // Until the store has it, it comes through the portal.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let there = loop {
        let answer = client.get(&address);
        if answer.status == 302 {
            break answer;
        }
        assert_eq!((answer.status, &answer.body), (200, &bytes));
        assert!(std::time::Instant::now() < end, "the store never gets it");
        std::thread::sleep(std::time::Duration::from_millis(100));
    };
    let location = there.header("location").unwrap();
    assert!(location.starts_with(&endpoint) && location.contains("X-Amz-Signature"), "{location}");
    assert_eq!(there.header("cache-control"), Some("no-store"));
    let host = endpoint.strip_prefix("http://").unwrap().parse().unwrap();
    let read = Client::new(host).get(location.strip_prefix(endpoint.as_str()).unwrap());
    assert_eq!((read.status, read.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(read.body, bytes);
    let contents = world.run(portal.bundles().contents(&owner.actor, case)).unwrap();
    assert!(contents.leaves.iter().any(|line| line.leaf.contains("\"accessed\"")), "the access is on record");
    // Whatever part is asked for, and be it the first request, the address is that of the whole file.
    let second = jpeg();
    let length = second.len().to_string();
    let headers = [
        TUS,
        PIECE,
        ("sec-fetch-site", "same-origin"),
        ("upload-length", length.as_str()),
        ("upload-metadata", told.as_str()),
    ];
    let sent = client.send("POST", "/api/v1/uploads", &headers, &second);
    assert_eq!(sent.status, 201, "{}", sent.text());
    let file = sent.header("wugan-evidence").unwrap();
    let digest = sent.header("wugan-sha256").unwrap().parse().unwrap();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while world.run(portal.objects().open(digest, None)).is_err() {
        assert!(std::time::Instant::now() < end, "the store never gets it");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    for _ in 0..2 {
        let part = client.send("GET", &format!("/evidence/{file}"), &[("range", "bytes=1-")], b"");
        assert_eq!(part.status, 302);
    }
    let contents = world.run(portal.bundles().contents(&owner.actor, case)).unwrap();
    let opened = |leaf: &str| ["\"accessed\"", "\"original\"", file].iter().all(|part| leaf.contains(part));
    assert_eq!(contents.leaves.iter().filter(|line| opened(&line.leaf)).count(), 2);
    // A stranger is told nothing.
    let mut stranger = Client::new(world.serve(portal, Config::default()));
    assert_ne!(stranger.get(&address).status, 302);
    // Pages may show pictures from there.
    let page = client.get(&format!("/cases/{case}"));
    assert!(page.header("content-security-policy").unwrap().contains(&format!("blob: data: {endpoint};")));
}
