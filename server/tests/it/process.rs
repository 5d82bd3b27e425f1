//! Servers as processes of their own, that end without a word.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use domain::{
    actor::Actor,
    enterprise::{Enterprise, Registration},
    ids::AgencyId,
};
use portal::Portal;
use server::{config::Config, wiring};
use sha2::{Digest as _, Sha256};

use crate::{
    client::{Answer, Client},
    town::newcomer,
};

/// A server of one's own, that ends without a word when it is dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[], &[])
    }

    /// The same with further variables, run by another program (`strace -o FILE`) where
    /// one is named. That program has to become the server, so that killing it ends it.
    pub(crate) fn start_with(data: &Path, by: &[&str], variables: &[(&str, &str)]) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut words = by.iter().copied().chain([env!("CARGO_BIN_EXE_wugan"), "serve"]);
        let child = Command::new(words.next().unwrap())
            .args(words)
            .current_dir(data)
            .env_remove("WUGAN_DATABASE_URL")
            .env("WUGAN_DATA_DIR", data)
            .env("WUGAN_LISTEN", address.to_string())
            .env("WUGAN_MIN_FREE_MEGABYTES", "1")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut process = Self { child, address };
        let end = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(address).is_err() {
            assert!(process.child.try_wait().unwrap().is_none(), "the server ended at once");
            assert!(Instant::now() < end, "the server does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        process
    }

    pub(crate) fn client(&self) -> Client {
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

/// The owner of an enterprise whose registration is confirmed, where there is no agency to do it.
pub(crate) async fn confirmed(portal: &Portal) -> Actor {
    let (id, owner) = portal.accounts().register(newcomer(1)).await.unwrap();
    let tx = portal.store().begin().await.unwrap();
    let mut enterprise = tx.load::<Enterprise>(id.0).await.unwrap().unwrap();
    let (agency, at) = (AgencyId(uuid::Uuid::new_v4()), portal.now());
    enterprise.registration = Registration::Confirmed { agency, by: owner.account, at };
    tx.save(&enterprise).await.unwrap();
    tx.commit().await.unwrap();
    owner
}

/// Somebody who may send files, by the text of a token.
pub(crate) fn sender(config: &Config) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let portal = wiring::open(config).await.unwrap();
        let owner = confirmed(&portal).await;
        let name = domain::text::Name::parse("收银机").unwrap();
        portal.tokens().create(&owner, name, portal::token::TokenScope::ALL.to_vec()).await.unwrap().1
    })
}

/// The same for a server on SQLite in a folder.
pub(crate) fn sender_in(data: &Path) -> String {
    sender(&Config { data_dir: data.to_owned(), ..Config::default() })
}

pub(crate) const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
pub(crate) const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");

pub(crate) fn create(client: &mut Client, bearer: &str, length: usize) -> String {
    let length = length.to_string();
    let headers = [TUS, ("authorization", bearer), ("upload-length", length.as_str())];
    let answer = client.send("POST", "/api/v1/uploads", &headers, b"");
    assert_eq!(answer.status, 201, "{}", answer.text());
    path(&answer)
}

/// The path of the address that an announcement was given.
pub(crate) fn path(answer: &Answer) -> String {
    let location = answer.header("location").unwrap();
    location[location.find("/api/").unwrap()..].to_owned()
}

/// The part of it that names the upload in the spool.
pub(crate) fn id_of(upload: &str) -> &str {
    upload.rsplit('/').next().unwrap().split('.').next().unwrap()
}

/// Waits until a spool has so many bytes of an upload.
pub(crate) fn until_spooled(spool: &Path, upload: &str, size: usize) {
    let folder = spool.join("uploads").join(id_of(upload));
    let end = Instant::now() + Duration::from_secs(30);
    let spooled = || {
        let files = std::fs::read_dir(&folder).into_iter().flatten();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum::<u64>()
    };
    while spooled() < size as u64 {
        assert!(Instant::now() < end, "what came does not reach the spool");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn head(client: &mut Client, bearer: &str, upload: &str) -> Answer {
    let answer = client.send("HEAD", upload, &[TUS, ("authorization", bearer)], b"");
    assert_eq!(answer.status, 200);
    answer
}

pub(crate) fn offset(answer: &Answer) -> usize {
    answer.header("upload-offset").unwrap().parse().unwrap()
}

pub(crate) fn patch(client: &mut Client, bearer: &str, upload: &str, at: usize, body: &[u8]) -> Answer {
    let at = at.to_string();
    client.send("PATCH", upload, &[TUS, PIECE, ("authorization", bearer), ("upload-offset", at.as_str())], body)
}

/// A piece of so many bytes of which only the beginning comes, over a socket that then stays open.
pub(crate) fn stall(client: &Client, bearer: &str, upload: &str, at: usize, size: usize, sent: &[u8]) -> TcpStream {
    let mut stream = client.connect();
    let (at, size) = (at.to_string(), size.to_string());
    let headers =
        [TUS, PIECE, ("authorization", bearer), ("upload-offset", at.as_str()), ("content-length", size.as_str())];
    client.head(&mut stream, "PATCH", upload, &headers);
    stream.write_all(sent).unwrap();
    stream
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Bytes that are nowhere the same.
pub(crate) fn bytes(size: u32) -> Vec<u8> {
    (0..size).map(|at| u8::try_from((at * 31 + at / 251) % 251).unwrap()).collect()
}
