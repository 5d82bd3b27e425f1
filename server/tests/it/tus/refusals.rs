//! Refusals: each is heard, also by whoever is in the middle of sending, and says which protocol
//! it speaks.

use std::{io::Write, path::Path};

use domain::{ids::UploadId, settings::Settings};
use sea_orm::ConnectionTrait as _;
use server::config::Config;

use super::{OURS, PIECE, PLACE, TUS, apart, create, head, offset, patch, path, program};
use crate::{
    client::{Answer, Client},
    town::{PASSWORD, Town},
    world::world,
};

/// More than any socket holds, and not more than a photo may have.
const LARGE: usize = 20_000_000;

/// Sends a piece as the strictest clients do: all of it before the first look at the answer, and
/// it is an error when the connection breaks on the way.
fn strictly(client: &mut Client, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = client.connect();
    client.head(&mut stream, "PATCH", path, headers);
    for part in body.chunks(64 * 1024) {
        stream.write_all(part).expect("the connection holds until everything is sent");
    }
    client.read(stream)
}

#[test]
fn a_refusal_is_heard_by_whoever_sends_everything_first() {
    let world = world();
    let mut client = world.logged_in(&world.owner().login);
    let (large, small) = (create(&mut client, LARGE + 1, ""), create(&mut client, 10, ""));
    let gone = create(&mut client, LARGE, "");
    assert_eq!(client.send("DELETE", &gone, &[TUS, OURS], b"").status, 204);
    let unknown = format!("{PLACE}/{}", UploadId(uuid::Uuid::new_v4()));
    let body = vec![7; LARGE];
    let length = LARGE.to_string();
    let whole = ("content-length", length.as_str());
    let (from, elsewhere) = (("upload-offset", "0"), ("upload-offset", "5"));
    let other = ("content-type", "image/jpeg");
    for (status, upload, headers) in [
        (409, &large, [TUS, OURS, PIECE, whole, elsewhere]),
        (413, &small, [TUS, OURS, PIECE, whole, from]),
        (404, &unknown, [TUS, OURS, PIECE, whole, from]),
        (410, &gone, [TUS, OURS, PIECE, whole, from]),
        (415, &large, [TUS, OURS, other, whole, from]),
        // Refused before it is known what it is.
        (403, &large, [TUS, ("sec-fetch-site", "cross-site"), PIECE, whole, from]),
    ] {
        let answer = strictly(&mut client, upload, &headers, &body);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"), "{status}");
        assert_eq!(answer.header("upload-offset"), (status == 409).then_some("0"), "{status}");
    }
    // That it is too much shows while it comes.
    let mut chunked = format!("{LARGE:x}\r\n").into_bytes();
    chunked.extend(&body);
    chunked.extend(b"\r\n0\r\n\r\n");
    let headers = [TUS, OURS, PIECE, from, ("transfer-encoding", "chunked")];
    assert_eq!(strictly(&mut client, &small, &headers, &chunked).status, 413);
    for upload in [&large, &small] {
        assert_eq!(offset(&head(&mut client, upload)), 0);
    }
}

