//! The program on the command line: from an empty folder to an officer who can log in, and to an end that
//! loses nothing.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use server::{config::Config, wiring};

use crate::process::{PIECE, Process, TUS, bytes, create, head, sender_in, sha256};

fn wugan(data: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wugan"))
        .args(words)
        .current_dir(data)
        .env_remove("WUGAN_DATABASE_URL")
        .env("WUGAN_DATA_DIR", data)
        .output()
        .unwrap()
}

fn done(data: &Path, words: &[&str]) -> String {
    let output = wugan(data, words);
    let (said, wrong) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{words:?}: {said}{wrong}");
    said
}

fn refused(data: &Path, words: &[&str]) -> String {
    let output = wugan(data, words);
    assert!(!output.status.success(), "{words:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn an_installation_begins_with_an_agency_and_its_officer() {
    const PASSWORD: &str = "Begin-At-The-Beginning-1";
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    done(data, &["migrate"]);
    let agency = ["admin", "agency", "--name", "长春市市场监督管理局", "--mark", "长市监", "--phone", "0431-12345"];
    let made = done(data, &agency);
    let id = made.split(' ').next().unwrap();
    assert!(done(data, &["admin", "agencies"]).contains(id));

    std::fs::write(data.join("password"), PASSWORD).unwrap();
    let officer = ["admin", "create", "--role", "officer", "--login", "lina", "--name", "李娜", "--agency", id];
    let officer: Vec<_> = officer.into_iter().chain(["--password-file", "password"]).collect();
    assert!(refused(data, &officer).contains("certificate"));
    let certificate = ["--certificate", "22010001", "--certificate-until", "2030-12-31"];
    done(data, &officer.into_iter().chain(certificate).collect::<Vec<_>>());
    done(data, &["doctor"]);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let actor = runtime.block_on(async {
        let config = Config { data_dir: data.to_owned(), ..Config::default() };
        let portal = wiring::open(&config).await.unwrap();
        portal.accounts().login("lina", PASSWORD, "here").await.unwrap().actor
    });
    assert!(!actor.temporary_password);
    assert_eq!(actor.agency().unwrap().to_string(), id);
}

#[test]
fn a_list_that_does_not_fit_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    std::fs::write(data.join("list.toml"), "[[entries]]\ncode = \"SJ-01\"\ncolour = \"red\"\n").unwrap();
    let why = refused(data, &["admin", "first-violations", "list.toml"]);
    assert!(why.contains("colour"), "{why}");
}

#[test]
fn a_calendar_in_the_data_folder_counts_and_a_broken_one_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let path = folder.path().join("calendar.toml");
    let day = time::macros::date!(2030 - 03 - 05);
    assert!(wiring::calendar(&config).unwrap().is_workday(day));
    let year = "[[years]]\nyear = 2030\nstatus = \"published\"\nsource = \"a notice\"\nholidays = [2030-03-05]\nworkdays = []\n";
    std::fs::write(&path, year).unwrap();
    let calendar = wiring::calendar(&config).unwrap();
    assert!(!calendar.is_workday(day));
    assert_eq!(calendar.years().collect::<Vec<_>>(), [2025, 2026, 2027, 2030]);
    std::fs::write(&path, "[[years]]\nyear = 2030\n").unwrap();
    let why = wiring::calendar(&config).unwrap_err().to_string();
    assert!(why.contains("calendar.toml"), "{why}");
}

#[test]
fn the_demonstration_stays_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let why = Command::new(env!("CARGO_BIN_EXE_wugan"))
        .args(["serve", "--demo"])
        .current_dir(folder.path())
        .envs([("WUGAN_DATA_DIR", "data"), ("WUGAN_LISTEN", "0.0.0.0:0")])
        .output()
        .unwrap();
    assert!(!why.status.success());
    assert!(String::from_utf8(why.stderr).unwrap().contains("--demo-for-all"));
}

/// Waits until something is there.
fn soon<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_that_is_told_to_stop_finishes_what_it_has_begun() {
    const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let mut process = Process::start(folder.path());
    let mut client = process.client();
    let bytes = bytes(200_000);
    let (half, length) = (bytes.len() / 2, bytes.len().to_string());
    let upload = create(&mut client, &bearer, bytes.len());
    let mut begun = client.connect();
    let headers = [
        TUS,
        PIECE,
        ("authorization", bearer.as_str()),
        ("upload-offset", "0"),
        ("content-length", length.as_str()),
        ("expect", "100-continue"),
    ];
    client.head(&mut begun, "PATCH", &upload, &headers);
    // Whoever asks for the body is at work on the request.
    let mut asked = [0; CONTINUE.len()];
    begun.read_exact(&mut asked).unwrap();
    assert_eq!(asked.as_slice(), CONTINUE);
    begun.write_all(&bytes[..half]).unwrap();

    let told = Command::new("kill").args(["-TERM", &process.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    let refused = soon("the server still takes requests", || TcpStream::connect(process.address).err());
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert!(process.child.try_wait().unwrap().is_none(), "the server did not wait for what it had begun");
    begun.write_all(&bytes[half..]).unwrap();
    let answer = client.read(begun);
    assert_eq!((answer.status, answer.header("upload-offset")), (204, Some(length.as_str())), "{}", answer.text());
    let ended = soon("the server does not end", || process.child.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0), "{ended}");

    let again = Process::start(folder.path());
    let standing = head(&mut again.client(), &bearer, &upload);
    assert_eq!(standing.header("wugan-sha256"), Some(sha256(&bytes).as_str()));
}
