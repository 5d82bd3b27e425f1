//! Uploads to processes that end in the middle, and to two at once.

use std::{
    io::Write,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    actor::{Actor, Role},
    agency::{Agency, Level},
    ids::{AgencyId, CaseId, LineId},
    region::RegionCode,
};
use futures::TryStreamExt as _;
use portal::{Portal, store::Page, token::TokenScope};
use rand::{Rng, SeedableRng, rngs::StdRng};
use server::{config::Config, wiring};
use uuid::Uuid;

use crate::{
    client::Client,
    process::{PIECE, Process, TUS, bytes, create, head, offset, patch, sender, sender_in, sha256},
    town::{self, Town, name, newcomer},
};

/// How often the process is killed, or a file begun.
const MOMENTS: u32 = 200;
const PIECE_SIZE: usize = 64 * 1024;
/// Pieces of a file, about.
const PIECES: usize = 24;
/// With so many left, the next end of the process comes around the last one.
const LAST: usize = 8;

/// Somebody with a round of self-checks that takes many photos.
struct Round {
    owner: Actor,
    bearer: String,
    case: CaseId,
    lines: Vec<LineId>,
}

impl Round {
    async fn begin(portal: &Portal) -> Self {
        let agency = Agency {
            id: AgencyId(Uuid::new_v4()),
            name: name("长春市市场监督管理局"),
            document_mark: name("长市监"),
            level: Level::City,
            region: RegionCode::CHANGCHUN,
            phone: name("0431-12315000"),
        };
        portal.catalogue().add_agency_locally(&agency).await.unwrap();
        let head = Town::hire(portal, agency.id, "head", "刘伟", Role::AgencyHead).await;
        let li_na = Town::hire(portal, agency.id, "lina", "李娜", Role::Officer).await;
        let wang_qiang = Town::hire(portal, agency.id, "wangqiang", "王强", Role::Officer).await;
        // A file takes three moments at least, and a line five files.
        let lines: Vec<LineId> = (0..20).map(|_| LineId(Uuid::new_v4())).collect();
        let item = portal.catalogue().write_draft(&li_na, None, town::content(&lines)).await.unwrap();
        portal.catalogue().publish(&head, item).await.unwrap();
        let (enterprise, owner) = portal.accounts().register(newcomer(1)).await.unwrap();
        portal.enterprises().confirm(&li_na, enterprise).await.unwrap();
        let enrolments = portal.enrolments();
        let enrolment = enrolments.write(&owner, None, agency.id, &[item]).await.unwrap();
        enrolments.submit(&owner, enrolment, None).await.unwrap();
        enrolments.accept(&wang_qiang, enrolment).await.unwrap();
        let case = portal.cases().mine(&owner, Page::ALL).await.unwrap().rows[0].case.id;
        let (_, token) = portal.tokens().create(&owner, name("收银机"), TokenScope::ALL.to_vec()).await.unwrap();
        Self { owner, bearer: format!("Bearer {token}"), case, lines }
    }

    /// Announces a photo; its number says for which line.
    fn announce(&self, client: &mut Client, number: usize, bytes: &[u8]) -> String {
        let line = self.lines[number % self.lines.len()];
        let pairs = [("filename", "照片.jpg".to_owned()), ("case", self.case.to_string()), ("line", line.to_string())];
        let told: Vec<_> = pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
        let (told, length) = (told.join(","), bytes.len().to_string());
        let headers = [
            TUS,
            ("authorization", self.bearer.as_str()),
            ("upload-length", length.as_str()),
            ("upload-metadata", told.as_str()),
        ];
        let answer = client.send("POST", "/api/v1/uploads", &headers, b"");
        assert_eq!(answer.status, 201, "{}", answer.text());
        let location = answer.header("location").unwrap();
        location[location.find("/api/").unwrap()..].to_owned()
    }

