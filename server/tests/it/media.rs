//! Files as they are given out again.

use crate::{
    town::jpeg,
    world::{Owner, world},
};

/// A file on a new case, and its address.
fn uploaded(name: &str, bytes: &[u8]) -> (Owner, crate::client::Client, String) {
    let (owner, client, address, _) = uploaded_to(name, bytes);
    (owner, client, address)
}

/// The same, and the case.
fn uploaded_to(name: &str, bytes: &[u8]) -> (Owner, crate::client::Client, String, domain::ids::CaseId) {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let answer = client.send_file(&world.line(case), name, bytes);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let id = answer.json()[0]["id"].as_str().unwrap().to_owned();
    (owner, client, format!("/evidence/{id}"), case)
}

/// A file sent in pieces, which may have any name, and its address.
fn announced(name: &str, bytes: &[u8]) -> (crate::client::Client, String) {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let (case, line) = (case.to_string(), world.town.lines[0].to_string());
    let answer = client.announce(&[("filename", name), ("case", &case), ("line", &line)], bytes);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.header("wugan-evidence").expect("it is evidence with its last byte");
    (client, format!("/evidence/{id}"))
}

#[test]
fn a_file_comes_back_byte_for_byte_and_in_parts() {
    let mut bytes = jpeg();
    bytes.extend((0..300_000_u32).flat_map(u32::to_be_bytes));
    let (_, mut client, address) = uploaded("a.jpg", &bytes);
    let whole = client.get(&address);
    assert_eq!(whole.status, 200);
    assert_eq!(whole.body, bytes);
    assert_eq!(whole.header("content-type"), Some("image/jpeg"));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert!(whole.header("content-security-policy").unwrap().contains("sandbox"));
    let tag = whole.header("etag").unwrap().to_owned();
    assert_eq!(tag.len(), 66);

    let size = bytes.len();
    let mut range = |range: &str| client.send("GET", &address, &[("range", range)], b"");
    let part = range("bytes=10-19");
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[10..20]));
    assert_eq!(part.header("content-range").unwrap(), format!("bytes 10-19/{size}"));
    assert_eq!(part.header("content-length"), Some("10"));
    assert_eq!(range("bytes=-5").body, bytes[size - 5..]);
    assert_eq!(range("bytes=1000000-").body, bytes[1_000_000..]);
    let beyond = range(&format!("bytes={size}-"));
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range").unwrap(), format!("bytes */{size}"));
    assert_eq!(range("bytes=0-1,5-6").status, 200);
    assert_eq!(range("bytes=9-1").status, 200);

    let same = [("range", "bytes=0-0"), ("if-range", tag.as_str())];
    assert_eq!(client.send("GET", &address, &same, b"").status, 206);
    let other = [("range", "bytes=0-0"), ("if-range", "\"another\"")];
    assert_eq!(client.send("GET", &address, &other, b"").body, bytes);
    assert_eq!(client.send("GET", &address, &[("if-none-match", &tag)], b"").status, 304);
    let head = client.send("HEAD", &address, &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length").unwrap(), size.to_string());
}

#[test]
fn only_those_who_may_see_a_file_get_it() {
    let world = world();
    let (person, mut owner, address, case) = uploaded_to("a.jpg", &jpeg());
    assert_eq!(owner.get(&address).status, 200);
    let mut officer = world.logged_in("lina");
    assert_eq!(officer.get(&address).status, 404, "what is not sent is the enterprise's own");
    world.run(world.town.send(&person.actor, case));
    assert_eq!(officer.get(&address).status, 200);
    assert_eq!(world.logged_in(&world.owner().login).get(&address).status, 404);
    assert_eq!(owner.get("/evidence/nothing").status, 404);

    let mut nobody = world.client();
    let asked = nobody.get(&address);
    assert_eq!((asked.status, asked.header("location")), (303, Some(format!("/login?next={address}").as_str())));
    nobody.accept = "*/*";
    assert_eq!(nobody.get(&address).status, 401);
}

#[test]
fn a_removed_file_is_gone() {
    let world = world();
    let (owner, mut client, address) = uploaded("a.jpg", &jpeg());
    let id = address.rsplit('/').next().unwrap().parse().unwrap();
    world.run(async { world.town.portal.evidences().remove(&owner.actor, id).await.unwrap() });
    assert_eq!(client.get(&address).status, 404);
}

#[test]
fn a_hostile_name_harms_neither_disk_nor_header() {
    for (sent, kept) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\photo.jpg", "photo.jpg"),
        ("a\"\r\nSet-Cookie: x=1.jpg", "a\"Set-Cookie: x=1.jpg"),
        ("\u{202e}gpj.exe", "gpj.exe"),
        ("..", "file"),
    ] {
        // No form can carry every name there is; the other door can.
        let (mut client, address) = announced(sent, &jpeg());
        let answer = client.get(&address);
        assert_eq!(answer.header("set-cookie"), None);
        let disposition = answer.header("content-disposition").unwrap();
        let encoded = disposition.split("filename*=UTF-8''").nth(1).unwrap();
        let name = percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap();
        assert_eq!(name, kept, "{sent}");
        assert!(disposition.is_ascii() && disposition.matches('"').count() == 2, "{disposition}");
    }
}
