//! Files on their way in: whole, in part, too large, of the wrong kind.

use std::{
    io::Write,
    net::{Shutdown, TcpStream},
    time::{Duration, Instant},
};

use crate::{
    client::{Client, form, form_type},
    town::jpeg,
    world::world,
};

/// The beginning of a form with a photo.
fn begun() -> Vec<u8> {
    let mut body = form(&[("files", Some("a.jpg"), &jpeg())]);
    body.truncate(body.len() - 30);
    body
}

/// Sends the head of a form with a file, and wants no page for an answer; `size` says how long it is.
fn announced(client: &Client, address: &str, size: (&str, &str)) -> TcpStream {
    let mut stream = client.connect();
    let kind = form_type();
    let headers =
        [("accept", "application/json"), ("content-type", kind.as_str()), ("sec-fetch-site", "same-origin"), size];
    client.head(&mut stream, "POST", address, &headers);
    stream
}

/// Waits until something becomes true.
fn soon(what: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(5);
    while !what() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

#[test]
fn a_form_is_answered_with_its_page_and_a_bad_file_loses_none_of_the_others() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let page = format!("/cases/{case}/lines/{}", world.town.lines[0]);
    let (first, second) = (jpeg(), jpeg());
    let body = form(&[
        ("note", None, "地面".as_bytes()),
        ("files", Some("灭火器.jpg"), &first),
        ("files", Some("virus.jpg"), b"MZ\x90\0 not a photo"),
        ("files", Some("b.jpg"), &second),
        ("files", Some("empty.jpg"), b""),
    ]);
    let answer = client.send_form(&page, &world.line(case), &body);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some(format!("{page}#errors").as_str())),
        "{}",
        answer.text()
    );
    assert_eq!(world.files(&owner, case), 2);
    let shown = client.get(&page).text();
    assert!(shown.contains("已收到 2 个文件"), "{shown}");
    assert!(shown.contains("virus.jpg") && shown.contains("不能接收"), "{shown}");
    assert!(shown.contains("empty.jpg") && shown.contains("空的"));
    assert!(shown.contains("灭火器.jpg"));
    // Once.
    assert!(!client.get(&page).text().contains("virus.jpg"));
    assert!(soon(|| world.spooled() == 0));
}

#[test]
fn a_form_without_a_file_says_so() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let page = format!("/cases/{case}/lines/{}", world.town.lines[0]);
    let answer = client.send_form(&page, &world.line(case), &form(&[("files", Some(""), b"")]));
    assert_eq!(answer.status, 303);
    assert!(client.get(&page).text().contains("请先选择文件"));
    assert_eq!(world.files(&owner, case), 0);
}

#[test]
fn what_is_no_form_is_told_so() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let headers = [("content-type", "image/jpeg"), ("sec-fetch-site", "same-origin")];
    let answer = client.send("POST", &world.line(case), &headers, &jpeg());
    assert_eq!(answer.status, 400);
    assert_eq!(world.files(&owner, case), 0);
}

#[test]
fn whoever_wants_no_page_is_told_of_each_file() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let photo = jpeg();
    let answer = client.send_file(&world.line(case), "火.jpg", &photo);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!(told[0]["name"], "火.jpg");
    assert_eq!((&told[0]["ok"], &told[0]["duplicate"]), (&true.into(), &false.into()));
    assert_eq!(told[0]["size"], photo.len());
    assert_eq!(told[0]["sha256"].as_str().unwrap().len(), 64);
    let again = client.send_file(&world.line(case), "other.jpg", &photo).json();
    assert_eq!(
        (&again[0]["ok"], &again[0]["duplicate"], &again[0]["id"]),
        (&true.into(), &true.into(), &told[0]["id"])
    );
    assert_eq!(world.files(&owner, case), 1);
    let wrong = client.send_file(&world.line(case), "a.txt", b"text");
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.json()[0]["ok"], false);
    assert!(wrong.json()[0]["error"].as_str().unwrap().contains("这是纯文本文件"));
    // In the person's language.
    client.cookies.insert("lang".into(), "en".into());
    let wrong = client.send_file(&world.line(case), "a.txt", b"text");
    assert!(wrong.json()[0]["error"].as_str().unwrap().contains("not accepted"));
}

#[test]
fn nobody_sends_files_to_a_strangers_case() {
    let world = world();
    let (owner, case, _) = world.with_case();
    let address = world.line(case);
    let mut other = world.logged_in(&world.owner().login);
    assert_eq!(other.send_file(&address, "a.jpg", &jpeg()).status, 404);
    let mut officer = world.logged_in("lina");
    assert_eq!(officer.send_file(&address, "a.jpg", &jpeg()).status, 403);
    let mut nobody = world.client();
    assert_eq!(nobody.send_file(&address, "a.jpg", &jpeg()).status, 401);
    let page = format!("/cases/{case}");
    let asked = nobody.send_form(&page, &address, &form(&[("files", Some("a.jpg"), &jpeg())]));
    assert_eq!((asked.status, asked.header("location")), (303, Some(format!("/login?next={page}").as_str())));
    let unknown = other.send_file("/upload/case/x/y", "a.jpg", &jpeg());
    assert_eq!(unknown.status, 404);
    assert_eq!(world.files(&owner, case), 0);
}