#[test]
fn every_answer_says_which_protocol_it_speaks() {
    let world = world();
    let announcement = [TUS, OURS, ("upload-length", "1")];
    let mut nobody = world.client();
    let mut answers = vec![
        ("from elsewhere", 403, nobody.send("POST", PLACE, &[TUS, ("upload-length", "1")], b"")),
        ("without a login", 401, nobody.send("POST", PLACE, &announcement, b"")),
        ("in another way", 405, nobody.send("GET", PLACE, &[], b"")),
        ("below them", 404, nobody.send("GET", &format!("{PLACE}/a/b"), &[], b"")),
    ];
    let pace = Config { strangers_posts_per_minute: 1, ..world.config.clone() };
    let mut hasty = Client::new(world.beside(pace));
    assert_eq!(hasty.send("POST", PLACE, &announcement, b"").status, 401);
    answers.push(("too fast", 429, hasty.send("POST", PLACE, &announcement, b"")));
    // A database that has lost its sessions answers nobody who has one.
    let (town, address) = apart(Settings::default());
    let mut known = Client::new(address);
    let login = known.post("/login", "/api/account/login", &[("login", "lina"), ("password", PASSWORD)]);
    assert_eq!(login.header("location"), Some("/todo"));
    world.run(town.portal.store().read().execute_unprepared("DROP TABLE sessions")).unwrap();
    answers.push(("who is it", 500, known.send("POST", PLACE, &announcement, b"")));
    for (what, status, answer) in answers {
        assert_eq!((answer.status, answer.header("tus-resumable")), (status, Some("1.0.0")), "{what}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    }
    // And nothing else says so.
    for path in ["/healthz", "/api/v1/uploadsx", "/login"] {
        assert_eq!(world.client().get(path).header("tus-resumable"), None, "{path}");
    }
}

/// A town with one server that finds room for whatever comes, and another one that believes to have at least one
/// megabyte and less than two; and what a program says who it is.
fn nearly_full() -> (Town, Client, Client, String) {
    let (town, address) = apart(Settings::default());
    // How full it is changes with nothing that goes on here.
    let quiet = Path::new("/dev");
    let about = rustix::fs::statvfs(quiet).unwrap();
    let megabytes = u32::try_from(about.f_bavail * about.f_frsize / 1_000_000).unwrap();
    let min_free_megabytes = megabytes.saturating_sub(1);
    let config = Config { spool_dir: quiet.to_owned(), min_free_megabytes, ..world().config.clone() };
    let full = Client::new(world().serve(town.portal.clone(), config));
    let bearer = program(&town, 1);
    (town, Client::new(address), full, bearer)
}

#[test]
fn what_is_put_together_needs_room_for_a_copy() {
    let (_town, mut client, mut full, bearer) = nearly_full();
    let who = ("authorization", bearer.as_str());
    assert_eq!(full.send("POST", PLACE, &[TUS, who, ("upload-length", "1")], b"").status, 201);
    let parts = [(); 2].map(|()| {
        let headers = [TUS, who, PIECE, ("upload-length", "1500000"), ("upload-concat", "partial")];
        let created = client.send("POST", PLACE, &headers, &vec![7; 1_500_000]);
        assert_eq!(created.status, 201, "{}", created.text());
        path(&created)
    });
    let concat = format!("final;{}", parts.join(" "));
    let headers = [TUS, who, ("upload-concat", concat.as_str())];
    let refused = full.send("POST", PLACE, &headers, b"");
    assert_eq!(refused.status, 507, "{}", refused.text());
    // The parts are there, for where there is room.
    let joined = client.send("POST", PLACE, &headers, b"");
    assert_eq!((joined.status, offset(&joined)), (201, 3_000_000), "{}", joined.text());
    assert_eq!(patch(&mut client, &path(&joined), 3_000_000, &[], b"more").status, 403);
}

#[test]
fn what_others_have_announced_and_not_sent_yet_takes_room_too() {
    let (_town, mut client, mut full, bearer) = nearly_full();
    let mut announce = |length| {
        let headers = [TUS, ("authorization", bearer.as_str()), ("upload-length", length)];
        full.send("POST", PLACE, &headers, b"")
    };
    // There would be room for each of them alone.
    let answers = [(); 3].map(|()| announce("700000"));
    assert_eq!((answers[0].status, answers[2].status), (201, 507), "{}", answers[2].text());
    // What has come takes no room a second time.
    for announced in answers.iter().filter(|answer| answer.status == 201) {
        assert_eq!(patch(&mut client, &path(announced), 0, &[], &vec![7; 650_000]).status, 204);
    }
    assert_eq!(announce("700000").status, 201);
    // One that tells no length may become as large as any.
    let headers = [TUS, ("authorization", bearer.as_str()), ("upload-defer-length", "1")];
    assert_eq!(full.send("POST", PLACE, &headers, b"").status, 507);
    assert_eq!(client.send("POST", PLACE, &headers, b"").status, 201);
}
