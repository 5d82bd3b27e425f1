//! Limits that are settings: how many send at once, and how long is waited for the rest.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use domain::settings::{EvidenceLimits, Settings};
use server::config::Config;

use super::{PIECE, PLACE, TUS, apart, program};
use crate::{
    client::{Answer, Client},
    process::{create, head, patch},
    world::world,
};

/// Sends nothing until the answer is another one than this.
fn until_not(client: &mut Client, status: u16, bearer: &str, upload: &str) -> Answer {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = patch(client, bearer, upload, 0, b"");
        if answer.status != status {
            return answer;
        }
        assert!(Instant::now() < end, "still {status}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn whoever_sends_too_many_at_once_is_told_when_to_try_again() {
    let evidence = EvidenceLimits { senders_per_person: 1, senders_in_all: 1, ..EvidenceLimits::default() };
    let (town, _) = apart(Settings { evidence, ..Settings::default() });
    // The one that is in the middle of it does not lose its patience meanwhile.
    let config = Config { upload_idle_seconds: 60, ..world().config.clone() };
    let mut client = Client::new(world().serve(town.portal.clone(), config));
    let (one, other) = (program(&town, 1), program(&town, 2));
    let [first, second] = [(); 2].map(|()| create(&mut client, &one, 1000));
    let theirs = create(&mut client, &other, 1000);
    let headers = [TUS, PIECE, ("authorization", one.as_str()), ("upload-offset", "0"), ("content-length", "1000")];
    let end = Instant::now() + Duration::from_secs(10);
    let (slow, many) = loop {
        // Where the other one is heard first, this one is refused, and begins anew.
        let mut slow = client.connect();
        client.head(&mut slow, "PATCH", &first, &headers);
        slow.write_all(&[7; 10]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        let many = patch(&mut client, &one, &second, 0, b"");
        if many.status != 204 {
            break (slow, many);
        }
        assert!(Instant::now() < end, "the other one was never too many");
    };
    assert_eq!((many.status, many.header("retry-after")), (429, Some("1")), "{}", many.text());
    let crowded = patch(&mut client, &other, &theirs, 0, b"");
    assert_eq!((crowded.status, crowded.header("retry-after")), (503, Some("5")), "{}", crowded.text());
    drop(slow);
    assert_eq!(until_not(&mut client, 429, &one, &second).status, 204);
    assert_eq!(until_not(&mut client, 503, &other, &theirs).status, 204);
}

#[test]
fn an_upload_says_until_when_it_is_waited_for_and_is_gone_after_that() {
    let evidence = EvidenceLimits { unfinished_hours: 1, ..EvidenceLimits::default() };
    let (town, address) = apart(Settings { evidence, ..Settings::default() });
    let bearer = program(&town, 1);
    let who = ("authorization", bearer.as_str());
    let mut client = Client::new(address);
    // It is nine in the morning in Changchun.
    let created = client.send("POST", PLACE, &[TUS, who, ("upload-length", "100")], b"");
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.header("upload-expires"), Some("Mon, 02 Mar 2026 02:00:00 GMT"));
    let upload = super::path(&created);
    town.clock.pass_minutes(20);
    let more = patch(&mut client, &bearer, &upload, 0, &[7; 10]);
    let expires = Some("Mon, 02 Mar 2026 02:20:00 GMT");
    assert_eq!((more.status, more.header("upload-expires")), (204, expires));
    assert_eq!(head(&mut client, &bearer, &upload).header("upload-expires"), expires);
    town.clock.pass_minutes(61);
    assert_eq!(patch(&mut client, &bearer, &upload, 10, &[7; 10]).status, 410);
    for method in ["HEAD", "DELETE"] {
        assert_eq!(client.send(method, &upload, &[TUS, who], b"").status, 410, "{method}");
    }
}