#[test]
fn a_file_that_is_declared_too_large_is_refused_before_it_is_sent() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    // More than a line takes, each file as large as it may be.
    let stream = announced(&client, &world.line(case), ("content-length", "900000000000"));
    stream.shutdown(Shutdown::Write).unwrap();
    let answer = client.read(stream);
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(answer.json()[0]["error"].as_str().unwrap().contains("20"), "{}", answer.text());
    assert_eq!(world.files(&owner, case), 0);
}

#[test]
fn a_file_that_grows_too_large_is_refused_and_its_sender_hears_it() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let mut stream = announced(&client, &world.line(case), ("transfer-encoding", "chunked"));
    let body = form(&[("files", Some("a.jpg"), &vec![b'x'; 30_000_000])]);
    for chunk in body.chunks(1_000_000) {
        stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).unwrap();
        stream.write_all(chunk).unwrap();
        stream.write_all(b"\r\n").unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    let answer = client.read(stream);
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert_eq!(world.files(&owner, case), 0);
    assert!(soon(|| world.spooled() == 0));
}

#[test]
fn a_form_with_a_file_that_is_too_large_keeps_the_others() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let page = format!("/cases/{case}/lines/{}", world.town.lines[0]);
    let large = vec![b'x'; 20_500_000];
    let body = form(&[
        ("files", Some("a.jpg"), &jpeg()),
        ("files", Some("large.jpg"), &large),
        ("files", Some("c.jpg"), &jpeg()),
    ]);
    let answer = client.send_form(&page, &world.line(case), &body);
    assert_eq!(answer.status, 303);
    assert_eq!(world.files(&owner, case), 2);
    let shown = client.get(&page).text();
    assert!(shown.contains("large.jpg") && shown.contains("上限"), "{shown}");
}

#[test]
fn a_connection_that_is_cut_off_leaves_nothing() {
    let world = world();
    let (owner, case, client) = world.with_case();
    for bytes in [40, begun().len()] {
        let mut stream = announced(&client, &world.line(case), ("content-length", "100000"));
        stream.write_all(&begun()[..bytes]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        drop(stream);
    }
    assert!(soon(|| world.spooled() == 0));
    assert_eq!(world.files(&owner, case), 0);
}

#[test]
fn an_upload_that_stands_still_is_given_up() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let mut stream = announced(&client, &world.line(case), ("content-length", "100000"));
    stream.write_all(&begun()).unwrap();
    let begun = Instant::now();
    let mut first = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 422");
    assert!(begun.elapsed() < Duration::from_secs(20));
    drop(stream);
    assert_eq!(world.files(&owner, case), 0);
    // Whoever tries again is heard.
    assert_eq!(client.send_file(&world.line(case), "a.jpg", &jpeg()).status, 200);
}

#[test]
fn a_line_takes_as_many_files_as_it_may_have() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let photos: Vec<Vec<u8>> = (0..12).map(|_| jpeg()).collect();
    let names: Vec<String> = (0..12).map(|number| format!("{number}.jpg")).collect();
    let parts: Vec<_> =
        names.iter().zip(&photos).map(|(name, photo)| ("files", Some(name.as_str()), photo.as_slice())).collect();
    client.accept = "application/json";
    let told = client.send_form("/", &world.line(case), &form(&parts));
    assert_eq!(told.status, 422);
    let ok = told.json().as_array().unwrap().iter().filter(|file| file["ok"] == true).count();
    // Five photos are asked for at most, whatever else a line could hold.
    assert_eq!((ok, told.json().as_array().unwrap().len()), (5, 12));
    assert_eq!(world.files(&owner, case), 5);
}

#[test]
fn a_disk_that_is_nearly_full_takes_no_file_and_says_so() {
    let world = world();
    let (owner, case, client) = world.with_case();
    let config = server::config::Config { min_free_megabytes: u32::MAX, ..world.config.clone() };
    let mut full = Client::new(world.beside(config));
    full.cookies = client.cookies;
    let answer = full.send_file(&world.line(case), "a.jpg", &jpeg());
    assert_eq!(answer.status, 507, "{}", answer.text());
    assert!(answer.json()[0]["error"].as_str().unwrap().contains("存储空间不足"), "{}", answer.text());
    full.accept = "text/html,application/xhtml+xml";
    let page = format!("/cases/{case}/lines/{}", world.town.lines[0]);
    let answer = full.send_form(&page, &world.line(case), &form(&[("files", Some("a.jpg"), &jpeg())]));
    assert_eq!(answer.status, 303);
    assert!(full.get(&page).text().contains("存储空间不足"));
    assert_eq!(world.files(&owner, case), 0);
}