    /// Whether each of these files is evidence, once, with its own bytes, and nothing else is.
    /// When nothing is left to be done, the spool has let go of them.
    async fn has_exactly(&self, portal: &Portal, spool: &Path, mut sent: Vec<String>) {
        portal.uploads().reconcile().await.unwrap();
        assert_eq!(portal.sweeps().run().await.failures, []);
        let files = portal.cases().get(&self.owner, self.case).await.unwrap().evidence;
        let mut there: Vec<String> = files.iter().map(|file| file.digest.to_string()).collect();
        sent.sort_unstable();
        there.sort_unstable();
        assert_eq!(there, sent);
        for file in files {
            let read = portal.evidences().open(file.digest, None).await.unwrap();
            let read = read.try_collect::<Vec<_>>().await.unwrap().concat();
            assert_eq!(sha256(&read), file.digest.to_string());
        }
        let left: Vec<_> = std::fs::read_dir(spool.join("uploads")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// A photo of about so many pieces, with anything behind its picture.
fn photo(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = town::jpeg();
    let end = bytes.split_off(bytes.len() - 2);
    while bytes.len() < PIECES * PIECE_SIZE {
        // A comment of 60,000 bytes.
        bytes.extend([0xff, 0xfe, 0xea, 0x62]);
        bytes.extend((0..60_000).map(|_| random.random::<u8>()));
    }
    bytes.extend(end);
    bytes
}

/// An upload, how much of it was acknowledged, and its bytes.
struct Sent {
    upload: String,
    acknowledged: usize,
    bytes: Vec<u8>,
}

impl Sent {
    fn begin(client: &mut Client, round: &Round, number: usize, random: &mut StdRng) -> Self {
        let bytes = photo(random);
        Self { upload: round.announce(client, number, &bytes), acknowledged: 0, bytes }
    }

    /// How much is there, which is no less than was acknowledged. What is there to its last byte
    /// is evidence.
    fn standing(&self, client: &mut Client, bearer: &str) -> usize {
        let (told, acknowledged) = (head(client, bearer, &self.upload), self.acknowledged);
        let standing = offset(&told);
        assert!(standing >= acknowledged, "{acknowledged} bytes were acknowledged, {standing} are there");
        let whole = standing == self.bytes.len();
        assert_eq!(told.header("wugan-evidence").is_some(), whole, "{standing} of {}", self.bytes.len());
        standing
    }

    /// The rest makes the file whole; its digest.
    fn finish(self, client: &mut Client, bearer: &str) -> String {
        let standing = self.standing(client, bearer);
        if standing < self.bytes.len() {
            let answer = patch(client, bearer, &self.upload, standing, &self.bytes[standing..]);
            assert_eq!(answer.status, 204, "{}", answer.text());
            assert!(answer.header("wugan-evidence").is_some());
        }
        let digest = sha256(&self.bytes);
        assert_eq!(head(client, bearer, &self.upload).header("wugan-sha256"), Some(digest.as_str()));
        digest
    }
}

#[test]
fn what_was_acknowledged_outlives_any_end_of_the_process_and_becomes_evidence_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let round = runtime.block_on(async { Round::begin(&wiring::open(&config).await.unwrap()).await });
    let bearer = round.bearer.clone();
    // Nobody looks into the files: that would take the time of what is tested.
    let start = || Process::start_with(folder.path(), &[], &[("WUGAN_EXAMINERS", "0")]);
    // The same pauses in every run; the machine makes the moments random enough.
    let mut random = StdRng::seed_from_u64(20_261_123);
    let mut process = start();
    let mut sent = Sent::begin(&mut process.client(), &round, 0, &mut random);
    let (mut whole, mut interrupted, mut last) = (Vec::new(), 0, 0);
    let mut was_last = false;
    for _ in 0..MOMENTS {
        let standing = sent.standing(&mut process.client(), &bearer);
        if was_last || standing == sent.bytes.len() {
            // So that there is always something to interrupt.
            whole.push(sent.finish(&mut process.client(), &bearer));
            sent = Sent::begin(&mut process.client(), &round, whole.len(), &mut random);
            was_last = false;
            continue;
        }
        was_last = standing + LAST * PIECE_SIZE > sent.bytes.len();
        last += u32::from(was_last);
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
            // The object store gets the file a moment after its last piece.
            std::thread::sleep(Duration::from_millis(random.random_range(0..150)));
            process.child.kill().unwrap();
            sending.join().unwrap()
        });
        interrupted += u32::from(sent.acknowledged > before);
        drop(process);
        process = start();
    }
    whole.push(sent.finish(&mut process.client(), &bearer));
    drop(process);
    // Otherwise nothing was tested.
    let files = whole.len();
    assert!(interrupted > MOMENTS / 4, "only {interrupted} ends came while something was acknowledged; {files} files");
    assert!(last > MOMENTS / 20, "only {last} ends came around a last piece; {files} files");
    runtime.block_on(async {
        let portal = wiring::open(&config).await.unwrap();
        round.has_exactly(&portal, &config.spool(), whole).await;
    });
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
