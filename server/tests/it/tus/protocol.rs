//! The protocol as clients rely on it, and what other servers get wrong.

use domain::{
    ids::ByteCount,
    settings::{EvidenceLimits, Settings},
};
use server::config::Config;

use super::{OURS, PIECE, PLACE, TUS, apart, create, head, kept, metadata, offset, patch, path, photo, program};
use crate::{client::Client, world::world};

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
fn what_one_person_chose_is_not_sent_as_that_of_the_next() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let (bytes, mut next) = (photo(1000), world.logged_in(&world.owner().login));
    let (account, metadata) = (owner.actor.account.to_string(), metadata(world, case, &[]));
    let announced = |client: &mut Client| {
        let headers =
            [TUS, OURS, ("upload-length", "1000"), ("upload-metadata", &metadata), ("wugan-account", &account)];
        client.send("POST", PLACE, &headers, b"")
    };
    // The page of the one who chose it, after somebody else has logged in.
    assert_eq!(announced(&mut next).status, 401);
    let upload = path(&announced(&mut client));
    let whose = [("wugan-account", account.as_str())];
    // What was announced in time goes on by the secret in its address, for the one who announced it.
    assert_eq!(patch(&mut next, &upload, 0, &whose, &bytes).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn an_address_is_the_one_that_people_come_by() {
    let world = world();
    let known = world.logged_in(&world.owner().login);
    // Where an upload is said to be, and where the server was reached.
    let told = |config: Config, headers: &[(&str, &str)]| {
        let address = world.beside(config);
        let mut client = Client::new(address);
        client.cookies.clone_from(&known.cookies);
        let mut all = vec![TUS, OURS, ("upload-length", "1")];
        all.extend(headers);
        let answer = client.send("POST", PLACE, &all, b"");
        assert_eq!(answer.status, 201, "{}", answer.text());
        let location = answer.header("location").unwrap();
        let (origin, path) = location.split_at(location.find("/api/").unwrap());
        assert!(path.starts_with("/api/v1/uploads/"), "{location}");
        (origin.to_owned(), format!("http://{address}"))
    };
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "wugan.example.gov.cn")];
    let proxied = Config { forwarded_headers: true, ..world.config.clone() };
    assert_eq!(told(proxied.clone(), &forwarded).0, "https://wugan.example.gov.cn");
    // Nobody but the proxy is believed, and the proxy only what an address can be.
    let (origin, own) = told(world.config.clone(), &forwarded);
    assert_eq!(origin, own, "anybody can send these headers");
    for forged in [("x-forwarded-host", "evil.example/x?"), ("x-forwarded-proto", "javascript")] {
        let mut headers = forwarded.to_vec();
        headers.retain(|(name, _)| *name != forged.0);
        headers.push(forged);
        let (origin, own) = told(proxied.clone(), &headers);
        assert_eq!(origin, own, "{forged:?}");
    }
    // What is set counts before everything else.
    let set = Config { public_url: "http://portal.example.gov.cn".into(), ..proxied };
    assert_eq!(told(set, &forwarded).0, "http://portal.example.gov.cn");
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
    assert_eq!(post(&[("upload-concat", "final;/x")], b"").status, 400);
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
fn what_is_no_photo_is_refused_with_a_sentence() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let upload = create(&mut client, 12, &metadata(world, case, &[]));
    let answer = patch(&mut client, &upload, 0, &[], b"<html></html>".get(..12).unwrap());
    assert_eq!(answer.status, 422);
    assert!(answer.json()["message"].as_str().unwrap().contains("这是网页文件"), "{}", answer.text());
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
    let join = |client: &mut Client, parts: &[&str], more: &[(&str, &str)]| {
        let concat = format!("final;{}", parts.join(" "));
        let mut headers = vec![TUS, OURS, ("upload-concat", concat.as_str()), ("upload-metadata", told.as_str())];
        headers.extend(more);
        client.send("POST", PLACE, &headers, b"")
    };
    // One that is not whole yet, and one that is a file of its own.
    let headers = [TUS, OURS, ("upload-length", "10"), ("upload-concat", "partial")];
    let unfinished = path(&client.send("POST", PLACE, &headers, b""));
    assert_eq!(join(&mut client, &[&parts[0], &unfinished], &[]).status, 400);
    let alone = create(&mut client, 10, "");
    assert_eq!(patch(&mut client, &alone, 0, &[], b"0123456789").status, 204);
    assert_eq!(join(&mut client, &[&parts[0], &alone], &[]).status, 400);
    let all: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut stranger = world.logged_in(&world.owner().login);
    assert!([400, 404].contains(&join(&mut stranger, &all, &[]).status));
    let length = bytes.len().to_string();
    let told_twice = join(&mut client, &all, &[("upload-length", &length)]);
    assert_eq!(told_twice.status, 400, "its length is that of its parts");
    assert!(told_twice.text().contains("upload-length"), "{}", told_twice.text());
    assert_eq!(world.files(&owner, case), 0);
    let joined = join(&mut client, &all, &[]);
    assert_eq!((joined.status, offset(&joined)), (201, bytes.len()), "{}", joined.text());
    let last = path(&joined);
    assert!(head(&mut client, &last).header("upload-concat").unwrap().starts_with("final;"));
    assert_eq!(patch(&mut client, &last, bytes.len(), &[], b"more").status, 403);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn an_upload_without_a_place_waits_for_one() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let bytes = photo(2000);
    let upload = create(&mut client, bytes.len(), "");
    let place = format!("{upload}/place");
    let named = metadata(world, case, &[]);
    let attach = |client: &mut Client, metadata: &str| {
        client.send("POST", &place, &[TUS, OURS, ("upload-metadata", metadata)], b"")
    };
    assert_eq!(attach(&mut client, &named).status, 409, "not all of it is here");
    assert_eq!(patch(&mut client, &upload, 0, &[], &bytes).status, 204);
    assert_eq!(world.files(&owner, case), 0);
    // Not by the secret alone, nor by somebody else, nor without saying where.
    assert_eq!(attach(&mut world.client(), &named).status, 401);
    let (_, _, mut other) = world.with_case();
    assert_eq!(attach(&mut other, &named).status, 404);
    assert_eq!(attach(&mut client, "").status, 400);
    assert_eq!(client.send("GET", &place, &[TUS], b"").status, 405);
    let done = attach(&mut client, &named);
    assert_eq!(done.status, 204, "{}", done.text());
    assert!(done.header("wugan-evidence").is_some());
    assert_eq!(attach(&mut client, &named).status, 403, "once");
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn nobody_sets_aside_more_than_one_may() {
    let bytes = EvidenceLimits { bytes_on_the_way: ByteCount(1_000_000), ..EvidenceLimits::default() };
    let files = EvidenceLimits { files_on_the_way: 10, ..EvidenceLimits::default() };
    for (evidence, why) in [(bytes, "1 MB"), (files, "10 个")] {
        let (town, address) = apart(Settings { evidence, ..Settings::default() });
        let bearer = program(&town, 1);
        let mut client = Client::new(address);
        let headers = [TUS, ("authorization", bearer.as_str()), ("upload-length", "100000")];
        for _ in 0..10 {
            let created = client.send("POST", PLACE, &headers, b"");
            assert_eq!(created.status, 201, "{}", created.text());
        }
        let refused = client.send("POST", PLACE, &headers, b"");
        assert_eq!(refused.status, 507);
        assert!(refused.json()["message"].as_str().unwrap().contains(why), "{}", refused.text());
    }
}
