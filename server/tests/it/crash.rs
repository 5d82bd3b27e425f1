//! Uploads to processes that end in the middle, and to two at once.

use std::{
    io::Write,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use server::config::Config;

use crate::{
    client::Client,
    process::{PIECE, Process, TUS, bytes, create, head, offset, patch, sender, sender_in, sha256},
    town,
};

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
    let bearer = format!("Bearer {}", sender_in(folder.path()));
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
            std::thread::sleep(Duration::from_millis(random.random_range(0..150)));
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
    let bearer = format!("Bearer {}", sender_in(folder.path()));
    let (one, two) = (Process::start(folder.path()), Process::start(folder.path()));
    hand_over(one, &two, &bearer);
}

#[test]
fn two_servers_on_postgresql_share_a_spool_and_its_uploads() {
    if std::env::var("WUGAN_TEST_POSTGRES").is_err() {
        println!("PostgreSQL is not tested here: WUGAN_TEST_POSTGRES is not set");
        return;
    }
    let shared = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = runtime.block_on(town::fresh_postgres());
    let (spool, objects) = (shared.path().join("spool"), shared.path().join("objects"));
    let originals = format!("file://{}", objects.display());
    let key = "07".repeat(32);
    let config = Config {
        data_dir: shared.path().to_owned(),
        database_url: server::config::Secret::new(&url),
        signing_key: server::config::Secret::new(&key),
        ..Config::default()
    };
    let bearer = format!("Bearer {}", sender(&config));
    let [one, two, three] = ["one", "two", "three"].map(|name| {
        let own = shared.path().join(name);
        std::fs::create_dir(&own).unwrap();
        start_on(&own, &url, &spool, &originals, &key)
    });
    hand_over(one, &two, &bearer);
    // The one that goes on ends as well, in the middle of a piece; a third finishes.
    let bytes = bytes(400_000);
    let upload = create(&mut two.client(), &bearer, bytes.len());
    assert_eq!(patch(&mut two.client(), &bearer, &upload, 0, &bytes[..150_000]).status, 204);
    let client = two.client();
    let mut silent = client.connect();
    let headers =
        [TUS, PIECE, ("authorization", bearer.as_str()), ("upload-offset", "150000"), ("content-length", "250000")];
    client.head(&mut silent, "PATCH", &upload, &headers);
    silent.write_all(&bytes[150_000..200_000]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(two);
    let mut third = three.client();
    let standing = offset(&head(&mut third, &bearer, &upload));
    assert!((150_000..=200_000).contains(&standing), "{standing}");
    assert_eq!(patch(&mut third, &bearer, &upload, standing, &bytes[standing..]).status, 204);
    assert_eq!(head(&mut third, &bearer, &upload).header("wugan-sha256"), Some(sha256(&bytes).as_str()));
}

fn start_on(own: &Path, database: &str, spool: &Path, objects: &str, key: &str) -> Process {
    let spool = spool.display().to_string();
    let variables = [
        ("WUGAN_DATABASE_URL", database),
        ("WUGAN_SPOOL_DIR", spool.as_str()),
        ("WUGAN_OBJECTS_URL", objects),
        ("WUGAN_SIGNING_KEY", key),
    ];
    Process::start_with(own, &[], &variables)
}

/// An upload begun at one server is finished at another, while the first is still in the
/// middle of a piece.
fn hand_over(one: Process, two: &Process, bearer: &str) {
    let bytes = bytes(300_000);
    let (mut first, mut second) = (one.client(), two.client());
    let upload = create(&mut first, bearer, bytes.len());
    assert_eq!(patch(&mut first, bearer, &upload, 0, &bytes[..100_000]).status, 204);
    // The first is in the middle of a piece when the phone reaches the second.
    let mut silent = first.connect();
    let headers = [TUS, PIECE, ("authorization", bearer), ("upload-offset", "100000"), ("content-length", "200000")];
    first.head(&mut silent, "PATCH", &upload, &headers);
    silent.write_all(&bytes[100_000..150_000]).unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    while offset(&head(&mut second, bearer, &upload)) < 150_000 {
        assert!(Instant::now() < end, "what came to the first never counts");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(patch(&mut second, bearer, &upload, 150_000, &bytes[150_000..200_000]).status, 204);
    // What still comes to the first is not where the upload goes on any more.
    silent.write_all(&vec![0; 50_000]).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(offset(&head(&mut second, bearer, &upload)), 200_000);
    // Nor does it say that it took something, when the phone comes back to it.
    assert_eq!(patch(&mut first, bearer, &upload, 150_000, &bytes[150_000..]).status, 409);
    drop(one);
    assert_eq!(patch(&mut second, bearer, &upload, 200_000, &bytes[200_000..]).status, 204);
    assert_eq!(head(&mut second, bearer, &upload).header("wugan-sha256"), Some(sha256(&bytes).as_str()));
}
