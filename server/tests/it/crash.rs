//! Uploads to processes that end in the middle, and to two at once.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use server::{config::Config, wiring};
use sha2::{Digest as _, Sha256};

use crate::{
    client::{Answer, Client},
    town::newcomer,
};

/// A server of one's own, that ends without a word when it is dropped.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(data: &Path) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_wugan"))
            .arg("serve")
            .current_dir(data)
            .env_remove("WUGAN_DATABASE_URL")
            .env("WUGAN_DATA_DIR", data)
            .env("WUGAN_LISTEN", address.to_string())
            .env("WUGAN_MIN_FREE_MEGABYTES", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = Self { child, address };
        let end = Instant::now() + Duration::from_mins(1);
        while std::net::TcpStream::connect(address).is_err() {
            assert!(Instant::now() < end, "the server does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        process
    }

    fn client(&self) -> Client {
        Client::new(self.address)
    }
}

impl Drop for Process {
    /// SIGKILL: nothing is finished, nothing is tidied up.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Somebody who may send files, by the text of a token.
fn sender(data: &Path) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = Config { data_dir: data.to_owned(), ..Config::default() };
        let portal = wiring::open(&config).await.unwrap();
        let (_, owner) = portal.accounts().register(newcomer(1)).await.unwrap();
        let name = domain::text::Name::parse("收银机").unwrap();
        portal.tokens().create(&owner, name, portal::token::TokenScope::ALL.to_vec()).await.unwrap().1
    })
}

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");

fn create(client: &mut Client, bearer: &str, length: usize) -> String {
    let length = length.to_string();
    let headers = [TUS, ("authorization", bearer), ("upload-length", length.as_str())];
    let answer = client.send("POST", "/api/v1/uploads", &headers, b"");
    assert_eq!(answer.status, 201, "{}", answer.text());
    let location = answer.header("location").unwrap();
    location[location.find("/api/").unwrap()..].to_owned()
}

fn head(client: &mut Client, bearer: &str, upload: &str) -> Answer {
    let answer = client.send("HEAD", upload, &[TUS, ("authorization", bearer)], b"");
    assert_eq!(answer.status, 200);
    answer
}

fn offset(answer: &Answer) -> usize {
    answer.header("upload-offset").unwrap().parse().unwrap()
}

fn patch(client: &mut Client, bearer: &str, upload: &str, at: usize, body: &[u8]) -> Answer {
    let at = at.to_string();
    client.send("PATCH", upload, &[TUS, PIECE, ("authorization", bearer), ("upload-offset", at.as_str())], body)
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// How often the process is killed.
const KILLS: u32 = 200;

/// An upload, how much of it was acknowledged, and its bytes.
struct Sent {
    upload: String,
    acknowledged: usize,
    bytes: Vec<u8>,
}

impl Sent {
    fn begin(client: &mut Client, bearer: &str, random: &mut StdRng) -> Self {
        let bytes: Vec<u8> = (0..48 * PIECE_SIZE).map(|_| random.random()).collect();
        Self { upload: create(client, bearer, bytes.len()), acknowledged: 0, bytes }
    }

    /// What is acknowledged is there, and the rest makes the file whole.
    fn finish(self, client: &mut Client, bearer: &str) {
        let Self { upload, acknowledged, bytes } = self;
        let standing = offset(&head(client, bearer, &upload));
        assert!(standing >= acknowledged, "{acknowledged} bytes were acknowledged, {standing} are there");
        assert_eq!(patch(client, bearer, &upload, standing, &bytes[standing..]).status, 204);
        assert_eq!(head(client, bearer, &upload).header("wugan-sha256"), Some(sha256(&bytes).as_str()));
    }
}

const PIECE_SIZE: usize = 64 * 1024;

#[test]
fn what_was_acknowledged_outlives_any_end_of_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender(folder.path()));
    // The same pauses in every run; the machine makes the moments random enough.
    let mut random = StdRng::seed_from_u64(20_261_123);
    let mut process = Process::start(folder.path());
    let mut sent = Sent::begin(&mut process.client(), &bearer, &mut random);
    let (mut whole, mut interrupted) = (0, 0);
    for _ in 0..KILLS {
        let standing = offset(&head(&mut process.client(), &bearer, &sent.upload));
        let acknowledged = sent.acknowledged;
        assert!(standing >= acknowledged, "{acknowledged} bytes were acknowledged, {standing} are there");
        if standing + 8 * PIECE_SIZE > sent.bytes.len() {
            // So that there is always something to interrupt.
            sent.finish(&mut process.client(), &bearer);
            sent = Sent::begin(&mut process.client(), &bearer, &mut random);
            whole += 1;
            continue;
        }
        let before = standing;
        sent.acknowledged = std::thread::scope(|scope| {
            let address = process.address;
            let (bearer, sent) = (&bearer, &sent);
            let sending = scope.spawn(move || {
                let mut acknowledged = standing;
                while let Some(answer) = try_patch(address, bearer, &sent.upload, acknowledged, &sent.bytes, PIECE_SIZE)
                {
                    acknowledged = answer;
                }
                acknowledged
            });
            std::thread::sleep(Duration::from_millis(random.random_range(0..60)));
            process.child.kill().unwrap();
            sending.join().unwrap()
        });
        interrupted += u32::from(sent.acknowledged > before);
        drop(process);
        process = Process::start(folder.path());
    }
    // Otherwise nothing was tested.
    assert!(interrupted > KILLS / 4, "only {interrupted} kills came while something was acknowledged; {whole} files");
    sent.finish(&mut process.client(), &bearer);
}

/// Sends a piece to a server that may end at any moment: what it acknowledged, if it did.
fn try_patch(address: SocketAddr, bearer: &str, upload: &str, at: usize, bytes: &[u8], size: usize) -> Option<usize> {
    use std::io::Read;
    let piece = bytes.get(at..(at + size).min(bytes.len())).filter(|piece| !piece.is_empty())?;
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    let head = format!(
        "PATCH {upload} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ntus-resumable: 1.0.0\r\nauthorization: {bearer}\r\n\
         content-type: application/offset+octet-stream\r\nupload-offset: {at}\r\ncontent-length: {}\r\n\r\n",
        piece.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(piece).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 204").then(|| at + piece.len())
}

#[test]
fn another_server_goes_on_where_one_was_and_the_first_counts_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = format!("Bearer {}", sender(folder.path()));
    let bytes: Vec<u8> = (0..300_000_u32).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect();
    let (one, two) = (Process::start(folder.path()), Process::start(folder.path()));
    let (mut first, mut second) = (one.client(), two.client());
    let upload = create(&mut first, &bearer, bytes.len());
    assert_eq!(patch(&mut first, &bearer, &upload, 0, &bytes[..100_000]).status, 204);
    // The first is in the middle of a piece when the phone reaches the second.
    let mut silent = first.connect();
    let headers =
        [TUS, PIECE, ("authorization", bearer.as_str()), ("upload-offset", "100000"), ("content-length", "200000")];
    first.head(&mut silent, "PATCH", &upload, &headers);
    silent.write_all(&bytes[100_000..150_000]).unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    while offset(&head(&mut second, &bearer, &upload)) < 150_000 {
        assert!(Instant::now() < end, "what came to the first never counts");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(patch(&mut second, &bearer, &upload, 150_000, &bytes[150_000..200_000]).status, 204);
    // What still comes to the first is not where the upload goes on any more.
    silent.write_all(&vec![0; 50_000]).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(offset(&head(&mut second, &bearer, &upload)), 200_000);
    drop(one);
    assert_eq!(patch(&mut second, &bearer, &upload, 200_000, &bytes[200_000..]).status, 204);
    assert_eq!(head(&mut second, &bearer, &upload).header("wugan-sha256"), Some(sha256(&bytes).as_str()));
}
